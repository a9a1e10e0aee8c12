"""Laws of the text and motion formats: what is written is read, what is read is written."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manekko.files.bvh import BvhFile, BvhJoint, parse_bvh, write_bvh
from manekko.files.bvh_text import CHANNELS
from manekko.files.names import decode_name, encode_name, name_fits
from manekko.files.vmd import (
    BONE_KEY,
    CAMERA_KEY,
    IK_SWITCH,
    LIGHT_KEY,
    MORPH_KEY,
    SHADOW_KEY,
    ShowKey,
    VmdFile,
    curves_from_bytes,
    curves_to_bytes,
    mirrored_rotations,
    parse_vmd,
    positions_from_mmd,
    positions_to_mmd,
    rig_motion_from_vmd,
    unit_rotations,
    vmd_from_rig_motion,
    write_vmd,
)
from manekko.files.vpd import VpdBone, VpdFile, parse_vpd, write_vpd
from manekko.motion.motion import BoneTrack, RigMotion

# The type checks of values made inside strategies draw from ``random``, and some characters have twins.
pytestmark = pytest.mark.filterwarnings("ignore:Do not use the `random`", "ignore:Characters .* can be encoded")

names = st.text(st.characters(codec="cp932", exclude_categories=("Cc", "Cs")), min_size=1, max_size=12)
moderate = st.floats(-1e3, 1e3, allow_subnormal=False)
decimals = st.integers(-10_000_000, 10_000_000).map(lambda number: number / 1e6)


@st.composite
def tables(draw: st.DrawFn, dtype: np.dtype) -> np.ndarray:
    count = draw(st.integers(0, 4))
    data = draw(st.binary(min_size=count * dtype.itemsize, max_size=count * dtype.itemsize))
    return np.frombuffer(data, dtype)


@st.composite
def vmd_files(draw: st.DrawFn) -> VmdFile:
    shows = st.builds(ShowKey, st.integers(0, 2**32 - 1), st.integers(0, 255), tables(IK_SWITCH))
    sections = draw(st.integers(0, 6))
    return VmdFile(
        draw(st.binary(min_size=20, max_size=20)),
        *(draw(tables(dtype)) for dtype in (BONE_KEY, MORPH_KEY, CAMERA_KEY, LIGHT_KEY, SHADOW_KEY)),
        shows=tuple(draw(st.lists(shows, max_size=3))),
        section_count=sections,
        trailing=draw(st.binary(max_size=9)) if sections == 6 else b"",
    )


@settings(deadline=None, max_examples=50)
@given(vmd_files())
def test_any_vmd_is_written_back_byte_for_byte(file: VmdFile):
    data = write_vmd(file)
    assert write_vmd(parse_vmd(data)) == data


@st.composite
def bone_tracks(draw: st.DrawFn) -> BoneTrack:
    frames = sorted(draw(st.sets(st.integers(0, 100_000), min_size=1, max_size=5)))
    count = len(frames)
    numbers = st.lists(moderate, min_size=7 * count, max_size=7 * count)
    values = np.array(draw(numbers)).reshape(count, 7)
    curves = draw(st.none() | st.binary(min_size=16 * count, max_size=16 * count))
    return BoneTrack(
        np.array(frames),
        values[:, :3],
        unit_rotations(values[:, 3:]),
        None if curves is None else (np.frombuffer(curves, np.uint8) % 128).reshape(count, 4, 4),
    )


@settings(deadline=None, max_examples=50)
@given(st.dictionaries(names.filter(lambda name: name_fits(name, 15)), bone_tracks(), max_size=3))
def test_a_motion_comes_back_through_vmd(bones: dict[str, BoneTrack]):
    back = rig_motion_from_vmd(parse_vmd(write_vmd(vmd_from_rig_motion(RigMotion("ミク", bones)))))
    decoded = {decode_name(encode_name(name, 15)): track for name, track in bones.items()}
    assert back.bones.keys() == decoded.keys()
    for name, track in decoded.items():
        found = back.bones[name]
        assert found.frames.tolist() == track.frames.tolist()
        assert np.allclose(found.positions_m, track.positions_m, rtol=1e-6, atol=1e-9)
        assert np.allclose(found.rotations_xyzw, track.rotations_xyzw, atol=1e-6)
        if found.curves is not None:
            assert track.curves is not None
            assert (found.curves == track.curves).all()


@settings(deadline=None, max_examples=50)
@given(st.binary(min_size=16, max_size=16))
def test_curves_come_back_through_their_bytes(data: bytes):
    curves = (np.frombuffer(data, np.uint8) % 128).reshape(1, 4, 4)
    assert (curves_from_bytes(curves_to_bytes(curves)) == curves).all()


@settings(deadline=None, max_examples=50)
@given(st.lists(moderate, min_size=3, max_size=3), st.lists(moderate, min_size=4, max_size=4))
def test_mmds_axes_and_ours_are_each_others_mirror(position: list[float], rotation: list[float]):
    assert np.allclose(positions_to_mmd(positions_from_mmd(np.array(position))), position, rtol=1e-12)
    assert (mirrored_rotations(mirrored_rotations(np.array(rotation))) == rotation).all()


@settings(deadline=None, max_examples=50)
@given(st.text(max_size=30), st.integers(0, 40))
def test_any_name_fills_its_field_exactly_and_stays_the_same_from_then_on(name: str, size: int):
    field = encode_name(name, size)
    assert len(field) == size
    assert encode_name(decode_name(field), size) == field


@settings(deadline=None, max_examples=50)
@given(st.binary(max_size=20))
def test_any_field_is_some_name(field: bytes):
    assert isinstance(decode_name(field), str)


@st.composite
def vpd_files(draw: st.DrawFn) -> VpdFile:
    numbers = st.tuples(*[decimals] * 3), st.tuples(*[decimals] * 4)
    plain = names.filter(lambda name: name_fits(name, 99) and name == name.strip())
    return VpdFile(
        draw(plain.filter(lambda name: ";" not in name)),
        tuple(draw(st.lists(st.builds(VpdBone, plain, *numbers), max_size=4))),
        tuple(draw(st.lists(st.tuples(plain, decimals), max_size=3))),
        draw(st.sampled_from(["\r\n", "\n"])),
    )


def _twins_settled(file: VpdFile) -> VpdFile:
    return parse_vpd(write_vpd(file))


@settings(deadline=None, max_examples=50)
@given(vpd_files())
def test_a_pose_comes_back_through_vpd(file: VpdFile):
    once = _twins_settled(file)
    assert [bone.position for bone in once.bones] == [bone.position for bone in file.bones]
    assert [bone.rotation_xyzw for bone in once.bones] == [bone.rotation_xyzw for bone in file.bones]
    assert _twins_settled(once) == once
    assert write_vpd(once) == write_vpd(file)


@st.composite
def bvh_files(draw: st.DrawFn) -> BvhFile:
    triples = st.tuples(*[decimals] * 3)
    joints: list[BvhJoint] = []
    last_path: list[int] = []
    for index in range(draw(st.integers(1, 6))):
        depth = draw(st.integers(0, len(last_path)))
        parent = last_path[depth - 1] if depth else -1
        last_path = [*last_path[:depth], index]
        channels = draw(st.lists(st.sampled_from(CHANNELS), unique=True, max_size=6))
        words = draw(st.text(st.characters(categories=("L", "N")), min_size=1, max_size=8))
        joints.append(BvhJoint(words, parent, draw(triples), tuple(channels), draw(st.none() | triples)))
    joints.append(BvhJoint("tip", len(joints) - 1, draw(triples), ("Xrotation",)))
    columns, rows = sum(len(joint.channels) for joint in joints), draw(st.integers(1, 3))
    values = draw(st.lists(decimals, min_size=columns * rows, max_size=columns * rows))
    return BvhFile(tuple(joints), draw(st.sampled_from([0.01, 0.04, 0.5])), np.array(values).reshape(rows, columns))


@settings(deadline=None, max_examples=50)
@given(bvh_files())
def test_any_bvh_comes_back(file: BvhFile):
    back = parse_bvh(write_bvh(file))
    assert back.joints == file.joints
    assert back.frame_time_s == file.frame_time_s
    assert np.allclose(back.values, file.values, atol=1e-9)
    assert write_bvh(back) == write_bvh(file)
