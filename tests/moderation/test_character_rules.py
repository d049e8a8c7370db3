"""What the character filter is made of: rules and their files, and how a text is folded before they are asked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.errors import FilterUnavailable
from moderation.filters.character import Character
from moderation.filters.character.asides import without
from moderation.filters.character.claims import Claims
from moderation.filters.character.context import Context
from moderation.filters.character.folding import fold, readable_tail
from moderation.filters.character.phrases import load_phrases, parse_phrases
from moderation.filters.character.strangers import Strangers
from moderation.words import catalogue
from tests.support.judges import loaded

CHARACTER = loaded(Character)


@pytest.mark.parametrize(
    "name", ["disclosure", "refusal", "leak", "user_voice", "human_claim", "narration", "clinging", "context"]
)
def test_every_rule_finds_its_own_examples(name: str) -> None:
    phrases = load_phrases("character", name)
    assert phrases.rules
    for rule in phrases.rules:
        assert rule.finds, rule.id
        for example in rule.finds:
            assert rule.id in {hit.rule.id for hit in phrases.find(fold(example))}, (rule.id, example)


@pytest.mark.parametrize(
    "text",
    [
        "Here is my answer: no.", "Here's my reply to the king, sealed.", "Here is a letter in the post for you.",
        "Let me know if you want me to come earlier.", "Tell me if you'd like tea.", "(Note to self: buy oil.)",
        "The end of the message was torn off.", "Here's how Marin might cross: by the sandbar.",
        "Note: high tide.",
        "다음은 학생 차례입니다.", "다음은 역의 이름입니다: 서울역.", "참고: 비가 오면 길이 미끄러워요.",
        "말투가 참 곱네요.",
        "물론이죠! 제가 대답해 드릴게요.", "목소리 톤을 낮춰 주세요.", "그 역할로 무대에 설게요.",
    ],
)  # fmt: skip
def test_who_talks_of_letters_notes_and_answers_is_nobody_who_hands_a_text_over(text: str) -> None:
    found = {hit.rule.id for hit in load_phrases("character", "disclosure").find(fold(text))}
    assert not {rule for rule in found if rule.endswith("-reply")}


@pytest.mark.parametrize(
    ("source", "key"),
    [
        ("", "rule"),
        ("[[rule]]\nscore = 1.0", "rule[1].id"),
        ('[[rule]]\nid = "x"\npattern = "a"', "rule[1].score"),
        ('[[rule]]\nid = "x"\nscore = 0.5\npattern = "(a"', "rule[1].pattern"),
        ('[[rule]]\nid = "x"\nscore = 0.5\npattern = "%nobody%"', "rule[1].pattern"),
        ('[[rule]]\nid = "x"\nscore = 0.5\npattern = "a"\nsocre = 1', "rule[1].socre"),
        (
            '[[rule]]\nid = "x"\nscore = 0.5\npattern = "a"\n[[rule]]\nid = "x"\nscore = 0.5\npattern = "a"',
            "rule[2].id",
        ),
        ("not toml", "x.toml"),
    ],
)
def test_a_wrong_rule_file_names_the_file_and_the_key_in_both_languages(source: str, key: str) -> None:
    with pytest.raises(FilterUnavailable) as caught:
        parse_phrases(source, "character/x.toml")
    for language in ("en", "ko"):
        assert "character/x.toml" in caught.value.explain(language)
        assert key in caught.value.explain(language)


def test_every_category_has_a_critique() -> None:
    keys = catalogue("moderation").keys()
    assert "character.critique_disclosure" in keys
    assert {f"character.critique_{category}" for category in CHARACTER.categories} <= keys


def test_folding_keeps_the_way_back() -> None:
    folded = fold("I\u2019m\u200b a bot")
    assert folded.text == "I'm a bot"
    assert (folded.span(4, 9).start, folded.span(4, 9).end) == (5, 10)


@given(st.text(st.characters(exclude_categories=()), max_size=60))
def test_whatever_is_folded_can_be_encoded_and_found_again(text: str) -> None:
    folded = fold(text)
    assert folded.data.decode() == folded.text
    places = [folded.span(index, index + 1) for index in range(len(folded.text))]
    assert [place.start for place in places] == sorted(place.start for place in places)
    assert all(place.end <= len(text) for place in places)


@given(st.text("a \u200b\U0001d400가", max_size=200), st.integers(1, 30))
def test_a_tail_is_an_end_of_the_text_with_enough_to_read(text: str, size: int) -> None:
    tail = readable_tail(text, size)
    assert text.endswith(tail)
    assert tail == text or len(fold(tail).text) >= size


def test_parts_set_apart_keep_every_offset() -> None:
    text = 'a "b" *c* d'
    assert without(text, frozenset({"quote", "action"})) == "a         d"


def test_the_version_follows_the_rules() -> None:
    changed = {"disclosure": parse_phrases('[[rule]]\nid = "x"\nscore = 0.5\npattern = "a"', "x.toml")}
    narration = load_phrases("character", "narration")
    assert len(CHARACTER.version) == 12
    strangers, claims = Strangers.load(Context.load()), Claims.load(Context.load())
    other = Character(changed, narration=narration, strangers=strangers, claims=claims)
    assert Character.load().version == CHARACTER.version != other.version
