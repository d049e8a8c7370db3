"""Where a continuation meets what was said, and where a stop string ends it: the same for every way to cut a stream."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personas.generators.seams import LEAST_OVERLAP, OverlapStripper, Seam, StopCutter, strip_overlap

LETTERS = st.text(alphabet="ab. 가나", max_size=40)
CUTS = st.lists(st.integers(1, 5), max_size=40)


def cut(text: str, sizes: list[int]) -> list[str]:
    """`text` in pieces of these sizes, the rest in one."""
    pieces = []
    for size in sizes:
        pieces.append(text[:size])
        text = text[size:]
    return [*pieces, text]


@pytest.mark.parametrize(
    ("prefix", "continuation", "rest"),
    [
        ("Arr, I be Redbeard.", " And you?", " And you?"),
        ("Arr, I be Redbeard.", "Arr, I be Redbeard. And you?", " And you?"),
        ("Arr, I be Redbeard. ", "\nArr, I be Redbeard. And you?", " And you?"),
        ("Well. Arr, I be Redbeard.", "I be Redbeard. And you?", " And you?"),
        ("I be Redbeard.", "beard. And you?", "beard. And you?"),
        ("Arr!", "Arr! And you?", " And you?"),
        ("Arr", "Arrested!", "Arrested!"),
        ("나는 오래전부터 붉은 수염이오.", "오래전부터 붉은 수염이오. 그대는?", " 그대는?"),
        ("네.", "네. 그렇소.", " 그렇소."),
        ("", "Arr.", "Arr."),
    ],
)
def test_what_repeats_the_end_of_what_was_said_goes(prefix: str, continuation: str, rest: str) -> None:
    assert strip_overlap(prefix, continuation) == rest


@given(prefix=LETTERS, continuation=LETTERS, sizes=CUTS, least=st.integers(1, 6))
def test_a_repetition_goes_however_the_stream_is_cut(
    prefix: str, continuation: str, sizes: list[int], least: int
) -> None:
    stripper = OverlapStripper(prefix, least=least)
    streamed = "".join(map(stripper.feed, cut(continuation, sizes))) + stripper.flush()
    assert streamed == strip_overlap(prefix, continuation, least=least)


@given(prefix=LETTERS, rest=LETTERS)
def test_a_reply_that_starts_again_in_full_goes_on_behind_the_repetition(prefix: str, rest: str) -> None:
    said = f"{prefix.strip()}, that was long enough."
    assert strip_overlap(said, said + rest) == rest


@given(prefix=LETTERS, continuation=LETTERS, sizes=CUTS)
def test_no_more_is_held_back_than_could_be_a_repetition(prefix: str, continuation: str, sizes: list[int]) -> None:
    stripper, fed, given_out = OverlapStripper(prefix), "", ""
    for piece in cut(continuation, sizes):
        fed += piece
        given_out += stripper.feed(piece)
        assert len(fed.lstrip()) - len(given_out) <= max(len(prefix), LEAST_OVERLAP)


@pytest.mark.parametrize(
    ("prefix", "continuation", "whole"),
    [
        ("Arr.", "And you?", "Arr. And you?"),
        ("Arr.", " And you?", "Arr. And you?"),
        ("Arr. ", " And you?", "Arr. And you?"),
        ("Arr. ", "And you?", "Arr. And you?"),
        ("Arr.\n", "\nAnd you?", "Arr.\nAnd you?"),
        ("I am hap", "py.", "I am happy."),
        ("It costs 3.", "50 gold.", "It costs 3.50 gold."),
        ("네.", "그렇소.", "네. 그렇소."),
        ("Arr.", "*nods*", "Arr. *nods*"),
        ("“Arr.”", "He nods.", "“Arr.” He nods."),
        ("Arr", "...", "Arr..."),
        ("", " Arr.", " Arr."),
        ("Arr. ", "   ", "Arr. "),
    ],
)
def test_one_space_stands_between_sentences_and_none_within_a_word(prefix: str, continuation: str, whole: str) -> None:
    seam = Seam(prefix)
    assert prefix + seam.feed(continuation) + seam.flush() == whole


@given(prefix=LETTERS, continuation=LETTERS, sizes=CUTS)
def test_a_seam_is_the_same_however_the_stream_is_cut(prefix: str, continuation: str, sizes: list[int]) -> None:
    whole, pieces = Seam(prefix), Seam(prefix)
    expected = whole.feed(continuation) + whole.flush()
    assert "".join(map(pieces.feed, cut(continuation, sizes))) + pieces.flush() == expected


@pytest.mark.parametrize(
    ("stops", "text", "rest"),
    [
        (("\nUser:",), "Arr.\nUser: hi", "Arr."),
        (("\nUser:",), "Arr.\nUsers", "Arr.\nUsers"),
        (("\n사용자:", "###"), "네.\n사용자: 왜?###", "네."),
        (("b", "abc"), "xabc", "xa"),
        (("",), "Arr.", "Arr."),
        ((), "Arr.", "Arr."),
        (("Arr",), "Arr.", ""),
    ],
)
def test_the_text_ends_before_the_stop_string_that_is_complete_first(
    stops: tuple[str, ...], text: str, rest: str
) -> None:
    cutter = StopCutter(stops)
    assert cutter.feed(text) + cutter.flush() == rest
    assert cutter.cut == (rest != text)


@given(stops=st.lists(st.text(alphabet="ab.", max_size=4), max_size=3), text=LETTERS, sizes=CUTS)
def test_a_stop_string_ends_the_text_however_the_stream_is_cut(stops: list[str], text: str, sizes: list[int]) -> None:
    whole, pieces = StopCutter(tuple(stops)), StopCutter(tuple(stops))
    expected = whole.feed(text) + whole.flush()
    assert "".join(map(pieces.feed, cut(text, sizes))) + pieces.flush() == expected
    assert text.startswith(expected)
    assert not any(stop in expected for stop in stops if stop)
