"""Datasets made of a user's own pictures of a character: a folder, a video, or dance_now's pairs.

Nothing of the user's is moved, changed or deleted.
"""

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import repeat
from pathlib import Path

import numpy as np

from manekko.arrays import Array, Int, UInt8
from manekko.errors import FormatError, InputError
from manekko.files.keypoints import SeenIn, as_kept, clip_digest, kept_tracks, write_tracks
from manekko.lift.swaps import repair_swaps
from manekko.paint.dataset.bodied import Bodied, Posed
from manekko.paint.dataset.bodies import Body, read_body
from manekko.paint.dataset.cutting import Cutout, Points, cut_out, has_alpha, mask_of
from manekko.paint.dataset.dance_now import paired_stills, read_points, with_depths
from manekko.paint.dataset.dressing import dress
from manekko.paint.dataset.parts import Part, parts_of
from manekko.paint.dataset.pictures import Still, stills_in, with_masks
from manekko.paint.dataset.seeing import points_in, track_points
from manekko.paint.dataset.shards import Dataset, begin_dataset, has_shard, open_dataset
from manekko.paint.dataset.takings import STILLS_FPS, Taken, Takings
from manekko.paint.plate_learning import learn_plate
from manekko.people.find import find_people
from manekko.people.keypoints import Track
from manekko.people.plausible import extent
from manekko.people.tracker import Networks
from manekko.progress import Progress, silent
from manekko.video.see_through import read_rgba, rgba_frames
from manekko.video.source import Clip, open_clip
from manekko.video.upright import opaque
from manekko.weights import fetch_weights

FPS = 30.0
"""Frames of faster videos are left out."""

_PARTS = frozenset({"body", "hands"})
_TRACKS = "keypoints.npz"
_ARCHIVES = {".zip", ".tar", ".gz", ".tgz", ".7z", ".rar", ".bz2", ".xz"}


@dataclass(frozen=True)
class ImportDatasetOptions:
    """What to make a dataset of."""

    source: Path
    """Folder of pictures, video, or folder of pictures and OpenPose's JSON."""
    out: Path
    masks: Path | None = None
    """Folder or video of masks, bright where the character is; None: they are made."""
    size_px: int = 256
    """Side of the pictures that are learned from."""
    body: str | None = None
    """Model, or description, of the body whose pose maps are stored, too; None: none are."""


@dataclass(frozen=True)
class ImportedDataset:
    """The dataset, and what a person should know of it."""

    dataset: Dataset
    warnings: tuple[str, ...]


@dataclass
class _Import:
    """One import under way."""

    options: ImportDatasetOptions
    dataset: Dataset
    progress: Progress
    warnings: list[str]
    takings: Takings


def import_dataset(options: ImportDatasetOptions, progress: Progress = silent) -> ImportedDataset:
    """Make a dataset of pictures, or what is still missing of it; what is there already is never touched.

    Raises:
        InputError: the source, the masks or the folder cannot be used, or nobody is seen in any picture.
        FormatError: a JSON file is damaged.
        MissingToolError: the detectors' models are not there and cannot be fetched, or the folder cannot be made.
    """
    _check(options)
    warnings: list[str] = []
    source = _opened(options, warnings)
    body = None if options.body is None else read_body(options.body)
    fetch_weights(progress)
    kept = (options.out / "dataset.json").exists()
    if body is not None and not kept:
        body.check_place(options.out)
    dataset = _begun(options, source, body)
    try:
        with ExitStack() as stack:
            posing = None if body is None else stack.enter_context(Bodied(body, body.put_into(options.out)))
            run = _Import(options, dataset, progress, warnings, Takings(dataset, posing))
            if isinstance(source, Clip):
                _import_video(run, source)
            else:
                _import_stills(run, source)
        made = open_dataset(options.out)
        if not made.all_shards:
            raise _nothing(run)
        if body is not None and body.described is not None:
            dress(made, body.figure, progress)
    except BaseException:
        if not kept:
            _take_back(options.out, body)
        raise
    return ImportedDataset(made, (*warnings, *run.takings.said()))


def _nothing(run: _Import) -> InputError:
    """Return what is wrong with pictures of which none could be taken."""
    takings = run.takings
    if takings.uncovered:
        return InputError(
            f"the body covers the character in none of the {len(takings.uncovered)} pictures of {run.options.source}; "
            "give one of the character's proportions, such as --body heads=5"
        )
    return InputError(
        f"nobody was found in {run.options.source}; give pictures in which the whole character is seen upright"
        + (f" ({takings.said()[-1]})" if takings.unreadable else "")
    )


def _opened(options: ImportDatasetOptions, warnings: list[str]) -> list[Still] | Clip:
    """Return the pictures of the source, or its video.

    Raises:
        InputError: it is neither.
    """
    if options.source.is_dir():
        stills = paired_stills(options.source, warnings) or stills_in(options.source)
    else:
        clip = open_clip(options.source)
        if clip.info.kind == "video":
            return clip
        stills = [Still(options.source, "")]
    if options.masks is None:
        return stills
    masked = with_masks(stills, options.masks)
    if len(masked) < len(stills):
        warnings.append(f"left out: {len(stills) - len(masked)} pictures without a mask of the same name")
    return masked


def _check(options: ImportDatasetOptions) -> None:
    source = options.source
    if options.size_px % 16 or not 32 <= options.size_px <= 1024:
        raise InputError(f"pictures of {options.size_px} px cannot be learned from; give a multiple of 16 up to 1024")
    if source.is_file() and source.suffix.lower() in _ARCHIVES:
        raise InputError(f"{source} is an archive; unpack it and give the folder")
    if source.is_dir() and options.out.exists() and source.resolve() == options.out.resolve():
        raise InputError(f"{options.out} holds the pictures themselves; give another folder for the dataset")
    if options.masks is not None and not options.masks.exists():
        raise InputError(f"there is nothing at {options.masks}; expected a folder or a video of masks")


def _begun(options: ImportDatasetOptions, source: list[Still] | Clip, body: Body | None) -> Dataset:
    masks = options.masks
    made_of = {
        "imported": options.source.name,
        "digest": clip_digest(options.source) if isinstance(source, Clip) else _digest(source),
        "masks": None if masks is None or not isinstance(source, Clip) else clip_digest(masks),
        **({} if body is None else body.made_of),
    }
    return begin_dataset(options.out, options.source.stem or "character", options.size_px, made_of)


def _digest(stills: list[Still]) -> str:
    """Return what tells these pictures, masks and JSON files from any others: their names and lengths."""
    digest = hashlib.sha256()
    for still in stills:
        for path in (still.path, still.mask, still.keypoints):
            told = "" if path is None else f"{path.parent.name}/{path.name} {path.stat().st_size}"
            digest.update(f"{told}\0".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _take_back(out: Path, body: Body | None) -> None:
    """Delete the beginning of a dataset that has not one shard, and the folder if that leaves it empty."""
    if next(out.glob("shard-*"), None) is None and not (out / _TRACKS).exists():
        (out / "dataset.json").unlink(missing_ok=True)
        if body is not None:
            body.take_back(out)
        if not any(out.iterdir()):
            out.rmdir()


def _import_stills(run: _Import, stills: list[Still]) -> None:
    told = {still.path: read_points(still.keypoints) for still in stills if still.keypoints is not None}
    networks = Networks.load(_PARTS)
    parts = parts_of([still.group for still in stills])
    done = 0
    run.progress("pictures", 0, len(stills))
    for part in parts:
        taken: list[Taken] = []
        for number in part.items if not has_shard(run.dataset, part.name) else ():
            still = stills[number]
            try:
                cutout, posed = _seen(run, networks, still, told.get(still.path))
            except InputError as error:
                run.takings.unreadable.append(str(error))
                continue
            taken += run.takings.taken(still.path.name, cutout, posed)
            run.progress("pictures", done + len(taken), len(stills))
        run.takings.write(part, taken, STILLS_FPS, moving=False)
        done += len(part.items)
        run.progress("pictures", done, len(stills))


def _seen(run: _Import, networks: Networks, still: Still, told: Points | None) -> tuple[Cutout | None, Posed | None]:
    """Return the character of one picture, and its body; None where nobody is found.

    Raises:
        InputError: the picture or its mask cannot be read.
    """
    rgba = read_rgba(still.path)
    size = (rgba.shape[1], rgba.shape[0])
    mask = None if still.mask is None else mask_of(read_rgba(still.mask), size)
    shown = mask if mask is not None else rgba[..., 3] if has_alpha(rgba) else None
    seen = points_in(networks, opaque(rgba), shown)
    if still.keypoints is not None:
        seen = None if told is None else with_depths(told, seen)
    cutout = None if seen is None else cut_out(rgba, seen, run.options.size_px, mask)
    if cutout is not None and cutout.way == "plain" and told is None:
        # Now that it is known where the character is, the keypoints are found better.
        again = _again(networks, cutout)
        cutout = (None if again is None else cut_out(rgba, again, run.options.size_px)) or cutout
    if cutout is None or run.takings.body is None:
        return cutout, None
    return cutout, run.takings.body.in_still(cutout.points, size)


def _again(networks: Networks, cutout: Cutout) -> Points | None:
    """Return a character's keypoints in its picture as they are seen in the cutout; None where nobody is."""
    points = points_in(networks, opaque(cutout.rgba), cutout.rgba[..., 3])
    return None if points is None else cutout.in_picture(points)


def _import_video(run: _Import, clip: Clip) -> None:
    tracks = _followed(run, clip)
    track = max(tracks, key=lambda one: float(np.nansum(extent(one.keypoints_px) * one.confidences.mean(1))))
    if len(tracks) > 1:
        run.warnings.append(f"{len(tracks)} people are in {clip.info.path.name}; only the most prominent is taken")
    if run.takings.body is not None:
        # Its motion is solved with left and right as they are; a body cannot be laid on them as they were seen.
        track, _ = repair_swaps(track)
    frames = _frames_at_30(track)
    parts = parts_of([clip.info.path.stem] * len(frames), _places(track, frames))
    missing = [part for part in parts if not has_shard(run.dataset, part.name)]
    wanted = {int(frames[item]): part for part in missing for item in part.items}
    waiting = {part.name: len(part.items) for part in missing}
    taken: list[Taken] = []
    part: Part | None = None
    posed = (
        repeat(None)
        if run.takings.body is None
        else run.takings.body.in_video(track, np.array(list(wanted), dtype=np.int64))
    )
    behind, networks = cache(lambda: _behind(run, clip, tracks)), cache(lambda: Networks.load(_PARTS))
    run.progress("pictures", 0, len(wanted))
    for frame, (rgba, mask) in enumerate(zip(rgba_frames(clip), _masks(run.options.masks), strict=False)):
        if frame not in wanted:
            continue
        part = wanted[frame]
        shown = None if mask is None else mask_of(mask, clip.info.size_px)
        cutout = cut_out(rgba, track_points(track, frame), run.options.size_px, shown, behind)
        again = None if cutout is None else partial(lambda one: _again(networks(), one), cutout)
        taken += run.takings.taken(f"frame {frame}", cutout, next(posed), again)
        waiting[part.name] -= 1
        if waiting[part.name] == 0:
            run.takings.write(part, taken, min(clip.info.fps, FPS), moving=True)
            taken = []
        run.progress("pictures", len(wanted) - sum(waiting.values()), len(wanted))
    if taken and part is not None:
        run.takings.write(part, taken, min(clip.info.fps, FPS), moving=True)
    if short := sum(waiting.values()):
        run.warnings.append(f"left out: {short} frames at the end, which the masks or the file do not show")
    run.warnings += clip.warnings


def _behind(run: _Import, clip: Clip, tracks: list[Track]) -> UInt8[Array, "height width 3"] | None:
    """Return the background of a video whose camera stands still; None for any other."""
    camera = tracks[0].camera
    if camera is not None and camera.moving:
        return None
    return learn_plate(clip, tracks, progress=run.progress).rgb


def _followed(run: _Import, clip: Clip) -> list[Track]:
    """Return the people of a video, as an earlier run kept them or as they are seen now.

    Raises:
        InputError: nobody is seen.
    """
    path = run.options.out / _TRACKS
    wanted = SeenIn(clip_digest(clip.info.path), parts=tuple(sorted(_PARTS)))
    if path.exists():
        try:
            if (found := kept_tracks(path, wanted)) is not None:
                return found[0]
        except (InputError, FormatError):
            run.warnings.append(f"{path} is damaged: the video is looked at again")
    tracks = [as_kept(track) for track in find_people(clip, parts=_PARTS, progress=run.progress)]
    if not tracks:
        raise InputError(f"nobody was found in {clip.info.path}; give a video in which the whole character is seen")
    write_tracks(path, tracks, replace(wanted, warnings=tuple(clip.warnings)))
    return tracks


def _frames_at_30(track: Track) -> Int[Array, " chosen"]:
    """Return the frames that show the person, at most thirty a second."""
    ticks = np.floor(track.times_s * FPS + 0.5 + 1e-6)
    first = np.concatenate([[True], np.diff(ticks) > 0])
    return np.flatnonzero(first & track.seen)


def _places(track: Track, frames: Int[Array, " chosen"]) -> list[int]:
    """Return numbers that follow one another where no frame with the person is missing between."""
    unseen = np.cumsum(~track.seen)
    return (np.arange(len(frames)) + unseen[frames]).tolist()


def _masks(masks: Path | None) -> Iterator[UInt8[Array, "height width 4"] | None]:
    if masks is None:
        yield from repeat(None)
    elif masks.is_dir():
        yield from (read_rgba(still.path) for still in stills_in(masks))
    else:
        yield from rgba_frames(open_clip(masks))
