"""The main verb: a clip in, one motion for each person out, with sound, preview and report."""

import contextlib
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path

import numpy as np

from manekko.character import default_model
from manekko.errors import FormatError, InputError
from manekko.files.captured import way_to
from manekko.files.keypoints import write_tracks
from manekko.files.models import read_rig, standard_rig
from manekko.files.motions import write_motion
from manekko.files.names import name_fits
from manekko.files.openpose import tracks_from_openpose
from manekko.files.vmd import MODEL_NAME_BYTES
from manekko.lift.lift import Lifted, lift_track
from manekko.motion.build import motion_from_lifted
from manekko.motion.metrics import figures
from manekko.motion.motion import Motion, RigMotion
from manekko.motion.retarget import Legs, retarget
from manekko.motion.retarget_legs import leg_scale
from manekko.motion.source_camera import SourceCamera, source_camera
from manekko.people.find import find_people
from manekko.people.keypoints import Track
from manekko.progress import Progress, counted, silent
from manekko.show.preview import DancerView, PersonView, write_preview, write_preview_png
from manekko.show.report import write_report
from manekko.show.report_values import PersonReport, Report, person_warnings
from manekko.skeleton.rig import Rig
from manekko.stage.figures import read_figure
from manekko.video.sound import write_wav
from manekko.video.source import Clip, open_clip
from manekko.whole import folder_for_results

_ARCHIVES = (".zip", ".tar", ".tgz", ".gz", ".bz2", ".xz")
_PICTURES = {".png", ".jpg", ".jpeg", ".webp", ".bmp"}
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
    start_s: float = 0.0
    """Begin here in the clip [s]; this is the motion's frame 0."""
    end_s: float | None = None
    """Stop here in the clip [s]; None: at its end."""
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


def capture(options: CaptureOptions, progress: Progress = silent) -> CaptureResult:
    """Write the motion of each person in a clip, with sound, preview and report, into ``options.out``.

    Files: ``STEM.vmd`` (several people: ``STEM-p1.vmd`` …; a picture: ``.vpd``), ``STEM.wav``, ``STEM-preview.mp4``,
    ``STEM-report.json`` and ``.html``, ``STEM-keypoints.npz``. Each appears whole or not at all.

    Raises:
        InputError: the clip or model cannot be used, or nobody was found.
        FormatError: a model or JSON file does not follow its format.
        MissingToolError: the detector's models cannot be had, or the results cannot be written.
    """
    rig = read_rig(options.model) if options.model is not None else standard_rig()
    warnings = [] if name_fits(rig.name, MODEL_NAME_BYTES) else [_UNWRITABLE_NAME.format(name=rig.name)]
    clip = None if _is_openpose(options.input) else open_clip(options.input, folder_fps=options.fps or _DEFAULT_FPS)
    run = _Run(options, progress, clip, _stem(options.input), warnings=warnings)
    with folder_for_results(options.out):
        with run.stage("people"):
            tracks = _tracks(run)
        with run.stage("solve"):
            people = _solve(run, tracks, rig)
        with run.stage("write"):
            _write_motions(run, people)
            write_tracks(run.path("-keypoints.npz"), tracks)
        sound = _write_sound(run)
        if options.preview:
            with run.stage("preview"):
                _write_preview(run, people, sound)
        with run.stage("report"):
            report = _report(run, people, rig)
            write_report(report, run.path("-report.json"), run.path("-report.html"))
    run.files |= {"keypoints": run.path("-keypoints.npz")}
    run.files |= {"report": run.path("-report.html"), "report data": run.path("-report.json")}
    own = [
        f"{_name(people, p)}{w}" for p, told in zip(people, report.people, strict=True) for w in person_warnings(told)
    ]
    warnings = [*report.warnings, *own]
    return CaptureResult(tuple(run.files.values()), tuple(warnings), len(people), run.timing_s)


def what_it_is(file: Path) -> str:
    """Return in a few words what a file that ``capture`` wrote is for."""
    if file.stem.endswith("-preview"):
        what = ("picture", "pose") if file.suffix == ".png" else ("clip", "motion")
        return "the skeleton over the {}, and the solved {}".format(*what)
    if file.stem.endswith("-report"):
        return "how well it went: open it in a browser" if file.suffix == ".html" else "the same, for programs"
    if file.stem.endswith("-keypoints"):
        return "what was seen, for programs"
    meanings = {
        ".vmd": "the motion, for MikuMikuDance",
        ".vpd": "the pose, for MikuMikuDance",
        ".bvh": "the motion, for Blender and others",
        ".wav": "the sound, in step with the motion",
    }
    return meanings.get(file.suffix, "")


def _stem(source: Path) -> str:
    name = source.resolve().name
    if source.is_dir():
        return name
    for _ in range(2):
        ending = Path(name).suffix.lower()
        name = name[: -len(ending)] if ending in _ARCHIVES else name
    return Path(name).stem if name == source.name else name


def _is_openpose(source: Path) -> bool:
    if source.is_dir():
        endings = {member.suffix.lower() for member in source.iterdir()}
        return ".json" in endings and not endings & _PICTURES
    return source.suffix.lower() in _ARCHIVES


def _tracks(run: _Run) -> list[Track]:
    options = run.options
    if run.clip is None:
        tracks = _most_visible(tracks_from_openpose(options.input, fps=options.fps or _DEFAULT_FPS), options.people)
        return [track.between(options.start_s, options.end_s) for track in tracks]
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
    return tracks


def _most_visible(tracks: list[Track], people: int | None) -> list[Track]:
    """Keep so many people, those seen best and longest, in their own order."""
    by_visibility = sorted(tracks, key=lambda track: float(track.confidences.sum()), reverse=True)
    return sorted(by_visibility[:people], key=lambda track: track.track_id)


def _solve(run: _Run, tracks: Sequence[Track], rig: Rig) -> list[_Person]:
    lifted: list[tuple[Track, Lifted]] = []
    problem: InputError | None = None
    for track in counted(tracks, "solve", len(tracks), run.progress):
        try:
            lifted.append((track, lift_track(track)))
        except InputError as error:
            # A passer-by of whom too little is seen must not cost the dancers their motion.
            problem = error
            run.warnings.append(f"person {track.track_id} is left out: {error}")
    if problem is not None and not lifted:
        raise problem
    # Everyone's motion starts from one common middle, so that dancers keep their distance from each other.
    origin = np.mean([one.start_m for _, one in lifted], axis=0)
    people = []
    for track, one in lifted:
        motion = motion_from_lifted(one, origin_m=origin)
        rig_motion = retarget(motion, rig, legs=run.options.legs)
        people.append(
            _Person(track, motion, rig_motion, (*track.warnings, *_solve_warnings(one)), source_camera(one, motion))
        )
    return people


def _solve_warnings(lifted: Lifted) -> list[str]:
    if not lifted.swapped_frames:
        return []
    return [f"left and right were swapped in {lifted.swapped_frames} frames: repaired"]


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
    return [
        DancerView(
            figure,
            person.rig_motion if own is not None else retarget(person.motion, figure.rig),
            leg_scale(person.motion.skeleton, figure.rig),
        )
        for person in people
    ]


def _report(run: _Run, people: Sequence[_Person], rig: Rig) -> Report:
    persons = []
    for person in people:
        suffix = _suffix_of(people, person)
        own = {kind: run.files[kind + suffix].name for kind in ("vmd", "vpd", "bvh") if kind + suffix in run.files}
        metrics = figures(person.rig_motion, rig).as_dict()
        camera = asdict(person.camera) | {"scale": leg_scale(person.motion.skeleton, rig)}
        persons.append(PersonReport(person.track, person.motion, own, metrics, warnings=person.warnings, camera=camera))
    shared = {kind: run.files[kind].name for kind in ("preview", "wav") if kind in run.files}
    shared |= {"report": run.path("-report.html").name, "json": run.path("-report.json").name}
    shared["keypoints"] = run.path("-keypoints.npz").name
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
    info = run.clip.info
    return facts | {
        "kind": info.kind,
        "size_px": list(info.size_px),
        "fps": round(info.fps, 3),
        "duration_s": info.duration_s,
        "has_sound": info.has_sound,
    }
