"""The people of a clip become characters in the clip itself: what is written, with what behind, and what is refused.

What an earlier run has seen is that of a made-up dancer, so that no test needs the detector's models but the last ones.
"""

import os
from collections.abc import Iterator
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import av
import numpy as np
import pytest

from manekko.arrays import Array, Bool, UInt8
from manekko.character import default_model
from manekko.errors import FormatError, InputError
from manekko.files.keypoints import SeenIn, as_kept, clip_digest, write_tracks
from manekko.paint.painter import is_painter, shipped_painters
from manekko.painting import PaintOptions, PaintResult, paint
from manekko.people.keypoints import BODY33_INDEX, Track
from manekko.pixels.draw import draw_circle, draw_line
from manekko.stage.figures import read_figure
from manekko.video.source import open_clip
from manekko.video.writer import write_png
from tests.clips import EXAMPLE, write_clip
from tests.conftest import missing
from tests.paint.small_networks import small_painter, small_views
from tests.paint.test_plate import DRAWN, scenery
from tests.show.samples import dance_track

SIZE = (240, 320)
COUNT = 12
MAGENTA = (255, 0, 255)
ORANGE, BLUE = (250, 120, 40), (40, 80, 250)
GREEN_SCREEN = (0, 200, 0)


def dancer(shift_px: float = 0.0, number: int = 1, size: tuple[int, int] = SIZE) -> Track:
    track = dance_track(COUNT / 24.0, size=SIZE)
    moved = track.keypoints_px + np.array([shift_px, 0.0])
    return as_kept(replace(track, track_id=number, keypoints_px=moved, image_size_px=size, hands=None))


def filmed(tracks: list[Track], size: tuple[int, int] = SIZE) -> Iterator[UInt8[Array, "height width 3"]]:
    """Pictures of magenta people before a wall of blocks."""
    wall = scenery(size)
    for frame in range(COUNT):
        picture = wall.copy()
        for track in tracks:
            points = track.keypoints_px[frame]
            stature = float(np.ptp(points[:, 1]))
            for first, second, breadth in DRAWN:
                for side in ("left", "right"):
                    ends = points[BODY33_INDEX[f"{side}_{first}"]], points[BODY33_INDEX[f"{side}_{second}"]]
                    draw_line(picture, *ends, MAGENTA, breadth * stature)
            draw_circle(picture, points[BODY33_INDEX["nose"]], 0.07 * stature, MAGENTA)
        yield picture


def seen_before(clip: Path, tracks: list[Track], end_s: float | None = None) -> Path:
    """Return the folder where a run before this wrote what it saw in a clip."""
    out = clip.parent / "out"
    out.mkdir(exist_ok=True)
    told = SeenIn(clip_digest(clip), end_s=end_s, version=version("manekko"))
    write_tracks(out / f"{clip.stem}-keypoints.npz", tracks, told)
    return out


@pytest.fixture(scope="module")
def painters(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Painters that paint our character all orange or all blue."""
    positions = read_figure(default_model()).mesh.positions_m
    folder = tmp_path_factory.mktemp("painters")
    box = positions.min(0).astype(float), positions.max(0).astype(float)
    return {
        name: small_painter(folder / name, small_views(*box, colour))
        for name, colour in (("orange", ORANGE), ("blue", BLUE))
    }


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = write_clip(tmp_path / "踊り.mp4", filmed([dancer()]), fps=24)
    seen_before(path, [dancer()])
    return path


def painted(clip: Path, painter: Path | str, **changes: object) -> PaintResult:
    usual: dict[str, object] = {"shadow": 0.0, "light": 0.0, "side_px": 128, "workers": 1, "out": clip.parent / "out"}
    return paint(PaintOptions(clip, str(painter), **{**usual, **changes}))  # pyright: ignore[reportArgumentType]


def pictures(path: Path) -> UInt8[Array, "frame height width 3"]:
    return np.stack([frame.rgb for frame in open_clip(path).frames()])


def like(rgb: Array, colour: tuple[int, int, int], within: float = 40.0) -> Bool[Array, "*picture"]:
    return np.abs(rgb.astype(float) - colour).max(-1) < within


def around(track: Track, frame: int, joint: str) -> tuple[slice, slice]:
    x, y = np.round(track.keypoints_px[frame, BODY33_INDEX[joint]]).astype(int)
    return slice(y - 3, y + 4), slice(x - 3, x + 4)


@pytest.mark.slow
@pytest.mark.usefixtures("graphics")
def test_the_person_becomes_the_character_where_the_person_was(clip: Path, painters: dict[str, Path]) -> None:
    steps: list[tuple[str, int, int | None]] = []
    options = PaintOptions(clip, str(painters["orange"]), shadow=0.0, light=0.0, side_px=128, out=clip.parent / "out")
    result = paint(options, lambda *step: steps.append(step))
    assert (result.out.name, result.people) == ("踊り-painted.mp4", 1)
    assert "paint" in result.timing_s
    assert ("paint", COUNT, COUNT) in steps
    before, after = pictures(clip), pictures(result.out)
    assert after.shape == before.shape
    track, wall = dancer(), scenery(SIZE)
    for frame in range(COUNT):
        # The first frame has none before it, and is ¾ of what the others come to be.
        body = like(after[frame], ORANGE, 70.0) & (np.abs(after[frame].astype(float) - wall).max(-1) > 60.0)
        assert body[around(track, frame, "left_hip")].mean() > 0.8
        assert like(before[frame], MAGENTA).mean() > 4.0 * like(after[frame], MAGENTA).mean()
        rows, columns = np.nonzero(body)
        points = track.keypoints_px[frame]
        assert abs(np.median(columns) - np.median(points[:, 0])) < 0.08 * SIZE[0]
        low, high = np.percentile(rows, [2, 98])
        assert abs(high - low - np.ptp(points[:, 1])) < 0.3 * np.ptp(points[:, 1])
        far = np.abs(np.arange(SIZE[0]) - points[:, 0].mean()) > 0.45 * SIZE[0]
        assert np.abs(after[frame][:, far].astype(float) - wall[:, far]).mean() < 8.0
    names = {path.name for path in (clip.parent / "out").iterdir()}
    assert names == {"踊り-painted.mp4", "踊り-keypoints.npz", "踊り-fixes.toml"}


@pytest.mark.slow
@pytest.mark.usefixtures("graphics")
def test_the_same_clip_gives_the_same_bytes(clip: Path, painters: dict[str, Path]) -> None:
    first = painted(clip, painters["orange"], shadow=0.5, light=0.5).out.read_bytes()
    assert painted(clip, painters["orange"], shadow=0.5, light=0.5).out.read_bytes() == first
    assert painted(clip, painters["blue"], shadow=0.5, light=0.5).out.read_bytes() != first


@pytest.mark.slow
@pytest.mark.usefixtures("graphics")
def test_behind_the_character_may_be_a_colour_or_nothing(clip: Path, painters: dict[str, Path]) -> None:
    green = pictures(painted(clip, painters["orange"], background="#00c800").out)
    body = like(green[5], ORANGE, 70.0)
    assert (body | like(green[5], GREEN_SCREEN)).mean() > 0.97
    assert 0.03 < body.mean() < 0.5
    result = painted(clip, painters["orange"], background="transparent")
    assert result.out.suffix == ".webm"
    with av.open(str(result.out)) as container:
        # Only libvpx's own decoder gives the alpha back.
        decoder = av.CodecContext.create("libvpx-vp9", "r")
        alphas = []
        for packet in container.demux(video=0):
            alphas += [frame.to_ndarray(format="rgba")[..., 3] for frame in decoder.decode(packet)]
    assert len(alphas) == COUNT
    for frame, alpha in enumerate(alphas):
        assert (alpha < 10).mean() > 0.5
        assert (alpha > 180)[around(dancer(), frame, "left_hip")].mean() > 0.8


@pytest.mark.slow
@pytest.mark.usefixtures("graphics")
def test_two_people_become_different_characters(tmp_path: Path, painters: dict[str, Path]) -> None:
    size = (480, 320)
    left, right = dancer(0.0, 1, size), dancer(230.0, 2, size)
    clip = write_clip(tmp_path / "two.mp4", filmed([left, right], size), fps=24)
    seen_before(clip, [left, right])
    result = painted(clip, painters["orange"], people=((2, str(painters["blue"])),), background="#ffffff")
    assert result.people == 2
    for frame, picture in enumerate(pictures(result.out)):
        assert like(picture[around(left, frame, "left_hip")], ORANGE, 75.0).mean() > 0.8
        assert like(picture[around(right, frame, "left_hip")], BLUE, 75.0).mean() > 0.8
    with pytest.raises(InputError, match=r"there is no person p7 in .*two\.mp4: there are p1, p2"):
        painted(clip, painters["orange"], people=((7, str(painters["blue"])),))


@pytest.mark.slow
@pytest.mark.usefixtures("graphics")
def test_a_picture_becomes_a_picture(tmp_path: Path, painters: dict[str, Path]) -> None:
    track = dancer().between(0.0, 0.03)
    picture = tmp_path / "one.png"
    write_png(picture, next(filmed([dancer()])))
    seen_before(picture, [track])
    result = painted(picture, painters["orange"])
    assert result.out.name == "one-painted.png"
    with av.open(str(result.out)) as container:
        rgb = next(container.decode(video=0)).to_ndarray(format="rgb24")
    assert rgb.shape == (SIZE[1], SIZE[0], 3)
    assert like(rgb, tuple(0.75 * np.array(ORANGE)), 70.0)[around(track, 0, "left_hip")].mean() > 0.8
    result = painted(picture, painters["orange"], background="transparent")
    with av.open(str(result.out)) as container:
        rgba = next(container.decode(video=0)).to_ndarray(format="rgba")
    assert (rgba[0, :, 3] == 0).all()
    assert (rgba[..., 3] > 180)[around(track, 0, "left_hip")].mean() > 0.8


@pytest.mark.slow
@pytest.mark.usefixtures("graphics")
def test_the_model_itself_is_drawn_and_takes_the_persons_or_asked_colours(clip: Path) -> None:
    plain, asked, worn = (
        pictures(painted(clip, "maneko", by="3d", background="#808080", **more).out)[6].astype(int)
        for more in ({}, {"colours": "hair=#20c020"}, {"resemble": 1.0})
    )
    body = np.abs(plain - 128).max(-1) > 30
    assert 0.02 < body.mean() < 0.5
    green = (asked[..., 1] > asked[..., 0] + 40) & (asked[..., 1] > asked[..., 2] + 40)
    assert green.sum() > 10 * max(
        ((plain[..., 1] > plain[..., 0] + 40) & (plain[..., 1] > plain[..., 2] + 40)).sum(), 1
    )

    def magenta(picture: np.ndarray) -> float:
        """How much more red and blue than green the character is."""
        return float(picture[body][:, [0, 2]].mean() - picture[body][:, 1].mean())

    assert magenta(worn) > magenta(plain) + 15.0


NOT_THERE = Path("/nowhere/dance.mp4")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"background": "beach"}, "beach is no background; give keep, clean, transparent"),
        ({"background": "#12"}, "#12"),
        ({"colours": "nose=#ff0000"}, "nose is none of hair, skin, top, bottom, shoes"),
        ({"colours": "hair=red"}, "red"),
        ({"character": "nobody"}, "there is no character nobody"),
        ({"by": "3d"}, r"/nowhere/dance\.mp4"),
    ],
)
def test_what_makes_no_sense_is_told_before_the_clip_is_looked_at(
    tmp_path: Path, changes: dict[str, object], said: str
) -> None:
    options = {"input": NOT_THERE, "character": "tora", "by": "3d", "out": tmp_path / "out", **changes}
    with pytest.raises(InputError, match=said) as refused:
        paint(PaintOptions(**options))  # pyright: ignore[reportArgumentType]
    assert "\n" not in str(refused.value)
    assert not (tmp_path / "out").exists()


def test_a_model_alone_cannot_be_painted_from_keypoints(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"tora cannot be shown --with sticks: train a painter .* draw it: --with 3d"):
        paint(PaintOptions(NOT_THERE, "tora", by="sticks", out=tmp_path))


def test_a_painter_that_knows_only_keypoints_paints_from_them_though_it_has_a_body(tmp_path: Path) -> None:
    folder = small_painter(tmp_path / "painter", small_views(np.zeros(3), np.ones(3), ORANGE), model="tora")
    (folder / "dense.onnx").rename(folder / "plain.onnx")
    # It is not refused: what is missing is the clip.
    with pytest.raises(InputError, match=r"/nowhere/dance\.mp4"):
        paint(PaintOptions(NOT_THERE, str(folder), out=tmp_path / "out"))


def test_a_damaged_painter_is_told_in_one_line(tmp_path: Path) -> None:
    folder = small_painter(tmp_path / "painter", small_views(np.zeros(3), np.ones(3), ORANGE))
    (folder / "painter.json").write_bytes(b"\0")
    with pytest.raises(FormatError, match=r"painter\.json: damaged JSON; train the painter again"):
        paint(PaintOptions(NOT_THERE, str(folder), out=tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_keypoints_without_pictures_cannot_be_painted(tmp_path: Path) -> None:
    (tmp_path / "a_000000000000_keypoints.json").write_text('{"people": []}')
    with pytest.raises(InputError, match="keypoints without pictures; give the video itself"):
        paint(PaintOptions(tmp_path, out=tmp_path / "out"))


@pytest.mark.slow
@pytest.mark.usefixtures("graphics")
def test_a_network_that_is_damaged_leaves_no_half_video(clip: Path, painters: dict[str, Path]) -> None:
    broken = small_painter(clip.parent / "broken", small_views(np.zeros(3), np.ones(3), ORANGE))
    (broken / "dense.onnx").write_bytes(b"no network")
    with pytest.raises(FormatError, match=r"dense\.onnx: this network is damaged"):
        painted(clip, broken)
    assert not [path.name for path in (clip.parent / "out").iterdir() if "painted" in path.name]


def test_the_clip_is_never_written_over(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "a-painted.mp4", filmed([dancer()]), fps=24)
    again = tmp_path / "a.mp4"
    os.link(clip, again)
    data = clip.read_bytes()
    with pytest.raises(InputError, match="is the clip itself and would be lost; give another --out"):
        paint(PaintOptions(again, "tora", by="3d", out=tmp_path))
    assert clip.read_bytes() == data


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory, weights_folder: Path) -> Path:
    """A folder where half a second of the example clip was painted in 3D, and so looked at."""
    out = tmp_path_factory.mktemp("example")
    paint(PaintOptions(EXAMPLE, "maneko", by="3d", end_s=0.5, out=out))
    return out


@pytest.mark.slow
@pytest.mark.weights
@pytest.mark.usefixtures("graphics")
def test_the_example_is_painted_in_3d_with_its_sound(example: Path) -> None:
    whole = pictures(example / "dance-painted.mp4")
    source = np.stack([frame.rgb for frame in open_clip(EXAMPLE).frames(end_s=0.5)])
    assert whole.shape == source.shape
    changed = np.abs(whole.astype(int) - source).max(-1) > 40
    assert 0.01 < changed.mean() < 0.3
    assert open_clip(example / "dance-painted.mp4").info.has_sound == open_clip(EXAMPLE).info.has_sound


@pytest.mark.slow
@pytest.mark.weights
@pytest.mark.usefixtures("graphics")
def test_the_painter_that_ships_paints_the_example_like_its_model(example: Path) -> None:
    if not is_painter(shipped_painters() / "maneko"):
        missing("no painter comes with this Manekko")
    options = PaintOptions(EXAMPLE, "maneko", by="3d", background="#00ff00", shadow=0.0, end_s=0.5, out=example)
    drawn = pictures(paint(options).out)
    result = paint(replace(options, by="painter"))
    painted_ones, once = pictures(result.out), result.out.read_bytes()
    for model, picture in zip(drawn, painted_ones, strict=True):
        body, found = (~like(one, (0, 255, 0), 60.0) for one in (model, picture))
        assert body.mean() > 0.01
        assert (body & found).sum() > 0.9 * (body | found).sum()
        both = body & found
        off = np.abs(model[both].astype(float) - picture[both]).mean()
        # As far off as the character's own grey would be: its colours are not painted.
        assert off < 0.4 * np.abs(model[both].astype(float) - model[both].mean()).mean()
    assert paint(replace(options, by="painter")).out.read_bytes() == once


@pytest.mark.slow
@pytest.mark.data
@pytest.mark.weights
@pytest.mark.usefixtures("graphics")
def test_two_filmed_people_become_two_characters(data_folder: Path, tmp_path: Path) -> None:
    source = data_folder / "video" / "two_people_1080x1920_12fps.mp4"
    options = PaintOptions(source, "maneko", ((2, "tora"),), background="#00ff00", shadow=0.0, end_s=1.0, out=tmp_path)
    result = paint(options)
    assert result.people == 2
    assert "tora is drawn, not painted: there is no painter of it" in result.warnings
    different = pictures(result.out)
    same = pictures(paint(replace(options, people=())).out)
    changed = np.abs(different.astype(int) - same).max(-1) > 60
    for picture, other in zip(different, changed, strict=True):
        body = ~like(picture, (0, 255, 0), 60.0)
        columns = np.flatnonzero(body.any(0))
        # One of the two is another: the one that stands left or the one that stands right, not both.
        halves = [other[:, columns[0] : (columns[0] + columns[-1]) // 2], other[:, (columns[0] + columns[-1]) // 2 :]]
        shares = sorted(half.sum() / body.sum() for half in halves)
        assert shares[0] < 0.1 * max(shares[1], 0.05)
        assert shares[1] > 0.05
