"""Pictures of the dancer: skinning, a z-buffer, light and shadow, all in numpy."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from dancer.body import Body
from dancer.paint import gloss, surface_colour
from dancer.surface import smoothstep
from manekko.arrays import Array, Float, Int, UInt8
from manekko.skeleton.rotations import conjugate, multiply, normalized, rotate
from manekko.skeleton.skeleton import default_skeleton

SUPERSAMPLING = 2
LIGHT = normalized(np.array([-0.40, 0.72, 0.75]))
"""Direction towards the main light, in the world."""
_SHADOW_CELL_M = 0.008
_SHADOW_CELLS = 420


@dataclass(frozen=True)
class Camera:
    """A pinhole that does not move; square pixels, camera axes x right, y down, z away."""

    size_px: tuple[int, int]
    focal_px: float
    position_m: tuple[float, float, float]
    pitch_rad: float
    """Downward tilt; the camera looks along −Z of the world."""

    @property
    def axes(self) -> Float[Array, "3 3"]:
        """Rows: the camera's x, y and z axes in the world."""
        s, c = np.sin(self.pitch_rad), np.cos(self.pitch_rad)
        return np.array([[1.0, 0.0, 0.0], [0.0, -c, s], [0.0, -s, -c]])

    def project(self, points_m: Float[Array, "*batch 3"]) -> Float[Array, "*batch 3"]:
        """Return image x, y [px] and depth [m] of points in the world."""
        local = (points_m - np.array(self.position_m)) @ self.axes.T
        centre = np.array(self.size_px) / 2.0
        return np.concatenate([centre + self.focal_px * local[..., :2] / local[..., 2:], local[..., 2:]], axis=-1)


@dataclass(frozen=True)
class Hits:
    """What is seen where: one entry for each covered pixel."""

    pixels: Int[Array, " hit"]
    """Row × width + column."""
    triangles: Int[Array, " hit"]
    shares: Float[Array, "hit 3"]
    """Barycentric coordinates within the triangle."""


def skinned(body: Body, joints_m: Array, rotations_xyzw: Array) -> tuple[Array, Array]:
    """Return vertices [m] and normals in the pose given by global joint positions and rotations.

    Blends dual quaternions, which unlike matrices keep bent and twisted limbs their width.
    """
    rest = default_skeleton().rest_positions_m
    signs = np.where(rotations_xyzw[:, 3:] < 0, -1.0, 1.0)
    real = rotations_xyzw * signs
    shift = joints_m - rotate(real, rest)
    dual = 0.5 * multiply(np.concatenate([shift, np.zeros((len(shift), 1))], axis=-1), real)
    used = np.flatnonzero(body.weights.any(axis=0))
    weights = body.weights[:, used]
    # q and -q are one rotation: sum on the side of the joint that carries most of the vertex.
    lead = real[used][weights.argmax(axis=1)]
    weights = weights * np.where(lead @ real[used].T < 0, -1.0, 1.0)
    blend_real, blend_dual = weights @ real[used], weights @ dual[used]
    length = np.linalg.norm(blend_real, axis=-1, keepdims=True)
    blend_real, blend_dual = blend_real / length, blend_dual / length
    offset = 2.0 * multiply(blend_dual, conjugate(blend_real))[:, :3]
    return rotate(blend_real, body.vertices_m) + offset, rotate(blend_real, body.normals)


def rasterised(points: Float[Array, "vertex 3"], triangles: Int[Array, "triangle 3"], size_px: tuple[int, int]) -> Hits:
    """Return the nearest front face at each pixel centre; ``points`` are x, y [px] and depth."""
    width, height = size_px
    x, y, depth = (points[triangles, axis] for axis in range(3))
    area = (x[:, 1] - x[:, 0]) * (y[:, 2] - y[:, 0]) - (x[:, 2] - x[:, 0]) * (y[:, 1] - y[:, 0])
    left = np.maximum(np.ceil(x.min(1) - 0.5), 0).astype(int)
    top = np.maximum(np.ceil(y.min(1) - 0.5), 0).astype(int)
    columns = np.minimum(np.floor(x.max(1) - 0.5), width - 1).astype(int) - left + 1
    rows = np.minimum(np.floor(y.max(1) - 0.5), height - 1).astype(int) - top + 1
    kept = np.flatnonzero((area < 0.0) & (columns > 0) & (rows > 0))
    counts = (columns * rows)[kept]
    owner = np.repeat(kept, counts)
    place = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    column, row = left[owner] + place % columns[owner], top[owner] + place // columns[owner]
    px, py = column + 0.5, row + 0.5
    shares = np.empty((len(owner), 3))
    for corner in range(3):
        a, b = (corner + 1) % 3, (corner + 2) % 3
        xa, ya, xb, yb = x[owner, a], y[owner, a], x[owner, b], y[owner, b]
        shares[:, corner] = ((xb - xa) * (py - ya) - (px - xa) * (yb - ya)) / area[owner]
    hit = np.flatnonzero((shares >= 0.0).all(axis=1))
    owner, shares, pixel = owner[hit], shares[hit], (row * width + column)[hit]
    # Written from far to near, so that the nearest stays.
    order = np.argsort(-(shares * depth[owner]).sum(-1), kind="stable")
    nearest = np.full(width * height, -1)
    nearest[pixel[order]] = order
    seen = np.flatnonzero(nearest >= 0)
    return Hits(seen, owner[nearest[seen]], shares[nearest[seen]])


class Shade:
    """What the light does not reach, seen from the light."""

    def __init__(self, vertices_m: Float[Array, "vertex 3"], centre_m: Float[Array, "3"]) -> None:
        side = normalized(np.cross([0.0, 1.0, 0.0], LIGHT))
        self._axes = np.stack([side, np.cross(LIGHT, side)])
        self._centre = centre_m
        cells, heights = self._cells(vertices_m)
        nearest = np.full((_SHADOW_CELLS, _SHADOW_CELLS), -np.inf)
        np.maximum.at(nearest, tuple(np.round(cells).astype(int).T), heights)
        self._nearest = ndimage.maximum_filter(nearest, 3)
        self._cover = ndimage.gaussian_filter(np.isfinite(self._nearest).astype(float), 3.0)

    def _cells(self, points_m: Array) -> tuple[Array, Array]:
        local = points_m - self._centre
        cells = local @ self._axes.T / _SHADOW_CELL_M + _SHADOW_CELLS / 2
        return np.clip(cells, 0, _SHADOW_CELLS - 1), local @ LIGHT

    def on_body(self, points_m: Float[Array, "point 3"]) -> Float[Array, " point"]:
        """Return how much light reaches points of the body, 0–1, softened over 3 × 3 cells."""
        cells, heights = self._cells(points_m)
        whole = np.floor(cells).astype(int)
        lit = np.zeros(len(points_m))
        for i in (-1, 0, 1, 2):
            for j in (-1, 0, 1, 2):
                index = np.clip(whole + np.array([i, j]), 0, _SHADOW_CELLS - 1)
                fraction = np.clip(2.0 - np.abs(cells - (whole + np.array([i, j]))), 0.0, 1.0).prod(axis=1)
                lit += fraction * smoothstep(0.07, 0.03, self._nearest[tuple(index.T)] - heights)
        return lit / 9.0

    def on_floor(self, points_m: Float[Array, "point 3"]) -> Float[Array, " point"]:
        """Return how much light reaches points of the floor, 0–1, with a soft edge."""
        cells, _ = self._cells(points_m)
        return 1.0 - ndimage.map_coordinates(self._cover, cells.T, order=1)


class Studio:
    """The empty room: a floor that curves into the wall, drawn once for a camera."""

    def __init__(self, camera: Camera) -> None:
        self.camera = camera
        width, height = camera.size_px
        y, x = np.mgrid[0:height, 0:width] + 0.5
        rays = np.stack([x - width / 2, y - height / 2, np.full_like(x, camera.focal_px)], axis=-1) @ camera.axes
        down = np.where(rays[..., 1] < -1e-6, -rays[..., 1], np.inf)
        self._floor_m = np.array(camera.position_m) + rays * (camera.position_m[1] / down)[..., None]
        self._is_floor = np.isfinite(down) & (self._floor_m[..., 2] > -6.0)
        spot = np.exp(-(((x - width / 2) / (0.62 * width)) ** 2) - ((y - 0.44 * height) / (0.62 * height)) ** 2)
        wall = np.array([0.46, 0.58, 0.74]) + spot[..., None] * np.array([0.40, 0.33, 0.23])
        near = smoothstep(-2.6, 0.6, np.where(self._is_floor, self._floor_m[..., 2], -9.0))[..., None]
        floor = np.array([0.92, 0.89, 0.87]) * (0.80 + 0.20 * spot[..., None])
        self._empty = wall * (1 - near) + floor * near

    def background(self, shade: Shade, vertices_m: Array) -> Float[Array, "height width 3"]:
        """Return the room with the dancer's shadow, 0–1."""
        light = np.ones(self._is_floor.shape)
        region = self._is_floor & (np.abs(self._floor_m[..., 0]) < 2.5) & (np.abs(self._floor_m[..., 2]) < 2.5)
        points = self._floor_m[region]
        light[region] = 0.55 + 0.45 * shade.on_floor(points)
        light[region] *= 1.0 - 0.55 * self._contact(points, vertices_m)
        tint = light[..., None] ** np.array([1.0, 0.95, 0.85])
        return self._empty * tint

    def _contact(self, points_m: Array, vertices_m: Array) -> Array:
        """Darkness right under what is near the floor."""
        low = vertices_m[vertices_m[:, 1] < 0.12]
        grid = np.zeros((500, 500))
        cells = np.clip(low[:, [0, 2]] * 100 + 250, 0, 499).astype(int)
        np.maximum.at(grid, tuple(cells.T), np.exp(-np.maximum(low[:, 1], 0.0) / 0.04))
        soft = ndimage.gaussian_filter(ndimage.maximum_filter(grid, 3), 2.5)
        return ndimage.map_coordinates(soft, (points_m[:, [0, 2]] * 100 + 250).T, order=1)


def picture(
    studio: Studio, body: Body, joints_m: Float[Array, "joint 3"], rotations_xyzw: Float[Array, "joint 4"]
) -> UInt8[Array, "height width 3"]:
    """Return one frame: the dancer in the room, from global joint positions and rotations."""
    camera = studio.camera
    width, height = (SUPERSAMPLING * side for side in camera.size_px)
    vertices, normals = skinned(body, joints_m, rotations_xyzw)
    points = camera.project(vertices) * np.array([SUPERSAMPLING, SUPERSAMPLING, 1.0])
    hits = rasterised(points, body.triangles, (width, height))
    shade = Shade(vertices, np.array([joints_m[0, 0], 0.85, joints_m[0, 2]]))
    corners = body.triangles[hits.triangles]

    def at_hits(values: Array) -> Array:
        return (values[corners] * hits.shares[..., None]).sum(1)

    materials = body.materials[corners[:, 0]]
    place = at_hits(vertices)
    lit = _lit(
        surface_colour(at_hits(body.vertices_m), materials),
        gloss(materials),
        normalized(at_hits(normals)),
        normalized(np.array(camera.position_m) - place),
        shade.on_body(place),
        _occlusion(hits, points, corners, width, height),
    )
    canvas = np.repeat(np.repeat(studio.background(shade, vertices), SUPERSAMPLING, 0), SUPERSAMPLING, 1).reshape(-1, 3)
    canvas[hits.pixels] = lit
    small = canvas.reshape(height // SUPERSAMPLING, SUPERSAMPLING, width // SUPERSAMPLING, SUPERSAMPLING, 3).mean(
        (1, 3)
    )
    return np.round(255.0 * np.clip(small, 0.0, 1.0)).astype(np.uint8)


def _occlusion(hits: Hits, points: Array, corners: Array, width: int, height: int) -> Array:
    """Return 0–1 how open each hit lies: dark where neighbours in the picture stand in front of it."""
    depth = (points[corners, 2] * hits.shares).sum(-1)
    weight, total = np.zeros(width * height, np.float32), np.zeros(width * height, np.float32)
    weight[hits.pixels], total[hits.pixels] = 1.0, depth
    radius = 7.0 * SUPERSAMPLING / 2
    weight = ndimage.gaussian_filter(weight.reshape(height, width), radius, truncate=2.0).ravel()[hits.pixels]
    total = ndimage.gaussian_filter(total.reshape(height, width), radius, truncate=2.0).ravel()[hits.pixels]
    behind = depth - total / np.maximum(weight, 1e-6)
    return 1.0 - 0.45 * smoothstep(0.004, 0.06, behind)


def _lit(colour: Array, shine: Array, normals: Array, towards: Array, light: Array, openness: Array) -> Array:
    facing = normals @ LIGHT
    light = np.minimum(light, smoothstep(-0.1, 0.2, facing))[:, None]
    direct = np.clip((facing[:, None] + 0.25) / 1.25, 0.0, 1.0) * light
    sky = 0.5 + 0.5 * normals[:, 1:2]
    front = np.clip((normals * towards).sum(-1, keepdims=True), 0.0, 1.0)
    ambient = np.array([0.50, 0.51, 0.55]) * (0.55 + 0.45 * sky) * openness[:, None] + 0.10 * front
    rim = 0.16 * (1.0 - front) ** 3 * openness[:, None]
    glint = np.clip((normals * normalized(towards + LIGHT)).sum(-1, keepdims=True), 0.0, 1.0) ** 24
    mirrored = glint * light * shine[:, None]
    return colour * (direct * np.array([0.68, 0.64, 0.58]) + ambient) + rim * colour**0.5 + mirrored
