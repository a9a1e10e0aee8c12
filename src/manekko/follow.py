"""People followed through a clip: found, or known from an earlier run, repaired by hand, and solved as motions."""

import contextlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path

import numpy as np

from manekko.errors import FormatError, InputError
from manekko.files.fixes import read_fixes
from manekko.files.fixes_template import write_fixes_template
from manekko.files.keypoints import SeenIn, as_kept, clip_digest, kept_tracks, write_tracks
from manekko.files.openpose import is_openpose, tracks_from_openpose
from manekko.files.results import options_typed, stem_of
from manekko.lift.lift import Lifted, lift_track
from manekko.motion.build import motion_from_lifted
from manekko.motion.keys import Keys
from manekko.motion.motion import Motion
from manekko.motion.placing import in_place, spot_of
from manekko.motion.retarget import Legs
from manekko.motion.source_camera import SourceCamera, source_camera
from manekko.people.find import find_people
from manekko.people.fixes import Fixes, apply_to_tracks, unheeded
from manekko.people.keypoints import Track, most_visible
from manekko.progress import Progress, counted
from manekko.skeleton.ground import on_level_ground
from manekko.video.source import Clip, check_bounds, open_clip

DEFAULT_FPS = 30.0


@dataclass(frozen=True)
class CaptureOptions:
    """What to capture, and how."""

    input: Path
    """Video, picture, folder of pictures, or folder or archive of OpenPose JSON."""
    model: Path | None = None
    """PMX or PMD that will dance; None: MMD's standard skeleton."""
    people: int | None = None
    """Follow at most so many people; None: everybody."""
    parts: frozenset[str] = frozenset({"body"})
    """Of ``body``, ``hands``, ``face``."""
    formats: tuple[str, ...] = ("vmd",)
    """Of ``vmd``, ``bvh``."""
    legs: Legs = "ik"
    """Whether foot IK or the leg bones themselves carry the legs."""
    keys: Keys = "edit"
    """How many keys a VMD gets."""
    start_s: float = 0.0
    """Begin here in the clip [s]; this is the motion's frame 0."""
    end_s: float | None = None
    """Stop here in the clip [s]; None: at its end."""
    fix: Path | None = None
    """File of repairs by hand; None: none are made."""
    in_place: bool = False
    """Whether the dancer stays on the spot."""
    preview: bool = True
    """Whether to write the preview."""
    out: Path = Path("out")
    """Folder of the results."""
    fps: float | None = None
    """Rate of a folder of pictures or of JSON, which do not say it; None: 30."""
    workers: int | None = None
    """Processor cores to use; None: all."""


@dataclass
class Run:
    """One capture under way."""

    options: CaptureOptions
    progress: Progress
    clip: Clip | None
    stem: str
    fixes: Fixes
    seen_in: SeenIn | None = None
    """Where and how the people are seen; None for OpenPose's JSON."""
    reused: bool = False
    """Whether they were seen by an earlier run."""
    timing_s: dict[str, float] = field(default_factory=dict)
    files: dict[str, Path] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    @contextlib.contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add the time that the block takes to the stage's."""
        begun = time.perf_counter()
        yield
        self.timing_s[name] = self.timing_s.get(name, 0.0) + time.perf_counter() - begun

    def path(self, suffix: str) -> Path:
        """Return the name of a result."""
        return self.options.out / f"{self.stem}{suffix}"

    @property
    def is_still(self) -> bool:
        """Whether the clip is one picture."""
        return self.clip is not None and self.clip.info.kind == "image"


def begun(options: CaptureOptions, progress: Progress) -> Run:
    """Return a run of which nothing is done but to read the fixes and to open the clip.

    Raises:
        InputError: the clip or the fixes cannot be used.
        FormatError: the file of fixes is damaged.
    """
    fixes = _fixes(options)
    options = replace(options, start_s=fixes.start_s, end_s=fixes.end_s)
    check_bounds(options.start_s, options.end_s)
    clip = None if is_openpose(options.input) else open_clip(options.input, folder_fps=options.fps or DEFAULT_FPS)
    return Run(options, progress, clip, stem_of(options.input), fixes, _seen_in(options, clip))


def found_tracks(run: Run) -> list[Track]:
    """Return the people of the clip, as an earlier run in the same folder saw them if there was one.

    Raises:
        InputError: nobody was found.
        FormatError: an OpenPose file is damaged.
        MissingToolError: the detector's models cannot be had.
    """
    return _kept(run) or _seen(run)


def _fixes(options: CaptureOptions) -> Fixes:
    if options.fix is None:
        return Fixes(options.start_s, options.end_s)
    return read_fixes(options.fix, start_s=options.start_s, end_s=options.end_s)


def _seen_in(options: CaptureOptions, clip: Clip | None) -> SeenIn | None:
    if clip is None:
        return None
    return SeenIn(
        clip_digest(options.input),
        options.start_s,
        options.end_s,
        people=options.people,
        parts=tuple(sorted(options.parts)),
        fps=options.fps,
        version=version("manekko"),
    )


def _kept(run: Run) -> list[Track]:
    """Return what an earlier run has seen, if it looked at the same with the same options; else nothing."""
    path = run.path("-keypoints.npz")
    if run.clip is None or run.seen_in is None or not path.is_file():
        return []
    try:
        found = kept_tracks(path, run.seen_in)
    except (InputError, FormatError) as error:
        run.warnings.append(f"the video was looked at anew: {error}")
        return []
    if found is None or not found[0]:
        if found is None and run.options.fix is not None:
            run.warnings.append(f"the video was looked at anew: {path.name} is of another clip, time or options")
        return []
    run.reused = True
    run.warnings.append(f"what an earlier run saw was used again; to look at the video anew, delete {path}")
    run.clip.warnings.extend(found[1].warnings)
    return found[0]


def _seen(run: Run) -> list[Track]:
    options = run.options
    with run.stage("people"):
        if run.clip is None:
            tracks = tracks_from_openpose(options.input, fps=options.fps or DEFAULT_FPS)
            return [track.between(options.start_s, options.end_s) for track in most_visible(tracks, options.people)]
        tracks = find_people(
            run.clip,
            start_s=options.start_s,
            end_s=options.end_s,
            people=options.people,
            parts=options.parts,
            workers=options.workers,
            progress=run.progress,
        )
    if not tracks:
        raise InputError(
            f"nobody was found in {options.input}: expected a person seen from head to feet; "
            "try a clip in which the whole body is in view, larger and brighter"
        )
    return [as_kept(track) for track in tracks]


def _repaired(run: Run, tracks: Sequence[Track]) -> list[Track]:
    """Return the tracks with the repairs by hand that concern who is who and what is to be forgotten."""
    if run.options.fix is not None:
        count = f"repairs by hand, from {run.options.fix}: {run.fixes.count}"
        hint = "" if run.fixes.count else '; take away the "#" in front of a line of it'
        run.warnings += [count + hint, *unheeded(tracks, run.fixes)]
    return apply_to_tracks(tracks, run.fixes)


@dataclass(frozen=True)
class Danced:
    """One person of a clip with the motion that was solved."""

    track: Track
    motion: Motion
    warnings: tuple[str, ...]
    camera: SourceCamera
    raise_m: float
    """How much higher than solved the motion is to be, as a repair by hand asks [m]; not in ``motion`` yet."""


def danced(run: Run, tracks: Sequence[Track]) -> Iterator[Danced]:
    """Yield each person with the motion that was solved, after the repairs by hand.

    Raises:
        InputError: too little is seen of everybody.
    """
    tracks = _repaired(run, tracks)
    run.warnings += [note for track in tracks[:1] if track.camera is not None for note in track.camera.notes]
    lifted = _lifted(run, tracks)
    # Everyone's motion starts from one common middle, so that dancers keep their distance from each other.
    origin = np.mean([one.start_m for _, one in lifted], axis=0)
    run.warnings += ["danced on the spot, so the feet slide as on a treadmill"] if run.options.in_place else []
    for track, one in lifted:
        own = run.fixes.of(track.track_id)
        motion = motion_from_lifted(one, origin_m=origin, fixes=own)
        camera = source_camera(one, motion)
        if run.options.in_place:
            # One dancer goes to the middle of the stage; several would stand in each other.
            motion = in_place(motion, spot_of(motion) if len(lifted) > 1 else None)
        yield Danced(track, motion, (*track.warnings, *_solve_warnings(one)), camera, own.raise_m)


def _lifted(run: Run, tracks: Sequence[Track]) -> list[tuple[Track, Lifted]]:
    """Return each person in 3D, but those of whom too little is seen: a passer-by must not cost the dancers theirs."""
    lifted: list[tuple[Track, Lifted]] = []
    problem: InputError | None = None
    for track in counted(tracks, "solve", len(tracks), run.progress):
        try:
            one = lift_track(track, fixes=run.fixes.of(track.track_id))
            lifted.append((track, on_level_ground(one)))
        except InputError as error:
            problem = error
            run.warnings.append(f"person {track.track_id} is left out: {error}")
    if problem is not None and not lifted:
        raise problem
    return lifted


def _solve_warnings(lifted: Lifted) -> list[str]:
    count = lifted.swapped_frames
    return [f"left and right were swapped in {count} frames: repaired"] if count else []


def write_seen(run: Run, tracks: list[Track]) -> None:
    """Write the keypoints, unless they are there, perhaps of a longer time; and a file in which to ask for repairs."""
    options = run.options
    if not run.reused:
        told = tuple(run.clip.warnings) if run.clip is not None else ()
        seen_in = replace(run.seen_in, warnings=told) if run.seen_in is not None else None
        write_tracks(run.path("-keypoints.npz"), tracks, seen_in)
    write_fixes_template(
        run.path("-fixes.toml"),
        options.input,
        options_typed(vars(options), vars(CaptureOptions(options.input))),
        [track.track_id for track in tracks],
        start_s=options.start_s,
    )
