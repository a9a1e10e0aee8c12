"""Reference pictures made of numbers: what they show is known without drawing anything."""

import numpy as np

from manekko.paint.views import Views

SIDE_PX = 64
PIXEL_M = 0.005
"""Of the pictures, which show 32 cm about the origin."""
NOTHING_M = 1e3


def two_plates() -> Views:
    """Return a picture from in front (from z = +1 m) and one from behind, of plates at z = 0.05 and z = −0.05 m.

    The front one is red on the left (x < 0 in the world), green on the right; the hind one is blue, and reaches farther
    down than the front one, which stops at the middle of the picture.
    """
    front, hind = np.zeros((2, SIDE_PX, SIDE_PX, 4), np.uint8)
    front[:32, :32], front[:32, 32:] = (255, 0, 0, 255), (0, 255, 0, 255)
    front[32:], hind[:] = (0, 0, 250, 255), (0, 0, 250, 255)
    depth_front = np.full((SIDE_PX, SIDE_PX), 0.95, np.float32)
    depth_front[32:] = 1.05
    depth_hind = np.full((SIDE_PX, SIDE_PX), 0.95, np.float32)
    scale = 1.0 / PIXEL_M
    seen_from_front = [[scale, 0.0, 0.0, 32.0], [0.0, -scale, 0.0, 32.0], [0.0, 0.0, -1.0, 1.0]]
    seen_from_behind = [[-scale, 0.0, 0.0, 32.0], [0.0, -scale, 0.0, 32.0], [0.0, 0.0, 1.0, 1.0]]
    return Views(
        low_m=np.array([-0.16, -0.16, -0.05]),
        span_m=np.array([0.32, 0.32, 0.1]),
        pictures=(front, hind),
        depths_m=(depth_front, depth_hind),
        slants=(np.ones((SIDE_PX, SIDE_PX), np.float32), np.ones((SIDE_PX, SIDE_PX), np.float32)),
        matrices=np.array([seen_from_front, seen_from_behind]),
    )


def checkered(*, slants: tuple[float, float] = (1.0, 0.5)) -> Views:
    """Return two pictures from in front of one plate at z = 0: one of fine black and white squares, one all red."""
    places = np.indices((SIDE_PX, SIDE_PX)).sum(0) % 2
    fine = np.full((SIDE_PX, SIDE_PX, 4), 255, np.uint8)
    fine[places == 1, :3] = 0
    red = np.tile(np.array([255, 0, 0, 255], np.uint8), (SIDE_PX, SIDE_PX, 1))
    plates = two_plates()
    depth = np.full((SIDE_PX, SIDE_PX), 1.0, np.float32)
    return Views(
        plates.low_m,
        plates.span_m,
        (fine, red),
        (depth, depth),
        tuple(np.full((SIDE_PX, SIDE_PX), slant, np.float32) for slant in slants),
        np.stack([plates.matrices[0]] * 2),
    )
