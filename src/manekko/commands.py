"""What can be typed after ``manekko``: one dataclass for each command, whose docstrings are the help."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from tyro.conf import FlagCreatePairsOff, OmitArgPrefixes, OmitSubcommandPrefixes, Positional, arg, subcommand

from manekko.options import (
    argument,
    count,
    joined,
    names,
    number,
    optional,
    paths,
    people_of,
    port,
    share,
    shown_people,
    size,
    time,
)

PLAIN_NAMES = (OmitArgPrefixes, OmitSubcommandPrefixes)
"""What a command asks for is named without the command."""

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


def _shown(files: tuple[Path, ...]) -> str:
    return ",".join(map(str, files)) or "none"


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
class Paint:
    """Turn the people of a video into anime characters, in the video itself."""

    input: Annotated[Positional[Path], arg(metavar="INPUT")]
    """A video, a picture or a folder of pictures."""
    character: Annotated[str, arg(metavar="CHARACTER")] = "maneko"
    """Who everybody becomes: maneko, tora, a folder that train painter wrote, or a model (PMX, VRM)."""
    people: Annotated[tuple[tuple[int, str], ...], argument("p1=A,p2=B", people_of, shown_people)] = ()
    """Who becomes whom, where not all become the same: p1=maneko,p2=Miku.pmx; people count as capture counts them."""
    by: Annotated[Literal["painter", "3d", "sticks"], arg(name="with")] = "painter"
    """painter: painted by a network; a model without one is drawn. 3d: drawn. sticks: painted from keypoints alone."""
    background: Annotated[str, arg(metavar="WHAT")] = "keep"
    """keep: the video without the people. clean: the place alone. Or transparent, a colour (#ff8800), a picture."""
    resemble: Annotated[float, argument("SHARE", share, "{:g}".format)] = 0.0
    """From 0 to 1: how much hair, skin and clothes take the person's own colours."""
    colours: Annotated[str, arg(metavar="hair=#RRGGBB,…")] = "own"
    """Colours of your own choice for hair, skin, top, bottom or shoes: hair=#aa3300,top=#ffffff."""
    shadow: Annotated[float, argument("SHARE", share, "{:g}".format)] = 0.5
    """From 0 to 1: how dark the shadows under the feet are."""
    light: Annotated[float, argument("SHARE", share, "{:g}".format)] = 0.5
    """From 0 to 1: how much the character takes on the video's light."""
    detail: Literal["auto", "256", "512"] = "auto"
    """Pixels a side that the network paints: 512 is finer, 256 quicker."""
    start: _Start = 0.0
    """Begin here in the clip: seconds (75), or minutes and seconds (1:15)."""
    end: _End = None
    """Stop here in the clip, given likewise."""
    fix: _File = None
    """Repairs by hand, as of capture."""
    workers: _Workers = None
    """Processor cores to use."""
    out: Annotated[Path, arg(metavar="FOLDER")] = Path("out")
    """Folder for the result."""


@dataclass(frozen=True)
class DatasetRender:
    """Draw pictures of a model in many poses and views, with all that a painter learns from."""

    character: Annotated[Path, arg(metavar="MODEL")]
    """PMX, PMD, VRM or GLB; or maneko."""
    motions: Annotated[tuple[Path, ...], argument("FILES", paths, _shown)]
    """VMD and BVH files, or folders of them, with commas between."""
    out: Annotated[Path, arg(metavar="FOLDER")]
    """Folder of the dataset. A run that was stopped goes on there."""
    frames: Annotated[int, argument("N", count)] = 4000
    """How many pictures."""
    size: Annotated[int, argument("PX", count)] = 256
    """Their side."""
    seed: int = 0
    """Another seed gives other poses and views."""
    held: Annotated[tuple[Path, ...], argument("NAMES", paths, _shown)] = ()
    """Names of motions to hold back for judging; one of ten when none is named."""


@dataclass(frozen=True)
class DatasetImport:
    """Make a dataset of your own pictures or of a video of one character, or of dance_now's data."""

    source: Annotated[Positional[Path], arg(metavar="SOURCE")]
    """A folder of pictures, a video, or a folder in dance_now's layout."""
    out: Annotated[Path, arg(metavar="FOLDER")]
    """Folder of the dataset. A run that was stopped goes on there."""
    masks: Annotated[Path | None, optional("MASKS", Path, none="none")] = None
    """A folder of masks or a video of them, white where the character is; pictures with alpha need none."""
    body: Annotated[str | None, optional("BODY", str, none="none")] = None
    """A body for --kind dense, which is sharper: a model, or looks such as heads=6,hair=long,outfit=sailor."""
    size: Annotated[int, argument("PX", count)] = 256
    """Side of the dataset's pictures."""


@dataclass(frozen=True)
class DatasetPoseVideo:
    """Write the skeleton video that pose-driven diffusion models take (Wan-Animate)."""

    source: Annotated[Positional[Path], arg(metavar="SOURCE")]
    """A folder that capture wrote, or its STEM-keypoints.npz."""
    out: Annotated[Positional[Path], arg(metavar="OUT.mp4")]
    """The video to write."""


@dataclass(frozen=True)
class Dataset:
    """Make what a painter learns from: drawn of a model, or of your own pictures; or a skeleton video."""

    action: (
        Annotated[DatasetRender, subcommand("render")]
        | Annotated[DatasetImport, subcommand("import")]
        | Annotated[DatasetPoseVideo, subcommand("pose-video")]
    )


@dataclass(frozen=True)
class Train:
    """Train a network of your own (needs PyTorch: in Manekko's folder, pip install '.[train]')."""

    what: Annotated[Positional[Literal["painter"]], arg(metavar="painter")]
    """painter: paints one character."""
    datasets: Annotated[Positional[tuple[Path, ...]], arg(metavar="DATASET ...")]
    """Folders that manekko dataset made, of one character."""
    out: Annotated[Path, arg(metavar="FOLDER")]
    """Folder of the run; the painter is written to FOLDER/painter."""
    kind: Literal["dense", "stick", "plain", "teacher"] = "dense"
    """dense: paints on the posed body. stick, plain: from keypoints. teacher: pix2pixHD's way, to compare with."""
    steps: Annotated[int | None, optional("N", count, none="none")] = None
    """How long to train, in steps."""
    minutes: Annotated[float | None, optional("N", lambda text: number(text, lowest=0.01), none="none")] = None
    """How long to train, by the clock."""
    batch: Annotated[int, argument("N", count)] = 8
    """Pictures a step."""
    seed: int = 0
    """Another seed learns from other pictures first."""
    begin: Annotated[Path | None, optional("RUN", Path, none="none")] = None
    """A run whose networks to begin with."""
    resume: FlagCreatePairsOff[bool] = False
    """Go on where the run in FOLDER was stopped."""
    threads: Annotated[int | None, optional("N", count, none="all")] = None
    """Processor cores to use."""


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


Command = Capture | Convert | Check | Render | View | Paint | Dataset | Train | Weights | Demo | Bench
