"""Characters as Agnai keeps them."""

import json

import pytest

from personas.cards import screen, write_card
from tests.bots.importing import card as ours
from tests.personas.carding import AGNAI, V1, persona, read, refusal


def test_everything_it_says_has_its_place_in_a_persona() -> None:
    card = read(AGNAI)
    made = persona(card)

    assert made.description == "{{char}} keeps the light at Gull Point."
    assert made.greetings == ("Mind the stairs.", "A visitor.")
    assert [shown.reply for shown in made.demonstrations] == ["Mind the stairs."]
    assert (made.voice, made.scenario, made.authors, made.mature) == (
        "Write tersely.", "A lighthouse at night.", ("Ann",), True,
    )  # fmt: skip
    assert made.extra["post_history_instructions"] == "Stay short.\nThe lamp is lit."
    assert (made.extra["card_notes"], made.extra["card_version"]) == ("My first character, be kind.", "2")
    assert [entry["content"] for entry in card.lore] == ["It burnt."]
    assert {"cards.has_system_prompt", "cards.has_post_history", "cards.has_lore", "cards.has_mature_tag"} <= set(
        screen(card)
    )


@pytest.mark.parametrize("form", ["png", "json", "charx"])
def test_it_is_the_same_after_an_export(form: str) -> None:
    card = read(AGNAI)
    again = read(write_card(persona(card), card=card, form=form))

    assert persona(again).description == persona(card).description
    assert persona(again).greetings == persona(card).greetings
    assert (again.creator_notes, again.depth_prompt, again.lore) == (card.creator_notes, card.depth_prompt, card.lore)
    assert again.raw["visualType"] == "avatar"


def test_headings_and_what_is_under_them_are_lines() -> None:
    told = {"species": ["robot"], "mind": ["kind", "", 3, "calm"], "age": "old", "text": "", "none": []}
    card = read({**AGNAI, "description": "", "persona": {"kind": "wpp", "attributes": told}})

    assert card.description == "species: robot\nmind: kind, calm\nage: old"
    assert persona(card).name == "Mira"


def test_a_card_with_something_of_that_name_is_a_card() -> None:
    other = {"persona": {"attributes": {"text": ["x"]}}}

    assert read({**V1, **other}).description == V1["description"]
    assert read({**json.loads(ours()), **other}).description == V1["description"]
    assert refusal(json.dumps({**AGNAI, "persona": {"attributes": {}}}).encode()).key == "cards.nobody"
