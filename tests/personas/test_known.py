"""What the guard learns of a persona from its file."""

import dataclasses
from datetime import date, timedelta

import pytest

from moderation.filters.character import Character
from moderation.filters.character.claims import SLOTS
from moderation.policy import Policy
from moderation.records import Candidate, Decision, Known, Stage, Verdict
from personas.cast import brief_of
from personas.critique import critique_of
from personas.loading import bundled
from personas.persona import Fact, Persona
from tests.support.judges import loaded

LIBRARY = bundled()
SCHOLAR, KEEPER = LIBRARY["joseon_scholar"], LIBRARY["lighthouse_keeper"]
CHARACTER, POLICY = loaded(Character), Policy.load()


def verdict_on(text: str, persona: Persona, said: str = "") -> Verdict:
    """What the default policy makes of a sentence of `persona`."""
    candidate = Candidate(stage=Stage.PIECE, text=text, said=said, brief=brief_of(persona))
    findings = tuple(
        POLICY.decide(
            signal,
            judge=CHARACTER,
            stage=candidate.stage,
            language=persona.language,
            persona=persona.id,
            profile="",
            elapsed=timedelta(),
        )
        for signal in CHARACTER.examine(candidate)
    )
    return Verdict(findings=findings, digest=candidate.digest, policy=POLICY.hash)


def test_facts_with_values_are_known_as_far_as_they_are_true_at_the_moment() -> None:
    facts = (
        Fact(id="young", text="Lives in Bath.", since=date(1780, 1, 1), slot="home", values=("Bath",)),
        Fact(id="now", text="Lives in York.", since=date(1788, 1, 1), slot="home", values=("York",)),
        Fact(id="later", text="Lives in Leeds.", since=date(1795, 1, 1), slot="home", values=("Leeds",)),
        Fact(id="hidden", text="Is a duke.", since=date(1780, 1, 1), slot="job", values=("duke",), witness=False),
        Fact(id="tea", text="Likes tea.", since=date(1780, 1, 1)),
    )
    brief = brief_of(dataclasses.replace(KEEPER, moment=date(1790, 1, 1), facts=facts, world="Albion"))
    assert brief.facts == (Known(slot="home", values=("York",)),)
    assert "Likes tea." in brief.told
    assert "Leeds" not in brief.told
    assert "duke" not in brief.told
    assert brief.world == "Albion"


def test_what_others_say_in_demonstrations_is_not_told_by_the_author() -> None:
    assert any("스마트폰" in shown.user for shown in SCHOLAR.demonstrations)
    assert "스마트폰" not in brief_of(SCHOLAR).told


@pytest.mark.parametrize("persona", LIBRARY.values(), ids=lambda persona: persona.id)
def test_every_bundled_persona_that_has_facts_lets_claims_be_compared(persona: Persona) -> None:
    slots = {known.slot for known in brief_of(persona).facts}
    assert bool(persona.facts) == bool(slots & set(SLOTS))


@pytest.mark.parametrize("persona", LIBRARY.values(), ids=lambda persona: persona.id)
def test_no_bundled_persona_falls_out_of_character_in_its_own_examples(persona: Persona) -> None:
    for shown in persona.demonstrations:
        verdict = verdict_on(shown.reply, persona, shown.user)
        assert verdict.decision is Decision.ALLOW, (shown.reply, verdict.objections)
    for line in persona.lines:
        if line != persona.disclosure:
            assert verdict_on(line, persona).decision is Decision.ALLOW, line


@pytest.mark.parametrize(
    ("text", "persona", "category"),
    [
        ("어제 스마트폰을 샀소.", SCHOLAR, "anachronism"),
        ("나는 올해 스물다섯이오.", SCHOLAR, "contradiction"),
        ("우리 아들이 글을 잘 읽소.", SCHOLAR, "contradiction"),
        ("I'm Gandalf, at your service.", KEEPER, "other_world"),
        ("I'm thirty-one years old.", KEEPER, "contradiction"),
        ("Please don't leave me.", KEEPER, "clinging"),
    ],
)
def test_the_model_is_told_what_to_mend_in_the_persona_s_language(text: str, persona: Persona, category: str) -> None:
    verdict = verdict_on(text, persona)
    assert verdict.decision is Decision.BLOCK
    critique = critique_of(verdict, persona)
    assert critique.category == category
    assert text not in critique.rule
    assert any("가" <= letter <= "힣" for letter in critique.rule) is (persona.language == "ko")
