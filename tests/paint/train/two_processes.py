"""Takes steps in two processes at once and tells whether both end with the same weights: for ``test_loop``."""

import sys
from pathlib import Path

import torch
from lightning_fabric import Fabric

from manekko.paint.train import TrainOptions
from manekko.paint.train.batches import sources
from manekko.paint.train.dense import DenseRecipe
from manekko.paint.train.loop import new_run, take_step
from manekko.paint.train.recipe import Recipe
from manekko.paint.train.teacher import GlobalGenerator, Judges, TeacherRecipe


class SmallTeacher(TeacherRecipe):
    """The baseline, made small."""

    def networks(self) -> dict[str, torch.nn.Module]:
        """Return its networks."""
        return {"painter": GlobalGenerator(width=8, blocks=1), "judges": Judges(width=8)}


def main(kind: str, data: Path) -> None:
    """Take three steps and compare what both processes have learned."""
    torch.set_num_threads(1)
    recipe: Recipe = SmallTeacher() if kind == "teacher" else DenseRecipe()
    fabric = Fabric(accelerator="cpu", devices=2, strategy="ddp_find_unused_parameters_true")
    fabric.launch()
    torch.manual_seed(0)
    told = TrainOptions((data,), data / "run", steps=3, batch=1, crop_px=32)
    run, found = new_run(told, recipe, fabric), sources((data,), "train", recipe.arrays)
    for step in range(3):
        take_step(run, recipe.batch(found, told, step, fabric.global_rank))
    for network in run.networks.values():
        for weight in network.parameters():
            everywhere = fabric.all_gather(weight.detach())
            assert isinstance(everywhere, torch.Tensor), "of one tensor comes one"
            assert torch.equal(everywhere[0], everywhere[1]), "both have learned the same"
    if fabric.global_rank == 0:
        sys.stdout.write(f"{fabric.world_size} processes agree\n")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
