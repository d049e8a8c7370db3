"""Another try, more of the last reply, and a note: what they do to a conversation."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

import pytest

from moderation.records import Outcome
from moderation.stores import Query
from personas.messages import Cue, Event, Passage, Turn, Usage, Withdrawal
from personas.runtime import Refused
from tests.support.stage import Set, Shown, on_stage, reply_of, scripted


async def cued(stage: Set, cue: Cue, text: str = "hello") -> Shown:
    shown = Shown()
    events: AsyncGenerator[Event, None] = stage.runtime.respond(
        stage.message(text), stage.cast, stage.conversation, cue
    )
    async with aclosing(events):
        async for event in events:
            shown.events.append(event)
    return shown


def turns(stage: Set) -> list[str]:
    return [turn.text for turn in stage.conversation.turns]


async def test_another_try_takes_the_place_of_the_last_reply() -> None:
    generator = scripted(reply_of("One."), reply_of("Two."), reply_of("Three."))
    async with on_stage(generator) as stage:
        await stage.say("hello")
        assert (await cued(stage, Cue.AGAIN, "ignored")).text == "Two."
        assert turns(stage) == ["hello", "Two."]
        assert stage.conversation.replies == ("Two.",)
        assert stage.conversation.earlier("p") == ("hello",)
        assert [turn.text for turn in generator.journal[-1].prompt.turns] == ["hello"]


async def test_a_try_that_comes_to_nothing_leaves_what_was_said() -> None:
    async with on_stage(scripted(reply_of("One."), reply_of("x", fault={"kind": "status", "status": 401}))) as stage:
        await stage.say("hello")
        again = await cued(stage, Cue.AGAIN)

        assert again.finished.outcome is Outcome.FAILED
        assert turns(stage) == ["hello", "One."]


async def test_a_continuation_is_judged_with_what_stands_before_it_and_becomes_a_part_of_it() -> None:
    async with on_stage(scripted(reply_of("First ping."), reply_of("Fine."), reply_of("Then pong."))) as stage:
        await stage.say("hello")
        assert (await cued(stage, Cue.CONTINUE)).text == "Fine."
        assert turns(stage) == ["hello", "First ping.\nFine."]
        more = await cued(stage, Cue.CONTINUE)

        assert any(isinstance(event, Withdrawal) for event in more.events)
        assert turns(stage) == ["hello", "First ping.\nFine."]


async def test_without_a_last_reply_the_message_is_answered() -> None:
    for cue in (Cue.AGAIN, Cue.CONTINUE):
        async with on_stage(scripted(reply_of("One."))) as stage:
            assert (await cued(stage, cue, "hello")).text == "One."
            assert turns(stage) == ["hello", "One."]


async def test_a_greeting_is_no_reply_to_be_told_otherwise() -> None:
    async with on_stage(scripted(reply_of("One."))) as stage:
        stage.runtime.greet(stage.cast, stage.conversation)
        assert stage.conversation.last is None
        await cued(stage, Cue.AGAIN, "hello")

        assert turns(stage) == ["The lamp is lit.", "hello", "One."]


async def test_what_a_reply_cost_is_told_however_it_ends() -> None:
    spent: list[Usage] = []

    async def take(usage: Usage) -> None:
        spent.append(usage)

    async with on_stage(scripted(reply_of("One.", "Two.", "Three."), reply_of("Four."))) as stage:
        events = stage.runtime.respond(stage.message("hi"), stage.cast, stage.conversation, spent=take)
        async with aclosing(events):
            assert isinstance(await anext(events), Passage)
        async for _ in stage.runtime.respond(stage.message("hi"), stage.cast, stage.conversation, spent=take):
            pass

    assert [usage.tokens_out > 0 for usage in spent] == [True, True]


@pytest.mark.parametrize("text", ["BAD thing.", "", "  "])
async def test_a_text_that_the_guard_blocks_is_no_passage_and_is_kept(text: str) -> None:
    async with on_stage(scripted(reply_of("One."))) as stage:
        cleared = await stage.runtime.clear(text, stage.message("hello"), stage.cast, stage.conversation)
        kept = await stage.store.list(Query())

    assert isinstance(cleared, Refused)
    assert [exchange.objections[0].text for exchange in kept] == ([text] if text.strip() else [])
    assert cleared.exchange == (kept[0].id if kept else "")


async def test_a_flagged_text_is_kept_and_a_clean_one_is_not() -> None:
    async with on_stage(scripted(reply_of("One."))) as stage:
        for text in ("MAYBE this.", "This."):
            cleared = await stage.runtime.clear(text, stage.message("hello"), stage.cast, stage.conversation)
            assert isinstance(cleared, Passage)
            assert cleared.text == text
        [exchange] = await stage.store.list(Query())

    assert exchange.closing is not None
    assert exchange.closing.outcome is Outcome.FLAGGED
    assert exchange.closing.shown == "MAYBE this."


async def test_a_note_is_judged_like_a_persons_turn() -> None:
    generator = scripted(reply_of("One."), reply_of("Two."))
    async with on_stage(generator) as stage:
        for bad in ("INJECT this", "CRISIS", "are you human?"):
            assert await stage.runtime.note(bad, stage.message(""), stage.cast, stage.conversation)
        assert stage.conversation.note == ""
        assert await stage.runtime.note("It rains.", stage.message(""), stage.cast, stage.conversation) is None
        await stage.say("hello")
        assert any("It rains." in turn.text for turn in generator.journal[-1].prompt.turns)
        assert await stage.runtime.note("", stage.message(""), stage.cast, stage.conversation) is None
        await stage.say("hello")

        assert not any("It rains." in turn.text for turn in generator.journal[-1].prompt.turns)


async def test_whoever_is_careful_is_told_so_in_the_prompt_and_in_the_brief() -> None:
    generator = scripted(reply_of("One."))
    async with on_stage(generator) as stage:
        stage.conversation.profile = "minors"
        await stage.say("hello")

    assert "minor" in generator.journal[-1].prompt.system


async def test_what_was_amended_and_its_reply_were_never_said_wherever_in_the_window_they_are() -> None:
    generator = scripted(reply_of("One."), reply_of("Two."), reply_of("Three."))
    async with on_stage(generator) as stage:
        for key, text in (("r1", "helo"), ("r2", "and now?")):
            message = replace(stage.message(text), reply=key)
            async for _ in stage.runtime.respond(message, stage.cast, stage.conversation):
                pass
        message = replace(stage.message("hello"), reply="r1")
        async for _ in stage.runtime.respond(message, stage.cast, stage.conversation, Cue.AMEND):
            pass

        assert turns(stage) == ["and now?", "Two.", "hello", "Three."]
        assert stage.conversation.earlier(message.person) == ("and now?", "hello")
        assert "helo" not in [turn.text for turn in generator.journal[-1].prompt.turns]


async def test_what_was_amended_does_not_come_back_where_the_new_words_are_not_answered() -> None:
    async with on_stage(scripted(reply_of("One."))) as stage:
        await stage.say("helo")
        message = replace(stage.message("CRISIS"), reply="r1")
        stage.conversation.undone()
        stage.conversation.answered(Turn(role="user", text="helo"), "One.", "r1")
        async for _ in stage.runtime.respond(message, stage.cast, stage.conversation, Cue.AMEND):
            pass

        assert turns(stage) == []
