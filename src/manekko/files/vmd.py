"""VMD, MikuMikuDance's motion file: bytes ↔ ``VmdFile`` ↔ ``RigMotion``.

Inside a ``VmdFile`` everything is as MMD has it: left-handed, +Y up, the model faces −Z, units of 8 cm, 30 frames a
second from frame 0, quaternions xyzw.
"""

import struct
from dataclasses import dataclass, field
from typing import NoReturn

import numpy as np

from manekko.arrays import Array, Float
from manekko.errors import FormatError
from manekko.files.binary import beginning
from manekko.files.names import decode_name, encode_name
from manekko.motion.motion import BoneTrack, RigMotion

MMD_UNIT_M = 0.08
"""Length of MMD's unit [m]."""

FPS = 30.0
"""Frames a second of every VMD file."""

CAMERA_MODEL_NAME = "カメラ・照明"
"""Model name by which MMD knows a file of camera and lights."""

LAST_FRAME = 10_000_000
"""Latest frame (93 hours) that is taken for meant."""

_HEADER = b"Vocaloid Motion Data 0002"
_OLD_HEADER = b"Vocaloid Motion Data file"
_HEADER_SIZE = 30

BONE_KEY = np.dtype(
    [("name", "S15"), ("frame", "<u4"), ("position", "<f4", 3), ("rotation", "<f4", 4), ("curves", "u1", 64)]
)
"""One key of a bone; ``rotation`` is xyzw, ``curves`` are the bytes that ``curves_from_bytes`` reads."""
MORPH_KEY = np.dtype([("name", "S15"), ("frame", "<u4"), ("weight", "<f4")])
"""One key of a morph."""
CAMERA_KEY = np.dtype(
    [
        ("frame", "<u4"),
        ("distance", "<f4"),
        ("centre", "<f4", 3),
        ("rotation_rad", "<f4", 3),
        ("curves", "u1", 24),
        ("view_angle_deg", "<u4"),
        ("orthographic", "u1"),
    ]
)
"""One key of the camera; ``distance`` is negative in front of the centre."""
LIGHT_KEY = np.dtype([("frame", "<u4"), ("colour", "<f4", 3), ("direction", "<f4", 3)])
"""One key of the light."""
SHADOW_KEY = np.dtype([("frame", "<u4"), ("mode", "u1"), ("distance", "<f4")])
"""One key of the self shadow; ``distance`` holds (10000 − distance) / 100000."""
IK_SWITCH = np.dtype([("name", "S20"), ("on", "u1")])
"""One IK bone in a ``ShowKey``."""

_TABLES = (
    ("bones", BONE_KEY),
    ("morphs", MORPH_KEY),
    ("cameras", CAMERA_KEY),
    ("lights", LIGHT_KEY),
    ("shadows", SHADOW_KEY),
)
_ALL_SECTIONS = len(_TABLES) + 1

MODEL_NAME_BYTES = 20
"""Room for a model's name in a VMD's header."""
LINEAR_CURVE = np.array([20, 20, 107, 107], dtype=np.uint8)
"""MMD's straight Bézier curve: x1, y1, x2, y2."""


def _none(dtype: np.dtype) -> Array:
    return np.zeros(0, dtype)


@dataclass(frozen=True, eq=False)
class ShowKey:
    """From this frame on the model is shown or hidden and its IK chains are on or off."""

    frame: int
    visible: int
    """1 shown, 0 hidden."""
    switches: Array = field(default_factory=lambda: _none(IK_SWITCH))
    """``IK_SWITCH`` records: shape (bone,)."""


@dataclass(frozen=True, eq=False)
class VmdFile:
    """All of a VMD file, in file order, names as raw bytes; ``write_vmd`` gives the very bytes back."""

    model_name_bytes: bytes
    """20 bytes (10 in the first version of the format)."""
    bones: Array = field(default_factory=lambda: _none(BONE_KEY))
    """``BONE_KEY`` records: shape (key,)."""
    morphs: Array = field(default_factory=lambda: _none(MORPH_KEY))
    """``MORPH_KEY`` records."""
    cameras: Array = field(default_factory=lambda: _none(CAMERA_KEY))
    """``CAMERA_KEY`` records."""
    lights: Array = field(default_factory=lambda: _none(LIGHT_KEY))
    """``LIGHT_KEY`` records."""
    shadows: Array = field(default_factory=lambda: _none(SHADOW_KEY))
    """``SHADOW_KEY`` records."""
    shows: tuple[ShowKey, ...] = ()
    """Visibility and IK switches."""
    section_count: int = _ALL_SECTIONS
    """How many of the six sections the file has; old files end early."""
    header: bytes = _HEADER.ljust(_HEADER_SIZE, b"\0")
    """The first 30 bytes."""
    trailing: bytes = b""
    """What follows the last section; no known program reads it."""

    @property
    def model_name(self) -> str:
        """Name of the model that the motion was made for."""
        return decode_name(self.model_name_bytes)

    @property
    def is_camera(self) -> bool:
        """Whether MMD takes the file for camera and lights and refuses it for a model."""
        return self.model_name == CAMERA_MODEL_NAME


@dataclass(frozen=True)
class _Reader:
    """A place in the bytes of a file."""

    data: bytes
    offset: int

    @property
    def at_end(self) -> bool:
        return self.offset == len(self.data)

    def fail(self, problem: str) -> NoReturn:
        raise FormatError(problem, offset=self.offset)

    def count(self, what: str) -> tuple[int, "_Reader"]:
        if len(self.data) - self.offset < 4:
            self.fail(f"the file is cut off: the number of {what} is missing")
        (number,) = struct.unpack_from("<I", self.data, self.offset)
        return number, _Reader(self.data, self.offset + 4)

    def records(self, number: int, dtype: np.dtype, what: str) -> tuple[Array, "_Reader"]:
        room = (len(self.data) - self.offset) // dtype.itemsize
        if number > room:
            self.fail(f"the file announces {number} {what}, but only {room} fit in what follows; it is cut or damaged")
        table = np.frombuffer(self.data, dtype, count=number, offset=self.offset)
        return table, _Reader(self.data, self.offset + number * dtype.itemsize)


def parse_vmd(data: bytes) -> VmdFile:
    """Return what a VMD file holds; versions that stop after any section are whole files.

    Raises:
        FormatError: the bytes are not a VMD file, or it is cut inside a section.
    """
    is_old = data.startswith(_OLD_HEADER)
    if not is_old and not data.startswith(_HEADER):
        raise FormatError(
            f"a VMD file starts with 'Vocaloid Motion Data 0002', {beginning(data)}: it is no VMD", offset=0
        )
    start = _HEADER_SIZE + (10 if is_old else MODEL_NAME_BYTES)
    if len(data) < start:
        raise FormatError(f"the header of a VMD file is {start} bytes, the file has {len(data)}", offset=len(data))
    reader = _Reader(data, start)
    found: dict[str, Array] = {}
    shows: tuple[ShowKey, ...] = ()
    sections = 0
    for name, dtype in _TABLES:
        if reader.at_end:
            break
        what = f"{name.removesuffix('s')} keys"
        number, reader = reader.count(what)
        found[name], reader = reader.records(number, dtype, what)
        sections += 1
    if sections == _ALL_SECTIONS - 1 and not reader.at_end:
        shows, reader = _parse_shows(reader)
        sections += 1
    return VmdFile(
        data[_HEADER_SIZE:start],
        **found,
        shows=shows,
        section_count=sections,
        header=data[:_HEADER_SIZE],
        trailing=data[reader.offset :],
    )


def _parse_shows(reader: _Reader) -> tuple[tuple[ShowKey, ...], _Reader]:
    number, reader = reader.count("show and IK keys")
    shows = []
    if number * 9 > len(reader.data) - reader.offset:
        reader.fail(f"the file announces {number} show and IK keys, too many for what follows; it is cut or damaged")
    for _ in range(number):
        if len(reader.data) - reader.offset < 9:
            reader.fail(f"the file is cut off after {len(shows)} of {number} show and IK keys")
        frame, visible, switch_count = struct.unpack_from("<IBI", reader.data, reader.offset)
        switches, reader = _Reader(reader.data, reader.offset + 9).records(switch_count, IK_SWITCH, "IK switches")
        shows.append(ShowKey(frame, visible, switches))
    return tuple(shows), reader


def write_vmd(file: VmdFile) -> bytes:
    """Return the bytes of a VMD file: as many sections as ``section_count`` says."""
    sections = [
        struct.pack("<I", len(table)) + table.astype(dtype, copy=False).tobytes()
        for table, dtype in (
            (file.bones, BONE_KEY),
            (file.morphs, MORPH_KEY),
            (file.cameras, CAMERA_KEY),
            (file.lights, LIGHT_KEY),
            (file.shadows, SHADOW_KEY),
        )
    ]
    shows = [
        struct.pack("<IBI", key.frame, key.visible, len(key.switches)) + key.switches.astype(IK_SWITCH).tobytes()
        for key in file.shows
    ]
    sections.append(struct.pack("<I", len(shows)) + b"".join(shows))
    return b"".join([file.header, file.model_name_bytes, *sections[: file.section_count], file.trailing])


def positions_from_mmd(positions: Float[Array, "*batch 3"]) -> Float[Array, "*batch 3"]:
    """Turn MMD's left-handed units into right-handed metres."""
    return positions * np.array([1.0, 1.0, -1.0]) * MMD_UNIT_M


def positions_to_mmd(positions_m: Float[Array, "*batch 3"]) -> Float[Array, "*batch 3"]:
    """Turn right-handed metres into MMD's left-handed units."""
    return positions_m * np.array([1.0, 1.0, -1.0]) / MMD_UNIT_M


def mirrored_rotations(rotations_xyzw: Float[Array, "*batch 4"]) -> Float[Array, "*batch 4"]:
    """Carry rotations between MMD's left-handed axes and ours, either way."""
    return rotations_xyzw * np.array([-1.0, -1.0, 1.0, 1.0])


def unit_rotations(rotations_xyzw: Float[Array, "*batch 4"]) -> Float[Array, "*batch 4"]:
    """Return the quaternions at length 1; MMD treats an all-zero rotation as none, and so does this."""
    largest = np.abs(rotations_xyzw).max(-1, keepdims=True, initial=0.0)
    scaled = rotations_xyzw / np.where(largest > 0, largest, 1.0)
    length = np.linalg.norm(scaled, axis=-1, keepdims=True)
    return np.where(largest > 0, scaled / np.where(length > 0, length, 1.0), [0.0, 0.0, 0.0, 1.0])


def curves_from_bytes(blocks: Array) -> Array:
    """Return Bézier points (key, 4, 4): X, Y, Z, rotation × x1, y1, x2, y2, 0–127, from blocks (key, 64).

    The block is a row of 16 bytes and its three copies shifted by one byte each: column 0 of each row is the
    curve of one channel, and alone whole (bytes 2 and 3 of the first row may be the physics switch).
    """
    return np.minimum(blocks.reshape(-1, 4, 4, 4)[..., 0], 127)


def curves_to_bytes(curves: Array) -> Array:
    """Return MMD's 64-byte blocks (key, 64) of Bézier points (key, 4, 4); see ``docs/decisions/0003``."""
    row = curves.transpose(0, 2, 1).reshape(-1, 16)
    blocks = np.zeros((len(curves), 64), dtype=np.uint8)
    for shift in range(4):
        blocks[:, 16 * shift : 16 * shift + 16 - shift] = row[:, shift:]
        if shift:
            blocks[:, 16 * shift + 16 - shift] = 1
    # These two values in bytes 2 and 3 would switch the bone's physics off.
    unlucky = (row[:, 2] == 0x63) & (row[:, 3] == 0x0F)
    blocks[unlucky, 2:4] = 0
    return blocks


def _sorted_keys(keys: Array, what: str) -> dict[str, Array]:
    """Group keys by decoded name in order of appearance, rising in time; the later of two at one frame stays."""
    if len(keys) and int(keys["frame"].max()) > LAST_FRAME:
        worst = int(keys["frame"].max())
        raise FormatError(f"a {what} key is at frame {worst}, days after the start; the file is damaged")
    raw_names, first, inverse = np.unique(keys["name"], return_index=True, return_inverse=True)
    members: dict[str, list[int]] = {}
    for number in np.argsort(first):
        members.setdefault(decode_name(bytes(raw_names[number])), []).append(int(number))
    members.pop("", None)
    group = np.full(len(raw_names), -1)
    for index, numbers in enumerate(members.values()):
        group[numbers] = index
    groups = group[inverse.reshape(-1)]
    order = np.lexsort((keys["frame"], groups))
    order = order[groups[order] >= 0]
    same = (groups[order][1:] == groups[order][:-1]) & (keys["frame"][order][1:] == keys["frame"][order][:-1])
    order = order[np.append(~same, True)[: len(order)]]
    splits = np.searchsorted(groups[order], np.arange(1, max(len(members), 1)))
    return dict(zip(members, np.split(keys[order], splits), strict=False))


def _finite(values: Array, what: str, name: str) -> Array:
    if not np.isfinite(values).all():
        raise FormatError(f"{what} {name!r} has a key that is not a number; the file is damaged")
    return values.astype(np.float64)


def _bone_track(name: str, keys: Array) -> BoneTrack:
    curves = curves_from_bytes(keys["curves"])
    straight = (curves[..., 0] == curves[..., 1]) & (curves[..., 2] == curves[..., 3])
    return BoneTrack(
        frames=keys["frame"].astype(np.int64),
        positions_m=positions_from_mmd(_finite(keys["position"], "bone", name)),
        rotations_xyzw=mirrored_rotations(unit_rotations(_finite(keys["rotation"], "bone", name))),
        curves=None if straight.all() else curves,
    )


def rig_motion_from_vmd(file: VmdFile) -> RigMotion:
    """Return bone and morph keys and IK switches in Manekko's frame; camera, light and shadow are left out.

    Keys rise in time; of two keys of one bone at one frame the later in the file counts. Bones and morphs whose
    name is lost (MMD wrote a zero byte first) are left out.

    Raises:
        FormatError: a key holds no number, or a time that nobody meant.
    """
    morphs = _sorted_keys(file.morphs, "morph")
    shows = sorted(file.shows, key=lambda key: key.frame)
    if shows and shows[-1].frame > LAST_FRAME:
        raise FormatError(f"a show or IK key is at frame {shows[-1].frame}; the file is damaged")
    switched = {key.frame: key for key in shows if len(key.switches)}
    shown = list({key.frame: bool(key.visible) for key in shows}.items())
    return RigMotion(
        model_name=file.model_name,
        bones={name: _bone_track(name, keys) for name, keys in _sorted_keys(file.bones, "bone").items()},
        morphs={
            name: (keys["frame"].astype(np.int64), _finite(keys["weight"], "morph", name))
            for name, keys in morphs.items()
        },
        ik_states=tuple(
            (frame, {decode_name(bytes(switch["name"])): bool(switch["on"]) for switch in key.switches})
            for frame, key in switched.items()
        ),
        shown_states=tuple(
            state for state, before in zip(shown, [(0, True), *shown], strict=False) if state[1] != before[1]
        ),
    )


def vmd_from_rig_motion(rig_motion: RigMotion) -> VmdFile:
    """Return the VMD file of a motion: keys bone after bone, each rising in time, all six sections.

    Characters that code page 932 lacks become ``?``; names longer than 15 bytes are cut between characters.
    """
    bones = [_bone_keys(name, track) for name, track in rig_motion.bones.items()]
    morphs = [_morph_keys(name, frames, weights) for name, (frames, weights) in rig_motion.morphs.items()]
    states: dict[int, dict[str, bool]] = {int(frame): {} for frame, _ in rig_motion.shown_states}
    states |= {int(frame): switches for frame, switches in rig_motion.ik_states}
    shown = rig_motion.is_shown(np.array(sorted(states)))
    shows = [
        ShowKey(
            frame,
            int(visible),
            np.array([(encode_name(name, 15), int(on)) for name, on in switches.items()], IK_SWITCH),
        )
        for (frame, switches), visible in zip(sorted(states.items()), shown, strict=True)
    ]
    return VmdFile(
        encode_name(rig_motion.model_name, MODEL_NAME_BYTES),
        bones=np.concatenate([_none(BONE_KEY), *bones]),
        morphs=np.concatenate([_none(MORPH_KEY), *morphs]),
        shows=tuple(shows),
    )


def _bone_keys(name: str, track: BoneTrack) -> Array:
    keys = np.zeros(len(track.frames), BONE_KEY)
    curves = track.curves
    if curves is None:
        curves = np.broadcast_to(LINEAR_CURVE, (len(keys), 4, 4))
    keys["name"] = encode_name(name, 15)
    keys["frame"] = track.frames
    keys["position"] = positions_to_mmd(track.positions_m)
    keys["rotation"] = mirrored_rotations(track.rotations_xyzw)
    keys["curves"] = curves_to_bytes(curves)
    return keys[np.argsort(keys["frame"], kind="stable")]


def _morph_keys(name: str, frames: Array, weights: Array) -> Array:
    keys = np.zeros(len(frames), MORPH_KEY)
    keys["name"] = encode_name(name, 15)
    keys["frame"] = frames
    keys["weight"] = weights
    return keys[np.argsort(keys["frame"], kind="stable")]
