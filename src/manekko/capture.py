"""The main verb: a clip in, one motion for each person out, with sound, preview and report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from manekko.character import default_model
from manekko.errors import FormatError, InputError
from manekko.files.captured import way_to
from manekko.files.models import read_rig, standard_rig
from manekko.files.motions import write_motion
from manekko.files.names import name_fits
from manekko.files.vmd import MODEL_NAME_BYTES
from manekko.follow import DEFAULT_FPS, CaptureOptions, Run, begun, danced, found_tracks, write_seen
from manekko.motion.keys import reduce_keys
from manekko.motion.metrics import figures
from manekko.motion.motion import Motion, RigMotion
from manekko.motion.placing import raised, raised_keys
from manekko.motion.retarget import retarget
from manekko.motion.retarget_legs import leg_scale
from manekko.motion.source_camera import SourceCamera
from manekko.people.keypoints import Track
from manekko.progress import Progress, silent
from manekko.show.dancer import DancerView, dancer_view
from manekko.show.preview import PersonView, write_preview, write_preview_png
from manekko.show.report import write_report
from manekko.show.report_values import PersonReport, Report, clip_facts, person_warnings
from manekko.skeleton.rig import Rig
from manekko.stage.figures import read_figure
from manekko.video.sound import write_wav
from manekko.whole import folder_for_results

_UNWRITABLE_NAME = (
    "the model's name '{name}' does not fit into a VMD (20 bytes of Japanese code); "
    "MikuMikuDance may ask whether the motion is meant for it: say yes"
)


@dataclass(frozen=True)
class CaptureResult:
    """What was written, and what a person should know."""

    files: tuple[Path, ...]
    warnings: tuple[str, ...]
    people: int
    timing_s: Mapping[str, float]


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
    run = begun(options, progress)
    if not name_fits(rig.name, MODEL_NAME_BYTES):
        run.warnings.append(_UNWRITABLE_NAME.format(name=rig.name))
    options = run.options
    with folder_for_results(options.out):
        tracks = found_tracks(run)
        with run.stage("solve"):
            people = _solve(run, tracks, rig)
        with run.stage("write"):
            _write_motions(run, people)
            write_seen(run, tracks)
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


def _solve(run: Run, tracks: Sequence[Track], rig: Rig) -> list[_Person]:
    people = []
    for one in danced(run, tracks):
        rig_motion = raised_keys(retarget(one.motion, rig, legs=run.options.legs), rig, one.raise_m)
        rig_motion = reduce_keys(rig_motion, rig, run.options.keys)
        motion = raised(one.motion, one.raise_m)
        people.append(_Person(one.track, motion, rig_motion, one.warnings, one.camera, one.raise_m))
    return people


def _name(people: Sequence[_Person], person: _Person) -> str:
    return f"person {person.track.track_id}: " if len(people) > 1 else ""


def _suffix_of(people: Sequence[_Person], person: _Person) -> str:
    return f"-p{person.track.track_id}" if len(people) > 1 else ""


def _write_motions(run: Run, people: Sequence[_Person]) -> None:
    for person in people:
        for kind in run.options.formats:
            name = "vpd" if kind == "vmd" and run.is_still else kind
            path = run.path(f"{_suffix_of(people, person)}.{name}")
            write_motion(path, person.motion if kind == "bvh" else person.rig_motion)
            run.files[f"{name}{_suffix_of(people, person)}"] = path


def _write_sound(run: Run) -> Path | None:
    if run.clip is None or not run.clip.info.has_sound:
        return None
    options, path = run.options, run.path(".wav")
    with run.stage("sound"):
        written = write_wav(options.input, path, start_s=options.start_s, end_s=options.end_s)
    if written:
        run.files["wav"] = path
    return path if written else None


def _write_preview(run: Run, people: Sequence[_Person], sound: Path | None) -> None:
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


def _dancers(run: Run, people: Sequence[_Person]) -> list[DancerView]:
    """Return the characters of the preview: the user's own model, or ours; none where it cannot be drawn."""
    own = run.options.model
    try:
        figure = read_figure(own or default_model())
    except (InputError, FormatError) as error:
        run.warnings.append(f"the preview shows the skeleton alone: {error}")
        return []
    return [dancer_view(figure, p.motion, p.rig_motion if own is not None else None, raise_m=p.raise_m) for p in people]


def _report(run: Run, people: Sequence[_Person], rig: Rig) -> Report:
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


def _input_facts(run: Run) -> dict[str, object]:
    facts: dict[str, object] = {"name": run.options.input.name, "start_s": run.options.start_s}
    facts |= {"place": place} if (place := way_to(run.options.input, run.options.out)) is not None else {}
    if run.options.end_s is not None:
        facts["end_s"] = run.options.end_s
    if run.clip is None:
        return facts | {"kind": "openpose", "fps": run.options.fps or DEFAULT_FPS}
    return facts | clip_facts(run.clip.info)
