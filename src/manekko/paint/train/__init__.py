"""Teaches networks to paint a character; the only part that needs PyTorch."""

from importlib.util import find_spec
from pathlib import Path

from manekko.errors import MissingToolError
from manekko.paint.train.options import TrainOptions
from manekko.progress import Progress, silent

__all__ = ["TrainOptions", "need_torch", "train_painter"]


def train_painter(options: TrainOptions, progress: Progress = silent) -> Path:
    """Train a character's networks and return the run's folder, which holds the painter.

    Raises:
        MissingToolError: PyTorch is not installed.
        InputError: options do not fit together, a dataset cannot be used, or learning went astray.
        FormatError: a dataset or checkpoint is damaged.
        KeyboardInterrupt: Ctrl-C was pressed; what was learned is kept in the checkpoint.
    """
    options = options.checked()
    need_torch()
    # Only here, since importing PyTorch takes seconds.
    from manekko.paint.train.loop import train
    from manekko.paint.train.stick_run import train_stick_painter

    return (train_stick_painter if options.kind == "stick" else train)(options, progress)


def need_torch() -> None:
    """Check that what training needs is installed.

    Raises:
        MissingToolError: it is not.
    """
    if any(find_spec(name) is None for name in ("torch", "lightning_fabric", "onnx")):
        raise MissingToolError("training needs PyTorch: in Manekko's folder type pip install '.[train]'")
