"""Folding with offsets back, and matching that stays linear and misses nothing in long texts."""

import re2
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.filters.crisis import Crisis
from moderation.filters.injection import Injection
from moderation.filters.phrases import fold, options, places
from moderation.filters.privacy import Privacy

BOOKS = (Crisis.load().book, Injection.load().book, Privacy.load().book)


@given(st.text(st.characters(), max_size=60))
def test_every_folded_character_comes_from_a_place_in_the_text(text: str) -> None:
    folded = fold(text)
    for index in range(len(folded.text)):
        start, end = folded.place(index, index + 1)
        assert 0 <= start < end <= len(text)
    folded.text.encode("utf-8")


@given(st.text("abc가나다 ‘’“”…ﬁＡ\u200b\u0301\u1112\u1161\u11ab", max_size=40))
def test_folding_twice_changes_nothing_more(text: str) -> None:
    once = fold(text).text
    assert fold(once).text == once


def test_decomposed_hangul_is_composed_and_placed() -> None:
    text = "a\u1112\u1161\u11abb"
    folded = fold(text)
    assert folded.text == "a한b"
    assert folded.place(1, 2) == (1, 4)


def test_compatibility_jamo_stay_what_they_are() -> None:
    assert fold("ㅋㅋㅠ…").text == "ㅋㅋㅠ..."


@given(st.lists(st.sampled_from(["x", "ab", " ", "가나", "b", "\n"]), max_size=2500))
@settings(max_examples=30, deadline=None)
def test_windows_find_what_one_search_finds(parts: list[str]) -> None:
    text = "".join(parts) * 3
    for source in ("ab+", "가나 ", "(?:^|\n)x", "b$", r"x\b"):
        pattern = re2.compile(source, options())
        assert list(places(pattern, text)) == [match.span() for match in pattern.finditer(text)]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["죽고 ", "싶어 ", "ignore ", "all ", "rules ", "010-", "1234-", "5678 ", "이제부터 ", "너는 ", "system: "]
        )
    )
)
def test_one_pass_over_all_rules_agrees_with_each_rule_alone(parts: list[str]) -> None:
    text = "".join(parts)
    for book in BOOKS:
        alone = {index for index, rule in enumerate(book.rules) if rule.pattern.search(text)}
        assert set(book.anything.Match(text) or ()) == alone
