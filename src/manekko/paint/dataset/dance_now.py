"""Pictures of a character beside OpenPose's JSON of each, as dance_now's data sets on Kaggle hold them.

Their folders have many names (``train_img`` and ``train_label``, for one); a picture and its JSON are known by
their own names: ``img_100_1.png`` and ``img_100_1_keypoints.json``.
"""

import os
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from manekko.arrays import Array, Float
from manekko.errors import FormatError, InputError
from manekko.files.json_members import MEMBER_BYTES
from manekko.files.openpose import parse_frame
from manekko.files.openpose_people import Detection
from manekko.paint.dataset.cutting import Points
from manekko.paint.dataset.pictures import Still, files_below, group_of, pictures_below

_AGREE = 0.06
"""Our detector means the same body as OpenPose where their points are nearer than this, of its extent."""
_NAMED = 3


def paired_stills(source: Path, warnings: list[str]) -> list[Still] | None:
    """Return the pictures of a folder that have a JSON of the same name, with it; None: it is no such layout.

    What has no partner is told in ``warnings`` and left where it is.

    Raises:
        InputError: the folder holds several characters, or two pictures for one JSON.
    """
    sidecars: dict[str, list[Path]] = defaultdict(list)
    for path in files_below(source, {".json"}):
        sidecars[path.stem.removesuffix("_keypoints")].append(path)
    pictures = pictures_below(source)
    pairs = {path: _nearest(path, sidecars[path.stem]) for path in pictures if path.stem in sidecars}
    if not pairs:
        return None
    _check_one_each(pairs)
    roots = _roots(pairs, source)
    alone = [path for path in pictures if path not in pairs]
    without = sorted(set().union(*sidecars.values()) - set(pairs.values()))
    for lonely, kind in ((alone, "pictures without JSON"), (without, "JSON files without a picture")):
        if lonely:
            warnings.append(f"left alone: {len(lonely)} {kind} of the same name ({named(lonely, source)})")
    if len(roots) > 1:
        warnings.append(f"the pairs lie in {len(roots)} folders and are taken as one character: {', '.join(roots)}")
    prefixes = {root: f"{root}/" if len(roots) > 1 else "" for root in roots}
    return [
        Still(path, prefixes[_root(path, sidecar, source)] + group_of(path), keypoints=sidecar)
        for path, sidecar in pairs.items()
    ]


def named(paths: Sequence[Path], source: Path) -> str:
    """Return the first few of some files of a source, by name, and how many more there are."""
    first = ", ".join(path.relative_to(source).as_posix() for path in paths[:_NAMED])
    return first if len(paths) <= _NAMED else f"{first} and {len(paths) - _NAMED} more"


def read_points(path: Path) -> Points | None:
    """Return the most prominent person in one of OpenPose's JSON files; None where it tells of nobody.

    Depths are not known.

    Raises:
        InputError: the file cannot be read.
        FormatError: it is damaged, or not OpenPose's.
    """
    try:
        if path.stat().st_size > MEMBER_BYTES:
            raise FormatError("too large for the keypoints of one picture", path=path)
        people = parse_frame(path.read_bytes())
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}); allow it or copy it") from None
    except FormatError as error:
        raise error.at(path) from None
    if not people:
        return None
    best = max(people, key=_prominence)
    return Points(_table(best.keypoints), _table(best.hands))


def with_depths(points: Points, seen: Points | None) -> Points:
    """Return OpenPose's points with the depths that our detector saw, where it saw the same body."""
    if seen is None:
        return points
    known = np.isfinite(points.body[:, :2]).all(1)
    both = known & (points.body[:, 3] > 0) & (seen.body[:, 3] > 0)
    extent = float(np.ptp(points.body[known, :2], axis=0).max(initial=0.0))
    away = np.linalg.norm(points.body[both, :2] - seen.body[both, :2], axis=1)
    if len(away) < 5 or float(np.median(away)) > _AGREE * extent:
        return points
    body, hands = points.body.copy(), points.hands.copy()
    body[known, 2] = seen.body[known, 2]
    hands[..., 2] = np.where(np.isfinite(hands[..., 0]), seen.hands[..., 2], np.nan)
    return Points(body, hands, seen.guess)


def _prominence(person: Detection) -> float:
    points = person.keypoints[np.isfinite(person.keypoints[:, 0])]
    return float(np.ptp(points[:, :2], axis=0).max() * points[:, 2].sum())


def _table(points: Float[Array, "*point 3"]) -> Float[Array, "*point 4"]:
    found = np.isfinite(points[..., :1])
    return np.concatenate([points[..., :2], np.full_like(points[..., :1], np.nan), found], axis=-1).astype(np.float32)


def _nearest(picture: Path, sidecars: Sequence[Path]) -> Path:
    """Return the file that lies nearest to a picture: the one with most folders in common."""
    return max(sidecars, key=lambda path: len(Path(os.path.commonpath([picture, path])).parts))


def _check_one_each(pairs: dict[Path, Path]) -> None:
    taken: dict[Path, Path] = {}
    for picture, sidecar in pairs.items():
        if sidecar in taken:
            raise InputError(
                f"{sidecar} has two pictures of its name, {taken[sidecar]} and {picture}; "
                "give a folder with one picture for each JSON"
            )
        taken[sidecar] = picture


def _root(picture: Path, sidecar: Path, source: Path) -> str:
    common = Path(os.path.commonpath([picture.parent, sidecar.parent]))
    return common.relative_to(source).as_posix()


def _roots(pairs: dict[Path, Path], source: Path) -> list[str]:
    """Return the folders that hold a picture and its JSON, from the source's own on.

    Raises:
        InputError: the same names are in several of them, as those of several characters are.
    """
    stems: dict[str, set[str]] = defaultdict(set)
    for picture, sidecar in pairs.items():
        stems[_root(picture, sidecar, source)].add(picture.stem)
    roots = sorted(stems)
    if sum(map(len, stems.values())) > len(set().union(*stems.values())):
        raise InputError(
            f"{source} holds several characters ({', '.join(roots)}: the same names are in each); give one of them"
        )
    return roots
