"""What the gallery shows of the character: from all sides, in twenty poses, all its faces, other designs."""

import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np

from manekko.character import default_model
from manekko.character.build import build_character, write_character
from manekko.character.design import Design
from manekko.files.pmx import parse_pmx
from manekko.motion.motion import RigMotion
from manekko.stage.figure import Figure, Pose
from manekko.stage.figures import read_figure
from manekko.stage.perform import perform
from manekko.stage.view import View
from tests.gallery.poses import POSES, motion_of
from tests.gallery.sheets import Tile, around, drawn, sheet

_REST = RigMotion("rest", {})
_SOLES_M = {"左つま先": 0.0, "右つま先": 0.0, "左足首": 0.0, "右足首": 0.0, "左ひざ": -0.4, "右ひざ": -0.4}
"""Bones that may carry the body → how far under its rest height each may come: a knee touches the floor too."""


def sides() -> Tile:
    """Return the character from six sides."""
    figure, size = read_figure(default_model()), (290, 380)
    pose = posed(figure, _REST)
    yaws = (0, 35, 90, 145, 180, 315)
    views = [(around(np.array([0.0, 0.8, 0.0]), yaw, height_m=1.8, size_px=size), pose) for yaw in yaws]
    return sheet(drawn(figure, views, size), [f"{yaw} deg" for yaw in yaws], 6)


def faces() -> Tile:
    """Return the head from some sides, and the details that are hard: hand, knee, shoulder, foot, waist."""
    figure, size = read_figure(default_model()), (300, 300)
    pose, index = posed(figure, _REST), figure.rig.index
    looks = [("頭", yaw, 0.36, 0.1) for yaw in (0, 35, 90, 180)]
    looks += [
        ("左手首", 60, 0.3, -0.05),
        ("左腕", 20, 0.4, 0.0),
        ("下半身", 20, 0.6, -0.05),
        ("左足首", 50, 0.34, 0.02),
    ]
    words = ["front", "35 deg", "side", "back", "hand", "shoulder", "hips", "foot"]
    views = []
    for bone, yaw, height_m, up_m in looks:
        middle = pose.positions_m[index[bone]] + [0.0, up_m, 0.0]
        views.append((around(middle, yaw, height_m=height_m, size_px=size), pose))
    return sheet(drawn(figure, views, size), words, 4)


def poses() -> Tile:
    """Return twenty poses."""
    figure, size = read_figure(default_model()), (240, 300)
    moments = []
    for case in POSES:
        pose = on_floor(figure, posed(figure, motion_of(case, figure.rig)), jumps=case.name == "jump")
        moments.append((_whole(figure, pose, case.yaw_deg, size), pose))
    return sheet(drawn(figure, moments, size), [case.name for case in POSES], 5)


def _whole(figure: Figure, pose: Pose, yaw_deg: float, size_px: tuple[int, int]) -> View:
    """Return a camera that sees the whole figure, from the floor up."""
    low, high = pose.positions_m.min(axis=0), pose.positions_m.max(axis=0)
    top_m = max(float(pose.positions_m[figure.rig.index["頭"], 1]) + 0.28, float(high[1]) + 0.08)
    span_m = max(top_m, 1.25 * float((high - low)[[0, 2]].max()) + 0.1, 1.4) * 1.1
    middle = np.array([(low[0] + high[0]) / 2.0, top_m - 0.46 * span_m, (low[2] + high[2]) / 2.0])
    return around(middle, yaw_deg, height_m=span_m, size_px=size_px)


def morphs() -> Tile:
    """Return the face under each morph."""
    path, size = default_model(), (150, 150)
    figure, file = read_figure(path), parse_pmx(path.read_bytes())
    at = np.array([0])
    middle = figure.rig.rest("頭") + np.array([0.0, 0.075, 0.0])
    view = around(middle, 12.0, height_m=0.27, size_px=size)
    motions = [RigMotion("", {}, {morph.name: (at, np.ones(1))}) for morph in file.morphs]
    tiles = drawn(figure, [(view, posed(figure, motion)) for motion in [_REST, *motions]], size)
    return sheet(tiles, ["none", *(_ascii(morph.name_en) for morph in file.morphs)], 9)


DESIGNS = (
    ("standard", Design()),
    ("bob, sailor", Design(hair="bob", outfit="sailor", hair_rgb=(0.36, 0.22, 0.16), eye_rgb=(0.55, 0.34, 0.16))),
    (
        "long, casual",
        Design(
            hair="long",
            outfit="casual",
            hair_rgb=(0.93, 0.80, 0.52),
            eye_rgb=(0.30, 0.62, 0.36),
            top_rgb=(0.86, 0.55, 0.50),
            bottom_rgb=(0.35, 0.42, 0.55),
        ),
    ),
    (
        "short, sports",
        Design(
            hair="short",
            outfit="sports",
            skin_rgb=(0.86, 0.68, 0.56),
            hair_rgb=(0.16, 0.14, 0.16),
            eye_rgb=(0.62, 0.26, 0.22),
            top_rgb=(0.95, 0.80, 0.25),
            bottom_rgb=(0.20, 0.24, 0.32),
        ),
    ),
)


def designs() -> Tile:
    """Return four designs from the front and from behind."""
    size, tiles, words = (240, 440), [], []
    for name, design in DESIGNS:
        figure = figure_of(design)
        pose = posed(figure, _REST)
        middle = np.array([0.0, 0.8, 0.0])
        tiles += drawn(figure, [(around(middle, yaw, height_m=1.8, size_px=size), pose) for yaw in (20, 200)], size)
        words += [name, "behind"]
    return sheet(tiles, words, 8)


def proportions() -> Tile:
    """Return one design from chibi to tall, to scale."""
    size, tiles, words = (200, 400), [], []
    for heads, height_m in ((3.0, 0.95), (4.0, 1.2), (5.0, 1.4), (6.0, 1.52), (6.6, 1.58), (7.5, 1.72)):
        figure = figure_of(Design(heads=heads, height_m=height_m))
        view = around(np.array([0.0, 0.88, 0.0]), 15.0, height_m=1.98, size_px=size)
        tiles += drawn(figure, [(view, posed(figure, _REST))], size)
        words.append(f"{heads:g} heads, {height_m * 100:.0f} cm")
    return sheet(tiles, words, 6)


def figure_of(design: Design) -> Figure:
    """Return a design as a figure, by way of its files."""
    with tempfile.TemporaryDirectory() as folder:
        return read_figure(write_character(build_character(design), Path(folder), "model"))


def posed(figure: Figure, motion: RigMotion) -> Pose:
    """Return the pose at frame 0, hair and skirt hanging."""
    return next(iter(perform(figure, motion, np.array([0]))))


def on_floor(figure: Figure, pose: Pose, *, jumps: bool) -> Pose:
    """Return the pose moved up or down until something stands on the floor."""
    index, bones = figure.rig.index, figure.rig.bones
    heights = [
        pose.positions_m[index[name], 1] - bones[index[name]].rest_position_m[1] - extra
        for name, extra in _SOLES_M.items()
        if name in index
    ]
    shift = np.array([0.0, (0.25 if jumps else 0.0) - min(heights), 0.0])
    return replace(pose, positions_m=pose.positions_m + shift)


def _ascii(text: str) -> str:
    return text.encode("ascii", "replace").decode("ascii")
