"""A VRM that dances: the character's own file with the motion in it, for the page to play."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from manekko.arrays import Array, Float
from manekko.errors import InputError
from manekko.files.gltf_animation import HALF_TURN_XYZW, NodeTrack, parts_of, with_animation
from manekko.motion.motion import Motion, RigMotion
from manekko.skeleton.rotations import IDENTITY_XYZW, conjugate, continuous, multiply, normalized, rotate
from manekko.stage.casting import Part, dancer
from manekko.stage.from_vrm import HALF_TURN, GlbFigure, bare_figure_from_glb
from manekko.stage.perform import perform

NAME = "dance"
_MOST_PLACES = 5_000_000
"""Bones times frames that are held at once: twelve minutes of two hundred bones that move."""
_STILL_M, _STILL_COSINE = 1e-5, 1.0 - 1e-10


def performance(model: bytes, name: str, motion: Motion | RigMotion, *, swaying: bool) -> bytes:
    """Return the GLB or VRM with an animation "dance" of 30 frames a second, facing +Z whatever it faced.

    Nodes turn, hips move, expressions are weights of morph targets. What does not move is not in the animation.

    Args:
        model: a GLB or VRM file.
        name: what it is called where the file does not say.
        motion: what is danced.
        swaying: whether hair and skirts swing.

    Raises:
        FormatError: the model is damaged or no such file.
        InputError: it has not all the bones of a person, or the motion is too long.
    """
    found = bare_figure_from_glb(model, name)
    if not found.figure.humanoid:
        raise InputError("no bones of a person were found in it; a VRM file names its bones, so give one of those")
    danced = dancer(Part(Path(name), motion), found.figure).motion
    frames = np.arange(danced.frame_count)
    bones = _moving(found, danced, swaying=swaying)
    if len(frames) * (len(bones) + len(found.targets)) > _MOST_PLACES:
        raise InputError(
            f"the motion lasts {len(frames) / danced.fps / 60.0:.0f} minutes, too long for a character with "
            f"{len(bones)} bones that move; give a part of it, or turn physics off"
        )
    places, weights = _performed(found, danced, frames, bones, swaying=swaying)
    tracks = [track for bone in bones if (track := _track(found, bone, places)) is not None]
    return with_animation(model, NAME, frames / danced.fps, [*tracks, *_faces(found, weights)], turned=found.faces_back)


def _moving(found: GlbFigure, motion: RigMotion, *, swaying: bool) -> list[int]:
    """Return the bones that may move in those that carry them."""
    rig = found.figure.rig
    keyed = {rig.index[name] for name in motion.bones if name in rig}
    swung = {bone for spring in found.figure.springs for bone in spring.bones} if swaying else set()
    return sorted(keyed | swung)


_Places = Mapping[int, tuple[Array, Array]]
"""Bone → its positions (frame, 3) [m] and rotations (frame, 4), both in the world."""


def _performed(
    found: GlbFigure, motion: RigMotion, frames: Array, bones: list[int], *, swaying: bool
) -> tuple[_Places, Float[Array, "frame target"]]:
    """Return where the bones and those that carry them are, and the weights of the morph targets."""
    parents = {found.figure.rig.bones[bone].parent for bone in bones} - {-1}
    needed = np.array(sorted({*bones, *parents}), dtype=np.int64)
    positions, rotations = np.zeros((len(needed), len(frames), 3)), np.zeros((len(needed), len(frames), 4))
    weights = np.zeros((len(frames), len(found.targets)))
    first = len(found.figure.morphs) - len(found.targets)
    for frame, pose in enumerate(perform(found.figure, motion, frames, swaying=swaying)):
        positions[:, frame], rotations[:, frame] = pose.positions_m[needed], pose.rotations_xyzw[needed]
        weights[frame] = pose.morph_weights[first:]
    return dict(zip(needed.tolist(), zip(positions, rotations, strict=True), strict=True)), weights


def _track(found: GlbFigure, bone: int, places: _Places) -> NodeTrack | None:
    """Return what a bone's node does in its parent; None where it stays as the file has it."""
    node = found.model.order[bone]
    above = found.model.nodes[node].parent
    positions, rotations = places[bone]
    if above < 0:
        # The scene itself is turned, so that the character's own front is where the file has it.
        world = HALF_TURN if found.faces_back else np.eye(4)
        carrier = np.zeros(3), IDENTITY_XYZW
        turn = HALF_TURN_XYZW if found.faces_back else IDENTITY_XYZW
    else:
        world, carrier = found.worlds[above], places[found.figure.rig.bones[bone].parent]
        turn = parts_of(world)[1]
    own = parts_of(found.worlds[node])[1]
    turned = multiply(multiply(conjugate(turn), multiply(conjugate(carrier[1]), rotations)), own)
    moved = rotate(conjugate(carrier[1]), positions - carrier[0]) @ np.linalg.pinv(world[:3, :3]).T
    at, rest, _ = parts_of(found.model.nodes[node].local)
    still = bool(np.abs((turned * rest).sum(-1)).min() > _STILL_COSINE)
    stays = bool(np.abs(moved - at).max() < _STILL_M)
    if still and stays:
        return None
    return NodeTrack(node, None if stays else moved, None if still else continuous(normalized(turned)))


def _faces(found: GlbFigure, weights: Float[Array, "frame target"]) -> Iterator[NodeTrack]:
    """Yield the weights of each mesh that changes, on all nodes that wear it."""
    meshes: dict[int, Array] = {}
    for column, (mesh, target) in enumerate(found.targets):
        if weights[:, column].any():
            empty = np.zeros((len(weights), len(found.model.meshes[mesh].target_names)))
            meshes.setdefault(mesh, empty)[:, target] = weights[:, column]
    for number, node in enumerate(found.model.nodes):
        if node.mesh in meshes:
            yield NodeTrack(number, weights=meshes[node.mesh])
