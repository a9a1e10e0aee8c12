"""The main verb: a clip in, one motion for each person out, with sound, preview and report."""

import contextlib
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path

import numpy as np

from manekko.character import default_model
from manekko.errors import FormatError, InputError
from manekko.files.captured import way_to
from manekko.files.fixes import read_fixes
from manekko.files.fixes_template import write_fixes_template
from manekko.files.keypoints import SeenIn, as_kept, clip_digest, kept_tracks, write_tracks
from manekko.files.models import read_rig, standard_rig
from manekko.files.motions import write_motion
from manekko.files.names import name_fits
from manekko.files.openpose import is_openpose, tracks_from_openpose
from manekko.files.results import options_typed, stem_of
from manekko.files.vmd import MODEL_NAME_BYTES
from manekko.lift.lift import Lifted, lift_track
from manekko.motion.build import motion_from_lifted
from manekko.motion.keys import Keys, reduce_keys
from manekko.motion.metrics import figures
from manekko.motion.motion import Motion, RigMotion
from manekko.motion.placing import in_place, raised, raised_keys, spot_of
from manekko.motion.retarget import Legs, retarget
from manekko.motion.retarget_legs import leg_scale
from manekko.motion.source_camera import SourceCamera, source_camera
from manekko.people.find import find_people
from manekko.people.fixes import Fixes, apply_to_tracks, unheeded
from manekko.people.keypoints import Track, most_visible
from manekko.progress import Progress, counted, silent
from manekko.show.dancer import DancerView, dancer_view
from manekko.show.preview import PersonView, write_preview, write_preview_png
from manekko.show.report import write_report
from manekko.show.report_values import PersonReport, Report, clip_facts, person_warnings
from manekko.skeleton.ground import on_level_ground
from manekko.skeleton.rig import Rig
from manekko.stage.figures import read_figure
from manekko.video.sound import write_wav
from manekko.video.source import Clip, check_bounds, open_clip
from manekko.whole import folder_for_results

_DEFAULT_FPS = 30.0
_UNWRITABLE_NAME = (
    "the model's name '{name}' does not fit into a VMD (20 bytes of Japanese code); "
    "MikuMikuDance may ask whether the motion is meant for it: say yes"
)


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


@dataclass(frozen=True)
class CaptureResult:
    """What was written, and what a person should know."""

    files: tuple[Path, ...]
    warnings: tuple[str, ...]
    people: int
    timing_s: Mapping[str, float]


@dataclass
class _Run:
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
        begun = time.perf_counter()
        yield
        self.timing_s[name] = self.timing_s.get(name, 0.0) + time.perf_counter() - begun

    def path(self, suffix: str) -> Path:
        return self.options.out / f"{self.stem}{suffix}"

    @property
    def is_still(self) -> bool:
        return self.clip is not None and self.clip.info.kind == "image"


@dataclass(frozen=True)
class _Person:
    track: Track
    motion: Motion
    rig_motion: RigMotion
    warnings: tuple[str, ...]
    camera: SourceCamera
    raise_m: float
    """How much higher than solved, as a repair by hand asks [m]."""


def capture(options: CaptureOptions, progress: Progress = silent) -> CaptureResult:
    """Write the motion of each person in a clip, with sound, preview and report, into ``options.out``.

    Files: ``STEM.vmd`` (several people: ``STEM-p1.vmd`` …; a picture: ``.vpd``), ``STEM.wav``, ``STEM-preview.mp4``,
    ``STEM-report.json`` and ``.html``, ``STEM-keypoints.npz``, ``STEM-fixes.toml``. Each appears whole or not at all.
    Keypoints that an earlier run left there are used again if they are of the same clip and options; a file of fixes
    that is there stays.

    Raises:
        InputError: the clip, the model or the fixes cannot be used, or nobody was found.
        FormatError: a model, JSON file or file of fixes does not follow its format.
        MissingToolError: the detector's models cannot be had, or the results cannot be written.
    """
    rig = read_rig(options.model) if options.model is not None else standard_rig()
    warnings = [] if name_fits(rig.name, MODEL_NAME_BYTES) else [_UNWRITABLE_NAME.format(name=rig.name)]
    fixes = _fixes(options)
    options = replace(options, start_s=fixes.start_s, end_s=fixes.end_s)
    check_bounds(options.start_s, options.end_s)
    clip = None if is_openpose(options.input) else open_clip(options.input, folder_fps=options.fps or _DEFAULT_FPS)
    run = _Run(options, progress, clip, stem_of(options.input), fixes, _seen_in(options, clip), warnings=warnings)
    with folder_for_results(options.out):
        tracks = _kept(run) or _seen(run)
        with run.stage("solve"):
            people = _solve(run, _repaired(run, tracks), rig)
        with run.stage("write"):
            _write_motions(run, people)
            _write_seen(run, tracks)
        sound = _write_sound(run)
        if options.preview:
            with run.stage("preview"):
                _write_preview(run, people, sound)
        with run.stage("report"):
            report = _report(run, people, rig)
            write_report(report, run.path("-report.json"), run.path("-report.html"))
    run.files |= {"keypoints": run.path("-keypoints.npz"), "fixes": run.path("-fixes.toml")}
    run.files |= {"report": run.path("-report.html"), "report data": run.path("-report.json")}
    own = [
        f"{_name(people, p)}{w}" for p, told in zip(people, report.people, strict=True) for w in person_warnings(told)
    ]
    warnings = [*report.warnings, *own]
    return CaptureResult(tuple(run.files.values()), tuple(warnings), len(people), run.timing_s)


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


def _kept(run: _Run) -> list[Track]:
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


def _seen(run: _Run) -> list[Track]:
    options = run.options
    with run.stage("people"):
        if run.clip is None:
            tracks = tracks_from_openpose(options.input, fps=options.fps or _DEFAULT_FPS)
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


def _repaired(run: _Run, tracks: Sequence[Track]) -> list[Track]:
    """Return the tracks with the repairs by hand that concern who is who and what is to be forgotten."""
    if run.options.fix is not None:
        count = f"repairs by hand, from {run.options.fix}: {run.fixes.count}"
        hint = "" if run.fixes.count else '; take away the "#" in front of a line of it'
        run.warnings += [count + hint, *unheeded(tracks, run.fixes)]
    return apply_to_tracks(tracks, run.fixes)


def _solve(run: _Run, tracks: Sequence[Track], rig: Rig) -> list[_Person]:
    run.warnings += [note for track in tracks[:1] if track.camera is not None for note in track.camera.notes]
    lifted: list[tuple[Track, Lifted]] = []
    problem: InputError | None = None
    for track in counted(tracks, "solve", len(tracks), run.progress):
        try:
            one = lift_track(track, fixes=run.fixes.of(track.track_id))
            lifted.append((track, on_level_ground(one)))
        except InputError as error:
            # A passer-by of whom too little is seen must not cost the dancers their motion.
            problem = error
            run.warnings.append(f"person {track.track_id} is left out: {error}")
    if problem is not None and not lifted:
        raise problem
    # Everyone's motion starts from one common middle, so that dancers keep their distance from each other.
    origin = np.mean([one.start_m for _, one in lifted], axis=0)
    run.warnings += ["danced on the spot, so the feet slide as on a treadmill"] if run.options.in_place else []
    people = []
    for track, one in lifted:
        own = run.fixes.of(track.track_id)
        motion = motion_from_lifted(one, origin_m=origin, fixes=own)
        camera = source_camera(one, motion)
        if run.options.in_place:
            # One dancer goes to the middle of the stage; several would stand in each other.
            motion = in_place(motion, spot_of(motion) if len(lifted) > 1 else None)
        rig_motion = raised_keys(retarget(motion, rig, legs=run.options.legs), rig, own.raise_m)
        rig_motion = reduce_keys(rig_motion, rig, run.options.keys)
        told = (*track.warnings, *_solve_warnings(one))
        people.append(_Person(track, raised(motion, own.raise_m), rig_motion, told, camera, own.raise_m))
    return people


def _solve_warnings(lifted: Lifted) -> list[str]:
    count = lifted.swapped_frames
    return [f"left and right were swapped in {count} frames: repaired"] if count else []


def _name(people: Sequence[_Person], person: _Person) -> str:
    return f"person {person.track.track_id}: " if len(people) > 1 else ""


def _suffix_of(people: Sequence[_Person], person: _Person) -> str:
    return f"-p{person.track.track_id}" if len(people) > 1 else ""


def _write_motions(run: _Run, people: Sequence[_Person]) -> None:
    for person in people:
        for kind in run.options.formats:
            name = "vpd" if kind == "vmd" and run.is_still else kind
            path = run.path(f"{_suffix_of(people, person)}.{name}")
            write_motion(path, person.motion if kind == "bvh" else person.rig_motion)
            run.files[f"{name}{_suffix_of(people, person)}"] = path


def _write_seen(run: _Run, tracks: list[Track]) -> None:
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


def _write_sound(run: _Run) -> Path | None:
    if run.clip is None or not run.clip.info.has_sound:
        return None
    options, path = run.options, run.path(".wav")
    with run.stage("sound"):
        written = write_wav(options.input, path, start_s=options.start_s, end_s=options.end_s)
    if written:
        run.files["wav"] = path
    return path if written else None


def _write_preview(run: _Run, people: Sequence[_Person], sound: Path | None) -> None:
    views = [PersonView(p.track, p.motion.joint_positions_m(), p.motion.contacts) for p in people]
    path = run.path("-preview.png" if run.is_still else "-preview.mp4")
    start_s, dancers = run.options.start_s, _dancers(run, people)
    if run.is_still:
        told = write_preview_png(run.clip, views, path, start_s=start_s, dancers=dancers)
    else:
        told = write_preview(
            run.clip,
            views,
            path,
            start_s=start_s,
            end_s=run.options.end_s,
            sound=sound,
            dancers=dancers,
            progress=run.progress,
        )
    run.warnings += told
    run.files["preview"] = path


def _dancers(run: _Run, people: Sequence[_Person]) -> list[DancerView]:
    """Return the characters of the preview: the user's own model, or ours; none where it cannot be drawn."""
    own = run.options.model
    try:
        figure = read_figure(own or default_model())
    except (InputError, FormatError) as error:
        run.warnings.append(f"the preview shows the skeleton alone: {error}")
        return []
    return [dancer_view(figure, p.motion, p.rig_motion if own is not None else None, raise_m=p.raise_m) for p in people]


def _report(run: _Run, people: Sequence[_Person], rig: Rig) -> Report:
    persons = []
    for person in people:
        suffix = _suffix_of(people, person)
        own = {kind: run.files[kind + suffix].name for kind in ("vmd", "vpd", "bvh") if kind + suffix in run.files}
        metrics = figures(person.rig_motion, rig).as_dict()
        camera = person.camera.as_dict() | {"scale": leg_scale(person.motion.skeleton, rig)}
        persons.append(PersonReport(person.track, person.motion, own, metrics, warnings=person.warnings, camera=camera))
    shared = {kind: run.files[kind].name for kind in ("preview", "wav") if kind in run.files}
    shared |= {"report": run.path("-report.html").name, "json": run.path("-report.json").name}
    shared |= {"keypoints": run.path("-keypoints.npz").name, "fixes": run.path("-fixes.toml").name}
    return Report(
        version=version("manekko"),
        input=_input_facts(run),
        people=persons,
        timing_s={stage: round(seconds, 3) for stage, seconds in run.timing_s.items()},
        files=shared,
        model_name=rig.name if run.options.model is not None else "",
        warnings=(*run.warnings, *(run.clip.warnings if run.clip is not None else ())),
    )


def _input_facts(run: _Run) -> dict[str, object]:
    facts: dict[str, object] = {"name": run.options.input.name, "start_s": run.options.start_s}
    facts |= {"place": place} if (place := way_to(run.options.input, run.options.out)) is not None else {}
    if run.options.end_s is not None:
        facts["end_s"] = run.options.end_s
    if run.clip is None:
        return facts | {"kind": "openpose", "fps": run.options.fps or _DEFAULT_FPS}
    return facts | clip_facts(run.clip.info)
