"""What only the last check sees: the whole is taken back, and said anew as often as it may be."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from moderation.consequences import draft_of, kept_back
from moderation.records import Outcome, Stage
from personas.generators.scripted import Scripted, ScriptedGeneration
from personas.generators.scripts import parse_script
from personas.messages import Cue, PassageKind, Prompt, Withdrawal
from personas.prompting import Limits
from personas.stagehands import ReplySettings
from tests.personas.replying import REPAIR, kept
from tests.personas.test_reply_records import BrokenStore
from tests.support.stage import PERSONA, holding, no_time, on_stage, reply_of, scripted

PARTS = ("First ping.", "Then pong.")
"""Each may stand alone, both together may not."""
LIMITS = Limits(budget=2_000)


class First(Scripted):
    """A model that says one thing first, and then what others would."""

    def __init__(self, first: Mapping[str, Any], then: Mapping[str, Any]) -> None:
        super().__init__(parse_script(json.dumps([first]).encode(), file="test.json"), sleep=no_time)
        self._then = scripted(then)

    def generate(self, prompt: Prompt) -> ScriptedGeneration:
        return self._then.generate(replace(prompt, critique=None)) if self.journal else super().generate(prompt)


async def test_a_whole_that_may_not_stand_is_taken_back_and_said_anew() -> None:
    generator = scripted(reply_of(*PARTS, repair=REPAIR))
    async with on_stage(generator) as stage:
        shown = await stage.say()
        [exchange] = await kept(stage)

        assert [turn.text for turn in stage.conversation.turns] == ["hello", "I mend nets. Then pong."]
    assert [passage.text.strip() for passage in shown.passages] == [*PARTS, "I mend nets.", "Then pong."]
    assert [type(event) for event in shown.events].count(Withdrawal) == 1
    assert shown.text == "I mend nets. Then pong."
    assert (shown.finished.outcome, shown.finished.repairs) == (Outcome.REPAIRED, 1)
    assert exchange.objections[-1].stage is Stage.WHOLE
    assert exchange.closing is not None
    assert exchange.closing.shown == shown.text
    again = generator.journal[1].prompt
    assert again.critique is not None
    assert again.critique.anew
    assert again.prefix == ""
    assert not any(part in str(again) for part in PARTS)


async def test_what_is_left_of_a_reply_is_said_anew_where_it_may_not_stand_alone() -> None:
    """Its last sentence is left out, or it is cut: then the check of the whole objects to the rest."""
    settings = ReplySettings(limits=LIMITS, enough=10)
    for refused in ("BAD thing.", "STOP here."):
        model = First(reply_of(*PARTS, refused), reply_of("All is well."))
        async with on_stage(model, settings=settings) as stage:
            shown = await stage.say()

        assert shown.text == "All is well."
        assert (shown.finished.outcome, shown.finished.repairs) == (Outcome.REPAIRED, 1)


async def test_after_something_severe_nothing_is_said_anew() -> None:
    generator = scripted(reply_of(*PARTS, "SEVERE thing.", repair=REPAIR))
    async with on_stage(generator) as stage:
        shown = await stage.say()

    assert len(generator.journal) == 1
    assert shown.finished.outcome is Outcome.WITHDRAWN
    assert "ping" not in shown.text


async def test_a_model_that_fails_meanwhile_leaves_a_reply_that_was_taken_back() -> None:
    broken = reply_of("No.", fault={"kind": "status", "status": 401})
    async with on_stage(First(reply_of(*PARTS), broken)) as stage:
        shown = await stage.say()
        [exchange] = await kept(stage)

    assert shown.text == PERSONA.failures[0]
    assert shown.finished.failure is not None
    assert shown.finished.outcome is Outcome.WITHDRAWN
    assert draft_of(exchange) == " ".join(PARTS)
    assert kept_back(exchange)


async def test_what_is_wished_for_is_wished_for_in_the_next_try_too() -> None:
    generator = scripted(reply_of("Hello."), reply_of(*PARTS, repair=REPAIR))
    async with on_stage(generator) as stage:
        await stage.say()
        message = stage.message("hello")
        await stage.runtime.wish("short", "be quick", message, stage.cast, stage.conversation)
        async for _ in stage.runtime.respond(message, stage.cast, stage.conversation, Cue.AGAIN):
            pass

    wished, anew = (call.prompt.critique for call in generator.journal[1:])
    assert wished is not None
    assert anew is not None
    assert wished.rule in anew.rule
    assert anew.category == "together"


async def test_what_the_whole_flags_is_kept_of_the_reply_that_stands_too() -> None:
    generator = scripted(reply_of("First ping, tick.", "Then pong, tock.", repair={**REPAIR, "ok": "A tick."}))
    async with on_stage(generator) as stage:
        shown = await stage.say()
        [exchange] = await kept(stage)

    assert shown.text == "A tick. Then pong, tock."
    assert [objection.stage for objection in exchange.objections] == [Stage.WHOLE, Stage.WHOLE]
    assert exchange.objections[-1].text == shown.text


async def test_it_counts_with_the_repairs_of_sentences() -> None:
    reply = reply_of("BAD thing.", *PARTS, repair={**REPAIR, "ok": "First ping."})
    generator = scripted(reply)
    async with on_stage(generator, settings=ReplySettings(limits=LIMITS, repairs=1)) as stage:
        shown = await stage.say()

    assert len(generator.journal) == 2
    assert shown.finished.outcome is Outcome.WITHDRAWN


@pytest.mark.parametrize("repairs", [0, 2])
async def test_one_that_never_may_stand_is_taken_back_for_good(repairs: int) -> None:
    generator = scripted(reply_of(*PARTS, repair={**REPAIR, "p_ok": 0.0, "bad": PARTS[0]}))
    async with on_stage(generator, settings=ReplySettings(limits=LIMITS, repairs=repairs)) as stage:
        shown = await stage.say()
        [exchange] = await kept(stage)

    assert len(generator.journal) == 1 + repairs
    assert [type(event) for event in shown.events].count(Withdrawal) == 1 + repairs
    assert shown.text == PERSONA.fallbacks[0]
    assert (shown.finished.outcome, shown.finished.repairs) == (Outcome.WITHDRAWN, repairs)
    assert len(exchange.objections) == 1 + repairs


async def test_the_truth_about_who_speaks_stands_while_it_is_said_anew() -> None:
    async with on_stage(scripted(reply_of(*PARTS, repair=REPAIR))) as stage:
        shown = await stage.say("human?")

        assert shown.text == f"{stage.cast.disclosure.text} I mend nets. Then pong."
    assert (shown.finished.outcome, shown.finished.repairs) == (Outcome.REPAIRED, 1)


async def test_what_people_are_to_decide_is_not_said_anew() -> None:
    generator = scripted(reply_of(*PARTS, repair=REPAIR))
    async with on_stage(generator, policy=holding()) as stage:
        shown = await stage.say()

    assert len(generator.journal) == 1
    assert shown.finished.outcome is Outcome.HELD
    assert "pong" not in shown.text


async def test_what_cannot_be_kept_is_taken_back_and_not_said_anew() -> None:
    generator = scripted(reply_of(*PARTS, repair=REPAIR))
    async with on_stage(generator, store=BrokenStore()) as stage:
        shown = await stage.say()

    assert len(generator.journal) == 1
    assert shown.finished.outcome is Outcome.FAILED
    assert shown.passages[-1].kind is PassageKind.SAFE
    assert "pong" not in shown.text


async def test_what_only_the_whole_flags_is_kept() -> None:
    async with on_stage(scripted(reply_of("A tick.", "Then a tock."))) as stage:
        shown = await stage.say()
        [exchange] = await kept(stage)

    assert shown.text == "A tick. Then a tock."
    assert shown.finished.outcome is Outcome.FLAGGED
    assert exchange.objections[0].stage is Stage.WHOLE
