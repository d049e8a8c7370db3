"""Particles of Korean texts of ours: as the word before them wants it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.words import catalogue
from moderation.words.particles import settle


@pytest.mark.parametrize(
    ("marked", "settled"),
    [
        ("서이안(은)는 사람이", "서이안은 사람이"),
        ("강도윤(이)가 말해요", "강도윤이 말해요"),
        ("지수(이)가 말해요", "지수가 말해요"),
        ("'등대지기'(을)를 썼어요", "'등대지기'를 썼어요"),
        ("서울(으)로", "서울로"),
        ("부산(으)로", "부산으로"),
        ("광주(으)로", "광주로"),
        ("0.5(이)에요", "0.5예요"),
        ("3(이)에요", "3이에요"),
        ("7(으)로", "7로"),
        ("범위(이)라는", "범위라는"),
        ("이름(이)라는", "이름이라는"),
        ("talchum.toml을(를) 읽을", "talchum.toml을(를) 읽을"),
        ("Marin(은)는", "Marin은(는)"),
        ("x3f9kq(으)로", "x3f9kq(으)로"),
        ("파일이(가) 없어요", "파일이 없어요"),
        ("괄호(안)는 그대로", "괄호(안)는 그대로"),
    ],
)
def test_a_particle_fits_the_word_before_it(marked: str, settled: str) -> None:
    assert settle(marked) == settled


def test_the_texts_of_the_catalogue_are_settled_when_they_are_said() -> None:
    assert "서이안은 " in catalogue("bots").say("notices.first", "ko", name="서이안")
    assert "(은)는" not in catalogue("bots").say("notices.first", "ko", name="Marin")


@given(st.text())
def test_any_text_is_settled_once_and_for_all(text: str) -> None:
    assert settle(settle(text)) == settle(text)


def test_one_is_told_of_in_the_singular_and_korean_counts_as_ever() -> None:
    say = catalogue("bots").say

    assert say("desk.exported", "en", count=1) == "One exchange, its texts masked."
    assert say("desk.exported", "en", count=2) == "2 exchanges, their texts masked."
    assert say("desk.exported", "fr", count=1) == "One exchange, its texts masked.", "English where nobody knows"
    assert "1건" in say("desk.exported", "ko", count=1)
    assert say("desk.stats_more", "en", count=1).startswith("1 more"), "what needs no other text has none"
