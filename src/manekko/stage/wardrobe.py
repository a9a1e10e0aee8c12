"""The pictures that a model's materials wear: found beside the model, read once, or drawn by numbers."""

import re
import unicodedata
from pathlib import Path

import numpy as np

from manekko.arrays import Array, UInt8
from manekko.errors import FormatError
from manekko.files.binary import printable
from manekko.stage.figure import Texture
from manekko.video.picture import decode_picture

_MOST_BYTES = 1 << 28
_MOST_PIXELS_IN_ALL = 1 << 27

_RAMP_ROWS = 32
_RAMPS: tuple[tuple[tuple[int, int, int], tuple[int, int, int], float, float], ...] = (
    ((255, 255, 255), (205, 205, 205), 16.0, 0.0),
    ((255, 255, 255), (245, 225, 225), 16.0, 0.0),
    ((255, 255, 255), (154, 154, 154), 16.0, 0.0),
    ((255, 255, 255), (248, 239, 235), 16.0, 0.0),
    ((255, 255, 255), (255, 231, 221), 21.5, 6.0),
    ((255, 237, 97), (195, 172, 3), 23.5, 3.0),
    *(((255, 255, 255), (255, 255, 255), 16.0, 0.0),) * 4,
)
"""MMD's ten shared toons by numbers: lit colour, shaded colour, the row where they meet, how many rows that takes."""

_GLINT_TOON, _GLINT_ROW, _GLINT_RGB = 5, 10, (255, 254, 242)


class Wardrobe:
    """Gathers a model's pictures; each is read once, whatever cannot be used is said once.

    Attributes:
        textures: what was found so far.
        warnings: what was not.
    """

    def __init__(self, folder: Path) -> None:
        """Look for pictures under ``folder`` only."""
        self.textures: list[Texture] = []
        self.warnings: list[str] = []
        self._folder = folder
        self._places: dict[str, int] = {}
        self._listed: dict[Path, dict[str, Path]] = {}
        self._pixels = 0
        self._missed: list[str] = []
        self._missed_at = 0

    def picture(self, name: str) -> int:
        """Return the place of a picture that the model names, or −1."""
        key = folded(name)
        if not key:
            return -1
        if key not in self._places:
            self._places[key] = self._read(name)
        return self._places[key]

    def has(self, name: str) -> bool:
        """Whether such a file is beside the model."""
        return self.found(name) is not None

    def ramp(self, number: int) -> int:
        """Return the place of one of MMD's shared toons, 0–9, or −1."""
        if not 0 <= number < len(_RAMPS):
            return -1
        name = f"toon{number + 1:02}"
        if name not in self._places:
            self._places[name] = self._add(Texture(name, shared_toon(number)))
        return self._places[name]

    def toon(self, name: str) -> int:
        """Return the place of a toon picture; names of MMD's own that are not beside the model mean the shared ones."""
        shared = re.fullmatch(r"toon(\d\d)\.bmp", folded(name).rpartition("/")[2])
        if shared and not self.has(name):
            return self.ramp(int(shared[1]) - 1)
        return self.picture(name)

    def _add(self, texture: Texture) -> int:
        self.textures.append(texture)
        return len(self.textures) - 1

    def _read(self, name: str) -> int:
        path = self.found(name)
        shown = printable(name.replace("\\", "/"))
        if path is None:
            self._miss(shown)
            return -1
        try:
            if path.stat().st_size > _MOST_BYTES:
                raise FormatError("the file is too large")
            if self._pixels > _MOST_PIXELS_IN_ALL:
                raise FormatError(f"the pictures before it have more than {_MOST_PIXELS_IN_ALL >> 20} million pixels")
            rgba = decode_picture(path.read_bytes())
            self._pixels += rgba.shape[0] * rgba.shape[1]
        except (OSError, FormatError) as error:
            self.warnings.append(f"texture '{shown}' cannot be used: {error}")
            return -1
        return self._add(Texture(name, rgba))

    def _miss(self, shown: str) -> None:
        """Say in one warning which files are not there, however many they are."""
        self._missed.append(shown)
        if len(self._missed) == 1:
            self._missed_at = len(self.warnings)
            self.warnings.append(f"texture '{shown}' is not beside the model; what wears it is drawn plain")
            return
        first, second = self._missed[:2]
        more = ", …" if len(self._missed) > 2 else ""
        self.warnings[self._missed_at] = (
            f"{len(self._missed)} textures are not beside the model ('{first}', '{second}'{more}); "
            "what wears them is drawn plain"
        )

    def found(self, name: str) -> Path | None:
        """Return the file that a name means, whatever its case and slashes, or None; never one outside the folder."""
        place = self._folder
        parts = [part for part in folded(name).split("/") if part not in ("", ".")]
        if not parts or ".." in parts:
            return None
        for part in parts:
            found = self._names(place).get(part)
            if found is None:
                return None
            place = found
        inside = place.resolve().is_relative_to(self._folder.resolve())
        return place if inside and place.is_file() else None

    def _names(self, folder: Path) -> dict[str, Path]:
        if folder not in self._listed:
            try:
                self._listed[folder] = {folded(entry.name): entry for entry in sorted(folder.iterdir())}
            except OSError:
                self._listed[folder] = {}
        return self._listed[folder]


def folded(name: str) -> str:
    """Return a file's name as it is looked up: slashes, letter case and width do not matter."""
    return unicodedata.normalize("NFKC", name.strip().strip("\0").replace("\\", "/")).casefold()


def shared_toon(number: int) -> UInt8[Array, "height width 4"]:
    """Return one of MMD's ten shared toons, 0–9, as a ramp with the same colours and break."""
    lit, shaded, middle, rows = _RAMPS[number]
    at = np.arange(_RAMP_ROWS) + 0.5
    share = np.clip((at - middle) / max(rows, 1e-3) + 0.5, 0.0, 1.0)[:, None]
    share = share * share * (3.0 - 2.0 * share)
    ramp = np.full((_RAMP_ROWS, _RAMP_ROWS, 4), 255, np.uint8)
    colours = np.round(np.array(lit) * (1.0 - share) + np.array(shaded) * share).astype(np.uint8)
    if number == _GLINT_TOON:
        colours[_GLINT_ROW] = _GLINT_RGB
    ramp[..., :3] = colours[:, None]
    return ramp
