"""The ``manekko`` command: its options as dataclasses, one verb called for each, and what is printed."""

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import tyro

from manekko.commands import (
    PLAIN_NAMES,
    Bench,
    Capture,
    Check,
    Command,
    Convert,
    Dataset,
    DatasetImport,
    DatasetPoseVideo,
    DatasetRender,
    Demo,
    Paint,
    Render,
    Train,
    View,
    Weights,
)
from manekko.errors import InputError, explained
from manekko.options import name_in_pieces

_DESCRIPTION = """A person dances in a video; a character dances the same dance.

Start with `manekko capture dance.mp4`; `manekko capture --help` lists what can be chosen, `manekko --version` says
which version this is."""

# All our matrices are small: more threads in numpy would only wait for each other. Set before numpy is loaded.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


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
        return tyro.cli(  # pyright: ignore
            Command, prog="manekko", description=_DESCRIPTION, args=arguments, config=PLAIN_NAMES
        )
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
        case Paint():
            return _paint(command)
        case Dataset():
            return _dataset(command.action)
        case Train():
            return _train(command)
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


def _paint(command: Paint) -> int:
    from manekko.painting import PaintOptions, paint
    from manekko.progress import bars

    given = vars(command)
    renamed = {"start": "start_s", "end": "end_s"}
    values = {renamed.get(name, name): value for name, value in given.items() if name != "detail"}
    options = PaintOptions(**values, side_px=None if command.detail == "auto" else int(command.detail))
    with bars() as progress:
        result = paint(options, progress)
    people = "1 person" if result.people == 1 else f"{result.people} people"
    for warning in result.warnings:
        print(f"Note: {warning}")
    print(f"Done: {result.out}, {people}, {sum(result.timing_s.values()):.0f} s.")
    return 0


def _dataset(action: DatasetRender | DatasetImport | DatasetPoseVideo) -> int:
    from manekko.progress import bars

    with bars() as progress:
        match action:
            case DatasetRender():
                from manekko.character import named_model
                from manekko.paint.dataset.render import RenderDatasetOptions, render_dataset

                held = tuple(map(str, action.held))
                model, files = named_model(action.character), action.motions
                made = RenderDatasetOptions(model, files, action.out, action.frames, action.size, action.seed, held)
                render_dataset(made, progress)
            case DatasetImport():
                from manekko.paint.dataset.imported import ImportDatasetOptions, import_dataset

                asked = ImportDatasetOptions(action.source, action.out, action.masks, action.size, action.body)
                for note in import_dataset(asked, progress).warnings:
                    print(f"Note: {note}")
            case DatasetPoseVideo():
                from manekko.paint.skeleton_video import pose_video

                pose_video(action.source, action.out, progress)
    print(f"Done: {action.out}")
    return 0


def _train(command: Train) -> int:
    from manekko.paint.train import TrainOptions, train_painter
    from manekko.progress import bars

    values = {("start" if name == "begin" else name): value for name, value in vars(command).items() if name != "what"}
    with bars() as progress:
        run = train_painter(TrainOptions(**values), progress)
    print(f"Done: {run}")
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
