"""Frames written as numbered pictures."""

import shutil
from contextlib import ExitStack
from pathlib import Path
from tempfile import mkdtemp
from types import TracebackType

from manekko.arrays import Array, UInt8
from manekko.errors import InputError
from manekko.video.png import encode_png
from manekko.video.target import refusals
from manekko.whole import make_folder


def numbered_picture(target: Path, number: int) -> Path:
    """Return where the picture of that number, from 1 up, goes: into the folder, or beside ``NAME.png``."""
    if target.suffix.lower() == ".png":
        return target.with_name(f"{target.stem}-{number:04d}.png")
    return target / f"frame-{number:04d}.png"


class SequenceWriter:
    """Context manager that writes every frame as a PNG: ``frame-0001.png`` … in a folder, or ``NAME-0001.png`` ….

    They are written aside and appear together when the block ends without an exception; what an earlier, longer run
    left behind the last one goes.
    """

    def __init__(self, target: Path, size_px: tuple[int, int]) -> None:
        """Prepare; nothing is touched before the ``with`` block is entered.

        Args:
            target: a folder, which is made; or ``NAME.png``, to number pictures of that name.
            size_px: width and height of every frame [px].
        """
        self.target = target
        self.size_px = size_px
        self._folder = numbered_picture(target, 1).parent
        self._count = 0

    def __enter__(self) -> "SequenceWriter":
        """Make the folder and one inside it for what is not finished.

        Raises:
            MissingToolError: the folder cannot be made or written to.
        """
        with ExitStack() as stack, refusals(self.target):
            made = not self._folder.exists()
            make_folder(self._folder)
            if made:
                stack.callback(_remove_empty, self._folder)
            self._aside = Path(mkdtemp(prefix=".", suffix=".part", dir=self._folder))
            stack.callback(shutil.rmtree, self._aside, ignore_errors=True)
            self._stack = stack.pop_all()
        return self

    def write(self, picture: UInt8[Array, "height width channel"], time_s: float) -> None:
        """Add one frame; its time is not kept.

        Raises:
            MissingToolError: it cannot be written.
        """
        if picture.shape[1::-1] != tuple(self.size_px):
            raise ValueError(f"a picture of {picture.shape[1]}x{picture.shape[0]} px among those of {self.size_px} px")
        self._count += 1
        data = encode_png(picture)
        with refusals(self.target):
            (self._aside / self._numbered(self._count)).write_bytes(data)

    def _numbered(self, number: int) -> str:
        return numbered_picture(self.target, number).name

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Move the pictures to their place, or remove them if the block failed.

        Raises:
            InputError: not one frame was written.
            MissingToolError: they cannot be moved.
        """
        with self._stack, refusals(self.target):
            if kind is not None:
                return
            if self._count == 0:
                raise InputError(f"there is no frame to write into {self.target}")
            for number in range(1, self._count + 1):
                (self._aside / self._numbered(number)).replace(self._folder / self._numbered(number))
            number = self._count + 1
            while (old := self._folder / self._numbered(number)).is_file():
                old.unlink()
                number += 1


def _remove_empty(folder: Path) -> None:
    if not any(folder.iterdir()):
        folder.rmdir()
