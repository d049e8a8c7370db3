"""Sentences out of a stream."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personas.sentences import BOUND, SentenceSplitter

ALPHABET = st.one_of(
    st.sampled_from(list(' .!?…。\n"“”*`~ㅋㅠ^가나a1\u200d😀')),
    st.sampled_from(["안녕하세요", "Mr.", "```", "3.14", "word "]),
)
TEXTS = st.lists(ALPHABET, max_size=120).map("".join)


def split(*chunks: str) -> list[str]:
    splitter = SentenceSplitter()
    pieces = [piece for chunk in chunks for piece in splitter.feed(chunk)]
    return [*pieces, *splitter.finish()]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("Good evening. The lamp is lit!", ["Good evening.", " The lamp is lit!"]),
        ("안녕하세요. 오늘 춥죠? 들어오세요", ["안녕하세요.", " 오늘 춥죠?", " 들어오세요"]),
        ("Mr. Smith met Dr. Lee. They left.", ["Mr. Smith met Dr. Lee.", " They left."]),
        ("It is 3.14 exactly. Yes.", ["It is 3.14 exactly.", " Yes."]),
        ('He said "No. Never." and left. Then rain.', ['He said "No. Never."', " and left.", " Then rain."]),
        ("“안 가. 절대로.” 그가 말했다. 비가 왔다.", ["“안 가. 절대로.”", " 그가 말했다.", " 비가 왔다."]),
        ("*She nods. Slowly.* Come in.", ["*She nods. Slowly.*", " Come in."]),
        ("진짜 재밌었어ㅋㅋㅋ 또 가자", ["진짜 재밌었어ㅋㅋㅋ", " 또 가자"]),
        ("오늘 너무 힘들었어ㅠㅠ 위로해 줘", ["오늘 너무 힘들었어ㅠㅠ", " 위로해 줘"]),
        ("so happy today 😀 see you", ["so happy today 😀", " see you"]),
        ("first line\nsecond line", ["first line", "\nsecond line"]),
        ("1. Take the boat. 2. Row.", ["1. Take the boat.", " 2. Row."]),
        ("```\na. b. c\n```\nDone. Next", ["```", "\na. b. c", "\n```", "\nDone.", " Next"]),
        ("こんにちは。元気ですか？はい", ["こんにちは。", "元気ですか？", "はい"]),
        ("Really?!” she asked", ["Really?!”", " she asked"]),
        ("", []),
        ("   ", ["   "]),
    ],
)
def test_a_text_is_cut_where_a_reader_would_pause(text: str, pieces: list[str]) -> None:
    assert split(text) == pieces


@given(TEXTS)
def test_the_pieces_are_the_same_for_every_chunking_and_join_to_the_stream(text: str) -> None:
    whole = split(text)
    one_by_one = split(*text)
    halves = split(text[: len(text) // 3], text[len(text) // 3 :])

    assert whole == one_by_one == halves
    assert "".join(whole) == text


@given(st.text(max_size=900))
def test_no_piece_grows_beyond_the_bound_whatever_it_is_made_of(text: str) -> None:
    assert all(0 < len(piece) <= BOUND for piece in split(text))


def test_text_without_any_end_is_cut_between_words() -> None:
    pieces = split("나무 " * 150)

    assert len(pieces) > 1
    assert all(piece.strip("나무 ") == "" and piece.count("나") == piece.count("무") for piece in pieces)


def test_a_quote_that_is_never_closed_does_not_swallow_the_next_line() -> None:
    assert split('"Wait. What\nNo. Yes.') == ['"Wait. What', "\nNo.", " Yes."]


def test_a_piece_is_given_out_as_soon_as_the_space_after_it_arrives() -> None:
    splitter = SentenceSplitter()

    assert splitter.feed("The tide turns.") == []
    assert splitter.feed(" ") == ["The tide turns."]
