"""Figures made for tests of morphs and motion: bones and morphs, with a mesh of a few loose points."""

import numpy as np

from manekko.skeleton.rig import Rig
from manekko.stage.figure import Figure, Material, Mesh, Morph

POINTS = 6


def figure_of(rig: Rig, morphs: tuple[tuple[str, Morph], ...] = (), materials: tuple[Material, ...] = ()) -> Figure:
    """Return a figure with these bones and morphs; its points hang on the first bone."""
    mesh = Mesh(
        positions_m=np.zeros((POINTS, 3)),
        normals=np.tile([0.0, 0.0, 1.0], (POINTS, 1)),
        uvs=np.zeros((POINTS, 2)),
        bones=np.zeros((POINTS, 4), np.int64),
        weights=np.tile([1.0, 0.0, 0.0, 0.0], (POINTS, 1)),
        skinning=np.zeros(POINTS, np.uint8),
        sdef_m=np.zeros((POINTS, 3, 3)),
        edge_scales=np.ones(POINTS),
        triangles=np.array([[0, 1, 2]]),
    )
    return Figure(rig, mesh, materials, morphs=morphs)
