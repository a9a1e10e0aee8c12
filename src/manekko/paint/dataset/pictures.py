"""Pictures of one character: those of a folder and the folders in it, with a mask or OpenPose's JSON of each."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from manekko.errors import InputError
from manekko.video.folder import PICTURE_SUFFIXES, folder_pictures, natural_key

_MOST_FOLDERS = 10_000


@dataclass(frozen=True)
class Still:
    """One picture of a character."""

    path: Path
    group: str
    """What it belongs to: pictures of one group may be alike, as those of one motion are."""
    mask: Path | None = None
    """A picture that is bright where the character is; None: there is none."""
    keypoints: Path | None = None
    """OpenPose's JSON of it; None: there is none."""


def stills_in(source: Path) -> list[Still]:
    """Return the pictures of a folder, or those of the folders in it, in natural order.

    Raises:
        InputError: there is none.
    """
    try:
        return [Still(path, group_of(path)) for path in folder_pictures(source)]
    except InputError:
        below = pictures_below(source)
        if not below:
            raise
    return [Still(path, f"{path.parent.relative_to(source).as_posix()}/{group_of(path)}") for path in below]


def pictures_below(folder: Path) -> list[Path]:
    """Return every picture in a folder and the folders in it, in natural order; none that is hidden.

    Raises:
        InputError: there are more folders than anyone means.
    """
    return files_below(folder, PICTURE_SUFFIXES)


def files_below(folder: Path, suffixes: set[str]) -> list[Path]:
    """Return every file with one of these endings in a folder and the folders in it, in natural order.

    Hidden ones are left out, and links to folders are not followed, except of the folders right in it.

    Raises:
        InputError: there are more folders than anyone means, or one cannot be listed.
    """
    found: list[Path] = []
    waiting, seen = [folder], 0
    while waiting:
        current = waiting.pop()
        seen += 1
        if seen > _MOST_FOLDERS:
            raise InputError(f"{folder} holds more than {_MOST_FOLDERS} folders; give the one with the pictures")
        try:
            entries = [entry for entry in current.iterdir() if not entry.name.startswith(".")]
        except OSError as error:
            raise InputError(f"the folder {current} cannot be listed ({error.strerror}); allow it or copy it") from None
        waiting += [entry for entry in entries if entry.is_dir() and (current == folder or not entry.is_symlink())]
        found += [entry for entry in entries if entry.suffix.lower() in suffixes and entry.is_file()]
    return sorted(found, key=lambda path: [(natural_key(part), part) for part in path.relative_to(folder).parts])


def group_of(path: Path) -> str:
    """Return a picture's name without its last number: what ``walk_12.png`` and ``walk_13.png`` have in common."""
    return re.sub(r"[\s_.\-]*[0-9]+$", "", path.stem.removesuffix("_keypoints"))


def with_masks(stills: Sequence[Still], masks: Path) -> list[Still]:
    """Return the pictures for which a folder holds a mask of the same name, with it.

    Raises:
        InputError: there is no mask for any of them.
    """
    by_stem = {path.stem: path for path in pictures_below(masks)} if masks.is_dir() else {masks.stem: masks}
    if not masks.is_dir() and len(stills) == 1:
        by_stem = {stills[0].path.stem: masks}
    found = [replace(still, mask=by_stem[still.path.stem]) for still in stills if still.path.stem in by_stem]
    if not found:
        raise InputError(
            f"{masks} holds no mask for any of the {len(stills)} pictures; each mask is a picture of the same name, "
            "bright where the character is"
        )
    return found
