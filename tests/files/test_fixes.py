"""Files of fixes: what people write is understood, and what is not understood is explained in one line."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manekko.errors import FormatError, InputError
from manekko.files.fixes import PERSON_KEYS, parse_fixes, read_fixes
from manekko.files.fixes_template import fixes_template, write_fixes_template
from manekko.people.fixes import Fixes, Flip, FootFix, PersonFixes, TimeSpan

DOCS = Path(__file__).parent.parent.parent / "docs" / "fixes.md"
WHOLE = """
[clip]
start = "0:02"
end = 31.5

[person-1]
front-back = ["3.2 - 4.0", "1:05–1:07.5"]  # as the report writes it
front-back-left-arm = "12 to end"
left-right-legs = ["start - 3 s"]
left-foot-planted = ["f30 - f45"]
both-feet-in-air = ["20 - 20.5"]
ignore = ["8 - 9"]
raise-cm = -2

[swap-people]
1-2 = ["5 - end"]
"""


def span(start_s: float, end_s: float = float("inf")) -> TimeSpan:
    return TimeSpan(start_s, end_s)


def understood(text: str, *, start_s: float = 0.0) -> Fixes:
    return parse_fixes(text.encode(), start_s=start_s)


def refusal(text: str) -> str:
    with pytest.raises(FormatError) as caught:
        understood(text)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_everything_that_can_be_said_is_understood() -> None:
    assert understood(WHOLE) == Fixes(
        start_s=2.0,
        end_s=31.5,
        people={
            1: PersonFixes(
                front_back=(
                    Flip("body", span(3.2, 4.0)),
                    Flip("body", span(65.0, 67.5)),
                    Flip("left arm", span(12.0)),
                ),
                left_right=(Flip("legs", span(0.0, 3.0)),),
                feet=(
                    FootFix((0, 1), True, span(3.0, 3.5)),
                    FootFix((0, 1, 2, 3), False, span(20.0, 20.5)),
                ),
                ignored=(span(8.0, 9.0),),
                raise_m=-0.02,
            )
        },
        swaps=((1, 2, span(5.0)),),
    )


@pytest.mark.parametrize("key", sorted(set(PERSON_KEYS) - {"raise-cm"}))
def test_each_name_is_one_repair(key: str) -> None:
    own = understood(f'[person-7]\n{key} = ["1 - 2"]').people[7]
    assert own.count == 1


def test_start_and_end_of_the_command_count_more_and_frames_are_counted_from_there() -> None:
    fixes = parse_fixes(WHOLE.encode(), start_s=10.0, end_s=12.0)
    assert (fixes.start_s, fixes.end_s) == (10.0, 12.0)
    assert fixes.people[1].feet[0].span == span(11.0, 11.5)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp932"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_what_any_editor_saves_is_read(encoding: str, newline: str) -> None:
    text = '# 左足\n[person-1]\nignore = ["8 - 9"] # 変\n'.replace("\n", newline)
    assert parse_fixes(text.encode(encoding)).people == {1: PersonFixes(ignored=(span(8.0, 9.0),))}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[person-1]\nfront_back = ["3 - 4"]', "line 2: 'front_back' is not a name that fixes know; did you mean"),
        ("\n[person1]", "line 2: 'person1' is not a section that fixes know; did you mean person-1?"),
        ('front-back = ["3 - 4"]', "line 1: front-back stands outside of any section; write [person-1]"),
        ("end = 3", "line 1: end stands outside of any section; write [clip] on a line above it"),
        ("[person-1]\nfront-back = [3.2 - 4.0]", 'line 2 is not understood (front-back = [3.2 - 4.0]): times'),
        ("[person-1]\nfront-back = 3.2", "expects two times in quotes with a dash between, not 3.2; such as"),
        ('[person-1]\nignore = ["3,2 - 4,0"]', "'3,2 - 4,0' is no stretch of time; expected two times with a dash"),
        ('[person-1]\nignore = ["4 - 3"]', "line 2: '4 - 3' ends before it begins"),
        ("[person-1]\nignore = [“4 - 5”]", "the quotes must be straight"),
        ('[person-1]\nignore = ["4 - 5"]\nignore = ["6 - 7"]', "it stands here for the second time"),
        ("[person-1]\n[person-1]", "line 2 is not understood ([person-1]): this section is there already"),
        ("[clip]\nstart = 0:10", 'line 2 is not understood (start = 0:10): times stand in quotes, such as start'),
        ('[clip]\nstart = "f3"', "line 2: start expects seconds, or minutes and seconds in quotes, not 'f3'"),
        ("[clip]\nend = true", "line 2: end expects seconds"),
        ("[clip]\nend = 3\nstart = 4", "line 2: the end, 3 s, is not after the start"),
        ("[person-1]\nraise-cm = nan", "raise-cm expects centimetres from -300 to 300, no quotes, not nan"),
        ('[person-1]\nraise-cm = "2"', "no quotes, not '2'; such as raise-cm = 2.5"),
        ("[person-1]\nraise-cm = 1" + "0" * 400, "raise-cm expects centimetres"),
        (
            '[person-1]\nleft-foot-planted = ["3 - 4"]\nboth-feet-in-air = ["3.5 - 5"]',
            "line 1: in [person-1] a foot is both planted and in the air at 3.5 s; shorten one of the two",
        ),
        ('[swap-people]\n1-1 = ["3 - 4"]', "line 2: '1-1' does not name two people"),
        ('[swap-people]\n1 = ["3 - 4"]', "such as 1-2 = [\"5 - 7.5\"]"),
        ("[person-1]\nleft foot slides", 'expected a name, "=" and a value'),
        ('[person-1]\nignore = ["3 - 4"', "is every quote and bracket closed?"),
        ("person-1 = 3", "line 1: person-1 is a section: write [person-1] on a line of its own"),
        ("[person-1]\nnonsense = 3", "known are front-back, left-right, left-foot-planted"),
        ("#" * 1001, "line 1 is longer than 1000 characters"),
        ("#\n" * 40000, "larger than 64 KB"),
    ],
)  # fmt: skip
def test_each_mistake_is_explained_in_one_line(text: str, words: str) -> None:
    assert words in refusal(text)


def test_a_foot_may_be_planted_until_the_moment_it_lifts() -> None:
    own = understood('[person-1]\nleft-foot-in-air = ["4 - 5"]\nleft-foot-planted = ["3 - 4"]').people[1]
    assert len(own.feet) == 2


def test_the_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere\.toml: the fixes cannot be read .*; is the name right"):
        read_fixes(tmp_path / "nowhere.toml")
    with pytest.raises(InputError, match="cannot be read"):
        read_fixes(tmp_path)
    path = tmp_path / "mine.toml"
    path.write_text("[person-1]\nnonsense = 3", encoding="utf-8")
    with pytest.raises(FormatError, match=r"mine\.toml: line 2"):
        read_fixes(path)


def refused_or_understood(data: bytes) -> None:
    message = ""
    try:
        parse_fixes(data)
    except FormatError as error:
        message = str(error)
    assert "\n" not in message
    assert len(message) < 600


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_or_understood(data: bytes) -> None:
    refused_or_understood(data)


@given(st.integers(0, len(WHOLE)), st.text(max_size=6), st.integers(0, 12))
def test_any_slip_of_the_hand_is_refused_or_understood(at: int, typed: str, deleted: int) -> None:
    refused_or_understood((WHOLE[:at] + typed + WHOLE[at + deleted :]).encode("utf-8", "replace"))


_HOSTILE = {
    "deep": b"[" * 60000,
    "dotted": (b"a." * 490 + b"a=1\n") * 64,
    "tables": b"".join(b"[person-%d]\n" % n for n in range(1, 1000)) + b"#" * 900,
    "spans": b"[person-1]\nignore = [\n" + b'"1-2",\n' * 8000 + b"]",
    "feet": b"[person-1]\nleft-toe-planted = [\n%s]\nleft-toe-in-air = [\n%s]" % (b'"1-2",\n' * 999, b'"2-3",\n' * 999),
    "digits": b"[clip]\nstart = " + b"9" * 900,
}  # fmt: skip


@pytest.mark.parametrize("kind", _HOSTILE)
def test_what_is_made_to_be_slow_is_not(kind: str) -> None:
    refused_or_understood(_HOSTILE[kind])


def test_the_template_asks_for_nothing() -> None:
    for people in ([1], [1, 2, 5]):
        assert understood(fixes_template("dance.mp4", "manekko capture dance.mp4", people)).count == 0
    assert understood(fixes_template("dance.mp4", "", [])) == Fixes()


def test_every_line_of_the_template_may_be_used_by_itself_and_shows_every_kind_of_repair() -> None:
    template = fixes_template("dance.mp4", "manekko capture dance.mp4", [1, 2])
    lines = re.findall(r"^#([a-z0-9-]+) = .*$", template, flags=re.MULTILINE)
    seldom = re.compile(r"heel|toe|front-back-right-arm|-leg$")
    assert {key for key in PERSON_KEYS if not seldom.search(key)} | {"start", "end", "1-2"} == set(lines)
    for line in re.findall(r"^#[a-z0-9-]+ = .*$", template, flags=re.MULTILINE):
        fixes = understood(template.replace(line, line[1:], 1))
        assert fixes.count == 1 or fixes.start_s == 2.0 or fixes.end_s == 31.5


def test_a_clips_name_cannot_write_into_its_template() -> None:
    template = fixes_template('x\n[person-1]\nignore = ["0 - end"]\u2028', "manekko capture \x07", [1])
    assert understood(template).count == 0


def test_the_template_tells_what_to_type_and_where_times_begin(tmp_path: Path) -> None:
    path = tmp_path / "my dance-fixes.toml"
    write_fixes_template(path, Path("my dance.mp4"), "--model Miku.pmx", [1], start_s=12.5)
    text = path.read_text(encoding="utf-8")
    assert f'manekko capture "my dance.mp4" --model Miku.pmx --fix "{path}"' in text
    assert "The motion begins at 12.5 s of the video: add that" in text
    assert max(len(line) for line in text.splitlines() if "manekko capture" not in line) <= 110


def test_a_file_that_is_there_stays(tmp_path: Path) -> None:
    path = tmp_path / "dance-fixes.toml"
    path.write_text("# my work", encoding="utf-8")
    write_fixes_template(path, Path("dance.mp4"), "", [1], start_s=0.0)
    assert path.read_text(encoding="utf-8") == "# my work"


def test_what_the_manual_shows_is_understood() -> None:
    examples = re.findall(r"^```toml\n(.*?)^```", DOCS.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    assert len(examples) >= 6
    for example in examples:
        fixes = understood(example)
        assert fixes.count or fixes.start_s or fixes.end_s, example
    assert [key for key in PERSON_KEYS if f"`{key}`" not in DOCS.read_text(encoding="utf-8")] == []
