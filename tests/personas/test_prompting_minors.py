"""What persona and prompt keep to where minors may listen."""

import dataclasses
import time

import pytest

from moderation.filters.romance import Romance
from moderation.guard import Guard
from moderation.holdback import HoldBack, Terms
from moderation.policy import Policy
from moderation.shingles import shingles
from moderation.words import catalogue
from personas.cast import blocked_lines
from personas.persona import Persona
from personas.prompting import compile_prompt, policy_layer, policy_layers
from tests.personas.prompted import CANARY, MINA, ROOMY, SEO, said
from tests.support.judges import loaded
from tests.support.stage import on_stage, reply_of, scripted

ROMANCE, POLICY = loaded(Romance), Policy.load().narrowed(["romance"])


@pytest.mark.parametrize("persona", [MINA, SEO])
def test_the_rules_say_one_sentence_more_where_minors_may_listen(persona: Persona) -> None:
    plain, careful = policy_layers(persona, CANARY)
    made = compile_prompt(persona, (said("?"),), limits=ROOMY, canary=CANARY, profile="minors").prompt

    assert plain == policy_layer(persona, CANARY)
    assert careful == policy_layer(persona, CANARY, profile="minors")
    assert made.system.startswith(careful + "\n")
    assert careful.endswith(CANARY)
    sentence = catalogue("personas").say("prompting.minors", persona.language)
    assert careful.replace(f"{sentence} ", "") == plain
    for word in (
        ("romance", "flirting", "sexual", "dares", "parents") if persona is MINA else ("연애", "유혹", "성적", "부모")
    ):
        assert word in sentence


def test_listeners_nobody_knows_are_treated_as_minors() -> None:
    assert policy_layer(MINA, CANARY, profile="children") == policy_layer(MINA, CANARY, profile="minors")


def test_what_is_said_to_minors_must_not_leak_from_anybody() -> None:
    sentence = catalogue("personas").say("prompting.minors", "en").split(":")[1]
    hidden = Terms.of_texts(policy_layers(MINA, CANARY))
    leak = HoldBack(hidden)

    assert leak.feed(f"They told me: {sentence}")
    assert shingles(sentence) & shingles(policy_layers(MINA, CANARY)[1])


async def test_every_persona_keeps_the_rules_for_minors_to_itself_and_its_brief_says_who_listens() -> None:
    async with on_stage(scripted(reply_of("Hello."))) as stage:
        cast = stage.cast
    sentence = catalogue("personas").say("prompting.minors", cast.persona.language)

    assert shingles(sentence) <= cast.brief.secrets
    assert HoldBack(cast.terms).feed(f"{sentence}. ")
    assert cast.brief_for(("Kim",)).profile == ""
    careful = cast.brief_for(("Kim",), profile="minors")
    assert (careful.profile, careful.people, careful.secrets) == ("minors", ("Kim",), cast.brief.secrets)


@pytest.mark.parametrize("mature", [False, True])
async def test_an_authors_lines_are_fit_for_minors_unless_the_persona_is_for_adults_only(mature: bool) -> None:
    persona = dataclasses.replace(MINA, mature=mature, greetings=("Kiss me.", "Morning."), disclosure="I am an AI.")
    guard = Guard((ROMANCE,), POLICY, monotonic=time.monotonic)
    try:
        assert await blocked_lines(persona, guard) == ([] if mature else [("greetings.1", "romance.romance")])
    finally:
        guard.close()
