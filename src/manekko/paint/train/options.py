"""What a training run is told, and what of it is kept in its folder."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from manekko.errors import InputError

Kind = Literal["dense", "stick", "plain", "teacher"]


@dataclass(frozen=True)
class TrainOptions:
    """One training run."""

    datasets: tuple[Path, ...]
    """Folders made by ``manekko dataset``; of one character."""
    out: Path
    """Folder of the run: options, log, samples, checkpoint, and the painter itself."""
    kind: Kind = "dense"
    """What the networks are given: pose maps, sticks, sticks for pictures only; or the published baseline."""
    steps: int | None = None
    """How long to train; with a count of steps a run can be repeated exactly."""
    minutes: float | None = None
    """How long to train, by the clock, earlier parts of a resumed run counted in."""
    batch: int = 8
    """Crops a step and process."""
    crop_px: int = 192
    """Side of the crops that are learned from."""
    rate: float | None = None
    """Highest learning rate; the kind's own when None."""
    seed: int = 0
    threads: int | None = None
    """Processor threads; all when None."""
    devices: int | None = None
    """GPUs to train on at once; all when None."""
    precision: Literal["auto", "32", "bf16"] = "auto"
    """Numbers that convolutions compute with; auto: bf16 where the machine has it."""
    resume: bool = False
    """Go on from the folder's checkpoint."""
    start: Path | None = None
    """Run folder whose networks this run begins with."""
    sample_steps: int = 500
    """Steps between samples."""
    checkpoint_minutes: float = 2.0
    """Time between checkpoints."""

    def checked(self) -> "TrainOptions":
        """Return the options if they make sense together.

        Raises:
            InputError: they do not.
        """
        if not self.datasets:
            raise InputError("no dataset was given; make one with: manekko dataset render")
        if (self.steps is None) == (self.minutes is None):
            raise InputError("give how long to train: either --steps or --minutes")
        for name in ("steps", "minutes", "batch", "crop_px", "rate", "sample_steps", "threads", "devices"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise InputError(f"{name} {value}: more than 0 was expected")
        return self

    @property
    def command(self) -> str:
        """The command that trains just so."""
        length = f"--steps {self.steps}" if self.steps is not None else f"--minutes {self.minutes:g}"
        begin = "" if self.start is None else f" --begin {self.start}"
        data = " ".join(str(folder) for folder in self.datasets)
        return (
            f"manekko train painter {data} --out {self.out} --kind {self.kind} {length} --batch {self.batch} "
            f"--seed {self.seed}{begin}"
        )
