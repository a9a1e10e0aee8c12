"""Where BlazePose's keypoints and the joints of the hands are on a posed figure, whatever file it came from.

Joints are the figure's bones; nose, eyes, ears and mouth are measured on its head, heels, toes and finger tips on its
mesh, all in the rest pose, and then go with the bone that carries them.
"""

from functools import lru_cache

import numpy as np

from manekko.arrays import Array, Float
from manekko.motion.morph_names import MMD_MORPHS_OF_EXPRESSION
from manekko.people.keypoints import BODY33
from manekko.skeleton.rotations import normalized, rotate
from manekko.skeleton.skeleton import FINGERS, finger_segments
from manekko.stage.figure import Figure, GroupMorph, Morph, Pose, VertexMorph
from manekko.stage.truths_parts import PARTS, vertex_parts

_MARKS = {"left": "左", "right": "右"}
_SIGNS = {"left": 1.0, "right": -1.0}
_LIMBS = {"shoulder": ("UpperArm", "腕"), "elbow": ("LowerArm", "ひじ"), "wrist": ("Hand", "手首"),
          "hip": ("UpperLeg", "足"), "knee": ("LowerLeg", "ひざ"), "ankle": ("Foot", "足首")}  # fmt: skip
_FINGER_BONES = {"Thumb": "親指０１２", "Index": "人指１２３", "Middle": "中指１２３", "Ring": "薬指１２３",
                 "Little": "小指１２３"}  # fmt: skip
_KNUCKLES = {"thumb": 2, "index": 5, "pinky": 17}
"""Which points of a hand the body's own keypoints are."""
_HEEL_UP, _TOE_UP, _INSIDE = 0.145, 0.12, 0.08
"""How high above the sole heel and toe lie and how far inside the shoe's ends, as shares of its length."""
_TIP = 0.8
"""Length of a last finger bone by the one before, where neither file nor mesh tells."""
_EYE_HEIGHT, _EYE_ACROSS, _MOUTH_HEIGHT, _MOUTH_ACROSS = 0.385, 0.4, 0.15, 0.22
"""Of a head that tells nothing: how far above the chin by its height, how far from the middle by half its width."""
_EAR_DEPTH, _EAR_WIDTHS = 0.42, (1.6, 2.3)
"""Ears before the back of the head by its depth; least and most of their distance from the middle by the eyes'."""

Place = tuple[int, Float[Array, "3"]]
"""The bone that carries a point, and where the point is in the rest pose [m]."""


def figure_keypoints_m(figure: Figure, pose: Pose) -> Float[Array, "keypoint=33 3"]:
    """Return where a posed figure's body keypoints are in the world [m], in the order of ``BODY33``.

    A keypoint is NaN where the figure lacks the bone that carries it.
    """
    return _posed(figure, pose)[: len(BODY33)]


def figure_hands_m(figure: Figure, pose: Pose) -> Float[Array, "side=2 point=21 3"]:
    """Return where the joints of both hands (left, right) are [m]: wrist, then thumb … little finger with their tips.

    A point is NaN where the figure lacks the bone that carries it.
    """
    return _posed(figure, pose)[len(BODY33) :].reshape(2, 21, 3)


def _posed(figure: Figure, pose: Pose) -> Float[Array, "point=75 3"]:
    bones, offsets = _carried(figure)
    places = pose.positions_m[bones] + rotate(pose.rotations_xyzw[bones], offsets)
    return np.where((bones >= 0)[:, None], places, np.nan)


@lru_cache(maxsize=8)
def _carried(figure: Figure) -> tuple[Array, Array]:
    """Return (point 75,) the bones that carry body and hands, −1 where there is none, and (point 75, 3) [m] from them.

    It is measured once for each figure.
    """
    hands = {side: _hand(figure, side) for side in _MARKS}
    named: dict[str, Place] = _head(figure)
    for side, hand in hands.items():
        named |= _limbs(figure, side) | _foot(figure, side)
        named |= {f"{side}_{name}": hand[point] for name, point in _KNUCKLES.items() if point in hand}
    found = [named.get(name) for name in BODY33]
    found += [hands[side].get(point) for side in _MARKS for point in range(21)]
    rest_m = _rest_m(figure)
    bones = np.array([-1 if place is None else place[0] for place in found])
    offsets = np.array([np.zeros(3) if place is None else place[1] - rest_m[place[0]] for place in found])
    return bones, offsets


def _rest_m(figure: Figure) -> Float[Array, "bone 3"]:
    return np.array([bone.rest_position_m for bone in figure.rig.bones]).reshape(-1, 3)


def _bone(figure: Figure, humanoid: str, *mmd: str) -> int | None:
    """Return a bone by VRM's name or, of a figure of MMD's kind, by the first of MMD's names that it has."""
    if figure.humanoid:
        return figure.humanoid.get(humanoid)
    return next((figure.rig.index[name] for name in mmd if name in figure.rig), None)


def _limbs(figure: Figure, side: str) -> dict[str, Place]:
    """Return shoulder … ankle. Of MMD's legs the D bones move the mesh, where there are any."""
    result = {}
    for keypoint, (humanoid, mmd) in _LIMBS.items():
        mmd = _MARKS[side] + mmd
        bone = _bone(figure, side + humanoid, mmd + "D", mmd)
        if bone is not None:
            result[f"{side}_{keypoint}"] = (bone, _rest_m(figure)[bone])
    return result


def _hand(figure: Figure, side: str) -> dict[int, Place]:
    """Return the points of a hand that the figure has."""
    wrist = _bone(figure, f"{side}Hand", _MARKS[side] + "手首")
    if wrist is None:
        return {}
    rest_m = _rest_m(figure)
    result = {0: (wrist, rest_m[wrist])}
    for number, finger in enumerate(FINGERS):
        letters = _FINGER_BONES[finger]
        bones = [
            _bone(figure, side + finger + segment, _MARKS[side] + letters[:2] + digit)
            for segment, digit in zip(finger_segments(finger), letters[2:], strict=True)
        ]
        first = 1 + 4 * number
        result |= {first + place: (bone, rest_m[bone]) for place, bone in enumerate(bones) if bone is not None}
        if bones[1] is not None and bones[2] is not None:
            result[first + 3] = (bones[2], _tip_m(figure, bones[1], bones[2]))
    return result


def _tip_m(figure: Figure, before: int, last: int) -> Float[Array, "3"]:
    """Return the end of a finger: where the file has its last bone point to, else the furthest point of its mesh."""
    rest_m, tail_m = _rest_m(figure), figure.rig.bones[last].tail_position_m
    if tail_m is not None:
        return np.array(tail_m)
    along = rest_m[last] - rest_m[before]
    flesh = figure.mesh.positions_m[_main_bones(figure) == last]
    way = normalized(along)
    length = float(((flesh - rest_m[last]) @ way).max()) if len(flesh) else 0.0
    return rest_m[last] + (way * length if length > 0.0 else _TIP * along)


def _main_bones(figure: Figure) -> Array:
    """Return the bone that carries most of each vertex."""
    mesh = figure.mesh
    return np.take_along_axis(mesh.bones, mesh.weights.argmax(axis=1)[:, None], axis=1)[:, 0]


def _foot(figure: Figure, side: str) -> dict[str, Place]:
    """Return heel and toe: inside the ends of the shoe, as detectors see them; of a foot without mesh, nothing."""
    mark = _MARKS[side]
    ankle = _bone(figure, f"{side}Foot", f"{mark}足首D", f"{mark}足首")
    toes = _bone(figure, f"{side}Toes", f"{mark}足先EX")
    shoe = figure.mesh.positions_m[vertex_parts(figure) == PARTS.index(f"{side}_foot")]
    if ankle is None or not len(shoe):
        return {}
    sole = shoe[:, 1].min()
    low = shoe[shoe[:, 1] <= max(sole + 0.5 * (_rest_m(figure)[ankle, 1] - sole), sole)]
    back, front = low[:, 2].min(), shoe[:, 2].max()
    length = front - back
    behind, ahead = shoe[shoe[:, 2] < back + length / 4.0], shoe[shoe[:, 2] > front - length / 4.0]
    heel = np.array([behind[:, 0].mean(), sole + _HEEL_UP * length, back + _INSIDE * length])
    toe = np.array([ahead[:, 0].mean(), ahead[:, 1].min() + _TOE_UP * length, front - _INSIDE * length])
    return {f"{side}_heel": (ankle, heel), f"{side}_toe": (ankle if toes is None else toes, toe)}


def _head(figure: Figure) -> dict[str, Place]:
    """Return the keypoints of the face; of a head without mesh, nothing."""
    head = _bone(figure, "head", "頭")
    faces = figure.mesh.positions_m[figure.mesh.triangles]
    faces = faces[(vertex_parts(figure)[figure.mesh.triangles] == PARTS.index("head")).all(1)]
    if head is None or not len(faces):
        return {}
    eyes, mouth = _eyes(figure, faces), _mouth(figure, faces)
    heights = np.linspace(0.25, 0.75, 9) * (mouth[1] - eyes[1]) + eyes[1]
    noses = np.stack([np.zeros(9), heights], axis=1)
    depths = _front_m(faces, noses)
    points = {"nose": np.array([0.0, noses[depths.argmax(), 1], depths.max()])}
    back, depth = faces[..., 2].min(), np.ptp(faces[..., 2])
    ear_m = np.array([eyes[1], back + _EAR_DEPTH * depth])
    width = np.clip(_side_m(faces, ear_m), eyes[0] * _EAR_WIDTHS[0], eyes[0] * _EAR_WIDTHS[1])
    for side, sign in _SIGNS.items():
        for suffix, across in (("eye_inner", eyes[2]), ("eye", eyes[0]), ("eye_outer", eyes[3])):
            points[f"{side}_{suffix}"] = _on_front(faces, sign * across, eyes[1])
        points[f"mouth_{side}"] = _on_front(faces, sign * mouth[0], mouth[1])
        points[f"{side}_ear"] = np.array([sign * width, *ear_m])
    return {name: (head, point) for name, point in points.items()}


def _eyes(figure: Figure, faces: Float[Array, "triangle 3 3"]) -> tuple[float, float, float, float]:
    """Return how far from the middle the eyes are, how high, and how far their inner and outer corners are [m]."""
    chin, half = faces[..., 1].min(), np.abs(faces[..., 0]).max()
    across, height = _EYE_ACROSS * half, chin + _EYE_HEIGHT * np.ptp(faces[..., 1])
    bone = _bone(figure, "leftEye", "左目")
    ball = figure.mesh.positions_m[_main_bones(figure) == bone] if bone is not None else np.empty((0, 3))
    lids = _moved(figure, "blink", 0.5)
    lids = lids[lids[:, 0] > 0.0]
    for shape in (_rest_m(figure)[[bone]] if bone is not None else ball, lids, ball):
        if len(shape) and shape[:, 0].max() > 0.0:
            across, height = (float(shape[:, axis].min() + shape[:, axis].max()) / 2.0 for axis in (0, 1))
    inner, outer = (lids[:, 0].min(), lids[:, 0].max()) if len(lids) else (0.6 * across, 1.4 * across)
    return float(across), float(height), float(min(inner, across)), float(max(outer, across))


def _mouth(figure: Figure, faces: Float[Array, "triangle 3 3"]) -> tuple[float, float]:
    """Return how far from the middle the corners of the mouth are, and how high [m]."""
    lips, line = _moved(figure, "aa", 0.1), _moved(figure, "aa", 0.5)
    if len(lips):
        return float(np.abs(lips[:, 0]).max()), float(line[:, 1].mean())
    chin, height, half = faces[..., 1].min(), np.ptp(faces[..., 1]), np.abs(faces[..., 0]).max()
    return _MOUTH_ACROSS * float(half), float(chin + _MOUTH_HEIGHT * height)


def _moved(figure: Figure, expression: str, share: float) -> Float[Array, "vertex 3"]:
    """Return the vertices, at rest, that an expression moves by more than a share of what it moves any."""
    morphs = dict(figure.morphs)
    names = (expression, *MMD_MORPHS_OF_EXPRESSION[expression])
    morph = next((morphs[name] for name in names if name in morphs), None)
    shifts = np.zeros_like(figure.mesh.positions_m)
    if morph is not None:
        _add_shifts(figure, morph, 1.0, shifts)
    lengths = np.linalg.norm(shifts, axis=1)
    return figure.mesh.positions_m[lengths > max(share * lengths.max(initial=0.0), 1e-6)]


def _add_shifts(figure: Figure, morph: Morph, weight: float, shifts: Float[Array, "vertex 3"]) -> None:
    """Add what a morph moves; of a group, its members' (groups inside groups do nothing in MMD either)."""
    if isinstance(morph, VertexMorph):
        np.add.at(shifts, morph.vertices, weight * morph.shifts_m)
    elif isinstance(morph, GroupMorph):
        for member, share in zip(morph.morphs.tolist(), morph.shares.tolist(), strict=True):
            if isinstance(figure.morphs[member][1], VertexMorph):
                _add_shifts(figure, figure.morphs[member][1], weight * share, shifts)


def _on_front(faces: Float[Array, "triangle 3 3"], x: float, y: float) -> Float[Array, "3"]:
    return np.array([x, y, _front_m(faces, np.array([[x, y]]))[0]])


def _front_m(faces: Float[Array, "triangle 3 3"], places_m: Float[Array, "place 2"]) -> Float[Array, " place"]:
    """Return how far in front the head reaches at places (x, y) [m]; beside it, as far as its nearest corner."""
    depths = np.array([_furthest(faces[..., [0, 1]], faces[..., 2], place) for place in places_m])
    corners = faces.reshape(-1, 3)
    for missing in np.flatnonzero(np.isnan(depths)):
        near = np.linalg.norm(corners[:, :2] - places_m[missing], axis=1)
        depths[missing] = corners[near <= near.min() * 1.2 + 1e-6, 2].max()
    return depths


def _side_m(faces: Float[Array, "triangle 3 3"], place_m: Float[Array, "2"]) -> float:
    """Return how far left the head reaches at a place (y, z) [m]; infinitely far where it does not."""
    return float(np.nan_to_num(_furthest(faces[..., [1, 2]], faces[..., 0], place_m), nan=np.inf))


def _furthest(flat: Float[Array, "triangle 3 2"], heights: Float[Array, "triangle 3"], place: Array) -> float:
    """Return the greatest height of triangles over a place, NaN where there is none."""
    sides = flat[:, [1, 2, 0]] - flat
    from_place = place - flat
    crosses = sides[..., 0] * from_place[..., 1] - sides[..., 1] * from_place[..., 0]
    inside = (crosses >= 0.0).all(1) | (crosses <= 0.0).all(1)
    area = crosses.sum(1)
    inside &= np.abs(area) > 1e-12
    if not inside.any():
        return np.nan
    # The corner opposite to a side weighs as much as the place is away from that side.
    shares = crosses[inside][:, [1, 2, 0]] / area[inside, None]
    return float((shares * heights[inside]).sum(1).max())
