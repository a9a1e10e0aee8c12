"""What a rendered dataset shows follows from its seed alone, and what is held back is never mixed in."""

from dataclasses import replace

import numpy as np
import pytest

from manekko.motion.motion import Motion, RigMotion
from manekko.paint.crop import Square
from manekko.paint.dataset.plan import WARM_UP, NamedMotion, Take, camera, loosened, split_of, taken_part, takes
from manekko.paint.dataset.shards import LONGEST_SHARD
from manekko.skeleton.skeleton import JOINT_INDEX
from manekko.stage.projection import camera_from_world
from manekko.stage.truths_surface import projected
from tests.show.samples import dance_motion
from tests.stage.dolls import sliding

DANCE = dance_motion(10.0)
NAMES = [f"dance{number}" for number in range(8)]


def marked(number: int, frames: int = 300) -> Motion:
    """The dance with its own number at the left elbow of every frame."""
    local = DANCE.local_rotations_xyzw[:frames].copy()
    local[:, JOINT_INDEX["leftLowerArm"]] = [np.sin(number / 20.0), 0.0, 0.0, np.cos(number / 20.0)]
    part = slice(0, frames)
    return replace(
        DANCE,
        root_positions_m=DANCE.root_positions_m[part] + [number, 0.0, 0.0],
        local_rotations_xyzw=local,
        confidences=DANCE.confidences[part],
        contacts=DANCE.contacts[part],
    )


MOTIONS = [NamedMotion(name, marked(n), "held" if n < 3 else "train") for n, name in enumerate(NAMES)]


def facts(plan: list[Take]) -> list[tuple[str, str, int, int, int]]:
    return [(take.name, take.motion.name, take.start, take.frames, take.seed) for take in plan]


def of(plan: list[Take], *, mixed: bool) -> Take:
    return next(take for take in plan if (take.arms_of is not None) == mixed and take.start > WARM_UP)


def test_named_motions_are_held_back_with_or_without_ending_and_else_one_of_ten() -> None:
    held = ["05_12", "folder/waltz.bvh"]
    assert [split_of(name, held) for name in ("05_12", "waltz", "05_1", "folder")] == ["held", "held", "train", "train"]
    share = np.mean([split_of(f"motion {number}", []) == "held" for number in range(1000)])
    assert 0.07 < share < 0.13
    assert split_of("waltz", []) == split_of("waltz", [])


def test_the_plan_follows_from_the_seed_alone() -> None:
    assert facts(takes(MOTIONS, 2000, 4)) == facts(takes(MOTIONS, 2000, 4))
    assert facts(takes(MOTIONS, 2000, 4)) != facts(takes(MOTIONS, 2000, 5))


def test_a_longer_plan_begins_with_the_shorter_ones_shards() -> None:
    short, long = ({take[0]: take for take in facts(takes(MOTIONS, n * LONGEST_SHARD, 1))} for n in (5, 20))
    assert len(long) == 20
    assert {name: long[name] for name in short} == short


@pytest.mark.parametrize("frames", [1, 63, 64, 65, 1000])
def test_as_many_frames_are_planned_as_asked_for_in_shards_that_fit(frames: int) -> None:
    short = [NamedMotion("short", marked(0, 20), "train"), NamedMotion("long", marked(1), "train")]
    plan = takes(short, frames, 0)
    assert sum(take.frames for take in plan) == frames
    assert len({take.name for take in plan}) == len(plan)
    for take in plan:
        assert 1 <= take.frames <= LONGEST_SHARD
        assert 0 <= take.start <= take.motion.motion.frame_count - take.frames


def test_single_poses_are_no_motions() -> None:
    plan = takes([NamedMotion("pose", marked(0, 1), "train"), MOTIONS[5]], 500, 0)
    assert {take.motion.name for take in plan} == {MOTIONS[5].name}


def test_arms_are_never_put_on_from_the_other_split() -> None:
    plan = takes(MOTIONS, 300 * LONGEST_SHARD, 2)
    splits = {id(one.motion): one.split for one in MOTIONS}
    mixed = [take for take in plan if take.arms_of is not None]
    assert 0.1 < len(mixed) / len(plan) < 0.3
    assert {take.motion.split for take in mixed} == {"train", "held"}
    for take in mixed:
        assert splits[id(take.arms_of)] == take.motion.split
        assert take.arms_of is not take.motion.motion


def test_a_part_is_the_motion_itself_with_frames_before_it_to_warm_up() -> None:
    take = of(takes(MOTIONS, 6400, 0), mixed=False)
    motion, frames = taken_part(take)
    assert isinstance(motion, Motion)
    assert isinstance(take.motion.motion, Motion)
    assert frames.tolist() == list(range(WARM_UP + take.frames))
    kept = slice(take.start, take.start + take.frames)
    np.testing.assert_array_equal(motion.root_positions_m[WARM_UP:], take.motion.motion.root_positions_m[kept])
    np.testing.assert_array_equal(motion.local_rotations_xyzw[WARM_UP:], take.motion.motion.local_rotations_xyzw[kept])


def test_a_mixed_part_walks_as_it_did_and_moves_its_arms_as_the_other_does() -> None:
    take = of(takes(MOTIONS, 6400, 0), mixed=True)
    motion, _ = taken_part(take)
    own, arms_of = take.motion.motion, take.arms_of
    assert isinstance(motion, Motion)
    assert isinstance(own, Motion)
    assert arms_of is not None
    part = slice(take.start - WARM_UP, take.start + take.frames)
    legs = [JOINT_INDEX[name] for name in ("hips", "leftUpperLeg", "rightLowerLeg", "leftFoot")]
    np.testing.assert_array_equal(motion.local_rotations_xyzw[:, legs], own.local_rotations_xyzw[part][:, legs])
    elbow = JOINT_INDEX["leftLowerArm"]
    np.testing.assert_array_equal(motion.local_rotations_xyzw[0, elbow], arms_of.local_rotations_xyzw[0, elbow])
    assert (motion.local_rotations_xyzw[0, elbow] != own.local_rotations_xyzw[0, elbow]).any()
    # However the other's arms are fitted in, they never jump.
    steps = np.abs(np.diff(motion.local_rotations_xyzw, axis=0)).max()
    assert steps < 1.5 * np.abs(np.diff(DANCE.local_rotations_xyzw, axis=0)).max()


def test_a_motion_for_mmds_bones_is_danced_as_it_is_from_its_own_frames() -> None:
    slide: RigMotion = sliding((1.0, 0.0, 0.0), 10.0)
    take = next(one for one in takes([NamedMotion("slide", slide, "train")], 6400, 0) if one.start > WARM_UP)
    motion, frames = taken_part(take)
    assert motion is slide
    assert frames.tolist() == list(range(take.start - WARM_UP, take.start + take.frames))


def test_cameras_look_at_the_body_from_all_around_but_mostly_from_in_front() -> None:
    rng, middle = np.random.default_rng(0), np.array([0.5, 0.9, -1.0])
    views = [camera(rng, middle) for _ in range(100)]
    for view in views:
        point, depth = projected(view, middle[None])
        np.testing.assert_allclose(point[0], np.array(view.size_px) / 2.0, atol=1e-6)
        assert 2.0 < depth[0] < 7.5
        assert camera_from_world(view)[1, 1] < -0.8  # upright
    front = np.array([view.position_m[2] - middle[2] > 0.0 for view in views])
    assert 0.6 < front.mean() < 0.95


def test_loosened_squares_keep_the_figure_in_view_and_move_as_they_did() -> None:
    squares = [Square(100.0 + 2.0 * n, 50.0, 200.0) for n in range(5)]
    close = 0
    for seed in range(200):
        found = loosened(np.random.default_rng(seed), squares)
        sides = np.array([square.side for square in found])
        assert np.ptp(sides) == 0.0
        middles = np.array([(s.left + s.side / 2.0, s.top + s.side / 2.0) for s in found])
        np.testing.assert_allclose(np.diff(middles, axis=0), np.tile([2.0, 0.0], (4, 1)), atol=1e-9)
        assert np.abs(middles[0] - [200.0, 150.0]).max() < 0.4 * 200.0
        close += bool(sides[0] < 180.0)
    assert 10 < close < 40
