"""BVH, the common text format of motion capture: bytes ↔ ``BvhFile``; what it means is read in ``bvh.py``.

A ``BvhFile`` holds what the text says: the file's own units, degrees, any hierarchy, any order of channels.
"""

import re
from dataclasses import dataclass, field

import numpy as np

from manekko.arrays import Array, Float
from manekko.errors import FormatError
from manekko.skeleton.rotations import IDENTITY_XYZW, multiply, rotate

CHANNELS = ("Xposition", "Yposition", "Zposition", "Xrotation", "Yrotation", "Zrotation")
"""Channel names as files write them."""

_CHANNEL = {name.lower(): name for name in CHANNELS}
_TOKEN = re.compile(r"(?:ROOT|JOINT)\b[ \t]*([^{}\r\n]*)|End[ \t]+Site[^{}\r\n]*|[{}]|[^\s{}]+", re.IGNORECASE)
_FRAMES = re.compile(r"\s*Frames\s*:\s*(\d{1,9})\s+Frame\s+Time\s*:\s*(\S{1,40})", re.IGNORECASE)
_MOTION = re.compile(r"^[ \t]*MOTION\b", re.IGNORECASE | re.MULTILINE)
_LARGEST = 1e9
_FRAME_TIME_S = (1e-4, 10.0)


@dataclass(frozen=True)
class BvhJoint:
    """One joint of the hierarchy."""

    name: str
    parent: int
    """Index in the file, or -1."""
    offset: tuple[float, float, float]
    """Position in the parent while all channels are zero, in the file's units."""
    channels: tuple[str, ...] = ()
    """Of ``CHANNELS``, in file order; rotations are applied in this order, the first outermost."""
    end: tuple[float, float, float] | None = None
    """End Site: the tip of a last bone, from the joint."""


@dataclass(frozen=True, eq=False)
class BvhFile:
    """A hierarchy and its motion."""

    joints: tuple[BvhJoint, ...]
    """Parents before children, in file order."""
    frame_time_s: float
    """Time from frame to frame [s]."""
    values: Float[Array, "frame channel"] = field(repr=False)
    """File units and degrees; columns are the joints' channels one after another."""

    def global_joints(self) -> tuple[Float[Array, "frame joint 3"], Float[Array, "frame joint 4"]]:
        """Return positions (file units) and rotations (xyzw) of all joints in the file's world."""
        frames = len(self.values)
        positions = np.zeros((frames, len(self.joints), 3))
        rotations = np.tile(IDENTITY_XYZW, (frames, len(self.joints), 1))
        column = 0
        for index, joint in enumerate(self.joints):
            columns = self.values[:, column : column + len(joint.channels)]
            column += len(joint.channels)
            shift, turn = _local(joint, columns)
            if joint.parent < 0:
                positions[:, index], rotations[:, index] = shift, turn
            else:
                above = rotations[:, joint.parent]
                positions[:, index] = positions[:, joint.parent] + rotate(above, shift)
                rotations[:, index] = multiply(above, turn)
        return positions, rotations

    def rest_positions(self) -> Float[Array, "joint 3"]:
        """Return the joints' positions while all rotations are zero, in file units."""
        rest = np.zeros((len(self.joints), 3))
        for index, joint in enumerate(self.joints):
            rest[index] = joint.offset if joint.parent < 0 else rest[joint.parent] + joint.offset
        return rest


def _local(joint: BvhJoint, columns: Float[Array, "frame channel"]) -> tuple[Array, Array]:
    """Return a joint's position and rotation in its parent; position channels replace the offset."""
    shift = np.tile(np.array(joint.offset, dtype=np.float64), (len(columns), 1))
    turn = np.tile(IDENTITY_XYZW, (len(columns), 1))
    for values, channel in zip(columns.T, joint.channels, strict=True):
        axis = "XYZ".index(channel[0])
        if channel.endswith("position"):
            shift[:, axis] = values
        else:
            half = np.radians(values) / 2.0
            single = np.zeros((len(values), 4))
            single[:, axis], single[:, 3] = np.sin(half), np.cos(half)
            turn = multiply(turn, single)
    return shift, turn


def parse_bvh(data: bytes) -> BvhFile:
    """Return the hierarchy and motion of a BVH file.

    Raises:
        FormatError: the text does not follow the format or is cut; the message says where.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp932", errors="replace")
    start = text[:1000].lstrip()
    if not start.upper().startswith("HIERARCHY"):
        found = f"this one with {start[:16]!r}" if start else "this one is empty"
        raise FormatError(f"a BVH file starts with HIERARCHY, {found}: it is no BVH", offset=0)
    motion = _MOTION.search(text)
    if motion is None:
        raise FormatError("the file has no MOTION part; it is cut or damaged", offset=len(data))
    joints = _parse_hierarchy(text[: motion.start()])
    frame_time_s, values = _parse_motion(text, motion.end(), sum(len(joint.channels) for joint in joints))
    return BvhFile(tuple(joints), frame_time_s, values)


class _Tokens:
    """The words of the hierarchy, one after another."""

    def __init__(self, text: str) -> None:
        self._text, self._matches = text, _TOKEN.finditer(text)
        self._here = 0

    def next(self) -> re.Match[str] | None:
        match = next(self._matches, None)
        self._here = match.start() if match else len(self._text)
        return match

    def fail(self, problem: str) -> FormatError:
        line = self._text.count("\n", 0, self._here) + 1
        return FormatError(f"line {line}: {problem}")

    def word(self, expected: str) -> str:
        match = self.next()
        if match is None:
            raise self.fail(f"the file ends where {expected} was expected")
        return match[0]

    def numbers(self) -> tuple[float, float, float]:
        x, y, z = (self._number(self.word("a number")) for _ in range(3))
        return x, y, z

    def _number(self, word: str) -> float:
        try:
            value = float(word)
        except ValueError:
            raise self.fail(f"a number was expected, not {word[:20]!r}") from None
        if not abs(value) <= _LARGEST:
            raise self.fail(f"{word[:20]} is no length")
        return value


def _parse_hierarchy(text: str) -> list[BvhJoint]:
    tokens = _Tokens(text)
    tokens.next()
    names: list[str] = []
    parents: list[int] = []
    offsets: dict[int, tuple[float, float, float]] = {}
    ends: dict[int, tuple[float, float, float]] = {}
    channels: dict[int, tuple[str, ...]] = {}
    open_joints: list[int] = []
    waiting: int | None = None
    in_end = False
    while (match := tokens.next()) is not None:
        word = match[0].upper()
        if match[1] is not None:
            waiting = len(names)
            names.append(match[1].strip())
            parents.append(open_joints[-1] if open_joints else -1)
        elif word.startswith("END") and open_joints:
            in_end, waiting = True, open_joints[-1]
        elif word == "{" and waiting is not None:
            open_joints.append(waiting)
            waiting = None
        elif word == "}" and open_joints:
            open_joints.pop()
            in_end = False
        elif word == "OFFSET" and open_joints:
            (ends if in_end else offsets)[open_joints[-1]] = tokens.numbers()
        elif word == "CHANNELS" and open_joints:
            channels[open_joints[-1]] = _parse_channels(tokens)
        else:
            raise tokens.fail(f"{match[0][:20]!r} has no meaning here")
    if open_joints or waiting is not None or not names:
        raise tokens.fail("the hierarchy is not complete; the file is cut or damaged")
    return [
        BvhJoint(name, parent, offsets.get(index, (0.0, 0.0, 0.0)), channels.get(index, ()), ends.get(index))
        for index, (name, parent) in enumerate(zip(names, parents, strict=True))
    ]


def _parse_channels(tokens: _Tokens) -> tuple[str, ...]:
    count = tokens.word("the number of channels")
    if count not in tuple("0123456"):
        raise tokens.fail(f"0 to 6 channels were expected, not {count[:20]!r}")
    names = [tokens.word("a channel") for _ in range(int(count))]
    unknown = [name for name in names if name.lower() not in _CHANNEL]
    if unknown or len(set(names)) < len(names):
        raise tokens.fail(f"the channels {' '.join(names)[:80]!r} are not of {' '.join(CHANNELS)}, each once")
    return tuple(_CHANNEL[name.lower()] for name in names)


def _parse_motion(text: str, start: int, channel_count: int) -> tuple[float, Float[Array, "frame channel"]]:
    head = _FRAMES.match(text, start)
    if head is None:
        raise FormatError("'Frames: N' and 'Frame Time: S' were expected after MOTION")
    frame_count = int(head[1])
    try:
        frame_time_s = float(head[2].replace(",", "."))
        numbers = np.array(text[head.end() :].split(), dtype=np.float64)
    except ValueError as error:
        raise FormatError(f"the motion holds something that is no number ({str(error)[:80]})") from None
    if not _FRAME_TIME_S[0] <= frame_time_s <= _FRAME_TIME_S[1]:
        raise FormatError(
            f"a frame time of {head[2]} s was found; {_FRAME_TIME_S[0]} to {_FRAME_TIME_S[1]:.0f} is meant"
        )
    if not frame_count or not channel_count:
        raise FormatError("the file holds no motion: no frames or no channels")
    if len(numbers) < frame_count * channel_count:
        whole = len(numbers) // channel_count
        raise FormatError(f"the file announces {frame_count} frames and holds {whole}; it is cut or damaged")
    if not (np.abs(numbers) <= _LARGEST).all():
        raise FormatError("the motion holds a number beyond all measure; the file is damaged")
    return frame_time_s, numbers[: frame_count * channel_count].reshape(frame_count, channel_count)


def write_bvh(file: BvhFile) -> bytes:
    """Return the text of a BVH file, six decimals, lines ended by a line feed."""
    children: dict[int, list[int]] = {}
    for index, joint in enumerate(file.joints):
        children.setdefault(joint.parent, []).append(index)
    starts = np.cumsum([0, *(len(joint.channels) for joint in file.joints)])
    columns: list[int] = []
    lines = ["HIERARCHY"]
    # Entries are a joint's index and depth, or a finished line.
    waiting: list[tuple[int, int] | str] = [(root, 0) for root in reversed(children.get(-1, []))]
    while waiting:
        entry = waiting.pop()
        if isinstance(entry, str):
            lines.append(entry)
            continue
        index, depth = entry
        joint, indent = file.joints[index], "\t" * depth
        columns += range(starts[index], starts[index + 1])
        name = " ".join(re.sub(r"[{}]", "_", joint.name).split())
        lines += [
            f"{indent}{'JOINT' if depth else 'ROOT'} {name}",
            indent + "{",
            f"{indent}\tOFFSET {_line(joint.offset)}",
        ]
        lines.append(" ".join([f"{indent}\tCHANNELS {len(joint.channels)}", *joint.channels]))
        if joint.end is not None:
            lines += [f"{indent}\tEnd Site", indent + "\t{", f"{indent}\t\tOFFSET {_line(joint.end)}", indent + "\t}"]
        waiting.append(indent + "}")
        waiting += [(child, depth + 1) for child in reversed(children.get(index, []))]
    lines += ["MOTION", f"Frames: {len(file.values)}", f"Frame Time: {file.frame_time_s:.8f}"]
    lines += [_line(row) for row in file.values[:, columns].tolist()]
    return ("\n".join(lines) + "\n").encode()


def _line(numbers: tuple[float, ...] | list[float]) -> str:
    # Adding zero turns -0.0 into 0.0, so that equal values give equal bytes.
    return " ".join(f"{round(number, 6) + 0.0:.6f}" for number in numbers)
