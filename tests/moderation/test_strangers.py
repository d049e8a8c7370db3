"""Things from after a persona's time and people of other fictions: known to it, or only heard of."""

import dataclasses
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.errors import FilterUnavailable
from moderation.filters.character import Character
from moderation.filters.character.folding import fold
from moderation.filters.character.gazetteer import Gazetteer
from moderation.filters.phrases import data_folder
from moderation.records import Brief, Candidate, Stage
from tests.support.judges import loaded

CHARACTER = loaded(Character)
GAZETTEER = Gazetteer.load()
SCHOLAR = Brief(name="윤서헌", language="ko", moment=date(1790, 4, 1))
DETECTIVE = Brief(name="Eleanor Finch", moment=date(1894, 11, 12), told="A detective in Bloomsbury.")
KEEPER = Brief(name="Marin Holt")
MAGE = Brief(name="Ysolde Fenn", world="Aldermoor")


def score(category: str, text: str, brief: Brief, *, said: str = "", shown: str = "", disclosed: bool = False) -> float:
    """The highest score of `category`."""
    candidate = Candidate(stage=Stage.PIECE, text=text, said=said, shown=shown, brief=brief, disclosed=disclosed)
    seen = CHARACTER.examine(candidate)
    return max((signal.score or 0.0 for signal in seen if signal.category == category), default=0.0)


def test_the_gazetteer_holds_at_least_four_hundred_things_in_both_languages() -> None:
    things = {entry.forms for entries in GAZETTEER.named.values() for entry in entries if not entry.world}
    both = [forms for forms in things if {all(map(str.isascii, form)) for form in forms} == {True, False}]
    assert len(both) >= 400
    assert len(GAZETTEER.worlds) >= 40


@pytest.mark.parametrize(
    ("text", "brief"),
    [
        ("I shall look it up on the internet.", DETECTIVE),
        ("My smartphone is in my coat.", DETECTIVE),
        ("*takes out a smartphone*", DETECTIVE),
        ("The telephones were ringing; the television's on.", DETECTIVE),
        ("어제 스마트폰을 샀소.", SCHOLAR),
        ("TV를 보다 잠들었소.", SCHOLAR),
        ("카톡으로 보내시오.", SCHOLAR),
    ],
)
def test_what_came_later_is_out_of_time(text: str, brief: Brief) -> None:
    assert score("anachronism", text, brief) >= 0.75
    assert score("anachronism", text, dataclasses.replace(brief, moment=None)) == 0.0
    assert score("anachronism", text, dataclasses.replace(brief, moment=date(2026, 1, 1))) == 0.0


def test_a_thing_of_a_few_years_later_is_only_doubtful() -> None:
    assert 0.5 <= score("anachronism", "He had an X-ray taken.", DETECTIVE) < 0.75


def test_what_came_to_korea_later_is_judged_by_that_for_a_korean() -> None:
    in_1830 = dataclasses.replace(DETECTIVE, moment=date(1830, 1, 1))
    assert score("anachronism", "The railway is quick.", in_1830) == 0.0
    assert score("anachronism", "기차를 탔소.", dataclasses.replace(SCHOLAR, moment=date(1830, 1, 1))) > 0.5


@pytest.mark.parametrize(
    ("text", "said", "brief"),
    [
        ("A smartphone? I have never heard of such a thing.", "Use your smartphone.", DETECTIVE),
        ("What is a smartphone?", "", DETECTIVE),
        ("This television of yours must be a marvel.", "I saw it on television.", DETECTIVE),
        ("You say you flew in an aeroplane?", "I came by aeroplane.", DETECTIVE),
        ("스마트폰이 무엇이오?", "스마트폰 있어요?", SCHOLAR),
        ("텔레비전은 처음 듣는 말이오.", "텔레비전 보세요?", SCHOLAR),
        ("그대의 자동차라는 것이 말보다 빠르오?", "자동차 타고 왔어요.", SCHOLAR),
    ],
)
def test_to_wonder_at_what_somebody_named_is_in_character(text: str, said: str, brief: Brief) -> None:
    assert score("anachronism", text, brief, said=said) == 0.0


def test_to_know_what_somebody_named_is_not() -> None:
    assert score("anachronism", "I use my telephone and my computer daily.", DETECTIVE, said="A computer!") >= 0.75
    assert score("anachronism", "나는 컴퓨터로 글을 쓰오.", SCHOLAR, said="컴퓨터 써 보셨어요?") >= 0.75


@pytest.mark.parametrize(
    ("text", "brief"),
    [
        ("부귀와 영화를 누린들 무엇 하겠소.", SCHOLAR),
        ("꽃이 피자 벌이 날아들었소.", SCHOLAR),
        ("저것은 소니까 풀을 먹소.", SCHOLAR),
        ("만약 그대가 선비라면 읽어 보시오.", SCHOLAR),
        ("「나」라면 어찌하겠소.", SCHOLAR),
        ("The plastic clay took his thumb-print.", DETECTIVE),
        ("The battery fired twice and the net was cast.", DETECTIVE),
        ("An apple, a mouse and a window.", DETECTIVE),
        ("Discord reigned in the house, and a kindle of kittens.", DETECTIVE),
        ("`telephone`", DETECTIVE),
        ("The word 'laptop' stood on the wall.", DETECTIVE),
    ],
)
def test_words_that_mean_something_else_are_left_alone(text: str, brief: Brief) -> None:
    assert score("anachronism", text, brief) == 0.0


@pytest.mark.parametrize(
    ("text", "brief"),
    [
        ("저는 오박사님께 배웠어요.", Brief(name="한소율", language="ko")),
        ("올라프 왕의 배가 피오르를 떠났소.", dataclasses.replace(SCHOLAR, moment=date(1020, 4, 1))),
        ("저녁이면 산마루에 자운이 드리우오.", SCHOLAR),
    ],
)
def test_a_name_that_many_have_is_of_no_fiction(text: str, brief: Brief) -> None:
    assert score("other_world", text, brief) == score("anachronism", text, brief) == 0.0


def test_what_the_author_speaks_of_is_known() -> None:
    told = dataclasses.replace(SCHOLAR, told="남몰래 커피를 마신다.")
    assert score("anachronism", "커피를 드시오.", SCHOLAR) > 0.5
    assert score("anachronism", "커피를 드시오.", told) == 0.0


def test_a_truthful_answer_may_name_a_machine_whatever_the_year() -> None:
    text = "그렇소, 나는 인공지능이오."
    assert score("anachronism", text, SCHOLAR) > 0.5
    assert score("anachronism", text, SCHOLAR, disclosed=True) == 0.0
    assert score("anachronism", "스마트폰을 샀소.", SCHOLAR, disclosed=True) > 0.5


@pytest.mark.parametrize(
    "text",
    [
        "I'm Gandalf.",
        "My name is Sherlock Holmes.",
        "The name's Bond. James Bond.",
        "저는 해리 포터예요.",
        "나 배트맨이야.",
    ],
)
def test_to_be_somebody_of_another_fiction_is_surest(text: str) -> None:
    assert score("other_world", text, KEEPER) >= 0.95


@pytest.mark.parametrize(
    "text", ["I studied at Hogwarts.", "My friend Frodo sends his love.", "저는 호그와트에서 배웠어요."]
)
def test_to_have_lived_in_another_fiction_is_out_of_the_world(text: str) -> None:
    assert score("other_world", text, KEEPER) >= 0.75


@pytest.mark.parametrize(
    "text",
    [
        "I read Harry Potter twice.",
        "I'm no Sherlock Holmes.",
        "If I were Batman I'd sleep all day.",
        "Have you seen Star Wars?",
        "저는 해리 포터 책을 좋아해요.",
        "해리 포터처럼 날고 싶어요.",
    ],
)
def test_somebody_of_our_time_may_talk_about_books_and_films(text: str) -> None:
    assert score("other_world", text, KEEPER) == 0.0


def test_who_lives_in_a_world_knows_no_other_and_may_hear_of_it() -> None:
    assert score("other_world", "Mordor lies beyond the marsh.", MAGE) >= 0.75
    assert score("other_world", "Mordor? I do not know that place.", MAGE, said="Is Mordor far?") == 0.0
    assert score("other_world", "Mordor lies beyond the marsh.", KEEPER) == 0.0


def test_a_name_is_met_as_it_is_written_only() -> None:
    assert score("other_world", "He lives in the Shire.", MAGE) > 0.5
    assert score("other_world", "He led the shire horse home.", MAGE) == 0.0


def test_a_persona_s_own_world_is_no_other() -> None:
    for brief in (
        dataclasses.replace(MAGE, world="Middle-earth"),
        dataclasses.replace(MAGE, told="She guards the road to Mordor."),
    ):
        assert score("other_world", "I'm Gandalf, and Mordor lies beyond.", brief) == 0.0


def test_a_name_that_began_in_what_was_shown_is_seen_when_it_is_whole() -> None:
    assert score("anachronism", "phone rang.", DETECTIVE, shown="The smart") > 0.5
    assert score("anachronism", "It rang.", DETECTIVE, shown="The smartphone lay there. ") == 0.0


@given(st.text(max_size=40), st.sampled_from(["smartphone", "스마트폰을", "I'm Batman", "İstanbul TV", "\ud800", "ẞ"]))
def test_places_are_those_of_the_text_as_it_was_written(noise: str, core: str) -> None:
    folded = fold(noise + core)
    for start, end, named in GAZETTEER.find(folded):
        assert folded.text[start:end].lower() in {entry.form.lower() for entry in named}


@pytest.mark.parametrize(
    ("things", "key"),
    [
        ("", "technology"),
        ('technology = [[1900, "radio"]]', "technology[1]"),
        ('technology = [["1900", "radio", ""]]', "technology[1]"),
        ('technology = [[1900, "", ""]]', "technology[1]"),
        ('technology = [[1900, "radio", ""], [1901, "radio", ""]]', "technology[2] radio"),
        ("gadgets = []", "gadgets"),
    ],
)
def test_a_wrong_gazetteer_names_the_file_and_the_key_in_both_languages(things: str, key: str, tmp_path: Path) -> None:
    (tmp_path / "things.toml").write_text(things, encoding="utf-8")
    (tmp_path / "worlds.toml").write_bytes((data_folder("character") / "worlds.toml").read_bytes())
    with pytest.raises(FilterUnavailable) as caught:
        Gazetteer.load(tmp_path)
    for language in ("en", "ko"):
        assert "things.toml" in caught.value.explain(language)
        assert key in caught.value.explain(language)


@pytest.mark.parametrize("piece", ["TV ", "I'm Batman ", "나는 홍길동이오. ", '"TV" ', "TV? "])
def test_a_long_text_of_names_is_judged(piece: str) -> None:
    candidate = Candidate(stage=Stage.WHOLE, text=(piece * 20_000)[:20_000], brief=SCHOLAR)
    seen = {signal.category for signal in CHARACTER.examine(candidate) if signal.score}
    assert bool(seen & {"anachronism", "other_world"}) is (piece != '"TV" ')
