"""Pictures of plates: what a pixel must be by MMD's formulas."""

import gc
import resource
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from manekko.arrays import Array
from manekko.errors import FormatError, InputError
from manekko.files.pmx import parse_pmx
from manekko.skeleton.rotations import conjugate, from_rotation_vectors, rotate
from manekko.stage.figure import (
    SPHERE_ADD,
    SPHERE_MULTIPLY,
    SPHERE_SUB_TEXTURE,
    Figure,
    MaterialMorph,
    Pose,
    Texture,
    UvMorph,
    VertexMorph,
)
from manekko.stage.from_mmd import figure_from_pmx
from manekko.stage.morphs import shared_out
from manekko.stage.renderer import Renderer
from manekko.stage.view import Light, View
from tests.files.model_samples import pmx_21
from tests.stage.looking import looking
from tests.stage.plates import SIZE, SUN, figure_of, front_view, one_colour, paint, plate, ramp, still

MIDDLE = SIZE[1] // 2, SIZE[0] // 2
BLACK = np.zeros((SIZE[1], SIZE[0], 3), np.uint8)

pytestmark = pytest.mark.usefixtures("graphics")


def drawn(
    *figures: Figure,
    poses: list[Pose] | None = None,
    view: View | None = None,
    light: Light = SUN,
    backdrop: Array | None = BLACK,
    samples: int = 1,
    edges: bool = False,
    shadow: bool = False,
    ground: bool = False,
    edge_px: float = 1.0,
) -> Array:
    view = view or front_view()
    with Renderer(
        view.size_px, figures, samples=samples, edges=edges, shadow=shadow, ground=ground, edge_px=edge_px
    ) as renderer:
        return renderer.draw(view, light, poses or [still(figure) for figure in figures], backdrop)


def middle(*figures: Figure, **settings) -> list[int]:
    return drawn(*figures, **settings)[MIDDLE].tolist()


def near(found: Array | list[int], wanted: list[float]) -> bool:
    return bool((np.abs(np.array(found[:3], dtype=float) - wanted[:3]) <= 1.01).all())


def test_light_is_diffuse_times_light_plus_ambient_and_at_most_white() -> None:
    material = replace(paint((0.4, 0.8, 1.0, 1.0)), ambient_rgb=(0.1, 0.3, 0.7))
    assert near(middle(plate(material)), [255 * 0.3, 255 * 0.7, 255 * 1.0])


def test_texture_multiplies_the_light() -> None:
    material = replace(paint((1.0, 1.0, 0.4, 1.0)), texture=0)
    figure = plate(material, textures=(one_colour((200, 100, 50, 255)),))
    assert near(middle(figure), [100, 50, 50 * 0.2])


def test_textures_have_their_first_row_up_and_their_first_column_left() -> None:
    picture = np.full((32, 32, 4), 255, np.uint8)
    picture[:16, :16, :3] = 255, 0, 0
    picture[16:, 16:, :3] = 0, 0, 255
    material = replace(paint(), texture=0, ambient_rgb=(1.0, 1.0, 1.0))
    whole = drawn(plate(material, textures=(Texture("corners", picture),)))
    rows, columns = np.nonzero(whole[..., :3].any(-1))
    assert whole[rows.min() + 4, columns.min() + 4, :3].tolist() == [255, 0, 0]
    assert whole[rows.max() - 4, columns.max() - 4, :3].tolist() == [0, 0, 255]


def test_toon_is_taken_at_half_the_cosine_of_the_light() -> None:
    toon = ramp((240, 200, 100), (40, 20, 10))
    material = replace(paint((1.0, 1.0, 1.0, 1.0)), ambient_rgb=(0.5, 0.5, 0.5), toon=0)
    lit = plate(material, normal=(1.0, 0.0, 0.1), textures=(toon,))
    turned = plate(material, normal=(1.0, 0.0, -0.1), textures=(toon,))
    assert near(middle(lit), [240, 200, 100])
    assert near(middle(turned), [40, 20, 10])


def sphere_figure(mode: int, rgba: tuple[int, int, int, int]) -> Figure:
    material = replace(paint((0.8, 0.8, 0.8, 1.0)), sphere=0, sphere_mode=mode)
    return plate(material, textures=(one_colour(rgba),))


def test_sphere_maps_multiply_or_add() -> None:
    assert near(middle(sphere_figure(SPHERE_MULTIPLY, (128, 64, 255, 255))), [51.2, 25.6, 102])
    assert near(middle(sphere_figure(SPHERE_ADD, (100, 20, 200, 255))), [202, 122, 255])


def test_sphere_maps_are_looked_up_by_the_normal_as_the_camera_sees_it() -> None:
    picture = np.zeros((16, 16, 4), np.uint8)
    picture[..., 3] = 255
    picture[:8, :, 0] = 255  # up is red
    picture[:, 8:, 1] = 255  # right is green
    material = replace(paint((0.0, 0.0, 0.0, 1.0)), sphere=0, sphere_mode=SPHERE_ADD)
    for normal, wanted in (((0.6, 0.6, 0.5), [255, 255, 0]), ((-0.6, -0.6, 0.5), [0, 0, 0])):
        figure = plate(material, normal=normal, textures=(Texture("sides", picture),))
        assert near(middle(figure), [float(value) for value in wanted])


def test_sub_textures_have_coordinates_of_their_own() -> None:
    picture = np.full((2, 8, 4), 255, np.uint8)
    picture[:, :4, :3] = 60, 120, 240
    material = replace(paint(), ambient_rgb=(1.0, 1.0, 1.0), sphere=0, sphere_mode=SPHERE_SUB_TEXTURE)
    figure = plate(material, textures=(Texture("sub", picture),))
    moved = replace(figure, mesh=replace(figure.mesh, second_uvs=np.full((4, 2), 0.25)))
    assert near(middle(moved), [60, 120, 240])


def test_highlight_is_added_where_the_light_is_mirrored() -> None:
    material = replace(paint((0.0, 0.0, 0.0, 1.0)), specular_rgb=(0.8, 0.4, 0.2), specular_power=20.0)
    assert near(middle(plate(material)), [102, 51, 25.5])
    tilted = middle(plate(material, normal=(1.0, 0.0, 1.0)))
    assert tilted[0] == pytest.approx(102 * np.sqrt(0.5) ** 20, abs=1.0)


def test_half_transparent_on_nothing_keeps_its_colour() -> None:
    material = replace(paint((1.0, 0.0, 0.0, 0.5)), ambient_rgb=(0.5, 0.0, 0.0))
    picture = drawn(plate(material), backdrop=None)
    red, green, blue, alpha = picture[MIDDLE].tolist()
    assert abs(alpha - 128) <= 1
    assert red >= 254
    assert (green, blue) == (0, 0)
    assert picture[0, 0].tolist() == [0, 0, 0, 0]


def test_half_transparent_lets_the_backdrop_through() -> None:
    backdrop = np.full((SIZE[1], SIZE[0], 3), (0, 0, 200), np.uint8)
    picture = drawn(plate(paint((1.0, 0.0, 0.0, 0.5))), backdrop=backdrop)
    assert near(picture[MIDDLE], [64, 0, 100])
    assert picture[0, 0].tolist() == [0, 0, 200, 255]


def stacked(first_z: float, second_z: float) -> Figure:
    """Two half transparent plates, red first, then blue."""
    corners = np.array([[-1.0, -1.0, 0.0], [1.0, -1.0, 0.0], [1.0, 1.0, 0.0], [-1.0, 1.0, 0.0]]) * 0.25
    positions = np.concatenate([np.add(corners, [0.0, 0.0, first_z]), np.add(corners, [0.0, 0.0, second_z])])
    triangles = np.array([[0, 1, 2], [0, 2, 3], [4, 5, 6], [4, 6, 7]])
    red = replace(paint((0.0, 0.0, 0.0, 0.5)), ambient_rgb=(1.0, 0.0, 0.0), triangle_count=2)
    blue = replace(red, ambient_rgb=(0.0, 0.0, 1.0), first_triangle=2)
    return figure_of(positions, np.tile([0.0, 0.0, 1.0], (8, 1)), triangles, red, blue)


def test_materials_are_blended_in_their_order_and_hide_later_ones_behind_them() -> None:
    assert near(middle(stacked(0.0, 0.1)), [64, 0, 128])
    assert near(middle(stacked(0.1, 0.0)), [128, 0, 0])


def test_a_single_side_is_seen_from_the_front_only() -> None:
    figure = plate(replace(paint(), ambient_rgb=(1.0, 1.0, 1.0)))
    both = replace(figure, materials=tuple(replace(m, two_sided=True) for m in figure.materials))
    behind = looking((0.0, 0.0, -3.0), (0.0, 0.0, 0.0), fov_rad=0.5, size_px=SIZE)
    assert middle(figure, view=behind) == [0, 0, 0, 255]
    assert middle(both, view=behind) == [255, 255, 255, 255]


def box_figure(edge_size: float) -> Figure:
    """A white box of half a metre with a red edge."""
    sides = np.array([[x, y, z] for x in (-1.0, 1.0) for y in (-1.0, 1.0) for z in (-1.0, 1.0)])
    quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    triangles = np.array([t for a, b, c, d in quads for t in ((a, b, c), (a, c, d))])
    material = replace(
        paint(),
        ambient_rgb=(1.0, 1.0, 1.0),
        triangle_count=12,
        edge=True,
        edge_rgba=(1.0, 0.0, 0.0, 1.0),
        edge_size=edge_size,
    )
    return figure_of(sides * 0.25, sides / np.sqrt(3.0), triangles, material)


def test_edges_are_as_many_pixels_wide_as_they_say() -> None:
    view = front_view((160, 120))
    for size in (2.0, 6.0):
        picture = drawn(box_figure(size), view=view, backdrop=None, edges=True, edge_px=6.0)
        row = picture[60]
        red = (row[:, 1] < 128) & (row[:, 3] > 0)
        # An edge goes out along the corner's normal: across and up by 1/√2 each.
        assert red[:80].sum() == pytest.approx(size * 6.0 / 720.0 * 120.0 / np.sqrt(2.0), abs=1.0)
        assert row[80, :3].tolist() == [255, 255, 255]


def test_edges_do_not_cover_what_is_two_sided_and_wound_the_wrong_way() -> None:
    figure = box_figure(3.0)
    wrong = replace(
        figure,
        mesh=replace(figure.mesh, triangles=figure.mesh.triangles[:, ::-1]),
        materials=tuple(replace(material, two_sided=True) for material in figure.materials),
    )
    view = looking((0.8, 0.6, 1.5), (0.0, 0.0, 0.0), fov_rad=0.6, size_px=SIZE)
    picture = drawn(wrong, view=view, backdrop=None, edges=True)
    inside = picture[14:34, 22:42]
    assert (inside == 255).mean() > 0.9


def test_the_nearer_figure_hides_the_farther_whatever_their_order() -> None:
    near_one = plate(replace(paint(), ambient_rgb=(0.0, 1.0, 0.0)), centre_m=(0.0, 0.0, 0.2), half_m=0.1)
    far_one = plate(replace(paint((0.0, 0.0, 0.0, 1.0)), ambient_rgb=(1.0, 0.0, 0.0)))
    for figures in ((near_one, far_one), (far_one, near_one)):
        picture = drawn(*figures)
        assert picture[MIDDLE][1] == 255
        assert near(picture[MIDDLE[0], MIDDLE[1] + 8], [255, 0, 0])


def test_one_figure_throws_shadow_on_another() -> None:
    toon = ramp((255, 255, 255), (51, 51, 51))
    white = replace(paint(), ambient_rgb=(1.0, 1.0, 1.0), toon=0)
    wall = plate(white, half_m=0.4, textures=(toon,))
    screen = plate(white, centre_m=(0.0, 0.3, 0.3), half_m=0.1, textures=(toon,))
    slanted = Light(direction=(0.0, -np.sqrt(0.5), -np.sqrt(0.5)), colour_rgb=(0.6, 0.6, 0.6))
    assert near(middle(wall, screen, light=slanted, shadow=True), [51, 51, 51])
    assert near(middle(wall, light=slanted, shadow=True), [255, 255, 255])
    assert near(middle(wall, screen, light=slanted, shadow=False), [255, 255, 255])
    unlit = replace(slanted, shadow_distance=0.0)
    assert near(middle(wall, screen, light=unlit, shadow=True), [255, 255, 255])
    hardy = plate(replace(white, takes_shadow=False), half_m=0.4, textures=(toon,))
    assert near(middle(hardy, screen, light=slanted, shadow=True), [255, 255, 255])


def test_the_ground_is_seen_only_where_shadow_falls() -> None:
    figure = plate(replace(paint(), two_sided=True), centre_m=(0.0, 0.5, 0.0), half_m=0.2)
    view = looking((0.0, 2.0, 2.0), (0.0, 0.0, 0.0), fov_rad=1.0, size_px=(120, 120))
    light = Light(direction=(0.0, -np.sqrt(0.5), np.sqrt(0.5)))
    picture = drawn(figure, view=view, light=light, backdrop=None, shadow=True, ground=True)
    dark = (picture[..., 3] > 60) & (picture[..., :3].max(-1) == 0)
    rows, columns = np.nonzero(dark)
    # The shadow's middle is half a metre in front of the plate.
    matrix_point = _pixel_of(view, np.array([0.0, 0.0, 0.5]))
    assert np.hypot(columns.mean() + 0.5 - matrix_point[0], rows.mean() + 0.5 - matrix_point[1]) < 1.5
    assert picture[110, 10].tolist() == [0, 0, 0, 0]
    assert picture[dark][:, 3].max() == pytest.approx(0.35 * 255, abs=1.0)


def test_materials_say_whether_their_shadow_falls_on_the_ground_or_on_figures() -> None:
    toon = ramp((255, 255, 255), (51, 51, 51))
    white = replace(paint(), ambient_rgb=(1.0, 1.0, 1.0), toon=0, casts_shadow=False, casts_on_ground=False)
    wall = plate(white, half_m=0.4, textures=(toon,))
    slanted = Light(direction=(0.0, -np.sqrt(0.5), -np.sqrt(0.5)), colour_rgb=(0.6, 0.6, 0.6))
    view = looking((0.5, 2.0, 2.0), (0.0, 0.0, 0.0), fov_rad=0.8, size_px=SIZE)
    for on_figures, on_ground in ((True, False), (False, True)):
        material = replace(white, casts_shadow=on_figures, casts_on_ground=on_ground)
        screen = plate(material, centre_m=(0.0, 0.3, 0.3), half_m=0.1, textures=(toon,))
        lit = middle(wall, screen, light=slanted, shadow=True, ground=True)
        assert near(lit, [51, 51, 51] if on_figures else [255, 255, 255])
        floor = drawn(screen, view=view, light=slanted, ground=True, backdrop=None)
        assert bool(((floor[..., 3] > 60) & (floor[..., 0] == 0)).any()) == on_ground


def test_a_figure_that_is_not_shown_is_neither_seen_nor_throws_shadow() -> None:
    bright = replace(paint(), ambient_rgb=(1.0, 1.0, 1.0))
    figures = [plate(bright), plate(bright, centre_m=(0.3, 0.0, 0.0), half_m=0.05)]
    poses = [replace(still(figures[0]), shown=False), still(figures[1])]
    alone = drawn(figures[1], backdrop=None, shadow=True, ground=True)
    assert alone.any()
    assert (drawn(*figures, poses=poses, backdrop=None, shadow=True, ground=True) == alone).all()


def _pixel_of(view: View, point_m: Array) -> Array:
    """By the pinhole's own formula."""
    x, y, z = rotate(conjugate(view.rotation_xyzw), point_m - view.position_m)
    centre = view.centre_px or (view.size_px[0] / 2.0, view.size_px[1] / 2.0)
    return np.array([view.focal_px * x / z + centre[0], view.focal_px * y / z + centre[1]])


def test_points_are_seen_where_a_pinhole_sees_them() -> None:
    view = looking((0.7, 0.9, 2.0), (0.1, 0.0, 0.0), fov_rad=0.9, size_px=(200, 140))
    view = replace(view, centre_px=(84.0, 77.5))
    dot_m = np.array([-0.2, 0.3, 0.1])
    material = replace(paint(), ambient_rgb=(1.0, 1.0, 1.0), two_sided=True)
    dot = plate(material, centre_m=(-0.2, 0.3, 0.1), half_m=0.03)
    backdrop = np.zeros((140, 200, 3), np.uint8)
    picture = drawn(dot, view=view, backdrop=backdrop, samples=4)
    shares = picture[..., 0] / 255.0
    rows, columns = np.mgrid[:140, :200] + 0.5
    found = np.array([(shares * columns).sum(), (shares * rows).sum()]) / shares.sum()
    assert np.abs(found - _pixel_of(view, dot_m)).max() < 0.15


def test_morphs_move_vertices_and_textures_and_change_materials() -> None:
    halves = np.full((2, 8, 4), 255, np.uint8)
    halves[:, :4, :3] = 255, 0, 0
    halves[:, 4:, :3] = 0, 255, 0
    values = np.zeros((1, 28))
    values[0, 10] = 1.0  # blue of ambient
    morphs = (
        ("aside", VertexMorph(np.arange(4), np.tile([0.5, 0.0, 0.0], (4, 1)))),
        ("slide", UvMorph(np.arange(4), np.tile([0.5, 0.0], (4, 1)))),
        ("blue", MaterialMorph(np.array([-1]), np.array([True]), values)),
    )
    material = replace(paint((0.0, 0.0, 0.0, 1.0)), ambient_rgb=(1.0, 1.0, 0.0), texture=0)
    plain = replace(material, texture=-1, ambient_rgb=(0.0, 1.0, 0.0))
    figure = plate(material, textures=(Texture("halves", halves),), morphs=morphs)
    with Renderer(SIZE, [figure], samples=1) as renderer:

        def at(column: int, *weights: float) -> list[int]:
            picture = renderer.draw(front_view(), SUN, [still(figure, *weights)], BLACK)
            return picture[MIDDLE[0], MIDDLE[1] + column, :3].tolist()

        assert at(-6, 0.0, 0.0, 0.0) == [255, 0, 0]
        assert at(-6, 0.0, 1.0, 0.0) == [0, 255, 0]
        assert at(-6, 1.0, 0.0, 0.0) == [0, 0, 0]
        assert at(14, 1.0, 0.0, 0.0) == [255, 0, 0]
        assert at(-6, 0.0, 0.0, 0.0) == [255, 0, 0], "morphs leave nothing behind"
    blue = plate(plain, morphs=morphs)
    assert near(middle(blue, poses=[still(blue, 0.0, 0.0, 0.5)]), [0, 255, 127.5])


def test_a_morph_may_make_a_figure_much_larger() -> None:
    small, large = (plate(paint((1.0, 1.0, 1.0, 1.0)), half_m=half_m) for half_m in (0.05, 0.4))
    shift = VertexMorph(np.arange(4), large.mesh.positions_m - small.mesh.positions_m)
    grown = replace(small, morphs=(("grow", shift),))
    assert (drawn(grown, poses=[still(grown, 1.0)]) == drawn(large)).all()


def test_a_material_that_a_morph_makes_invisible_is_gone_with_its_edge() -> None:
    values = np.ones((1, 28))
    values[0, 3] = 0.0
    hide = ("hide", MaterialMorph(np.array([0]), np.array([False]), values))
    figure = replace(box_figure(4.0), morphs=(hide,))
    picture = drawn(figure, poses=[still(figure, 1.0)], edges=True, backdrop=None)
    assert not picture.any()


def test_texture_without_alpha_leaves_a_hole() -> None:
    figure = plate(replace(paint(), texture=0), textures=(one_colour((255, 255, 255, 0)),))
    other = plate(replace(paint((0.0, 0.0, 0.0, 1.0)), ambient_rgb=(0.0, 1.0, 0.0)), centre_m=(0.0, 0.0, -0.2))
    assert middle(figure, other)[:3] == [0, 255, 0]


def test_samples_soften_the_rim_and_not_the_inside() -> None:
    figure = plate(replace(paint(), ambient_rgb=(1.0, 1.0, 1.0)), half_m=0.253)
    turn = Pose(np.zeros((1, 3)), from_rotation_vectors(np.array([[0.0, 0.0, 0.3]])), np.zeros(0))
    hard = drawn(figure, poses=[turn], samples=1, backdrop=None)[..., 3]
    soft = drawn(figure, poses=[turn], samples=4, backdrop=None)[..., 3]
    assert set(np.unique(hard)) == {0, 255}
    assert len(np.unique(soft)) >= 4
    assert soft[MIDDLE] == 255


def test_what_stands_beside_the_picture_or_around_the_camera_does_no_harm() -> None:
    bright = replace(paint(), ambient_rgb=(1.0, 1.0, 1.0), two_sided=True)
    assert not drawn(plate(bright, centre_m=(9.0, 0.0, 0.0)), backdrop=None, shadow=True).any()
    inside = looking((0.0, 0.0, 0.05), (0.0, 0.0, -1.0), fov_rad=1.5, size_px=SIZE)
    around = plate(bright, centre_m=(0.0, 0.0, -0.2), half_m=3.0)
    assert (drawn(around, view=inside, backdrop=None, shadow=True)[..., 3] == 255).all()


def test_nobody_on_the_stage_is_an_empty_picture() -> None:
    assert not drawn(backdrop=None, shadow=True, ground=True).any()


def test_the_same_is_drawn_the_same() -> None:
    figure = box_figure(3.0)
    view = looking((1.0, 1.0, 1.5), (0.0, 0.0, 0.0), fov_rad=0.6, size_px=SIZE)
    pictures = [
        drawn(figure, view=view, samples=4, edges=True, shadow=True, ground=True, backdrop=None) for _ in range(2)
    ]
    assert (pictures[0] == pictures[1]).all()


def test_a_picture_of_the_wrong_size_is_refused() -> None:
    with Renderer(SIZE, [], samples=1) as renderer, pytest.raises(ValueError, match="64, 48"):
        renderer.draw(front_view((32, 32)), SUN, [])


def test_a_picture_that_no_card_can_draw_is_refused() -> None:
    with pytest.raises(InputError, match="a picture of 1000000x48 px cannot be drawn"), Renderer((1000000, 48), []):
        pass


def test_a_texture_longer_than_any_card_takes_is_worn_coarser() -> None:
    long = Texture("long", np.full((1, 40000, 4), (200, 100, 0, 255), np.uint8))
    figure = plate(replace(paint(), ambient_rgb=(1.0, 1.0, 1.0), texture=0), textures=(long,))
    assert near(middle(figure), [200, 100, 0])


@pytest.mark.slow
def test_damaged_models_that_can_be_read_can_be_drawn() -> None:
    whole, rng = pmx_21(), np.random.default_rng(0)
    drawn_ones = 0
    for _ in range(150):
        data = bytearray(whole)
        for place in rng.integers(0, len(data), 3):
            data[place] ^= int(rng.integers(1, 256))
        try:
            figure = figure_from_pmx(parse_pmx(bytes(data)), Path("/nonexistent"))
        except FormatError:
            continue
        view = looking((0.0, 1.0, 3.0), (0.0, 0.0, 0.0), fov_rad=0.6, size_px=SIZE)
        weights = shared_out(figure.morphs, np.ones(len(figure.morphs)))
        drawn(figure, poses=[still(figure, *weights)], view=view, shadow=True, edges=True, ground=True)
        drawn_ones += 1
    assert drawn_ones >= 10


@pytest.mark.slow
def test_memory_does_not_grow_with_frames_or_renderers() -> None:
    figure = box_figure(3.0)
    view = looking((1.0, 1.0, 1.5), (0.0, 0.0, 0.0), fov_rad=0.6, size_px=(320, 240))

    def work(renderers: int, frames: int) -> int:
        for _ in range(renderers):
            with Renderer((320, 240), [figure]) as renderer:
                for _ in range(frames):
                    renderer.draw(view, SUN, [still(figure)])
        gc.collect()
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    warm = work(4, 20)
    assert work(1, 300) - warm < 8_000, "kB after 300 frames"
    assert work(12, 2) - warm < 60_000, "kB after twelve renderers"
