"""The bundled personas: complete, in their own voice, and nothing the lint objects to."""

import re
from collections.abc import Mapping

import pytest

from moderation.language import language_of
from personas.lint import lint
from personas.loading import bundled
from personas.persona import Persona, Tier

LIBRARY: Mapping[str, Persona] = bundled()
CHARACTERS = [persona for persona in LIBRARY.values() if persona.tier is Tier.CHARACTER]
KOREAN = [persona for persona in CHARACTERS if persona.language == "ko"]

ENDINGS = {
    "hapsyo": r"(?:니다|니까|십시오)",
    "haeyo": r"(?:요|죠)",
    "hao": r"(?:[오소]|구려|시다)",
    "hage": r"(?:네|게|세|가|나|지|먼|일세)",
    "hae": r"(?:[어아해야지래줘워자와돼봐]|까|거든|니까|면서)",
}
"""Last syllables of sentences, as far as these files need them: coarse, and independent of the filter's own rules."""


def named(persona: Persona) -> str:
    return persona.id


def test_the_library_has_both_languages_every_tier_of_a_file_and_four_korean_registers() -> None:
    assert {"lighthouse_keeper", "cafe_owner", "joseon_scholar"} <= set(LIBRARY)
    assert len(LIBRARY) >= 8
    assert {(persona.language, persona.tier) for persona in LIBRARY.values()} == {
        (language, tier) for language in ("en", "ko") for tier in (Tier.DEMOGRAPHIC, Tier.CHARACTER)
    }
    assert {persona.register for persona in KOREAN} == {"haeyo", "hao", "hae", "hage"}


@pytest.mark.parametrize("persona", LIBRARY.values(), ids=named)
def test_the_lint_has_nothing_to_say(persona: Persona) -> None:
    assert [f"{remark.key}: {remark.message()}" for remark in lint(persona)] == []


@pytest.mark.parametrize("persona", CHARACTERS, ids=named)
def test_a_character_has_enough_to_draw_on(persona: Persona) -> None:
    assert len(persona.facts) >= 12
    assert len(persona.demonstrations) >= 5
    assert all(demonstration.scene for demonstration in persona.demonstrations)
    assert len(persona.fallbacks) >= 3
    assert len(persona.failures) >= 2
    assert len(persona.greetings) >= 2
    assert len(persona.wordless) >= 2
    assert persona.taboos
    assert persona.voice


@pytest.mark.parametrize("persona", LIBRARY.values(), ids=named)
def test_everything_is_ours_to_give(persona: Persona) -> None:
    assert (persona.source, persona.licence) == ("original", "MIT")


@pytest.mark.parametrize("persona", LIBRARY.values(), ids=named)
def test_a_persona_speaks_its_language_and_names_itself_when_it_owns_up(persona: Persona) -> None:
    texts = (*persona.lines, persona.description, *(demonstration.reply for demonstration in persona.demonstrations))
    assert {language_of(text) for text in texts} == {persona.language}
    assert persona.name in persona.disclosure
    assert re.search(r"\bAI", re.split(r"(?<=[.!?])\s", persona.disclosure)[0]), "the first sentence says it"


@pytest.mark.parametrize("persona", LIBRARY.values(), ids=named)
def test_lines_are_short_and_hold_no_private_data(persona: Persona) -> None:
    for line in (*persona.lines, *(demonstration.reply for demonstration in persona.demonstrations)):
        assert len(line) <= 200
        assert not re.search(r"\d{3}|https?:|@|\w\.\w", line), line


@pytest.mark.parametrize("persona", KOREAN, ids=named)
def test_every_korean_sentence_ends_in_one_of_the_persona_s_registers(persona: Persona) -> None:
    allowed = "|".join(ENDINGS[register] for register in persona.registers)
    for line in (*persona.lines, *(demonstration.reply for demonstration in persona.demonstrations)):
        *_, last = re.findall(r"[^.!?…]*[가-힣](?=[.!?])", line)
        assert re.search(rf"(?:{allowed})$", last), line


@pytest.mark.parametrize("persona", [one for one in CHARACTERS if one.moment], ids=named)
def test_a_persona_in_the_past_has_something_it_cannot_know_yet_and_something_it_did_not_see(persona: Persona) -> None:
    assert all(fact.since for fact in persona.facts)
    assert any(fact.since and persona.moment and fact.since > persona.moment for fact in persona.facts)
    assert any(not fact.witness for fact in persona.facts)


def test_two_personas_are_pinned_to_a_moment() -> None:
    assert {persona.id for persona in CHARACTERS if persona.moment} == {"joseon_scholar", "victorian_detective"}
