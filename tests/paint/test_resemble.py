import numpy as np

from manekko.paint.region_colours import REGIONS, RegionColours, colours_from_text
from manekko.paint.resemble import recoloured, wanted_colours
from manekko.pixels.lab import lab_of
from manekko.stage.truths_parts import PARTS

OWN = colours_from_text("hair=#da8043,skin=#ffe0ce,top=#f9f9fe,bottom=#384585,shoes=#40333e")
PERSON = colours_from_text("hair=#1d1722,skin=#e6a993,top=#204080,bottom=#a69474,shoes=#ffffff")
ROWS = {"hair": "hair", "head": "skin", "torso": "top", "skirt": "bottom", "left_foot": "shoes"}


def drawing() -> tuple[np.ndarray, np.ndarray]:
    """Stripes of each region's own colour: in the light, in shadow, black lines, half transparent (premultiplied)."""
    rgba, parts = np.zeros((50, 40, 4), np.uint8), np.full((50, 40), 255, np.uint8)
    for number, (part, region) in enumerate(ROWS.items()):
        rows = slice(10 * number, 10 * number + 10)
        digits = OWN.hex_of(region)
        assert digits is not None
        base = np.array(list(bytes.fromhex(digits[1:])))
        parts[rows] = PARTS.index(part)
        rgba[rows, :10] = (*base, 255)
        rgba[rows, 10:20] = (*(base * 0.7).astype(int), 255)
        rgba[rows, 20:30] = (8, 6, 8, 255)
        rgba[rows, 30:] = (*(base * 0.5).astype(int), 128)
    return rgba, parts


def away(rgb: np.ndarray, lab: np.ndarray) -> float:
    return float(np.linalg.norm(lab_of(rgb.astype(np.float64)) - lab, axis=-1).max())


def test_each_region_takes_its_colour_and_keeps_its_shading_and_lines() -> None:
    rgba, parts = drawing()
    wanted = wanted_colours(OWN, PERSON)
    result = recoloured(rgba, parts, OWN, wanted)
    for number, region in enumerate(ROWS.values()):
        row, target = result[10 * number + 5], wanted.lab[REGIONS.index(region)]
        assert away(row[5, :3], target) < 3.0
        light, shade, line = (lab_of(row[column, :3].astype(np.float64))[0] for column in (5, 15, 25))
        assert shade < light - 2.0
        assert line < 8.0
        half = row[35, :3] * 255.0 / 128.0
        assert away(half, target) < 5.0
    np.testing.assert_array_equal(result[..., 3], rgba[..., 3])
    assert (result[..., :3] <= result[..., 3:]).all()


def test_strength_goes_from_nothing_to_all() -> None:
    rgba, parts = drawing()
    wanted = wanted_colours(OWN, PERSON)
    np.testing.assert_array_equal(recoloured(rgba, parts, OWN, wanted, 0.0), rgba)
    moved = [
        np.abs(recoloured(rgba, parts, OWN, wanted, share)[5, 5].astype(int) - rgba[5, 5]).sum() for share in (0.5, 1.0)
    ]
    assert 0 < moved[0] < moved[1]


def test_other_colours_and_unknown_regions_and_empty_pictures_stay() -> None:
    rgba, parts = drawing()
    rgba[0:5, 0:10, :3] = (40, 200, 60)
    result = recoloured(rgba, parts, OWN, wanted_colours(OWN, PERSON))
    np.testing.assert_allclose(result[0:5, 0:10].astype(int), rgba[0:5, 0:10], atol=1)
    nothing = RegionColours(np.full((5, 3), np.nan), np.zeros(5))
    np.testing.assert_allclose(recoloured(rgba, parts, OWN, wanted_colours(OWN, nothing)).astype(int), rgba, atol=1)
    empty = np.zeros_like(rgba)
    assert recoloured(empty, parts, OWN, wanted_colours(OWN, PERSON)) is empty


def test_outlines_beside_the_body_belong_to_it() -> None:
    rgba, parts = drawing()
    parts[:, :3] = 255
    result = recoloured(rgba, parts, OWN, wanted_colours(OWN, PERSON))
    for number in range(len(ROWS)):
        # Away from where two parts meet.
        np.testing.assert_array_equal(result[10 * number + 4, 0], result[10 * number + 4, 6])


def test_a_face_in_shadow_gives_no_black_skin_and_a_usual_one_the_characters_own() -> None:
    skin = REGIONS.index("skin")
    for colour, least, most in (("#2a1810", 50.0, 75.0), ("#cc9e87", 88.0, 95.0)):
        wanted = wanted_colours(OWN, colours_from_text(f"skin={colour}"))
        assert least < wanted.lab[skin, 0] < most
        assert np.linalg.norm(wanted.lab[skin, 1:]) > 8.0


def test_clothes_are_never_all_black_or_white_nor_dazzling() -> None:
    wanted = wanted_colours(OWN, colours_from_text("top=#000000,bottom=#ffffff,hair=#ff00ff"))
    lightness = wanted.lab[[REGIONS.index(region) for region in ("top", "bottom")], 0]
    assert lightness.min() > 10.0
    assert lightness.max() < 97.0
    assert np.linalg.norm(wanted.lab[REGIONS.index("hair"), 1:]) < 80.0
