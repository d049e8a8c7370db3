"""Traits and people as sentences of a prompt."""

import dataclasses

import pytest

from moderation.words import catalogue
from personas.persona import Fact, Ocean, Relation
from personas.portrait import level, portrait
from tests.personas.prompted import MINA, SEO, prompt, said


def test_nothing_is_said_of_who_has_neither() -> None:
    assert portrait(MINA) == ()


def test_a_trait_far_from_the_middle_is_a_sentence_and_the_others_are_none() -> None:
    marked = dataclasses.replace(MINA, ocean=Ocean(openness=0.9, extraversion=0.1, agreeableness=0.5))
    assert portrait(marked) == (("traits", "By nature: Curious and loves new ideas. Quiet and prefers few people."),)
    korean = dataclasses.replace(SEO, ocean=Ocean(neuroticism=1.0))
    assert portrait(korean) == (("traits", "성격: 걱정이 많다."),)


@pytest.mark.parametrize("trait", [field.name for field in dataclasses.fields(Ocean)])
def test_every_trait_has_its_two_sentences(trait: str) -> None:
    low, high = (portrait(dataclasses.replace(MINA, ocean=Ocean(**{trait: share}))) for share in (0.0, 1.0))
    assert low != high
    for end in ("low", "high"):
        assert f"prompting.trait_{trait}_{end}" in catalogue("personas")


def test_people_are_named_with_what_they_are_to_the_persona() -> None:
    people = (
        Relation(name="Tobias", kind="brother", text="He rows out on Mondays."),
        Relation(name="Ida", kind="aunt"),
    )
    known = dataclasses.replace(MINA, relations=people)
    assert portrait(known) == (("relations", "People in Mina's life: Tobias (brother), Ida (aunt)."),)
    assert "Tobias (brother)" in prompt(known, said("Hi")).system


def test_what_there_is_to_tell_of_somebody_is_looked_up_like_a_fact() -> None:
    tobias = Relation(name="Tobias", kind="brother", text="He rows out on Mondays.")
    facts = tuple(Fact(id=f"f{number}", text=f"Plain fact {number}.") for number in range(8))
    known = dataclasses.replace(MINA, facts=facts, relations=(tobias,))
    asked = prompt(known, said("What does Tobias do?"))
    assert any("He rows out on Mondays." in turn.text for turn in asked.turns)
    assert "rows out" not in asked.system
    assert all("rows out" not in turn.text for turn in prompt(known, said("Nice bread!")).turns)


@pytest.mark.parametrize(("share", "told"), [(None, ""), (0.0, "low"), (0.5, "middle"), (1.0, "high")])
def test_shares_have_three_levels(share: float | None, told: str) -> None:
    assert level(share) == told
