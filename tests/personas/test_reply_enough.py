"""When a bad last sentence is left out instead of being repaired: what stands there is a reply without it."""

import pytest

from moderation.records import Outcome
from personas.prompting import Limits
from personas.stagehands import ReplySettings
from tests.personas.replying import REPAIR, kept
from tests.support.stage import on_stage, reply_of, scripted

STANDING = "Ah, the harbour! Gulls wake me."


def enough(least: int) -> ReplySettings:
    return ReplySettings(limits=Limits(budget=2_000), enough=least)


@pytest.mark.parametrize("chunk", ["1char", "4tokens", "40tokens"])
async def test_where_enough_stands_there_a_bad_last_sentence_is_left_out_without_another_call(chunk: str) -> None:
    generator = scripted(reply_of("Ah, the harbour!", "Gulls wake me.", "BAD thing.", repair=REPAIR, chunk=chunk))
    async with on_stage(generator, settings=enough(len(STANDING))) as stage:
        shown = await stage.say()
        [exchange] = await kept(stage)

    assert shown.text == STANDING
    assert shown.finished.outcome is Outcome.WITHHELD
    assert shown.finished.repairs == 0
    assert len(generator.journal) == 1
    assert [objection.text.strip() for objection in exchange.objections] == ["BAD thing."]


@pytest.mark.parametrize("least", [0, len(STANDING) + 1])
async def test_where_less_stands_there_or_it_is_switched_off_the_sentence_is_repaired(least: int) -> None:
    generator = scripted(reply_of("Ah, the harbour!", "Gulls wake me.", "BAD thing.", repair=REPAIR))
    async with on_stage(generator, settings=enough(least)) as stage:
        shown = await stage.say()

    assert shown.text == f"{STANDING} I mend nets."
    assert shown.finished.outcome is Outcome.REPAIRED


async def test_a_sentence_that_others_follow_is_repaired_however_much_stands_there() -> None:
    generator = scripted(reply_of("Ah, the harbour!", "BAD thing.", "Gulls wake me.", repair=REPAIR))
    async with on_stage(generator, settings=enough(1)) as stage:
        shown = await stage.say()

    assert shown.text == "Ah, the harbour! I mend nets. Gulls wake me."


async def test_of_two_bad_sentences_only_the_last_is_left_out() -> None:
    said = ("Ah, the harbour!", "BAD thing.", "BAD, too.")
    generator = scripted(reply_of(*said, repair=REPAIR))
    async with on_stage(generator, settings=enough(1)) as stage:
        shown = await stage.say()

    assert shown.text == "Ah, the harbour! I mend nets."
    assert (shown.finished.repairs, shown.finished.outcome) == (1, Outcome.WITHHELD)
