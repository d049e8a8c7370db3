"""A reply where the model fails, or the prompt does not fit: words written for it, and no call too many."""

from typing import Any

import pytest

from moderation.records import Outcome
from personas.prompting import Limits
from personas.stagehands import ReplySettings
from tests.personas.replying import REPAIR
from tests.support.stage import PERSONA, on_stage, reply_of, scripted


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ({"kind": "status", "status": 401}, Outcome.FAILED),
        ({"kind": "status", "status": 503}, Outcome.FAILED),
        ({"kind": "disconnect", "after_sentences": 1}, Outcome.FAILED),
        ({"kind": "disconnect", "after_chars": 3, "times": 1}, Outcome.CLEAN),
        ({"kind": "stall", "after_sentences": 1}, Outcome.FAILED),
    ],
)
async def test_a_model_that_fails_is_covered_by_words_written_for_it(fault: dict[str, Any], outcome: Outcome) -> None:
    async with on_stage(scripted(reply_of("Good evening.", "Come in.", chunk="1char", fault=fault))) as stage:
        shown = await stage.say()

    assert shown.finished.outcome is outcome
    if outcome is Outcome.FAILED:
        assert shown.passages[-1].text == PERSONA.failures[0]
    else:
        assert shown.text == "Good evening. Come in."


async def test_a_stream_without_a_finish_reason_is_a_failure() -> None:
    async with on_stage(scripted(reply_of("Good evening.", finish=None))) as stage:
        assert (await stage.say()).finished.outcome is Outcome.FAILED


async def test_a_model_without_a_word_is_a_failure() -> None:
    async with on_stage(scripted(reply_of())) as stage:
        assert (await stage.say()).text == PERSONA.failures[0]


async def test_a_reply_cut_by_the_limit_ends_with_its_last_whole_sentence() -> None:
    async with on_stage(scripted(reply_of("Good evening.", "And then the", finish="length"))) as stage:
        assert (await stage.say()).text == "Good evening."


async def test_the_providers_own_filter_is_a_failure() -> None:
    async with on_stage(scripted(reply_of("Good evening.", "And", finish="content_filter"))) as stage:
        assert (await stage.say()).finished.outcome is Outcome.FAILED


async def test_a_model_that_fails_while_it_is_warmed_disturbs_nobody() -> None:
    fault = {"kind": "status", "status": 500}
    async with on_stage(scripted(reply_of("Hello.", fault=fault))) as stage:
        await stage.runtime.warm(stage.cast, stage.conversation)


async def test_a_call_that_failed_before_its_first_word_is_not_made_again_here() -> None:
    """There is one retry policy, and it is the generator's."""
    generator = scripted(reply_of("Hello.", fault={"kind": "status", "status": 503}))
    async with on_stage(generator) as stage:
        shown = await stage.say()

    assert len(generator.journal) == 1
    assert shown.finished.failure is not None


async def test_words_for_a_failure_are_not_remembered_as_the_personas_own() -> None:
    generator = scripted(reply_of("Hi.", fault={"kind": "status", "status": 401, "times": 1}), reply_of("Yes."))
    async with on_stage(generator) as stage:
        await stage.say("first")
        await stage.say("second")

        said = [turn.text for turn in stage.conversation.turns]
    assert PERSONA.failures[0] not in said
    assert "first" not in said


async def test_a_prompt_that_does_not_fit_any_more_ends_the_reply_in_words() -> None:
    tight = ReplySettings(limits=Limits(budget=300, max_tokens=2_000))
    long = " ".join(f"Wave number {number} came in over the rocks." for number in range(60))
    async with on_stage(scripted(reply_of(long, "BAD thing.", "More.", repair=REPAIR)), settings=tight) as stage:
        shown = await stage.say()

    assert shown.finished.outcome is Outcome.FAILED
    assert shown.passages[-1].text == PERSONA.failures[0]
