"""``manekko bench paint``: how near a shipped painter comes to its character, on dances that it never saw.

Pictures are judged beside anchors (the truth a little spoilt) and controls (what needs no painter); then come the
pose that our detector sees in them, steadiness, patience with noise, and speed.
"""

import json
import os
import tempfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from manekko.bench.judge import table
from manekko.bench.paint_bars import DENSE, FINE, KINDS, PARITY_BAR, SIZE_BAR_MB, STICK, mark, marks
from manekko.bench.paint_figures import ANCHORS
from manekko.bench.paint_judge import (
    Patience,
    Steadiness,
    Tribunal,
    WayRow,
    dense_from_keypoints,
    dense_steadiness,
    from_sticks,
    patience,
    repeated,
    spoilt,
    stick_steadiness,
)
from manekko.bench.paint_pose import PoseFigures
from manekko.bench.paint_scenes import Scene, Studio, held_back, open_studio, scenes
from manekko.bench.paint_speed import COMMANDS, CORES, command_s, pace, write_clip
from manekko.bench.paint_ways import (
    STICK_NETWORK,
    Pool,
    Way,
    painted,
    painted_from_sticks,
    painted_plainly,
    sticks_given,
    through_codec,
    training_pool,
    with_confidences,
)
from manekko.bench.speed import Mark
from manekko.errors import InputError, MissingToolError
from manekko.paint.characters import DEFAULT, read_character
from manekko.paint.painter import Painter, open_painter
from manekko.people.landmarks import BodyNet
from manekko.stage.figure import Figure

PAINTER = "MANEKKO_PAINTER"
"""Environment variable: the folder of another painter to judge."""
BASELINE = "MANEKKO_PAINT_BASELINE"
"""Environment variable: the painter's folder of a run of kind ``teacher``, trained on the same motions."""

_SEED = 0
_AMOUNTS = {256: (20, 8), 512: (10, 6)}
"""Scenes and frames of each for pictures of a size."""
_BASELINE_PX = 256
_CODED = "truth through H.264"
_STILL_SCENES, _NOISY_SCENES, _NOISY_FRAMES = 3, 4, 32


@dataclass(frozen=True)
class PaintFigures:
    """Everything that ``manekko bench paint`` found."""

    painter: str
    rows: list[WayRow]
    figures: dict[str, dict[str, float | None]]
    """Kind → figure → value."""
    size_mb: float
    """Of all its networks."""
    parity: float | None
    """How far the exported networks were from the trained ones when they were exported."""
    not_run: list[str]
    marks: list[Mark]

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return asdict(self)

    def __str__(self) -> str:
        """Tables for people."""
        head = ["px", "pictures", "frames", "SSIM", "PSNR dB", "IoU", "outline F", "face SSIM", "warping x truth"]
        rows = [list(asdict(row).values()) for row in self.rows]
        kinds = [kind for kind in KINDS if kind in self.figures]
        names = list(dict.fromkeys(name for kind in kinds for name in self.figures[kind]))
        figures = [[name, *(self.figures[kind].get(name) for kind in kinds)] for name in names]
        words = {True: "pass", False: "FAIL", None: "not measured here"}
        held = [[one.what, one.value, one.bar, words[one.passed]] for one in self.marks]
        return "\n\n".join(
            [
                f"{self.painter}: networks of {self.size_mb:.2f} MB",
                table(head, rows),
                table(["figure", *kinds], figures),
                table(["what", "found", "bar", ""], held),
                *(f"not run: {reason}" for reason in self.not_run),
            ]
        )


def paint() -> PaintFigures:
    """Judge the shipped painter, or the one that the environment names.

    Raises:
        MissingToolError: the data, the detector's models, OpenGL or the painter is missing.
    """
    painter, figure = _painter_and_figure()
    net, pool = BodyNet(), training_pool(figure, _SEED)
    rows: list[WayRow] = []
    figures: dict[str, dict[str, float | None]] = {}
    for side in _AMOUNTS:
        with open_studio(figure, side, painter.views) as studio:
            found = _judged(net, studio, painter, pool)
        rows += found[0]
        figures |= found[1]
    not_run = [] if STICK in figures else ["stick: this painter has no networks for keypoints"]
    if not os.environ.get(BASELINE):
        not_run += [
            f"dance_now's network: train one (manekko train painter --kind teacher), name its painter in {BASELINE}"
        ]
    not_run += _time_command(figures, _word())
    told = json.loads((painter.folder / "painter.json").read_bytes())
    size_mb = sum(path.stat().st_size for path in painter.folder.glob("*.onnx")) / 1e6
    held = [
        mark("networks, MB", size_mb, SIZE_BAR_MB),
        mark("exported off by", told.get("parity"), PARITY_BAR),
        *marks(figures),
    ]
    return PaintFigures(str(painter.folder), rows, figures, size_mb, told.get("parity"), not_run, held)


def _word() -> str:
    """Return who is judged, as the command line is told."""
    return os.environ.get(PAINTER) or DEFAULT


def _painter_and_figure() -> tuple[Painter, Figure]:
    """Return the painter to judge, on two cores, and its character's model."""
    word = _word()
    try:
        character = read_character(word, threads=CORES)
    except InputError as error:
        raise MissingToolError(str(error)) from None
    if character.painter is None:
        raise MissingToolError(f"{word} has no painter; train one, or name its folder in {PAINTER}")
    if character.figure is None:
        raise MissingToolError(f"{word} has no model: there is no truth to hold its pictures against")
    return character.painter, character.figure


def _judged(
    net: BodyNet, studio: Studio, painter: Painter, pool: Pool
) -> tuple[list[WayRow], dict[str, dict[str, float | None]]]:
    """Return the rows of all ways to make pictures of one size, and the figures of the painter's."""
    kinds = kinds_of(painter, studio.side_px)
    ways: dict[str, Way] = {
        **{kind: _told(kind, painter) for kind in kinds},
        **{name: spoilt(spoil) for name, spoil in ANCHORS.items()},
        _CODED: lambda drawn: through_codec(drawn.rgba),
        "nearest training frame": lambda drawn: pool.nearest(studio, drawn),
        "mean image": repeated(pool.mean(studio)),
        **(_baseline() if studio.side_px == _BASELINE_PX else {}),
    }
    tribunal = Tribunal(net)
    motions = held_back()
    for scene in scenes(studio.figure, motions, *_AMOUNTS[studio.side_px], _SEED):
        tribunal.hear(studio.drawn(scene), ways, [*kinds, _CODED])
    rows = [tribunal.row(studio.side_px, way) for way in ways]
    noisy = list(scenes(studio.figure, motions, _NOISY_SCENES, _NOISY_FRAMES, _SEED + 1))
    figures = {}
    for kind, row in zip(kinds, rows, strict=False):
        steady, from_keypoints = _OF_STICKS if kind == STICK else _OF_MAPS
        figures[kind] = {
            **{name: value for name, value in asdict(row).items() if isinstance(value, float)},
            **_pose_figures(tribunal.pose(kind)),
            "pck_lost_points_by_codec": tribunal.pose(_CODED).lost_points,
            **_steadiness(kind, steady(studio, painter, noisy[:_STILL_SCENES], _SEED)),
            **(_patience(patience(net, studio, noisy, from_keypoints(studio, painter))) if kind != FINE else {}),
            "network_fps": _network_fps(kind, studio, painter, noisy[0]),
        }
    return rows, figures


def kinds_of(painter: Painter, side_px: int) -> list[str]:
    """Return what a painter can be judged for in pictures of a size."""
    needed = {STICK: (256, ("stick", STICK_NETWORK)), DENSE: (256, ("dense",)), FINE: (512, ("dense",))}
    return [kind for kind, (side, networks) in needed.items() if side == side_px and all(map(painter.has, networks))]


_OF_MAPS = dense_steadiness, dense_from_keypoints
_OF_STICKS = stick_steadiness, from_sticks


def _told(kind: str, painter: Painter) -> Way:
    """Return the way in which the painter makes pictures from what it is told."""
    if kind != STICK:
        return lambda drawn: painted(painter, drawn.maps)
    return lambda drawn: painted_from_sticks(
        painter, with_confidences(drawn.keypoints), with_confidences(drawn.hands), drawn.rgba.shape[1]
    )


def _baseline() -> dict[str, Way]:
    """Return the published baseline's way, where it was trained."""
    folder = os.environ.get(BASELINE)
    if not folder:
        return {}
    trained = open_painter(Path(folder), CORES)
    return {
        "dance_now's network (pix2pixHD)": lambda drawn: painted_plainly(
            trained, with_confidences(drawn.keypoints), with_confidences(drawn.hands), drawn.rgba.shape[1]
        )
    }


def _pose_figures(pose: PoseFigures) -> dict[str, float | None]:
    return {
        "pck": pose.pck,
        "truth_pck": pose.truth_pck,
        "pck_lost_points": pose.lost_points,
        "flips_percent": 100.0 * pose.flips,
        "flips_told_by": float(pose.told),
    }


def _steadiness(kind: str, found: Steadiness) -> dict[str, float | None]:
    """Return what is judged, what is told of a pose that stands still, and what is only told."""
    if kind == STICK:
        return {"flicker": found.still, "flicker_seen_keypoints": found.trembling}
    return {
        "flicker": found.still,
        "flicker_trembling": found.trembling,
        "flicker_trembling_renderer": found.renderer_trembling,
    }


def _patience(found: Patience) -> dict[str, float | None]:
    return {
        "captured_iou": found.clean_iou,
        "captured_pck": found.clean_pck,
        "noise_iou_lost": found.iou_lost,
        "noise_pck_lost_points": found.pck_lost_points,
    }


def _network_fps(kind: str, studio: Studio, painter: Painter, scene: Scene) -> float:
    """Return how many pictures a second the networks paint, face and hands included, from what they are told."""
    maps = studio.maps(scene.poses, scene.views(studio.side_px))
    network = STICK_NETWORK if kind == STICK else "dense"
    before = painter.painted(maps[0], network=network).plain
    if kind != STICK:
        return pace(lambda number: painter.painted(maps[number % len(maps)], before)).fps
    drawn = studio.drawn(replace(scene, poses=scene.poses[:1], squares=scene.squares[:1]))
    sticks = sticks_given(
        painter, with_confidences(drawn.keypoints)[0], with_confidences(drawn.hands)[0], studio.side_px
    )

    def both(number: int) -> None:
        painter.run("stick", sticks)
        painter.painted(maps[number % len(maps)], before, network)

    return pace(both).fps


def _time_command(figures: dict[str, dict[str, float | None]], word: str) -> list[str]:
    """Add how long the whole command takes, and return why it could not be run."""
    refused: list[str] = []
    named = ("--character", word)
    with tempfile.TemporaryDirectory(prefix="manekko-bench-") as folder:
        clip = Path(folder) / "clip.mp4"
        write_clip(clip)
        for number, kind in enumerate(kind for kind in figures if kind in COMMANDS):
            try:
                figures[kind]["command_s"] = command_s(clip, Path(folder) / str(number), (*named, *COMMANDS[kind]))
            except MissingToolError as error:
                refused.append(f"{kind}, the whole command: {error}")
    return refused
