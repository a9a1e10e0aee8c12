import numpy as np
import pytest

from manekko.errors import InputError
from manekko.paint.region_colours import (
    REGIONS,
    character_colours,
    colour_frames,
    colours_from_text,
    combined,
    measured_colours,
)
from manekko.pixels.draw import draw_circle, draw_line
from manekko.pixels.lab import lab_of
from manekko.stage.truths_parts import PARTS
from tests.paint.test_plate import figure, scenery, track_of

COLOURS = {"hair": (60, 30, 20), "skin": (230, 180, 150), "top": (40, 120, 60), "bottom": (50, 60, 130)}


def dressed(points: np.ndarray) -> np.ndarray:
    """A picture of a person in front of scenery, drawn about keypoints."""
    from manekko.people.keypoints import BODY33_INDEX

    rgb = scenery()
    at = {name: points[index] for name, index in BODY33_INDEX.items()}
    draw_circle(rgb, at["nose"] + (0.0, -9.0), 11.0, COLOURS["hair"])
    draw_circle(rgb, at["nose"] + (0.0, 1.0), 8.0, COLOURS["skin"])
    for side in ("left", "right"):
        draw_line(rgb, at[f"{side}_hip"], at[f"{side}_ankle"], COLOURS["bottom"], 12.0)
    for share in np.linspace(0.0, 1.0, 6):
        top, low = (at[f"left_{j}"] * share + at[f"right_{j}"] * (1.0 - share) for j in ("shoulder", "hip"))
        draw_line(rgb, top, low, COLOURS["top"], 8.0)
    return rgb


def away(lab: np.ndarray, rgb: tuple[int, int, int]) -> float:
    return float(np.linalg.norm(lab - lab_of(np.array(rgb, dtype=np.float64))))


def test_a_persons_colours_are_measured_through_noise_and_a_passing_hand() -> None:
    random = np.random.default_rng(0)
    points = np.stack([figure(60.0 + 8.0 * t, 150.0, 172.0) for t in range(20)])
    track = track_of(points)
    frames = []
    for number in colour_frames(track, 12):
        rgb = dressed(points[number])
        if number % 4 == 0:
            draw_circle(rgb, points[number].mean(axis=0), 16.0, COLOURS["skin"])
        frames.append((number, np.clip(rgb + random.normal(0, 6, rgb.shape), 0, 255).astype(np.uint8)))
    found = measured_colours(frames, track)
    for region, colour in COLOURS.items():
        place = REGIONS.index(region)
        assert found.sure[place] > 0.5
        assert away(found.lab[place], colour) < 6.0


def test_who_is_never_seen_has_no_colours() -> None:
    track = track_of(np.full((5, 33, 2), np.nan))
    assert colour_frames(track) == []
    found = measured_colours([(0, scenery())], track)
    assert (found.sure == 0.0).all()
    assert found.hex_of("hair") is None


def test_someone_seen_partly_outside_the_picture_is_measured_without_failing() -> None:
    points = np.stack([figure(-5.0, 150.0, 250.0)] * 3)
    found = measured_colours([(0, scenery())], track_of(points))
    assert found.sure.shape == (len(REGIONS),)


def test_colours_are_told_in_words() -> None:
    told = colours_from_text("hair=#402010, top=#f80")
    assert told.hex_of("hair") == "#402010"
    assert told.hex_of("top") == "#ff8800"
    assert told.hex_of("skin") is None
    both = combined(told, colours_from_text("hair=#ffffff,shoes=#000000"))
    assert (both.hex_of("hair"), both.hex_of("shoes")) == ("#402010", "#000000")
    assert (colours_from_text("").sure == 0.0).all()


@pytest.mark.parametrize("text", ["coat=#102030", "hair=red", "hair", "#102030"])
def test_what_is_no_colour_of_a_region_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"give (colours|six)"):
        colours_from_text(text)


def test_a_drawing_in_two_tones_has_the_colours_of_its_light_side() -> None:
    rgba, parts = np.full((60, 80, 4), 255, np.uint8), np.full((60, 80), 255, np.uint8)
    tones = {"hair": ((240, 120, 60), (170, 80, 50)), "head": ((255, 225, 210), (245, 190, 175)),
             "torso": ((250, 250, 252), (205, 196, 221)), "skirt": ((60, 70, 140), (40, 45, 100))}  # fmt: skip
    for number, (part, (light, shade)) in enumerate(tones.items()):
        rows = slice(15 * number, 15 * number + 15)
        parts[rows] = PARTS.index(part)
        rgba[rows, :30, :3], rgba[rows, 30:, :3] = light, shade
    found = character_colours([(rgba, parts)])
    for part, region in (("hair", "hair"), ("head", "skin"), ("torso", "top"), ("skirt", "bottom")):
        assert away(found.lab[REGIONS.index(region)], tones[part][0]) < 4.0
    assert found.hex_of("shoes") is None
