"""Bars are held against our rows, some of them relative to another method's."""

from manekko.bench.accuracy import OURS, Row
from manekko.bench.solver_bars import BARS, JUDGED, marks


def _passed(rows: list[Row]) -> dict[str, list[bool | None]]:
    result: dict[str, list[bool | None]] = {}
    for mark in marks(rows):
        result.setdefault(mark.what, []).append(mark.passed)
    return result


def _perfect(name: str) -> Row:
    figures = {bar.figure: 1.0 if bar.at_least else 0.0 for bar in BARS if bar.row == name}
    return Row(name, OURS, dict(figures))


def test_a_perfect_solver_passes_every_bar_that_can_be_measured() -> None:
    rows = [_perfect(name) for name in {bar.row for bar in BARS}]
    found = _passed(rows)

    assert found[f"{JUDGED}: mpjae_deg"] == [None, None]
    assert all(passed for what, all_ in found.items() for passed in all_ if "mpjae" not in what and "dir" not in what)


def test_a_figure_that_is_missing_fails() -> None:
    assert _passed([])[f"{JUDGED}: slide_own_mm"] == [False]


def test_bars_follow_the_other_methods_figures() -> None:
    others = [Row(JUDGED, "naive mapping", {"mpjae_deg": 30.0}), Row(JUDGED, "KalidoKit", {"mpjae_deg": 40.0})]
    for found, passed in ((17.9, [True, True]), (19.0, [False, True]), (21.0, [False, False])):
        rows = [Row(JUDGED, OURS, {"mpjae_deg": found}), *others]
        assert _passed(rows)[f"{JUDGED}: mpjae_deg"] == passed


def test_contacts_must_be_at_least_as_good_as_their_bar() -> None:
    for found, passed in ((0.84, False), (0.85, True)):
        assert _passed([Row(JUDGED, OURS, {"toe_f1": found})])[f"{JUDGED}: toe_f1"] == [passed]


def test_what_was_reached_is_a_plain_bool_for_json() -> None:
    assert {type(mark.passed) for mark in marks([_perfect(JUDGED)])} <= {bool, type(None)}
