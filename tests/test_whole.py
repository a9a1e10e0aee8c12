"""Files appear whole or not at all, whatever happens while they are written."""

from pathlib import Path

import pytest

from manekko.errors import MissingToolError
from manekko.whole import make_folder, whole_file


def test_nothing_bears_the_name_before_all_is_written(tmp_path: Path) -> None:
    target = tmp_path / "dance.vmd"
    with whole_file(target) as temporary:
        temporary.write_bytes(b"half")
        assert not target.exists()
    assert target.read_bytes() == b"half"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("trouble", [OSError, ValueError, KeyboardInterrupt])
def test_what_failed_leaves_the_old_file_and_nothing_else(tmp_path: Path, trouble: type[BaseException]) -> None:
    target = tmp_path / "dance.vmd"
    target.write_bytes(b"old")

    def fail() -> None:
        with whole_file(target) as temporary:
            temporary.write_bytes(b"half")
            raise trouble

    with pytest.raises(trouble):
        fail()
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("name", ["踊" * 80 + ".vmd", "d" * 251 + ".vmd"])
def test_the_longest_name_can_be_written(tmp_path: Path, name: str) -> None:
    with whole_file(tmp_path / name) as temporary:
        temporary.write_bytes(b"whole")
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_folder_that_cannot_be_made_is_one_helpful_line(tmp_path: Path) -> None:
    make_folder(tmp_path / "new" / "out")
    make_folder(tmp_path / "new" / "out")
    with pytest.raises(MissingToolError, match=r"cannot be made .*; choose a place that exists"):
        make_folder(tmp_path / ("x" * 300))
