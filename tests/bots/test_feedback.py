"""Thumbs: for whom, what the next try makes of them, what is kept and counted."""

import asyncio
import io
import json
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from rich.console import Console

from bots.cards import Card, Tone
from bots.console_bot.screen import Screen
from bots.console_bot.terminal import Terminal
from bots.feedback import thumbs
from bots.platform import Caller, Role
from bots.records import Record
from bots.state import Entry
from bots.state.memory import MemoryState
from moderation.words import LANGUAGES
from personas.feedback import FEEDBACK
from personas.messages import Cue
from tests.bots.aftermath_stage import Clock
from tests.support.house import ALONE, SERVER, Opened, caller, open_house
from tests.support.stage import NOW, reply_of, scripted


def model() -> Any:
    return scripted(*(reply_of(f"Reply {number}.") for number in range(1, 9)))


async def answered(opened: Opened, who: Caller, cue: Cue = Cue.ANSWER) -> None:
    async for _ in opened.host.reply(who, cue):
        pass


async def stood(opened: Opened, *, person: str = "ann") -> Record:
    """A reply that stands on a platform."""
    replies = opened.host.replies
    record = await replies.begin(
        platform="test", conversation=SERVER.conversation, server=SERVER.server, persona="keeper", person=person,
        message="m1", channel="2",
    )  # fmt: skip
    return await replies.stands(record, "9")


def about(record: Record, who: Caller) -> Caller:
    return replace(who, message=replace(who.message, reply=record.id))


def told(card: Card) -> str:
    return " ".join((card.title, card.hint, *(f"{row.label} {row.text}" for row in card.rows)))


async def kept(opened: Opened) -> str:
    values = [one.value for one in await opened.state.of_person("ann")]
    lines = await opened.state.lines("thumbs")
    assert not any(line.person for line in lines)
    values += [one.value for one in lines]
    return json.dumps([dict(value) for value in values])


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_thumb_down_with_a_reason_goes_into_the_next_try(language: str) -> None:
    generator = model()
    async with open_house(generator) as opened:
        await answered(opened, caller("hello", place=ALONE))
        card = await opened.host.command("/bad long by half", caller(place=ALONE, language=language))
        await answered(opened, caller("hello", place=ALONE), Cue.AGAIN)

    assert card.tone is Tone.GOOD
    assert any("가" <= char <= "힣" for char in card.title) == (language == "ko")
    critique = generator.journal[-1].prompt.critique
    assert (critique.category, "by half" in critique.rule) == (FEEDBACK, True)


async def test_thumbs_are_counted_for_each_persona_and_shown_to_moderators() -> None:
    async with open_house(model()) as opened:
        record = await stood(opened)
        other = replace(await stood(opened, person="bob"), id="r2")
        await opened.host.replies.keep(other)
        await opened.host.command("/bad tone", about(record, caller()))
        await opened.host.command("/bad dull", about(other, caller(person="bob")))
        await opened.host.command("/good", about(other, caller(person="bob")))
        await opened.host.command("/good", about(other, caller(person="bob")))
        lines = await opened.state.lines("thumbs")
        here = await thumbs(opened.state, SERVER.server)
        card = await opened.host.command("/review stats", caller(role=Role.MODERATOR))
        elsewhere = await thumbs(opened.state, "test:server:2")

    assert (here["keeper"].good, here["keeper"].bad, +here["keeper"].reasons) == (1, 1, {"tone": 1})
    assert len(lines) == 3, "the same thumb again is no news"
    assert "👍 1 · 👎 1 (the tone is off 1)" in told(card)
    assert not elsewhere


async def test_two_presses_at_once_are_one_thumb() -> None:
    class Slow(MemoryState):
        async def get(self, kind: str, key: str) -> Entry | None:
            found = await super().get(kind, key)
            await asyncio.sleep(0)
            return found

    async with open_house(model(), state=Slow(clock=lambda: NOW)) as opened:
        record = await stood(opened)
        await asyncio.gather(*(opened.host.command("/good", about(record, caller())) for _ in range(2)))

        assert (await thumbs(opened.state, None))["keeper"].good == 1


async def test_only_whoever_was_answered_and_moderators_may_say_what_they_think() -> None:
    async with open_house(model()) as opened:
        record = await stood(opened)
        refused = await opened.host.command("/bad long", about(record, caller(person="bob")))
        none = await thumbs(opened.state, None)
        moderated = await opened.host.command("/bad long", about(record, caller(person="mo", role=Role.MODERATOR)))
        nothing = await opened.host.command("/good", caller(place=ALONE))

    assert refused.tone is nothing.tone is Tone.BAD
    assert "Only whoever was answered" in refused.title
    assert not none
    assert moderated.tone is Tone.GOOD


async def test_of_somebody_s_own_words_nothing_is_kept_and_what_is_known_of_them_is_erased() -> None:
    async with open_house(model()) as opened:
        await answered(opened, caller("hello", place=ALONE))
        await opened.host.command("/bad wrong the harbour is in Ulsan", caller(place=ALONE))
        before = await kept(opened)
        await opened.host.command("/privacy erase yes", caller(place=ALONE))
        after = await opened.state.of_person("ann")
        counted = await thumbs(opened.state, None)

    assert '"reason": "wrong"' in before
    assert "Ulsan" not in before
    assert not after
    assert counted["keeper"].bad == 1


async def test_whose_thumb_it_was_is_forgotten_after_a_month_and_the_thumb_is_not() -> None:
    clock = Clock()
    async with open_house(model(), now=clock) as opened:
        record = await stood(opened)
        await opened.host.command("/good", about(record, caller()))
        clock.now += timedelta(days=29)
        before = [entry.kind for entry in await opened.state.of_person("ann")]
        clock.now += timedelta(days=2)
        after = [entry.kind for entry in await opened.state.of_person("ann")]
        counted = await thumbs(opened.state, None)

    assert ("thumb" in before, "thumb" in after) == (True, False)
    assert counted["keeper"].good == 1


async def test_a_greeting_is_not_what_a_thumb_is_about() -> None:
    async with open_house(model()) as opened:
        greeting = replace(await stood(opened), message="")
        await opened.host.replies.keep(greeting)
        card = await opened.host.command("/good", about(greeting, caller()))
        counted = await thumbs(opened.state, None)

    assert card.tone is Tone.BAD
    assert not counted


async def test_words_that_the_guard_objects_to_are_refused_and_a_cry_for_help_gets_help() -> None:
    generator = model()
    async with open_house(generator) as opened:
        await answered(opened, caller("hello", place=ALONE))
        refused = await opened.host.command("/bad long INJECT thing", caller(place=ALONE))
        helped = await opened.host.command("/bad other CRISIS", caller(place=ALONE))
        counted = await thumbs(opened.state, None)
        await answered(opened, caller("hello", place=ALONE), Cue.AGAIN)

    assert refused.tone is Tone.BAD
    assert refused.hint.startswith("/why ")
    assert "988" in helped.title
    assert not counted
    assert generator.journal[-1].prompt.critique is None


async def test_in_a_terminal_a_retry_heeds_its_reason_and_what_the_guard_objects_to_retries_nothing() -> None:
    generator = model()

    async def lines() -> AsyncGenerator[str, None]:
        for line in (
            "hello",
            "/retry INJECT this",
            "/retry short and sad",
            "/good",
            "/manner formal",
            "and?",
            "/prompt",
        ):
            yield line

    paper = io.StringIO()
    screen = Screen(Console(file=paper, width=200, highlight=False), language="en")
    async with open_house(generator) as opened:
        await Terminal(lines(), screen, person="ann", now=lambda: NOW).serve(opened.host)
        counted = await thumbs(opened.state, "")

    told = paper.getvalue()
    assert [call.prompt.critique is not None for call in generator.journal] == [False, True, False]
    assert "and sad" in generator.journal[1].prompt.critique.rule
    assert "the guard objects to the words" in told
    assert "Reply 2." in told
    assert "Formal, complete sentences" in generator.journal[2].prompt.system
    assert "What the model would be told" in told
    assert (counted["keeper"].good, counted["keeper"].bad) == (1, 1)
