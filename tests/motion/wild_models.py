"""PMX models whose bones use everything at once, for comparison with other programs."""

from dataclasses import replace

import numpy as np

from manekko.files.pmx_values import (
    AFTER_PHYSICS,
    APPENDS_MOVE,
    APPENDS_ROTATION,
    BONE_MORPH,
    FIXED_AXIS,
    GROUP_MORPH,
    HAS_IK,
    LOCAL_APPEND,
    MOVABLE,
    ROTATABLE,
    VISIBLE,
    PmxBone,
    PmxFile,
    PmxIk,
    PmxIkLink,
    PmxMorph,
    morph_dtype,
)
from manekko.motion.motion import RigMotion

_QUARTER = np.pi / 2.0


def wild_model(base: PmxFile, *, seed: int, bone_count: int = 24) -> PmxFile:
    """Return the model with other bones and morphs, drawn at random.

    Bones hang on earlier ones, in any layer (so some come before their parents), appending each other's turns and
    moves by shares from −1.5 to 2, each other's own or in the world; some have fixed axes, some come after physics;
    some have IK with free links, hinges and limits. Each bone is moved by one bone morph at most.
    """
    rng = np.random.default_rng(seed)
    bones = [_bone(rng, number) for number in range(bone_count)]
    used: set[int] = set()
    for _ in range(20):
        owner = int(rng.integers(bone_count // 2, bone_count))
        ik = _ik(rng, bones, owner)
        if ik is not None and used.isdisjoint(parts := {owner, ik.target, *(link.bone for link in ik.links)}):
            bones[owner] = replace(bones[owner], flags=bones[owner].flags | HAS_IK, ik=ik)
            used |= parts
    kinds = [_bone_morph(base, rng, range(place, min(place + 5, bone_count))) for place in range(0, bone_count, 5)]
    morphs = [PmxMorph(f"m{n}", "", 4, BONE_MORPH, offsets) for n, offsets in enumerate(kinds)]
    # The second group holds the first, which MMD passes over.
    for number, members in enumerate([[3], [4, len(kinds)]]):
        rows = [(member, rng.uniform(-0.5, 0.8)) for member in members]
        morphs.append(PmxMorph(f"g{number}", "", 4, GROUP_MORPH, np.array(rows, morph_dtype(GROUP_MORPH, base.header))))
    return replace(base, bones=tuple(bones), morphs=tuple(morphs), display_frames=(), rigid_bodies=(), joints=())


def morphing(motion: RigMotion, *, seed: int) -> RigMotion:
    """Return the motion with keys for the morphs of a wild model, and straight curves.

    Chains of append and IK enlarge what other programs get wrong about curves.
    """
    rng = np.random.default_rng(seed)
    frames = np.array([0, 10, 25, 50])
    names = ["m0", "m1", "m2", "g0", "g1"]
    bones = {name: replace(track, curves=None) for name, track in motion.bones.items()}
    return replace(motion, bones=bones, morphs={name: (frames, rng.uniform(0.1, 0.6, size=4)) for name in names})


def _bone(rng: np.random.Generator, number: int) -> PmxBone:
    flags, append, axis = ROTATABLE | VISIBLE | MOVABLE, None, None
    if number and rng.random() < 0.35:
        append = (int(rng.integers(number)), float(rng.uniform(-1.5, 2.0)))
        flags |= int(rng.choice([APPENDS_ROTATION, APPENDS_MOVE, APPENDS_ROTATION | APPENDS_MOVE]))
        flags |= LOCAL_APPEND if rng.random() < 0.3 else 0
    if append is None and rng.random() < 0.15:
        axis, flags = _triple(rng.normal(size=3)), flags | FIXED_AXIS
    return PmxBone(
        name=f"b{number}",
        name_en="",
        position=_triple(rng.normal(size=3) * 3.0),
        parent=int(rng.integers(max(number - 4, 0), number)) if number else -1,
        layer=int(rng.choice([0, 0, 0, 1, 2])),
        flags=flags | (AFTER_PHYSICS if rng.random() < 0.1 else 0),
        tail_offset=(0.0, 1.0, 0.0),
        append=append,
        fixed_axis=axis,
    )


def _ik(rng: np.random.Generator, bones: list[PmxBone], owner: int) -> PmxIk | None:
    """Return a chain from a bone that does not carry the owner up to three of its ancestors.

    None where the chain itself carries the owner or what a bone of the chain appends.
    """
    target = int(rng.integers(4, len(bones)))
    path = [bones[target].parent]
    while len(path) < 3 and bones[path[-1]].parent >= 0:
        path.append(bones[path[-1]].parent)
    sources = [append[0] for bone in (target, *path) if (append := bones[bone].append) is not None]
    if any(_hangs_on(bones, bone, {target, *path}) for bone in (owner, *sources)):
        return None
    links = tuple(PmxIkLink(bone, _limits(rng)) for bone in path)
    return PmxIk(target, int(rng.integers(2, 20)), float(rng.uniform(0.2, 2.0)), links)


def _hangs_on(bones: list[PmxBone], bone: int, others: set[int]) -> bool:
    while bone >= 0 and bone not in others:
        bone = bones[bone].parent
    return bone >= 0


def _limits(rng: np.random.Generator) -> tuple[tuple[float, float, float], tuple[float, float, float]] | None:
    kind = int(rng.integers(4))
    low, high = np.zeros(3), np.zeros(3)
    if kind == 0:
        return None
    if kind == 1:
        axis = int(rng.integers(3))
        low[axis], high[axis] = -rng.uniform(0.5, 3.1), -rng.uniform(0.0, 0.2)
    else:
        low, high = -rng.uniform(0.1, 3.1, size=3), rng.uniform(0.1, 3.1, size=3)
        if kind == 2:
            low, high = np.maximum(low, -0.9 * _QUARTER), np.minimum(high, 0.9 * _QUARTER)
    return _triple(low), _triple(high)


def _bone_morph(base: PmxFile, rng: np.random.Generator, bones: range) -> np.ndarray:
    turns = rng.normal(size=(len(bones), 4))
    turns /= np.linalg.norm(turns, axis=-1, keepdims=True)
    dtype = morph_dtype(BONE_MORPH, base.header)
    return np.array([(bone, rng.normal(size=3), turn) for bone, turn in zip(bones, turns, strict=True)], dtype)


def _triple(values: np.ndarray) -> tuple[float, float, float]:
    return float(values[0]), float(values[1]), float(values[2])
