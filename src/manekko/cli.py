"""The ``manekko`` command: its options as dataclasses, one verb called for each, and what is printed."""

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import tyro
from tyro.conf import FlagCreatePairsOff, Positional, arg

from manekko.errors import InputError, explained
from manekko.options import argument, count, joined, name_in_pieces, names, number, optional, paths, port, size, time

_DESCRIPTION = """A person dances in a video; a character dances the same dance.

Start with `manekko capture dance.mp4`; `manekko capture --help` lists what can be chosen, `manekko --version` says
which version this is."""

# All our matrices are small: more threads in numpy would only wait for each other. Set before numpy is loaded.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

_PARTS = ("body", "hands", "face")
_FORMATS = ("vmd", "bvh")


_Parts = Annotated[
    frozenset[str],
    argument("PARTS", lambda text: frozenset(names(text, _PARTS)), lambda chosen: joined(chosen, _PARTS)),
]
_Formats = Annotated[
    tuple[str, ...],
    argument("FORMATS", lambda text: names(text, _FORMATS), lambda chosen: joined(chosen, _FORMATS)),
]
_People = Annotated[int | None, optional("all|N", count, none="all")]
_Model = Annotated[Path | None, optional("MODEL.pmx", Path, none="standard")]
_File = Annotated[Path | None, optional("FIXES.toml", Path, none="none")]
_Start = Annotated[float, argument("TIME", time, "{:g}".format)]
_End = Annotated[float | None, optional("TIME", time, none="end")]
_Fps = Annotated[float | None, optional("FPS", lambda text: number(text, lowest=1.0), none="30")]
_Models = Annotated[
    tuple[Path, ...],
    argument(
        "MODEL", lambda text: () if text == "maneko" else paths(text), lambda m: ",".join(map(str, m)) or "maneko"
    ),
]
_Size = Annotated[tuple[int, int] | None, optional("WxH", size, none="auto")]
_Rate = Annotated[float | None, optional("FPS", lambda text: number(text, lowest=1.0), none="auto")]
_Camera = Annotated[str | None, optional("CAMERA", str, none="auto")]
_Sound = Annotated[str, argument("WAV|none", str)]
_Port = Annotated[int | None, optional("N", port, none="free")]
_Workers = Annotated[int | None, optional("N", count, none="all")]


@dataclass(frozen=True)
class Capture:
    """Make a motion for MikuMikuDance from a video, a picture, a folder of pictures or OpenPose JSON."""

    input: Annotated[Positional[Path], arg(metavar="INPUT")]
    """A video (mp4 mov avi webm wmv mkv gif), picture (png jpg webp), folder of pictures, or OpenPose JSON."""
    model: _Model = None
    """Your model (PMX or PMD): the motion will fit its bones and proportions."""
    people: _People = None
    """How many people to follow, the most visible first; each gets a file."""
    parts: _Parts = frozenset({"body"})
    """What to look at: body, hands, face, with commas between. More takes more time."""
    formats: _Formats = ("vmd",)
    """Files to write, with commas between: vmd (MikuMikuDance), bvh (Blender and others)."""
    start: _Start = 0.0
    """Begin here in the clip: seconds (75), or minutes and seconds (1:15)."""
    end: _End = None
    """Stop here in the clip, given likewise."""
    fix: _File = None
    """Repairs by hand: a text file such as FOLDER/NAME-fixes.toml, which every capture writes and explains."""
    in_place: FlagCreatePairsOff[bool] = False
    """Stay on the spot: travel over the floor is taken away, so that the feet slide as on a treadmill."""
    legs: Literal["ik", "fk"] = "ik"
    """ik: the feet are placed, as MMD models expect. fk: hips, knees and ankles are turned."""
    keys: Literal["full", "edit", "tiny"] = "edit"
    """full: a key in every frame. edit: few keys on curves, within 1 degree. tiny: fewer still, within 3."""
    preview: bool = True
    """Also write a video of the skeleton over the clip, beside the solved motion."""
    fps: _Fps = None
    """Frames a second of a folder of pictures or of OpenPose JSON, which do not say it themselves."""
    workers: _Workers = None
    """Processor cores to use; the result is the same for any number."""
    out: Annotated[Path, arg(metavar="FOLDER")] = Path("out")
    """Folder for the results."""


@dataclass(frozen=True)
class Convert:
    """Turn a motion file into another kind: VMD, VPD and BVH into each other, or a VMD onto another model."""

    motion: Annotated[Positional[Path], arg(metavar="MOTION")]
    """The motion to read."""
    out: Annotated[Positional[Path], arg(metavar="OUT")]
    """The file to write; its ending says the kind."""
    model: _Model = None
    """The model (PMX or PMD) whose bones a VMD or VPD moves."""
    in_place: FlagCreatePairsOff[bool] = False
    """Stay on the spot: travel over the floor is taken away."""


@dataclass(frozen=True)
class Check:
    """Measure a motion on a model: feet, floor, jumps, trembling, sudden turns, reach of the legs, keys; what to do."""

    motion: Annotated[Positional[Path], arg(metavar="MOTION")]
    """The motion: VMD, VPD or BVH."""
    model: Annotated[Path, arg(metavar="MODEL.pmx")]
    """The model (PMX or PMD) that dances it."""
    json: FlagCreatePairsOff[bool] = False
    """Print JSON in place of a table."""


@dataclass(frozen=True)
class Render:
    """Draw a character that dances a motion: as a video, an animated GIF or pictures."""

    motion: Annotated[Positional[Path], arg(metavar="MOTION")]
    """The motion: VMD, VPD, BVH, or the folder that capture wrote."""
    out: Annotated[Positional[Path], arg(metavar="OUT")]
    """What to write, by its ending: mp4, webm, mov, gif, png; without an ending a folder of pictures."""
    model: _Models = ()
    """Your character (PMX, PMD, VRM, GLB), or maneko or tora; for several dancers one for each, with commas."""
    beside: Annotated[tuple[Path, ...], arg(name="with", metavar="MOTION")] = ()
    """More motions, danced by more characters on the same stage."""
    camera: _Camera = None
    """fixed: all the dance in view. follow: the dancer. orbit: around. source: the video's. A VMD (camera, light)."""
    background: Annotated[str, arg(metavar="WHAT")] = "studio"
    """studio, transparent, source (the captured video), a colour (#ff8800), or a picture or video."""
    size: _Size = None
    """Width and height of the pictures, such as 1280x720."""
    fps: _Rate = None
    """Frames a second."""
    start: _Start = 0.0
    """Begin here in the motion: seconds (75), or minutes and seconds (1:15)."""
    end: _End = None
    """Stop here in the motion, given likewise."""
    sound: _Sound = "auto"
    """The music: a 16-bit WAV, or none. auto: the WAV of the same name beside the motion."""


@dataclass(frozen=True)
class View:
    """Show a character that dances a motion, in the browser: from all sides, beside the video, with its sound."""

    motion: Annotated[Positional[Path | None], optional("MOTION", Path, none="none")] = None
    """The motion: VMD, VPD, BVH, or the folder that capture wrote. Without one you can drop files onto the page."""
    model: _Models = ()
    """Your character (PMX, PMD, VRM), or maneko or tora; for several dancers one for each, with commas."""
    beside: Annotated[tuple[Path, ...], arg(name="with", metavar="MOTION")] = ()
    """More motions, danced by more characters; a VMD of the camera, too."""
    port: _Port = None
    """Port of this machine at which the page is served; nobody else's machine reaches it."""
    browser: bool = True
    """Whether to open the browser, too."""


@dataclass(frozen=True)
class Weights:
    """List the detector's models, or fetch them ahead of time (once, about 35 MB; needs the internet)."""

    action: Annotated[Positional[Literal["list", "fetch"]], arg(metavar="list|fetch")]
    """list: where each model lies. fetch: fetch those that are missing."""


@dataclass(frozen=True)
class Demo:
    """Capture the clip that comes with Manekko, as a first try."""

    out: Annotated[Path, arg(metavar="FOLDER")] = Path("out")
    """Folder for the results."""


@dataclass(frozen=True)
class Bench:
    """Measure Manekko itself: accuracy, speed and the rest, as tables and JSON."""

    names: Annotated[Positional[tuple[str, ...]], arg(metavar="[NAME ...]")] = ()
    """Which measurements, such as accuracy or speed; without a name, all."""
    out: Annotated[Path | None, arg(metavar="FILE.json")] = None
    """Also write the figures here."""


Command = Capture | Convert | Check | Render | View | Weights | Demo | Bench


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code: 0 done, 1 cannot be done (one line says why); 2 exits at once."""
    _speak_utf8(sys.stdout, sys.stderr)
    arguments = list(sys.argv[1:] if argv is None else argv) or ["--help"]
    if arguments == ["--version"]:
        from manekko import __version__

        print(f"manekko {__version__}")
        return 0
    command = _understood(arguments)
    try:
        with _quiet_libraries():
            code = _run(command)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return _fail("stopped: no unfinished file was left behind")
    except BrokenPipeError:
        # Whoever read our output (head, less) has gone: what is still in the buffer has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:
        if os.environ.get("MANEKKO_DEBUG") == "1":
            raise
        return _fail(explained(error))
    return code


def _understood(arguments: list[str]) -> Command:
    """Return the command that the words say; exits with 2 where they say none."""
    try:
        return tyro.cli(Command, prog="manekko", description=_DESCRIPTION, args=arguments)  # pyright: ignore
    except SystemExit as ended:
        name = name_in_pieces(arguments)
        if ended.code and name is not None:
            _fail(f'a name with spaces needs quotes: "{name}"')
        raise


def _run(command: Command) -> int:
    match command:
        case Capture():
            return _capture(command)
        case Convert():
            return _convert(command)
        case Check():
            return _check(command)
        case Render():
            return _render(command)
        case View():
            return _view(command)
        case Weights():
            return _weights(command)
        case Demo():
            return _capture(Capture(_example_clip(), out=command.out))
        case Bench():
            from manekko import bench

            return bench.run(list(command.names), command.out)


def _capture(command: Capture) -> int:
    from manekko.capture import CaptureOptions, capture
    from manekko.progress import bars

    renamed = {"start": "start_s", "end": "end_s"}
    options = CaptureOptions(**{renamed.get(name, name): value for name, value in vars(command).items()})
    with bars() as progress:
        result = capture(options, progress)
    people = "1 person" if result.people == 1 else f"{result.people} people"
    print(f"Done: {people}, {sum(result.timing_s.values()):.0f} s.")
    _print_files(result.files, result.warnings)
    return 0


def _print_files(files: Sequence[Path], warnings: Sequence[str]) -> None:
    from manekko.files.results import typed, what_it_is

    width = max(len(str(file)) for file in files)
    for file in files:
        print(f"  {file!s:<{width}}  {what_it_is(file)}".rstrip())
    for warning in warnings:
        print(f"Note: {warning}")
    for ending, kind in ((".vmd", "motion"), (".vpd", "pose")):
        first = next((file for file in files if file.suffix == ending), None)
        if first is not None:
            print(f"Next: in MikuMikuDance load a model, then File > Load {kind} data > {first}")
            drawn = f"{first.stem}-character{'.mp4' if kind == 'motion' else '.png'}"
            print(f"Or see it in the browser: manekko view {typed(first.parent)}")
            print(f"Or see it drawn: manekko render {typed(first.parent)} {typed(drawn)}")


def _convert(command: Convert) -> int:
    from manekko.convert import convert

    for note in convert(command.motion, command.out, model=command.model, stays=command.in_place):
        print(f"Note: {note}")
    print(f"Done: {command.out}")
    return 0


def _check(command: Check) -> int:
    from manekko.check import check, table

    figures = check(command.motion, command.model)
    print(json.dumps(figures.as_dict(), indent=2, ensure_ascii=False) if command.json else table(figures))
    return 0


def _render(command: Render) -> int:
    from manekko.progress import bars
    from manekko.render import RenderOptions, render

    options = RenderOptions(
        motions=(command.motion, *command.beside),
        out=command.out,
        models=command.model,
        camera=command.camera,
        background=command.background,
        size_px=command.size,
        fps=command.fps,
        start_s=command.start,
        end_s=command.end,
        sound=None if command.sound in ("auto", "none") else Path(command.sound),
        silent=command.sound == "none",
    )
    with bars() as progress:
        result = render(options, progress)
    for warning in result.warnings:
        print(f"Note: {warning}")
    pictures = "1 picture" if result.pictures == 1 else f"{result.pictures} pictures"
    print(f"Done: {result.out}, {pictures} of {result.size_px[0]}x{result.size_px[1]}, {result.seconds:.0f} s.")
    return 0


def _view(command: View) -> int:
    from manekko.studio.view import ViewOptions, view

    motions = (*(() if command.motion is None else (command.motion,)), *command.beside)
    options = ViewOptions(motions, command.model, command.port, command.browser)
    view(options, lambda url: print(f"The page is at {url} (Ctrl-C ends it)", flush=True))
    return 0


def _weights(command: Weights) -> int:
    from manekko.progress import bars
    from manekko.weights import fetch_weights, weights_status

    if command.action == "fetch":
        with bars() as progress:
            folder = fetch_weights(progress)
        print(f"Done: the models lie in {folder}")
        return 0
    for name, path in weights_status():
        print(f"{name:<36} {path if path is not None else 'not fetched yet'}")
    return 0


def _example_clip() -> Path:
    """Return the clip that comes with Manekko: in the package, or beside it in the source folder."""
    here = Path(__file__).parent
    for candidate in (here / "examples" / "dance.mp4", here.parent.parent / "examples" / "dance.mp4"):
        if candidate.is_file():
            return candidate
    raise InputError("the example clip is not in this installation; try: manekko capture YOUR-CLIP.mp4")


def _fail(line: str) -> int:
    # One line always: a message that quotes a file's text could carry line breaks.
    print(f"manekko: {' '.join(line.split())}", file=sys.stderr)
    return 1


@contextmanager
def _quiet_libraries() -> Iterator[None]:
    """Keep what native libraries write by themselves (TensorFlow's banners) off the terminal; our words stay on it."""
    own = sys.stderr
    if os.environ.get("MANEKKO_DEBUG") == "1" or own is None or own is not sys.__stderr__:
        yield
        return
    own.flush()
    terminal, nowhere = os.dup(own.fileno()), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, own.fileno())
    os.close(nowhere)
    try:
        with os.fdopen(terminal, "w", encoding="utf-8", errors="backslashreplace", closefd=False) as sys.stderr:
            yield
    finally:
        sys.stderr = own
        os.dup2(terminal, own.fileno())
        os.close(terminal)


def _speak_utf8(*streams: object) -> None:
    """Let Japanese names through on consoles with another code page; what even UTF-8 cannot say is escaped."""
    for stream in streams:
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")
