"""The judges' scenes drawn by our own renderer."""

import numpy as np

from manekko.arrays import Array, UInt8
from manekko.motion.motion import BoneTrack, RigMotion
from manekko.stage.figures import read_figure
from manekko.stage.perform import perform
from manekko.stage.renderer import Renderer
from tests.clients.babylon_pictures import PictureScene


def our_picture(scene: PictureScene) -> UInt8[Array, "height width 3"]:
    """Return our picture of a scene, without anti-aliasing and shadow."""
    figure = read_figure(scene.model)
    backdrop = np.empty((scene.size_px[1], scene.size_px[0], 3), dtype=np.uint8)
    backdrop[:] = np.rint(np.array(scene.background_rgb) * 255.0)
    pose = next(iter(perform(figure, posed(scene), np.array([0]), swaying=False)))
    with Renderer(scene.size_px, [figure], samples=1, shadow=False) as renderer:
        return np.ascontiguousarray(renderer.draw(scene.view, scene.light, [pose], backdrop)[..., :3])


def posed(scene: PictureScene) -> RigMotion:
    """Return a scene's turns and morphs as keys at frame 0."""
    frames = np.array([0])
    tracks = {bone: BoneTrack(frames, np.zeros((1, 3)), np.array([turn])) for bone, turn in scene.turns.items()}
    return RigMotion("pose", tracks, {name: (frames, np.array([weight])) for name, weight in scene.morphs.items()})
