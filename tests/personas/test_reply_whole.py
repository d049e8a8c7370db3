"""What only the last check sees: the whole is taken back, and said anew as often as it may be."""

import pytest

from moderation.records import Outcome, Stage
from personas.messages import PassageKind, Withdrawal
from personas.prompting import Limits
from personas.stagehands import ReplySettings
from tests.personas.replying import REPAIR, kept
from tests.personas.test_reply_records import BrokenStore
from tests.support.stage import PERSONA, holding, on_stage, reply_of, scripted

PARTS = ("First ping.", "Then pong.")
"""Each may stand alone, both together may not."""
LIMITS = Limits(budget=2_000)


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
    assert again.prefix == ""
    assert not any(part in str(again) for part in PARTS)


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
