"""The bundled personas: complete, in their own voice, and nothing the lint objects to."""

import dataclasses
import re
import time
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import pytest

from moderation.guard import Guard
from moderation.language import language_of
from moderation.policy import Policy
from personas.cast import blocked_examples, blocked_lines
from personas.lint import lint
from personas.loading import bundled, load_persona
from personas.persona import Persona, Tier
from tests.support.judges import filters

ROOT = Path(__file__).parents[2] / "personas" / "library"
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


def test_the_library_has_both_languages_every_tier_of_a_file_and_five_korean_registers() -> None:
    assert {"lighthouse_keeper", "cafe_owner", "joseon_scholar"} <= set(LIBRARY)
    assert len(LIBRARY) >= 8
    assert {(persona.language, persona.tier) for persona in LIBRARY.values()} == {
        (language, tier) for language in ("en", "ko") for tier in (Tier.DEMOGRAPHIC, Tier.CHARACTER)
    }
    assert {persona.register for persona in KOREAN} == {"hapsyo", "haeyo", "hao", "hae", "hage"}


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


def test_three_personas_are_pinned_to_a_moment() -> None:
    pinned = {persona.id for persona in CHARACTERS if persona.moment}
    assert pinned == {"joseon_scholar", "victorian_detective", "tower_mage"}


WHOLE = (
    "cafe_owner",
    "joseon_scholar",
    "old_friend",
    "old_navigator",
    "tower_mage",
    "victorian_detective",
    "copywriter",
)
"""Whom the evaluation of personas is made with; the mathematicians are the eighth, of one line."""


@pytest.mark.parametrize("name", WHOLE)
def test_those_that_are_measured_have_facts_examples_traits_and_decisions(name: str) -> None:
    persona = LIBRARY[name]
    assert len(persona.facts) >= 40
    assert (len(persona.demonstrations), len(persona.held_out)) == (8, 4)
    assert len(persona.dilemmas) == 10
    assert all(dilemma.reason and len(dilemma.options) == 4 for dilemma in persona.dilemmas)
    assert len(persona.relations) >= 4
    assert None not in {getattr(persona.ocean, field.name) for field in dataclasses.fields(persona.ocean)}
    assert sum(bool(fact.ask and (fact.values or fact.names)) for fact in persona.known) >= 10
    assert sum(not fact.witness for fact in persona.facts) >= 2


def test_choices_are_not_always_in_one_place() -> None:
    chosen = [dilemma.choice for name in WHOLE for dilemma in LIBRARY[name].dilemmas]
    assert max(map(chosen.count, set(chosen))) / len(chosen) < 0.5


@pytest.mark.parametrize("act", [date(412, 7, 1), date(412, 11, 30), date(413, 2, 10)])
def test_the_mage_knows_what_has_happened_by_each_act_and_no_more(act: date) -> None:
    mage = LIBRARY["tower_mage"].at(act)
    known = {fact.id for fact in mage.known}
    assert "act1_missing" in known
    assert ("act2_wakes" in known) is (act >= date(412, 9, 1))
    assert ("act3_pact" in known) is (act >= date(413, 1, 20))
    assert "after_fall" not in known
    later = ("지난가을", "문을 지켰다")
    assert any(word in fact.text for fact in mage.known for word in later) is (act >= date(412, 9, 1))


def test_the_example_of_one_person_s_own_builds_on_the_canon_as_it_is() -> None:
    path = ROOT / "examples" / "old_friend_for_hanbyeol.toml"
    own = load_persona(path, bases=LIBRARY)
    assert lint(own) == ()
    assert own.extra["made_for"] == LIBRARY["old_friend"].version
    assert own.facts[:-2] == LIBRARY["old_friend"].facts


@pytest.mark.parametrize("persona", LIBRARY.values(), ids=named)
async def test_the_guard_lets_every_line_and_every_example_through(persona: Persona, guard: Guard) -> None:
    assert await blocked_lines(persona, guard) == []
    assert await blocked_examples(persona, guard) == []


@pytest.fixture(scope="module")
def guard() -> Iterator[Guard]:
    guard = Guard(filters(), Policy.load(), monotonic=time.monotonic)
    yield guard
    guard.close()
