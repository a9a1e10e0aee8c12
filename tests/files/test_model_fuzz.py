"""Model parsers take any bytes: a value or FormatError with an offset, nothing else, and no large memory."""

import tracemalloc

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from manekko.errors import FormatError
from manekko.files.models import standard_rig
from manekko.files.pmd import parse_pmd, rig_from_pmd
from manekko.files.pmx import parse_pmx, rig_from_pmx
from tests.files.model_samples import pmd_bodies, pmd_bytes_of, pmd_joints, pmx_21

PMX = pmx_21()
SOFT_BODIES_AT = len(pmx_21(soft_bodies=False))
PMD = pmd_bytes_of(standard_rig()) + pmd_bodies() + pmd_joints()


def take_pmx(data: bytes) -> FormatError | None:
    try:
        rig_from_pmx(parse_pmx(data))
    except FormatError as error:
        return error
    return None


def take_pmd(data: bytes) -> FormatError | None:
    try:
        rig_from_pmd(parse_pmd(data))
    except FormatError as error:
        return error
    return None


def flipped(data: bytes, place: int, mask: int) -> bytes:
    return data[:place] + bytes([data[place] ^ mask]) + data[place + 1 :]


@given(end=st.integers(0, len(PMX) - 1))
@example(end=SOFT_BODIES_AT)
@example(end=SOFT_BODIES_AT + 1)
@settings(max_examples=60, deadline=None)
def test_a_prefix_of_a_pmx_is_a_value_or_a_format_error_with_its_place(end: int) -> None:
    error = take_pmx(PMX[:end])
    # The only legal early end: version 2.1 without its soft bodies.
    assert end == SOFT_BODIES_AT if error is None else error.offset is not None and error.offset <= end


@given(place=st.integers(0, len(PMX) - 1), mask=st.integers(1, 255))
@settings(max_examples=80, deadline=None)
def test_a_flipped_byte_of_a_pmx_is_a_value_or_a_format_error(place: int, mask: int) -> None:
    take_pmx(flipped(PMX, place, mask))


@pytest.mark.slow
@pytest.mark.parametrize("mask", [0xFF, 0x80, 0x01])
def test_every_flipped_byte_of_a_pmx_is_a_value_or_a_format_error(mask: int) -> None:
    for place in range(len(PMX)):
        take_pmx(flipped(PMX, place, mask))


@given(end=st.integers(0, len(PMD) - 1))
@settings(max_examples=60, deadline=None)
def test_a_prefix_of_a_pmd_is_a_value_or_a_format_error(end: int) -> None:
    take_pmd(PMD[:end])


@given(place=st.integers(0, len(PMD) - 1), mask=st.integers(1, 255))
@settings(max_examples=60, deadline=None)
def test_a_flipped_byte_of_a_pmd_is_a_value_or_a_format_error(place: int, mask: int) -> None:
    take_pmd(flipped(PMD, place, mask))


@given(st.binary(max_size=400))
def test_any_bytes_after_the_signature_are_a_value_or_a_format_error(data: bytes) -> None:
    take_pmx(b"PMX " + data)
    take_pmx(PMX[:17] + data)
    take_pmd(b"Pmd\0\0\x80\x3f" + data)


@pytest.mark.slow
def test_memory_stays_small_whatever_number_is_announced() -> None:
    """A count of two billion in any place of the file."""
    tracemalloc.start()
    for place in range(0, len(PMX) - 4, 67):
        take_pmx(PMX[:place] + b"\xff\xff\xff\x7f" + PMX[place + 4 :])
    for place in range(0, len(PMD) - 4, 997):
        take_pmd(PMD[:place] + b"\xff\xff\xff\x7f" + PMD[place + 4 :])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20_000_000
