"""A PMD's bones, rigid bodies and joints in PMX's words, still in MMD's frame."""

import numpy as np

from manekko.arrays import triple
from manekko.files.pmd_values import NO_BONE, PmdFile, text_of
from manekko.files.pmx_values import PmxBone, PmxJoint, PmxRigidBody

_CENTRE = "センター"
_FOLLOWS_BONE = 0


def pmx_bones(file: PmdFile) -> tuple[PmxBone, ...]:
    """Return where the bones are, what they hang on and point at; what kinds of bones they are is left out."""
    return tuple(
        PmxBone(
            name=text_of(bone["name"]),
            name_en="",
            position=triple(bone["position"]),
            parent=-1 if bone["parent"] == NO_BONE else int(bone["parent"]),
            layer=0,
            flags=0,
            tail_bone=int(bone["tail"]) if 0 < bone["tail"] < len(file.bones) else None,
        )
        for bone in file.bones
    )


def pmx_bodies(file: PmdFile) -> tuple[PmxRigidBody, ...]:
    """Return the rigid bodies, which PMD places from their bones and PMX from the origin.

    A body without a bone is placed from センター (the first bone where there is none of that name) and follows it, but
    moves no bone where physics moves it.
    """
    if file.rigid_bodies is None:
        return ()
    centre = _centre(file)
    return tuple(_body(file, body, centre) for body in file.rigid_bodies)


def pmx_joints(file: PmdFile) -> tuple[PmxJoint, ...]:
    """Return the joints, whose settings are PMX's."""
    if file.joints is None:
        return ()
    return tuple(
        PmxJoint(
            name=text_of(joint["name"]),
            name_en="",
            kind=0,
            bodies=(int(joint["bodies"][0]), int(joint["bodies"][1])),
            settings=tuple(joint["settings"].reshape(-1).tolist()),
        )
        for joint in file.joints
    )


def _centre(file: PmdFile) -> int:
    names = file.bone_names()
    return names.index(_CENTRE) if _CENTRE in names else 0


def _body(file: PmdFile, body: np.void, centre: int) -> PmxRigidBody:
    bone, mode = int(body["bone"]), int(body["mode"])
    from_bone = centre if bone == NO_BONE else bone
    place = body["position"].astype(np.float64)
    if from_bone < len(file.bones):
        place = place + file.bones[from_bone]["position"]
    if bone == NO_BONE:
        bone = centre if mode == _FOLLOWS_BONE else -1
    linear, angular = body["damping"].tolist()
    return PmxRigidBody(
        name=text_of(body["name"]),
        name_en="",
        bone=bone,
        group=int(body["group"]),
        unhit_groups=int(body["unhit_groups"]),
        shape=int(body["shape"]),
        size=triple(body["size"]),
        position=triple(place),
        rotation=triple(body["rotation"]),
        mass=float(body["mass"]),
        linear_damping=linear,
        angular_damping=angular,
        repulsion=float(body["repulsion"]),
        friction=float(body["friction"]),
        mode=mode,
    )
