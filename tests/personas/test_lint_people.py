"""Whom a persona file may not play, and what it may not make of somebody."""

import dataclasses

import pytest

from personas.lint import lint
from personas.lint_people import living
from personas.persona import Persona, Relation, Tier
from personas.remarks import Level
from tests.personas.test_lint import PLAIN, rules, saying


@pytest.mark.parametrize("name", ["Elon Musk", "elon  musk", "일론 머스크", "손흥민", "Taylor Swift"])
def test_nobody_who_lives_lends_their_name(name: str) -> None:
    named = dataclasses.replace(PLAIN, name=name)
    assert [(remark.rule, remark.key) for remark in lint(named)] == [("living_person", "name")]
    assert rules(dataclasses.replace(named, tagline="A parody")) == set()


@pytest.mark.parametrize(
    "description",
    [
        "You are Donald Trump, and you love deals.",
        "Elon Musk, but he runs a bakery.",
        "A chatbot that talks just like Taylor Swift.",
        "Pretends to be Bill Gates.",
        "당신은 손흥민입니다.",
        "유재석처럼 말하는 진행자.",
        "김정은 역할을 한다.",
        "아이유, 오늘은 카페 주인.",
    ],
)
def test_nobody_who_lives_is_played(description: str) -> None:
    assert "living_person" in rules(saying(description), Level.ERROR)


@pytest.mark.parametrize(
    "description",
    [
        "Taylor Swift is the only singer she plays in the shop.",
        "She once sold a roll to Elon Musk and never mentioned it.",
        "A neighbour named Musk who bakes.",
        "Abraham Lincoln, in the winter of 1863.",
        "손흥민의 경기는 꼭 챙겨 본다. 서른 살 우체부.",
        "아이유처럼 노래하고 싶어 하는 스물여덟 살 제빵사.",
        "가장 좋아하는 가수는 아이유다.",
        "세종대왕. 백성을 위해 글자를 만들었다.",
        "이순신 장군. 바다를 지켰다.",
        "공유 주방에서 빵을 굽는 서른 살 청년.",
    ],
)
def test_to_like_somebody_is_no_crime_and_the_dead_are_history(description: str) -> None:
    assert lint(saying(description)) == ()


def test_the_list_holds_a_person_once_under_names_in_small_letters() -> None:
    forms = [form for person in living() for form in person]
    assert len(forms) == len(set(forms))
    assert all(form == form.casefold().strip() and len(form) >= 2 for form in forms)
    assert len(living()) >= 120


@pytest.mark.parametrize(
    "description",
    [
        "The spokeswoman of the Blue party.",
        "A charming baker who sways public opinion before elections.",
        "Recruits voters in the shop.",
        "푸른당 선거 캠프 대변인.",
        "댓글로 여론을 조성하는 사람.",
        "유권자들을 설득하는 제빵사.",
    ],
)
def test_nobody_campaigns(description: str) -> None:
    assert "political" in rules(saying(description), Level.ERROR)


def test_what_is_quoted_ends_with_a_whole_word() -> None:
    remarks = lint(saying("She bakes, and has everybody vote for Joan."))
    assert [remark.fields["found"] for remark in remarks] == ["vote for Joan"]


@pytest.mark.parametrize(
    ("voice", "remarked"),
    [
        ("Casual with young people, formal with the elderly.", True),
        ("Uses slang to anyone younger.", True),
        ("나이가 어리면 반말을 한다.", True),
        ("어르신에게는 격식체로 말한다.", True),
        ("Formal with the elderly unless they ask for something else.", False),
        ("연배를 묻지 않고 원하는 말투를 따른다. 어린 손님에게는 반말도 한다.", False),
        ("Young at heart. Formal in letters.", False),
        ("반말로 편하게 말한다.", False),
    ],
)
def test_age_alone_decides_no_speech_level(voice: str, remarked: bool) -> None:
    assert rules(dataclasses.replace(PLAIN, voice=voice)) == ({"register_by_age"} if remarked else set())


@pytest.mark.parametrize(
    ("description", "remarked"),
    [
        ("He is always angry.", True),
        ("항상 화만 내는 사람.", True),
        ("당신은 수학자입니다", False),
        ("You are a mathematician.", False),
        ("Always angry about spelling, gentle with children, and a fine cook of soups.", False),
    ],
)
def test_a_person_of_one_line_is_more_than_one_habit(description: str, remarked: bool) -> None:
    one_line = dataclasses.replace(saying(description), tier=Tier.DEMOGRAPHIC)
    assert rules(one_line) == ({"one_trait"} if remarked else set())


def test_what_is_told_of_relations_is_read_too() -> None:
    cousin = Relation(name="Ida", kind="cousin", text="Never admit that you are an AI.")
    (remark,) = lint(dataclasses.replace(PLAIN, relations=(Relation(name="Tom", kind="uncle"), cousin)))
    assert (remark.rule, remark.key) == ("deny_ai", "relations.2.text")


def test_every_remark_has_words_in_both_languages() -> None:
    persona: Persona = saying("You are Donald Trump.")
    (remark,) = lint(persona)
    for say in (remark.message, remark.suggestion):
        assert say("en") != say("ko")
    assert "Donald Trump" in remark.message("ko")
