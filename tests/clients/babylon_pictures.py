"""babylon-mmd in headless Chromium, asked to draw models: pictures by a renderer written by others."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from manekko.arrays import Array, UInt8
from manekko.stage.view import Light, View
from tests.clients.page_judge import MMD_UNIT_M, ask_page
from tests.stage.looking import looking

_SOURCE = Path(__file__).parent / "babylon_pictures"

Triple = tuple[float, float, float]


@dataclass(frozen=True)
class PictureScene:
    """One model and all that decides how its picture looks; metres, right-handed, +Y up, the model faces +Z."""

    name: str
    model: Path
    """PMX or PMD with its textures beside it."""
    position_m: Triple
    target_m: Triple
    fov_rad: float = 0.5
    """Vertical."""
    size_px: tuple[int, int] = (720, 720)
    light: Light = field(default_factory=Light)
    background_rgb: Triple = (0.7, 0.8, 0.9)
    morphs: Mapping[str, float] = field(default_factory=dict)
    turns: Mapping[str, tuple[float, float, float, float]] = field(default_factory=dict)
    """Bone → rotation in its parent, xyzw."""

    @property
    def view(self) -> View:
        """The same camera for our own renderer."""
        return looking(self.position_m, self.target_m, fov_rad=self.fov_rad, size_px=self.size_px)


def babylon_pictures(scenes: Sequence[PictureScene]) -> list[UInt8[Array, "height width 3"]]:
    """Return babylon-mmd's pictures, without anti-aliasing and shadow; skips where it cannot be run."""
    files = {}
    for number, scene in enumerate(scenes):
        for path in scene.model.parent.rglob("*"):
            if path.is_file():
                files[f"/{number}/{path.relative_to(scene.model.parent).as_posix()}"] = path
    request = {"scenes": [_request(number, scene) for number, scene in enumerate(scenes)]}
    nothing = scenes[0].model
    answer = ask_page(_SOURCE, nothing, nothing, request, files=files, draws=True)
    return [_decoded(picture) for picture in answer]


def _request(number: int, scene: PictureScene) -> dict[str, Any]:
    turns = {bone: (-x, -y, z, w) for bone, (x, y, z, w) in scene.turns.items()}
    return {
        "model": f"/{number}/{scene.model.name}",
        "size": scene.size_px,
        "position": _mmd_units(scene.position_m),
        "target": _mmd_units(scene.target_m),
        "fov": scene.fov_rad,
        "light": _mirrored(scene.light.direction),
        "lightColour": scene.light.colour_rgb,
        "background": scene.background_rgb,
        # The width that ``Material.edge_size`` promises.
        "edgePixels": scene.size_px[1] / 720.0,
        "morphs": dict(scene.morphs),
        "turns": turns,
    }


def _mmd_units(point_m: Triple) -> list[float]:
    return [value / MMD_UNIT_M for value in _mirrored(point_m)]


def _mirrored(vector: Triple) -> list[float]:
    x, y, z = vector
    return [x, y, -z]


def _decoded(address: str) -> UInt8[Array, "height width 3"]:
    """Return the picture inside a data URL."""
    data = np.frombuffer(base64.b64decode(address.split(",", 1)[1]), dtype=np.uint8)
    return np.ascontiguousarray(cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1])
