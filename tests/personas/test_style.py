"""Style drift: what a window of replies has in common that the persona's examples have not."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.words import LANGUAGES, catalogue
from personas.loading import bundled
from personas.messages import Turn
from personas.persona import Persona, Tier
from personas.prompting import Limits, compile_prompt
from personas.style import MOST, drift

LIBRARY = bundled()
CHARACTERS = [persona for persona in LIBRARY.values() if persona.tier is Tier.CHARACTER]
KEEPER, FRIEND, SCHOLAR = LIBRARY["lighthouse_keeper"], LIBRARY["old_friend"], LIBRARY["joseon_scholar"]
ASPECTS = ("long", "short", "emoji", "markup", "loud", "opening", "questions", "endings")


def own(persona: Persona) -> list[str]:
    return [demonstration.reply for demonstration in persona.demonstrations]


@pytest.mark.parametrize("persona", CHARACTERS, ids=lambda persona: persona.id)
def test_a_persona_has_not_drifted_from_its_own_examples(persona: Persona) -> None:
    assert drift(persona, own(persona)) == ()


@pytest.mark.parametrize(
    ("persona", "replies", "aspect"),
    [
        (KEEPER, [" ".join(own(KEEPER)[at : at + 4]) for at in (0, 1, 2, 0)], "long"),
        (KEEPER, ["Aye.", "Hm.", "So it is.", "Maybe?"], "short"),
        (KEEPER, [f"{line} 😀" for line in own(KEEPER)], "emoji"),
        (FRIEND, [f"{line} ㅋㅋㅋ" for line in own(FRIEND)], "emoji"),
        (KEEPER, [f"- {line}\n- and soup" for line in own(KEEPER)], "markup"),
        (KEEPER, [line.replace(".", "!") for line in own(KEEPER)], "loud"),
        (SCHOLAR, [f"허허, {line}" for line in own(SCHOLAR)], "opening"),
        (KEEPER, [line.replace("?", ".") for line in own(KEEPER)], "questions"),
        (
            SCHOLAR,
            ["차를 드시게. 어디서 왔는가?", "별이 밝네. 자네도 보이는가?", "살구가 익었네. 하나 들게.", "잘 가게나."],
            "endings",
        ),
    ],
)
def test_a_habit_that_the_examples_do_not_have_is_named(persona: Persona, replies: list[str], aspect: str) -> None:
    assert aspect in drift(persona, replies)


def test_a_few_replies_or_examples_tell_nothing() -> None:
    assert drift(KEEPER, ["😀"] * 3) == ()
    assert drift(dataclasses.replace(KEEPER, demonstrations=KEEPER.demonstrations[:2]), ["😀"] * 8) == ()


def test_what_was_said_long_ago_counts_no_more() -> None:
    assert drift(KEEPER, ["😀 wow!"] * 40 + own(KEEPER) * 2) == ()


@given(st.lists(st.text(max_size=80), max_size=14), st.sampled_from(CHARACTERS))
def test_any_replies_are_measured_and_at_most_two_things_named(replies: list[str], persona: Persona) -> None:
    found = drift(persona, replies)
    assert len(found) <= MOST
    assert set(found) <= set(ASPECTS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_thing_has_words_for_the_model(language: str) -> None:
    said = {catalogue("personas").say(f"prompting.drift_{aspect}", language, name="Ada") for aspect in ASPECTS}
    assert len(said) == len(ASPECTS)


def system_notes(replies: list[str], every: int) -> list[str]:
    turns = [
        turn for reply in replies for turn in (Turn(role="user", text="Go on."), Turn(role="assistant", text=reply))
    ]
    limits = Limits(budget=8000, reminder_every=every)
    prompt = compile_prompt(KEEPER, (*turns, Turn(role="user", text="And then?")), limits=limits, canary="c").prompt
    return [turn.text for turn in prompt.turns if turn.role == "system"]


def test_the_model_is_reminded_before_the_next_turn_and_sooner_than_otherwise() -> None:
    loud = [line.replace(".", "!") for line in own(KEEPER)[:4]]
    (note,) = system_notes(loud, every=6)
    assert "Remember: you are Marin Holt." in note
    assert catalogue("personas").say("prompting.drift_loud") in note
    assert system_notes(own(KEEPER)[:4], every=6) == []
    assert system_notes(loud, every=0) == []
