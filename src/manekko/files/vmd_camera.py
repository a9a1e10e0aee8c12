"""What a VMD file says of camera, light and self shadow, in Manekko's frame."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from manekko.arrays import Array
from manekko.errors import FormatError, InputError
from manekko.files.vmd import LAST_FRAME, MMD_UNIT_M, VmdFile, parse_vmd, positions_from_mmd
from manekko.motion.camera import CameraTrack, LightTrack, ShadowTrack

_MIRROR = np.array([1.0, 1.0, -1.0])
_VIEW_ANGLES_DEG = (1.0, 170.0)
"""Angles beyond these show nothing; MMD itself offers 1 to 125."""


@dataclass(frozen=True, eq=False)
class VmdScenery:
    """What a VMD file says besides a model's motion; None where it has no such keys."""

    camera: CameraTrack | None = None
    light: LightTrack | None = None
    shadow: ShadowTrack | None = None


def read_scenery(path: Path) -> VmdScenery:
    """Return the camera, the light and the self shadow of a VMD.

    Raises:
        InputError: the file cannot be read.
        FormatError: its bytes do not follow the format.
    """
    try:
        file = parse_vmd(path.read_bytes())
        return VmdScenery(camera_track(file), light_track(file), shadow_track(file))
    except OSError as error:
        raise InputError(f"{path}: the VMD cannot be read ({error.strerror})") from None
    except FormatError as error:
        raise error.at(path) from None


def camera_track(file: VmdFile) -> CameraTrack | None:
    """Return the camera's keys, rising in time; None where the file has none.

    Of two keys at one frame the later in the file counts.

    Raises:
        FormatError: a key holds no number, or a time that nobody meant.
    """
    keys = _sorted(file.cameras, "camera", ("distance", "centre", "rotation_rad"))
    if keys is None:
        return None
    # Each channel's four bytes are x1, x2, y1, y2, unlike a bone's.
    curves = np.minimum(keys["curves"].reshape(-1, 6, 4)[..., [0, 2, 1, 3]], 127)
    return CameraTrack(
        frames=keys["frame"].astype(np.int64),
        centres_m=positions_from_mmd(keys["centre"].astype(np.float64)),
        angles_rad=keys["rotation_rad"].astype(np.float64),
        distances_m=-keys["distance"].astype(np.float64) * MMD_UNIT_M,
        view_angles_rad=np.radians(np.clip(keys["view_angle_deg"].astype(np.float64), *_VIEW_ANGLES_DEG)),
        perspectives=keys["orthographic"] == 0,
        curves=curves,
    )


def light_track(file: VmdFile) -> LightTrack | None:
    """Return the light's keys, rising in time; None where the file has none.

    Raises:
        FormatError: a key holds no number, or a time that nobody meant.
    """
    keys = _sorted(file.lights, "light", ("colour", "direction"))
    if keys is None:
        return None
    return LightTrack(
        frames=keys["frame"].astype(np.int64),
        colours_rgb=np.clip(keys["colour"].astype(np.float64), 0.0, 1.0),
        directions=keys["direction"].astype(np.float64) * _MIRROR,
    )


def shadow_track(file: VmdFile) -> ShadowTrack | None:
    """Return the self shadow's keys, rising in time; None where the file has none.

    Raises:
        FormatError: a key holds no number, or a time that nobody meant.
    """
    keys = _sorted(file.shadows, "self shadow", ("distance",))
    if keys is None:
        return None
    return ShadowTrack(
        frames=keys["frame"].astype(np.int64),
        modes=np.minimum(keys["mode"].astype(np.int64), 2),
        distances=np.clip(10000.0 - 100000.0 * keys["distance"].astype(np.float64), 0.0, 9999.0),
    )


def _sorted(keys: Array, what: str, numbers: tuple[str, ...]) -> Array | None:
    """Return the keys rising in time, the later of two at one frame; None for none."""
    if len(keys) == 0:
        return None
    if int(keys["frame"].max()) > LAST_FRAME:
        raise FormatError(f"a {what} key is at frame {int(keys['frame'].max())}, days after the start; it is damaged")
    for name in numbers:
        if not (np.abs(keys[name]) < 1e9).all():
            raise FormatError(f"a {what} key holds a {name} that is no sensible number; the file is damaged")
    ordered = keys[np.argsort(keys["frame"], kind="stable")]
    last = np.append(ordered["frame"][1:] != ordered["frame"][:-1], True)
    return ordered[last]
