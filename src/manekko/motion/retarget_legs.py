"""Where a model's hips and feet go so that it steps where the dancer stepped, scaled by the length of its legs."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from manekko.arrays import Array, Bool, Float
from manekko.errors import InputError
from manekko.motion.easing import smooth
from manekko.motion.foot_rest import Sole, level_headings
from manekko.skeleton.rig import Rig
from manekko.skeleton.rotations import normalized, rotate
from manekko.skeleton.skeleton import HEEL_BEHIND_ANKLE, JOINT_INDEX, Skeleton

_BALL = 0.7
"""Where the ball of the foot is between ankle and toe tip."""
_FARTHEST_SOLE_M = 0.1
"""A sole further than this from the floor at rest [m] is no sole that could be put on it: the model hovers."""
_ON_THE_FLOOR_M, _IN_THE_AIR_M = 0.10, 0.25
"""Clearance of a foot [m]: below, the sole's height counts; above, the ankle's."""
_SOLE_CARRIERS = ("足首", "足首D", "足先EX", "つま先")


@dataclass(frozen=True)
class Foot:
    """One foot of a model in its rest pose [m]."""

    ankle_m: Float[Array, "3"]
    ball_m: Float[Array, "3"]
    """About what the foot turns when its heel is up: where the toes bend, or would; on the floor."""
    heel_m: Float[Array, "3"]
    """About what it turns when its toes are up."""
    soles_m: Float[Array, "corner 3"]
    """Corners of the sole; the lowest stand on the floor."""
    on_toes: Bool[Array, " corner"]
    """Which of them the toes carry, where the model's can bend."""
    toes_m: Float[Array, "3"]
    """Where the toes bend."""

    @property
    def height_m(self) -> float:
        """Height of the ankle over the lowest of the sole when the foot stands [m]."""
        return float(self.ankle_m[1] - self.soles_m[:, 1].min())

    def lowest_m(self, turn: Float[Array, "frame 4"], toe_turn: Float[Array, "frame 4"]) -> Float[Array, " frame"]:
        """Return how high the lowest of the sole is over the ankle [m] when foot and toes are turned; negative."""
        lowest = np.full(len(turn), np.inf)
        for corner, on_toes in zip(self.soles_m, self.on_toes, strict=True):
            height = rotate(turn, (self.toes_m if on_toes else corner) - self.ankle_m)[:, 1]
            lowest = np.minimum(lowest, height + (rotate(toe_turn, corner - self.toes_m)[:, 1] if on_toes else 0.0))
        return lowest


@dataclass(frozen=True)
class FootPath:
    """One foot through time."""

    ankles_m: Float[Array, "frame 3"]
    turns_xyzw: Float[Array, "frame 4"]
    """From the rest pose, in the world."""
    toe_turns_xyzw: Float[Array, "frame 4"]
    """The same of the toes."""
    like_own_m: Float[Array, "frame 3"]
    """Where the ankles would be if only the legs' length counted, and not the feet's: there the legs are as the
    dancer's."""


def check_legs(rig: Rig) -> None:
    """Raise ``InputError`` when the model has no legs to stand on."""
    missing = [bone for bone in ("左足", "右足", "左ひざ", "右ひざ", "左足首", "右足首") if bone not in rig]
    if missing:
        raise InputError(
            f"the model '{rig.name}' lacks the bones {' '.join(missing)}: expected MMD's standard body; "
            "choose a humanoid model"
        )


def model_foot(rig: Rig, s: str) -> Foot:
    """Return the foot of side ``s`` (左 or 右)."""
    ankle = rig.rest(s + "足首")
    tip = next((rig.rest(s + name) for name in ("つま先", "つま先ＩＫ") if s + name in rig), None)
    carriers = {rig.index[s + name] for name in _SOLE_CARRIERS if s + name in rig}
    corners = [(rig.index[name], at) for name, at in rig.sole_points_m if rig.index.get(name) in carriers]
    soles = np.array([at for _, at in corners]).reshape(-1, 3)
    on_toes = np.array([number == rig.index.get(s + "足先EX") for number, _ in corners], dtype=bool)
    if len(soles) == 0:
        ahead = 1.5 * ankle[1] if tip is None else tip[2] - ankle[2]
        soles = np.array([[ankle[0], 0.0, ankle[2] + ahead * share] for share in (-HEEL_BEHIND_ANKLE * _BALL, 1.0)])
        on_toes = np.zeros(2, dtype=bool)
    if abs(soles[:, 1].min()) > _FARTHEST_SOLE_M:
        soles = soles - np.array([0.0, soles[:, 1].min(), 0.0])
    front, back = soles[np.argmax(soles[:, 2])], soles[np.argmin(soles[:, 2])]
    ball = ankle + _BALL * ((front if tip is None else tip) - ankle)
    toes = rig.rest(s + "足先EX") if s + "足先EX" in rig else ball
    ball = np.array([toes[0], front[1] if tip is None else tip[1], toes[2]])
    return Foot(ankle, ball, np.array([ankle[0], back[1], back[2]]), soles, on_toes, toes)


def socket_path(skeleton: Skeleton, joints_m: Float[Array, "frame joint 3"], rig: Rig) -> Float[Array, "frame 3"]:
    """Return where the middle of the model's hip sockets goes [m]."""
    scale = leg_scale(skeleton, rig)
    sockets = (joints_m[:, JOINT_INDEX["leftUpperLeg"]] + joints_m[:, JOINT_INDEX["rightUpperLeg"]]) / 2.0
    height = (model_foot(rig, "左").height_m + model_foot(rig, "右").height_m) / 2.0
    moved = sockets * scale
    moved[:, 1] = height + (sockets[:, 1] - float(skeleton.rest_positions_m[JOINT_INDEX["leftFoot"], 1])) * scale
    return moved + _standing_place(rig)


def foot_path(
    skeleton: Skeleton,
    joints_m: Float[Array, "frame joint 3"],
    turned: Float[Array, "frame joint 4"],
    rig: Rig,
    side: str,
) -> FootPath:
    """Return where one foot goes.

    The ball of the foot is where the dancer's is, in proportion; feet of a model that stands wider keep their distance.
    Near the floor the sole is as high over it as the dancer's, high in the air the ankle is.
    """
    s, scale = ("左" if side == "left" else "右"), leg_scale(skeleton, rig)
    foot, ankle = model_foot(rig, s), rig.rest(s + "足首")
    turn, toe_turn = (turned[:, JOINT_INDEX[side + part]] for part in ("Foot", "Toes"))
    own_ankles, own_balls = joints_m[:, JOINT_INDEX[side + "Foot"]], joints_m[:, JOINT_INDEX[side + "Toes"]]
    own_rest = skeleton.rest_positions_m[JOINT_INDEX[side + "Foot"]]
    standing = _standing_place(rig)
    outward = 1.0 if side == "left" else -1.0
    wider = outward * max(outward * (ankle[0] - standing[0] - own_rest[0] * scale), 0.0)
    ankles = own_balls * scale + standing + rotate(turn, ankle - foot.ball_m)
    ankles = ankles + rotate(level_headings(turn), np.array([wider, 0.0, 0.0]))
    clearance = _clearance(skeleton, own_ankles, turn, side)
    sole = clearance * scale - foot.lowest_m(turn, toe_turn)
    air = foot.height_m + (own_ankles[:, 1] - own_rest[1]) * scale
    share = smooth((_IN_THE_AIR_M - clearance) / (_IN_THE_AIR_M - _ON_THE_FLOOR_M))
    ankles[:, 1] = air + share * (sole - air)
    like_own = own_ankles * scale + standing
    like_own[:, 1] = air
    return FootPath(ankles, turn, toe_turn, like_own)


def side_by_side(paths: Mapping[str, FootPath], rig: Rig) -> dict[str, FootPath]:
    """Return the feet's ways, moved apart where shoes would be in each other: a model's are wider than the dancer's.

    Feet that pass or stand one before the other stay.
    """
    left, right = (model_foot(rig, s).soles_m for s in "左右")
    width = (float(np.ptp(left[:, 0])) + float(np.ptp(right[:, 0]))) / 2.0
    length = (float(np.ptp(left[:, 2])) + float(np.ptp(right[:, 2]))) / 2.0
    own_x = np.array([1.0, 0.0, 0.0])
    across = normalized(np.sum([rotate(level_headings(path.turns_xyzw), own_x) for path in paths.values()], axis=0))
    way = paths["left"].ankles_m - paths["right"].ankles_m
    aside = (way * across).sum(-1)
    before = np.linalg.norm((way - aside[:, None] * across)[:, [0, 2]], axis=-1)
    near = np.clip((length - before) / (0.5 * length), 0.0, 1.0) * np.clip(1.0 - np.abs(way[:, 1]) / width, 0.0, 1.0)
    # Where feet are crossed by more than a foot's width they are so on purpose.
    push = near * np.clip(np.minimum(width - aside, width + aside), 0.0, width) / 2.0
    shift = push[:, None] * across
    return {
        "left": replace(paths["left"], ankles_m=paths["left"].ankles_m + shift),
        "right": replace(paths["right"], ankles_m=paths["right"].ankles_m - shift),
    }


def leg_scale(skeleton: Skeleton, rig: Rig) -> float:
    """Return how many times longer the rig's legs are than the body's; travel and steps grow by as much.

    The rig must have 足, ひざ and 足首 on both sides.
    """
    return (leg_m(rig, "左") + leg_m(rig, "右")) / 2.0 / _own_leg_length(skeleton)


def leg_m(rig: Rig, s: str) -> float:
    """Return the length of thigh and shin of side ``s`` (左 or 右) [m]."""
    hip, knee, ankle = (rig.rest(s + part) for part in ("足", "ひざ", "足首"))
    return float(np.linalg.norm(knee - hip) + np.linalg.norm(ankle - knee))


def _clearance(skeleton: Skeleton, ankles_m: Array, turn: Array, side: str) -> Float[Array, " frame"]:
    """Return how high the lower one of the dancer's heel and ball is above where it stands [m]."""
    sole = Sole.of(skeleton, side)
    heel, ball = rotate(turn, sole.heel_m)[:, 1], rotate(turn, sole.ball_m)[:, 1] - sole.ball_height_m
    return ankles_m[:, 1] + np.minimum(heel, ball)


def _standing_place(rig: Rig) -> Float[Array, "3"]:
    """Where the model itself stands: most stand over the origin, some beside it."""
    middle = (rig.rest("左足") + rig.rest("右足")) / 2.0
    return np.array([middle[0], 0.0, middle[2]])


def _own_leg_length(skeleton: Skeleton) -> float:
    return float(sum(np.linalg.norm(skeleton.rest_offsets_m[JOINT_INDEX[n]]) for n in ("leftLowerLeg", "leftFoot")))
