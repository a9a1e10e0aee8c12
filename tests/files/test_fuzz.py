"""Any bytes, any prefix, any flipped byte: a value or a ``FormatError`` (or ``InputError``), nothing else."""

import io
import random
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manekko.errors import FormatError, InputError
from manekko.files.bvh import bvh_from_motion, motion_from_bvh, parse_bvh, write_bvh
from manekko.files.models import standard_rig
from manekko.files.openpose import parse_frame, tracks_from_openpose
from manekko.files.vmd import parse_vmd, rig_motion_from_vmd, vmd_from_rig_motion, write_vmd
from manekko.files.vpd import parse_vpd, rig_motion_from_vpd, vpd_from_rig_motion, write_vpd
from manekko.motion.motion import BoneTrack, RigMotion
from manekko.motion.rigged import motion_from_rig_motion
from tests.files.test_openpose import frame, person


def rig_motion() -> RigMotion:
    rotations = np.array([[0.0, 0.0, 0.0, 1.0], [0.0, 0.6, 0.0, 0.8]])
    track = BoneTrack(np.array([0, 3]), np.array([[0.0, 0.0, 0.0], [0.1, 0.2, 0.3]]), rotations)
    return RigMotion(
        "ミク",
        {"センター": track, "頭": track},
        {"あ": (np.array([0, 2]), np.array([0.0, 1.0]))},
        ((0, {"左足ＩＫ": True}),),
    )


def samples() -> dict[str, bytes]:
    motion = rig_motion()
    body = motion_from_rig_motion(RigMotion("", {"センター": motion.bones["センター"]}), standard_rig())
    return {
        "vmd": write_vmd(vmd_from_rig_motion(motion)),
        "vpd": write_vpd(vpd_from_rig_motion(motion)),
        "bvh": write_bvh(bvh_from_motion(body)),
        "openpose": frame(person(25, hand_left_keypoints_2d=[1.0] * 63)),
    }


READERS: dict[str, Callable[[bytes], object]] = {
    "vmd": lambda data: rig_motion_from_vmd(parse_vmd(data)),
    "vpd": lambda data: rig_motion_from_vpd(parse_vpd(data)),
    "bvh": lambda data: motion_from_bvh(parse_bvh(data)),
    "openpose": parse_frame,
}
SAMPLES = samples()
STARTS = {
    "vmd": SAMPLES["vmd"][:50],
    "vpd": SAMPLES["vpd"][:60],
    "bvh": b"HIERARCHY\nROOT a\n{\n",
    "openpose": b'{"people":[{"pose_keypoints_2d":[',
}


def survives(read: Callable[[], object]) -> None:
    message = ""
    try:
        read()
    except (FormatError, InputError) as error:
        message = str(error)
    assert "\n" not in message


@pytest.mark.parametrize("kind", READERS)
@settings(deadline=None, max_examples=60)
@given(data=st.binary(max_size=300), start=st.booleans())
def test_any_bytes(kind: str, data: bytes, start: bool):
    survives(lambda: READERS[kind](STARTS[kind] * start + data))


@pytest.mark.parametrize("kind", READERS)
@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_any_prefix_and_any_flipped_byte(kind: str, data: st.DataObject):
    whole = SAMPLES[kind]
    place = data.draw(st.integers(0, len(whole) - 1))
    survives(lambda: READERS[kind](whole[:place]))
    survives(lambda: READERS[kind](whole[:place] + bytes([data.draw(st.integers(0, 255))]) + whole[place + 1 :]))


@pytest.mark.parametrize("kind", READERS)
def test_a_good_sample_is_read(kind: str):
    assert READERS[kind](SAMPLES[kind])


def archives() -> list[bytes]:
    plain, packed, zipped = io.BytesIO(), io.BytesIO(), io.BytesIO()
    for stream, mode in ((plain, "w"), (packed, "w:gz")):
        with tarfile.open(fileobj=stream, mode=mode) as archive:
            for n in range(2):
                member = tarfile.TarInfo(f"{n}.json")
                member.size = len(SAMPLES["openpose"])
                archive.addfile(member, io.BytesIO(SAMPLES["openpose"]))
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
        for n in range(2):
            archive.writestr(f"{n}.json", SAMPLES["openpose"])
    return [stream.getvalue() for stream in (plain, packed, zipped)]


def _damage_archives(path: Path, rounds: int) -> None:
    rng = random.Random(5)
    for whole in archives():
        for _ in range(rounds):
            data = bytearray(whole)
            for _ in range(rng.randint(1, 4)):
                data[rng.randrange(len(data))] = rng.randrange(256)
            path.write_bytes(data[: rng.choice([len(data), rng.randrange(len(data))])])
            survives(lambda: tracks_from_openpose(path, fps=30.0))


def test_damaged_archives(tmp_path: Path):
    _damage_archives(tmp_path / "archive", 60)


@pytest.mark.slow
def test_many_damaged_archives(tmp_path: Path):
    _damage_archives(tmp_path / "archive", 3000)


@pytest.mark.slow
@pytest.mark.parametrize("kind", READERS)
def test_fuzz_run(kind: str):
    rng = random.Random(11)
    whole = SAMPLES[kind]
    for _ in range(4000):
        data = bytearray(whole)
        for _ in range(rng.randint(1, 6)):
            place = rng.randrange(len(data))
            change = rng.randrange(4)
            if change == 0:
                data[place] = rng.randrange(256)
            elif change == 1:
                data[place : place + 4] = rng.choice([b"\xff\xff\xff\xff", b"\0\0\0\x80", b"9999", b"1e38"])
            elif change == 2:
                del data[place : place + rng.randint(1, 40)]
            else:
                data[place:place] = data[place : place + rng.randint(1, 40)]
        survives(lambda data=bytes(data): READERS[kind](data))
