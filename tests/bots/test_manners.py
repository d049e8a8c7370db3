"""In which manner people are spoken to: what was set for a place or by themselves, and nothing guessed."""

from dataclasses import replace
from typing import Any

import pytest

from bots.cards import Card, Tone
from bots.platform import Role
from moderation.filters.register import Register
from moderation.records import Action, Candidate, Decision, Finding, Stage, Verdict
from moderation.words import LANGUAGES
from personas.critique import critique_of
from personas.manners import AUDIENCES, LEVELS, Manner
from personas.persona import Persona
from tests.personas.prompted import MINA, SEO
from tests.support.house import ALONE, SCHOLAR, SERVER, Opened, caller, open_house
from tests.support.judges import loaded
from tests.support.stage import reply_of, scripted

JUDGE = loaded(Register)
HOST = replace(SCHOLAR, register="haeyo", registers=("haeyo", "hapsyo"))


async def spoken(opened: Opened, *, person: str = "ann") -> tuple[str, tuple[str, ...]]:
    """What the model is told of how to talk, and what the guard wants."""
    scene = await opened.house.scenes.of(caller("안녕", person=person))
    made = await opened.house.runtime.explain(caller("안녕", person=person).message, scene.cast, scene.conversation)
    told = [part.text for part in made.parts if part.origin in {"voice", "audience"}]
    return " ".join(told), scene.cast.brief.registers


async def typed(opened: Opened, line: str, *, person: str = "ann", language: str = "en") -> Card:
    return await opened.host.command(line, caller(line, person=person, role=Role.ADMIN, language=language))


def house() -> Any:
    return open_house(scripted(reply_of("네.")), personas=(HOST,))


async def test_an_audience_of_a_place_sets_level_and_tone_and_the_guard_wants_that_level() -> None:
    async with house() as opened:
        plain = await spoken(opened)
        card = await typed(opened, "/talchum settings audience 50s")
        courteous = await spoken(opened)
        await typed(opened, "/talchum settings audience 20s")
        familiar = await spoken(opened)

    assert card.tone is Tone.GOOD
    assert "하십시오체" not in plain[0]
    assert plain[1] == ("haeyo", "hapsyo")
    assert "하십시오체" in courteous[0]
    assert "정중하고" in courteous[0]
    assert courteous[1] == ("hapsyo",)
    assert "친근하게" in familiar[0]
    assert familiar[1] == ("haeyo",), "casual speech is not in the file"


async def test_a_level_that_is_named_wins_over_audience_and_file() -> None:
    async with house() as opened:
        await typed(opened, "/talchum settings audience 50s")
        await typed(opened, "/talchum settings speech_level hae")
        told, wanted = await spoken(opened)

    assert "반말(해체)" in told
    assert wanted == ("hae",)


async def test_what_a_person_set_goes_before_what_is_set_for_the_place_and_is_theirs_alone() -> None:
    async with house() as opened:
        await typed(opened, "/talchum settings audience 50s")
        done = await typed(opened, "/manner 반말", language="ko")
        ann, bob = await spoken(opened), await spoken(opened, person="bob")
        shown = await typed(opened, "/manner", language="ko")
        await typed(opened, "/manner -")
        after = await spoken(opened)

    assert done.tone is Tone.GOOD
    assert ann[1] == ("hae",)
    assert bob[1] == after[1] == ("hapsyo",)
    assert shown.rows[0].text.startswith("해체")


async def test_a_person_s_manner_is_erased_with_the_rest() -> None:
    async with house() as opened:
        await typed(opened, "/manner 20s")
        await typed(opened, "/privacy erase yes")

        assert await opened.house.scenes.manners.of("ann") == Manner()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_anything_else_is_refused_with_what_is_expected(language: str) -> None:
    async with house() as opened:
        for line in ("/manner loud", "/talchum settings audience 25", "/talchum settings speech_level loud"):
            card = await typed(opened, line, language=language)
            assert card.tone is Tone.BAD, line
            assert any(word in card.title for word in ("hapsyo", "20s", "해요체"))
        assert await opened.house.scenes.manners.of("ann") == Manner()


async def test_a_reply_at_another_level_is_refused_and_repaired_at_the_one_that_is_wanted() -> None:
    async with house() as opened:
        await typed(opened, "/manner hapsyo")
        scene = await opened.house.scenes.of(caller("안녕"))
    casual = Candidate(stage=Stage.PIECE, text="밥 먹었어?", brief=scene.cast.brief)
    formal = Candidate(stage=Stage.PIECE, text="식사하셨습니까?", brief=scene.cast.brief)

    assert max(signal.score or 0 for signal in JUDGE.examine(casual)) > 0.9
    assert max(signal.score or 0 for signal in JUDGE.examine(formal)) == 0


@pytest.mark.parametrize("persona", [MINA, SEO])
def test_a_level_of_another_language_and_an_empty_manner_change_nothing(persona: Persona) -> None:
    for level in LEVELS:
        chosen = Manner(register=level).level(persona)
        assert chosen in {level, persona.register}
        assert (chosen == level) == (level in {"formal", "casual", "period"}) or persona is SEO
    assert Manner().level(persona) == persona.register
    for audience in AUDIENCES:
        assert Manner(audience=audience).level(persona) in persona.registers


async def test_the_card_of_a_private_talk_says_how_the_persona_speaks() -> None:
    async with open_house(scripted(reply_of("Yes."))) as opened:
        card = await opened.host.command("/manner formal", caller(place=ALONE))

    assert card.rows[-1].text == "formal"
    assert SERVER.server not in str(card)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_repair_is_told_the_level_that_is_wanted_here(language: str) -> None:
    finding = Finding(
        filter="register",
        version="1",
        category="speech_level",
        decision=Decision.BLOCK,
        action=Action.REPAIR,
        score=0.9,
    )
    verdict = Verdict(findings=(finding,), digest="", policy="")
    persona = {"en": MINA, "ko": SEO}[language]
    wanted = {"en": "formal", "ko": "hapsyo"}[language]
    rule = critique_of(verdict, persona, (wanted,)).rule

    assert {"en": "formal", "ko": "합쇼체"}[language] in rule
    assert critique_of(verdict, persona).rule != rule
