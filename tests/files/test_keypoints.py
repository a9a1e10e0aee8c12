import contextlib
import io
import zipfile
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from manekko.errors import FormatError, InputError
from manekko.files.keypoints import SeenIn, kept_tracks, read_tracks, write_tracks
from manekko.people.camera_path import CameraPath, still_path
from manekko.people.keypoints import Face, Hands, Track
from manekko.skeleton.rotations import from_rotation_vectors
from tests.lift.dancers import Dance, seen

IN_ANY_FOLDER = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


SEEN_IN = SeenIn("a clip", parts=("body", "hands"), version="1", warnings=("cut",))


def _track(number: int = 1, *, parts: bool = True) -> Track:
    track = replace(seen(Dance(number), np.arange(6) / 29.97), track_id=number, warnings=("left at 2 s", "影"))
    keypoints = track.keypoints_px.copy()
    keypoints[2] = np.nan
    rng = np.random.default_rng(number)
    hands = Hands(rng.normal(size=(6, 2, 21, 2)), rng.normal(size=(6, 2, 21, 3)), rng.uniform(size=(6, 2)))
    face = Face(rng.normal(size=(6, 468, 3)), rng.uniform(size=6))
    return replace(track, keypoints_px=keypoints, hands=hands if parts else None, face=face if parts else None)


def _same(a: object, b: object) -> bool:
    if a is None or b is None:
        return a is b
    for item in fields(a):  # type: ignore[arg-type]
        x, y = getattr(a, item.name), getattr(b, item.name)
        if isinstance(x, np.ndarray):
            if not np.array_equal(x.astype(np.float32), np.asarray(y).astype(np.float32), equal_nan=True):
                return False
        elif isinstance(x, Hands | Face) or x is None:
            if not _same(x, y):
                return False
        elif x != y:
            return False
    return True


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("keypoints") / "two.npz"
    write_tracks(path, [_track(1), _track(2, parts=False)], SEEN_IN)
    return path.read_bytes()


def test_tracks_come_back_as_they_were(tmp_path: Path):
    tracks = [_track(1), _track(2, parts=False), _track(12)]
    write_tracks(tmp_path / "k.npz", tracks)
    result = read_tracks(tmp_path / "k.npz")
    assert [track.track_id for track in result] == [1, 2, 12]
    for before, after in zip(tracks, result, strict=True):
        assert _same(before, after)
        assert (before.times_s == after.times_s).all()


def test_numpy_reads_the_file_too(tmp_path: Path):
    write_tracks(tmp_path / "k.npz", [_track(1)])
    with np.load(tmp_path / "k.npz") as archive:
        assert archive["p1.keypoints_px"].shape == (6, 33, 2)
        assert archive["p1.keypoints_px"].dtype == np.float32


def test_the_same_tracks_give_the_same_bytes_and_nothing_else_is_left(tmp_path: Path):
    for name in ("a.npz", "b.npz"):
        write_tracks(tmp_path / name, [_track(1)])
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.npz", "b.npz"]


def test_no_tracks_at_all_are_a_file_too(tmp_path: Path):
    write_tracks(tmp_path / "k.npz", [])
    assert read_tracks(tmp_path / "k.npz") == []


def test_places_that_cannot_be_read_or_written_are_named(tmp_path: Path):
    with pytest.raises(InputError, match="nowhere"):
        read_tracks(tmp_path / "nowhere.npz")
    with pytest.raises(InputError, match=r"missing.*k\.npz"):
        write_tracks(tmp_path / "missing" / "k.npz", [_track(1)])


def _read(folder: Path, data: bytes) -> None:
    """Read bytes as a keypoints file; only FormatError may come of damage."""
    path = folder / "damaged.npz"
    path.write_bytes(data)
    message = None
    try:
        tracks = read_tracks(path)
    except FormatError as error:
        tracks, message = [], str(error)
    assert message is None or ("damaged.npz" in message and "\n" not in message)
    assert all(isinstance(track, Track) for track in tracks)


@IN_ANY_FOLDER
@given(st.binary(max_size=400))
def test_any_bytes_are_refused_in_words(tmp_path: Path, data):
    _read(tmp_path, data)


@IN_ANY_FOLDER
@given(st.floats(0.0, 1.0))
def test_a_cut_off_file_is_refused_in_words(tmp_path: Path, written: bytes, share):
    _read(tmp_path, written[: int(share * (len(written) - 1))])


@IN_ANY_FOLDER
@given(st.floats(0.0, 1.0, exclude_max=True), st.integers(1, 255))
def test_a_damaged_byte_is_refused_in_words_or_harmless(tmp_path: Path, written: bytes, share, flip):
    data = bytearray(written)
    data[int(share * len(data))] ^= flip
    _read(tmp_path, bytes(data))


def _archive(members: dict[str, object]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, values in members.items():
            content = io.BytesIO()
            if isinstance(values, bytes):
                content.write(values)
            else:
                np.lib.format.write_array(content, np.asarray(values), allow_pickle=True)
            archive.writestr(name, content.getvalue())
    return buffer.getvalue()


@pytest.mark.parametrize(
    "members",
    [
        {"a.npy": [1.0]},
        {"p1.times_s.npy": [0.0]},
        {"p1.npy": [0.0]},
        {"p1..npy": [0.0]},
        {"px.times_s.npy": [0.0]},
        {"p1.size.npy": [1, 2, 3]},
        {"p1.size.npy": 5},
        {"p1.size.npy": np.array([{"a": 1}], dtype=object)},
        {"p1.size.npy": b"\x93NUMPY\x01\x00"},
        {"p1.size.npy": b"\x93NUMPY\x01\x00\x76\x00{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999,)}"},
    ],
)
def test_archives_of_something_else_are_refused_in_words(tmp_path: Path, members):
    path = tmp_path / "other.npz"
    path.write_bytes(_archive(members))
    with pytest.raises(FormatError, match=r"other\.npz.*(keypoints|clip)"):
        read_tracks(path)


@pytest.mark.parametrize(
    "change",
    [
        {"keypoints_px": np.zeros((6, 32, 2))},
        {"keypoints_px": np.zeros((5, 33, 2))},
        {"times_s": np.zeros((6, 2))},
        {"times_s": np.array(["a"] * 6)},
        {"size": np.array([1.5, 2.5])},
        {"size": np.array([[1, 2], [3, 4]])},
        {"hands.scores": np.zeros((6, 3), dtype=np.float32)},
        {"face.keypoints_px": np.zeros((6, 2, 3), dtype=np.float32)},
    ],
    ids=str,
)
def test_arrays_of_another_shape_or_kind_are_refused_in_words(tmp_path: Path, change):
    write_tracks(tmp_path / "k.npz", [_track(1)])
    with np.load(tmp_path / "k.npz") as archive:
        arrays = {f"{name}.npy": archive[name] for name in archive.files}
    arrays |= {f"p1.{name}.npy": values for name, values in change.items()}
    path = tmp_path / "wrong.npz"
    path.write_bytes(_archive(arrays))
    with pytest.raises(FormatError, match=r"wrong\.npz.*(expected numbers of shape|two whole numbers)"):
        read_tracks(path)


def test_how_the_camera_turned_comes_back_exactly(tmp_path: Path) -> None:
    turns = from_rotation_vectors(np.linspace(0.0, 0.3, 18).reshape(6, 3))
    track = _track()
    path = CameraPath(track.times_s, turns, np.linspace(1.0, 1.3, 6), 917.3, ("it moves",))
    write_tracks(
        tmp_path / "k.npz", [replace(track, camera=path), replace(_track(2), camera=still_path(track.times_s, 500.0))]
    )
    moved, still = (one.camera for one in read_tracks(tmp_path / "k.npz"))
    assert moved is not None
    assert still is not None
    assert (moved.rotations_xyzw == turns).all()
    assert (moved.zooms == path.zooms).all()
    assert (moved.focal_px, moved.notes) == (917.3, ("it moves",))
    assert not still.moving


@pytest.mark.parametrize(
    "wrong",
    [{"rotations_xyzw": np.zeros((6, 4))}, {"zooms": np.zeros(6)}, {"zooms": np.full(6, np.nan)}, {"focal_px": -1.0}],
)
def test_a_camera_that_makes_no_sense_is_refused(tmp_path: Path, wrong: dict[str, object]) -> None:
    track = _track()
    path = replace(still_path(track.times_s, 500.0), **wrong)
    write_tracks(tmp_path / "k.npz", [replace(track, camera=path)])
    with pytest.raises(FormatError, match="camera"):
        read_tracks(tmp_path / "k.npz")


def test_who_asks_for_the_same_gets_what_was_kept_and_who_asks_otherwise_nothing(tmp_path: Path, written: bytes):
    path = tmp_path / "k.npz"
    path.write_bytes(written)
    kept = kept_tracks(path, replace(SEEN_IN, warnings=()))
    assert kept is not None
    assert kept[1] == SEEN_IN
    assert all(_same(one, other) for one, other in zip(kept[0], read_tracks(path), strict=True))
    assert kept_tracks(path, replace(SEEN_IN, clip="another clip")) is None
    write_tracks(path, [_track(1)])
    assert kept_tracks(path, SEEN_IN) is None


@pytest.mark.parametrize("text", ["", "[]", "{}", "[" * 100_000, '{"clip": "a clip", "parts": 3}', '{"end_s": NaN}'])
def test_a_damaged_word_of_where_tracks_were_seen_is_refused(tmp_path: Path, written: bytes, text: str):
    path = tmp_path / "damaged.npz"
    with zipfile.ZipFile(io.BytesIO(written)) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            buffer = io.BytesIO()
            np.lib.format.write_array(buffer, np.array(text))
            target.writestr(name, buffer.getvalue() if name == "seen_in.npy" else source.read(name))
    with pytest.raises(FormatError, match=r"damaged\.npz"):
        kept_tracks(path, SEEN_IN)


@IN_ANY_FOLDER
@given(st.floats(0.0, 1.0, exclude_max=True), st.integers(1, 255))
def test_damage_to_what_is_kept_is_an_error_that_capture_knows(tmp_path: Path, written: bytes, share, flip):
    data = bytearray(written)
    data[int(share * len(data))] ^= flip
    path = tmp_path / "damaged.npz"
    path.write_bytes(bytes(data))
    kept = None
    with contextlib.suppress(FormatError, InputError):
        kept = kept_tracks(path, replace(SEEN_IN, start_s=0.05, end_s=0.15))
    assert kept is None or all(isinstance(track, Track) for track in kept[0])
