"""What a persona says of itself against what its file says."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.filters.character import Character
from moderation.filters.character.claims import SLOTS, Claims
from moderation.filters.character.context import Context
from moderation.filters.character.folding import fold
from moderation.filters.character.numbers import numbers_in
from moderation.filters.character.values import Values
from moderation.records import Brief, Candidate, Known, Stage
from tests.support.judges import loaded

CHARACTER = loaded(Character)
CLAIMS = Claims.load(Context.load())
VALUES = Values.load()


def known(slot: str, *values: str, language: str = "en", name: str = "Marin Holt", told: str = "") -> Brief:
    """A brief of somebody of whom one thing is known."""
    return Brief(name=name, language=language, told=told, facts=(Known(slot=slot, values=values),))


def contradicts(text: str, brief: Brief, *, said: str = "") -> bool:
    """Whether the claim in `text` is seen to be untrue."""
    seen = CHARACTER.examine(Candidate(stage=Stage.PIECE, text=text, said=said, brief=brief))
    return any(signal.category == "contradiction" and (signal.score or 0.0) >= 0.5 for signal in seen)


FALSE = [
    ("I'm thirty years old.", known("age", "52")),
    ("I am 30, and tired.", known("age", "52")),
    ("I'm in my twenties.", known("age", "52")),
    ("나는 서른 살이야.", known("age", "52", language="ko")),
    ("저 올해로 서른아홉이에요.", known("age", "52", language="ko")),
    ("저는 삼십오 세입니다.", known("age", "52", language="ko")),
    ("I live in Paris.", known("home", "Bloomsbury", "London")),
    ("I live in Camden.", known("home", "Bloomsbury", "London")),
    ("저는 부산에 살아요.", known("home", "한양", "북촌", language="ko")),
    ("나는 서울에서 태어났어.", known("birthplace", "부산", language="ko")),
    ("I was born in Chicago.", known("birthplace", "Bristol")),
    ("I'm from Texas.", known("birthplace", "Bristol")),
    ("I'm a doctor.", known("job", "lighthouse keeper")),
    ("저는 변호사예요.", known("job", "카페 주인", language="ko")),
    ("My name is Robert Lane.", known("age", "58")),
    ("제 이름은 김철수예요.", known("age", "34", language="ko", name="서이안")),
    ("My wife bakes.", known("spouse", "none")),
    ("I never married.", known("spouse", "wife")),
    ("My husband sails.", known("spouse", "wife")),
    ("I have three daughters.", known("children", "daughter", "1")),
    ("우리 아들이 농구를 해.", known("children", "딸", language="ko")),
    ("저는 외동이에요.", known("siblings", "누나", language="ko")),
    ("I am a dragon.", known("species", "elf")),
]
TRUE = [
    ("I'm fifty-two years old.", known("age", "52")),
    ("I'm fifty-three, near enough.", known("age", "52")),
    ("I'm in my fifties.", known("age", "52")),
    ("나는 쉰두 살이야.", known("age", "52", language="ko")),
    ("I live in London.", known("home", "Bloomsbury", "London")),
    ("I live in England.", known("home", "Bloomsbury", "London")),
    ("I live in Camden.", known("home", "London")),
    ("나는 한국에 살아.", known("home", "부산", language="ko")),
    ("I'm from Bristol.", known("birthplace", "Bristol")),
    ("I'm a sailor.", known("job", "navigator")),
    ("나는 뱃사람일세.", known("job", "항해사", language="ko")),
    ("My name is Marin.", known("age", "58")),
    ("제 이름은 이안이에요.", known("age", "34", language="ko", name="서이안")),
    ("제 이름은 마린이에요.", known("age", "58", language="ko")),
    ("My name is Ian.", known("age", "34", name="서이안")),
    ("My daughter reads.", known("children", "daughter", "1")),
    ("I have a daughter.", known("children", "daughter", "1")),
    ("My brother rows.", known("siblings", "1", told="Her brother Tobias mends nets.")),
    ("I have no children.", known("children", "none")),
]
NO_CLAIM = [
    "I'm not thirty years old.",
    "If I were thirty years old, I'd climb it.",
    "When I was thirty I came here.",
    '"I am thirty years old," the letter said.',
    "He says I'm thirty years old.",
    "I'm thirty minutes late.",
    "I'm thirty pages in.",
    "You are thirty years old.",
    "Do you think I'm thirty years old?",
    "나는 서른 살이 아니야.",
    "내가 서른 살이라면 올라갔지.",
    "나는 서른 살 때 여기 왔어.",
    '그가 "나는 서른 살이야"라고 했어.',
    "너는 서른 살이야.",
    "우리 과장님은 서른 살이야.",
    "나 서른 살이야?",
]


@pytest.mark.parametrize(("text", "brief"), FALSE)
def test_what_is_not_so_is_seen(text: str, brief: Brief) -> None:
    assert contradicts(text, brief)
    assert not contradicts(text, dataclasses.replace(brief, facts=(), name=""))


@pytest.mark.parametrize(("text", "brief"), TRUE)
def test_what_is_so_is_left_alone(text: str, brief: Brief) -> None:
    assert not contradicts(text, brief)


@pytest.mark.parametrize("text", NO_CLAIM)
def test_what_is_denied_wished_quoted_asked_past_or_said_of_another_is_no_claim(text: str) -> None:
    language = "ko" if any("가" <= letter <= "힣" for letter in text) else "en"
    assert not contradicts(text, known("age", "52", language=language))


def test_without_a_subject_only_an_answer_is_a_claim() -> None:
    brief = known("age", "70", language="ko")
    assert contradicts("올해 쉰 살이네.", brief, said="연세가 어떻게 되세요?")
    assert not contradicts("세 살이네.", brief, said="고양이 귀엽네요.")


def test_a_place_of_fiction_is_known_as_what_the_author_calls_it() -> None:
    rock = known("home", "Gull Rock")
    assert contradicts("I live in Chicago.", rock)
    assert not contradicts("I live on Gull Rock.", rock)


def test_every_rule_finds_its_own_examples_and_names_a_slot() -> None:
    assert len(CLAIMS.phrases.rules) >= 30
    for rule in CLAIMS.phrases.rules:
        assert rule.tags & set(SLOTS), rule.id
        assert rule.finds, rule.id
        for example in rule.finds:
            assert rule.id in {hit.rule.id for hit in CLAIMS.phrases.find(VALUES.mark(fold(example)))}, example


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("thirty-five", [35]),
        ("nineteen", [19]),
        ("in my thirties", [30]),
        ("서른다섯", [35]),
        ("스무 살", [20]),
        ("삼십오 세", [35]),
        ("십 세", [10]),
        ("이십 살", [20]),
        ("딸이 셋", [3]),
        ("58", [58]),
        ("nothing", []),
    ],
)
def test_numbers_are_read_in_figures_and_in_words(text: str, numbers: list[int]) -> None:
    assert numbers_in(text) == numbers


@given(st.text(max_size=60), st.sampled_from(["I live in Paris", "우리 아들이", "doctor", "\ud800", "İ"]))
def test_marks_move_nothing(noise: str, core: str) -> None:
    folded = fold(noise + core + noise)
    assert len(VALUES.mark(folded).text) == len(folded.text)
