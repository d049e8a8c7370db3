"""Replies that are held, in a terminal: shown there once somebody decided, wherever that was."""

import io
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from rich.console import Console

from bots.console_bot.screen import _SIGNS, Screen
from bots.console_bot.terminal import HERE, Terminal
from moderation.cases import GUARD, CaseState, ReviewStep
from moderation.records import Exchange
from moderation.stores import Query
from moderation.stores.memory import MemoryStore
from moderation.words import LANGUAGES, catalogue
from tests.bots.aftermath_stage import BAD, DRAFT, HELD, REFUSED, WITHHELD, Clock
from tests.support.exchanges import by, numbered
from tests.support.house import Opened, open_house
from tests.support.stage import holding, reply_of, scripted

Act = Callable[[], Awaitable[object]]
LATER = reply_of("Later.")


@dataclass
class Session:
    """One `talchum chat`: what is typed, and what somebody elsewhere does before a line."""

    opened: Opened
    clock: Clock
    stream: io.StringIO = field(default_factory=io.StringIO)
    language: str = "en"

    async def talk(self, *lines: str | Act) -> str:
        """What can be read there at the end."""

        async def typed() -> AsyncIterator[str]:
            for line in lines:
                self.clock.now += timedelta(minutes=1)
                if isinstance(line, str):
                    self.stream.write(f"> {line}\n")
                    yield line
                else:
                    await line()

        screen = Screen(Console(file=self.stream, width=200), language=self.language)
        terminal = Terminal(typed(), screen, person="ann", now=self.clock)
        self.opened.host.register(terminal, alone=True)
        await terminal.serve(self.opened.host)
        return self.stream.getvalue()

    def elsewhere(self, step: ReviewStep, case: str = "x1", note: str = "") -> Act:
        return lambda: self.opened.house.desk.take(case, step, by=by("joon"), note=note)

    async def kept(self) -> Exchange:
        return await self.opened.store.get("x1")

    @property
    def turns(self) -> list[str]:
        hall = self.opened.house.scenes.hall
        return [turn.text for turn in hall.conversation(HERE.conversation, "keeper").turns]


@asynccontextmanager
async def session(
    *replies: dict[str, Any], store: MemoryStore | None = None, clock: Clock | None = None
) -> AsyncGenerator[Session, None]:
    now = clock or Clock()
    model = scripted(*(replies or (BAD, LATER, LATER)))
    async with open_house(model, now=now, policy=holding(), store=store) as opened:
        yield Session(opened, now)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_what_is_approved_in_another_terminal_is_shown_before_the_next_reply(language: str) -> None:
    async with session() as chat:
        chat.language = language
        read = await chat.talk("hello", chat.elsewhere(ReviewStep.OVERTURN), "and now?")

        shown = read.index(DRAFT)
        assert read.index(HELD) < read.index("> and now?") < shown < read.index("Later.")
        assert catalogue("bots").say("console.held_decided", language, id="x1") in read
        assert read.count(DRAFT) == 1
        assert (await chat.kept()).case.state is CaseState.CLOSED


async def test_it_is_also_shown_where_nothing_but_a_command_is_typed() -> None:
    async with session() as chat:
        read = await chat.talk("hello", chat.elsewhere(ReviewStep.OVERTURN), "/memory")

        assert read.index("> /memory") < read.index(DRAFT)


async def test_what_is_approved_within_the_chat_is_shown_there_and_once() -> None:
    async with session() as chat:
        read = await chat.talk("hello", "/review approve x1", "go on")

        assert read.count(DRAFT) == 1
        assert read.index("> /review approve x1") < read.index(DRAFT) < read.index("> go on")
        assert "is approved" in read


async def test_what_is_rejected_or_worded_otherwise_is_told_too() -> None:
    async with session(BAD, BAD, LATER) as chat:
        read = await chat.talk(
            "hello",
            chat.elsewhere(ReviewStep.UPHOLD),
            "again",
            chat.elsewhere(ReviewStep.EDIT, "x2", "Another word."),
            "so",
        )

        assert REFUSED in read
        assert "Another word." in read
        assert DRAFT not in read


async def test_what_a_moderator_words_otherwise_within_the_chat_says_so() -> None:
    async with session() as chat:
        read = await chat.talk("hello", "/review edit x1 'Another word.'")

        assert catalogue("bots").say("console.held_worded", id="x1") in read
        assert "Another word." in read.partition("> /review")[2].partition("\n")[2]


async def test_what_was_cut_off_and_shown_after_all_is_said_to_be_taken_back_where_the_guard_was_right() -> None:
    async with session(WITHHELD) as chat:
        read = await chat.talk("hello", "/review overturn x1", "/review uphold x1")

        assert read.index("> /review overturn") < read.index("Two is STOP.") < read.index("> /review uphold")
        assert REFUSED in read.partition("> /review uphold")[2]


async def test_nothing_is_shown_before_anybody_decided_and_a_case_looked_at_waits() -> None:
    async with session() as chat:
        read = await chat.talk("hello", "one", chat.elsewhere(ReviewStep.CLAIM), "two", "/quit", "three")

        assert DRAFT not in read
        assert "> three" not in read
        assert (await chat.kept()).case.state is CaseState.CLAIMED


async def test_what_is_shown_is_remembered() -> None:
    async with session() as chat:
        await chat.talk("hello", chat.elsewhere(ReviewStep.OVERTURN), "and now?")

        assert DRAFT in chat.turns


async def test_nothing_is_waited_for_any_more_once_a_case_is_closed_whoever_did_that() -> None:
    async with session() as chat:
        await chat.talk("hello")
        host, desk = chat.opened.host, chat.opened.house.desk
        before = await host.released("x1")
        await desk.take("x1", ReviewStep.UPHOLD, by=by("joon"))
        await desk.take("x1", ReviewStep.CLOSE, by=GUARD)

        assert (before, await host.released("x1")) == (False, True)


async def test_another_chat_that_approves_leaves_it_to_the_one_where_it_is_waited_for() -> None:
    store, clock = MemoryStore(ids=numbered("x")), Clock()
    async with session(store=store, clock=clock) as chat, session(store=store, clock=clock) as other:

        async def approve() -> None:
            assert "x1" in await other.talk("/review approve x1")

        read = await chat.talk("hello", approve, "and now?")

        assert DRAFT in read
        assert DRAFT not in other.stream.getvalue()


async def test_who_serves_other_platforms_leaves_it_to_the_terminal_until_it_is_too_late() -> None:
    store, clock = MemoryStore(ids=numbered("x")), Clock()
    async with session(store=store, clock=clock) as chat, open_house(scripted(LATER), now=clock, store=store) as served:

        async def swept() -> None:
            await chat.opened.house.desk.take("x1", ReviewStep.OVERTURN, by=by("joon"))
            await served.house.aftermath.sweep()

        assert DRAFT in await chat.talk("hello", swept, "and now?")

    async with session(store=store, clock=clock) as gone:
        await gone.talk("hello")
        [case] = await store.list(Query(limit=1))
        await gone.opened.house.desk.take(case.id, ReviewStep.OVERTURN, by=by("joon"))
        clock.now += timedelta(days=4)
        async with open_house(scripted(LATER), now=clock, store=store) as served:
            await served.house.aftermath.sweep()
        assert (await store.get(case.id)).case.state is CaseState.CLOSED


async def test_a_report_is_about_the_last_reply_although_an_earlier_one_is_held() -> None:
    async with session(BAD, reply_of("Fine and clean.")) as chat:
        await chat.talk("hello", "more", "/report wrong no")

        [report] = [each for each in await chat.opened.store.list(Query()) if each.id != "x1"]
        assert report.objections[0].shown == "Fine and clean."


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sign_under_a_reply_has_its_words(language: str) -> None:
    assert _SIGNS
    assert all(catalogue("bots").say(f"console.sign_{outcome}", language) for outcome in _SIGNS)


async def test_our_own_words_are_in_the_language_of_the_program_or_of_the_place_whoever_speaks_there() -> None:
    async with session() as one:
        one.language = "ko"
        before, _, after = (await one.talk("/help", "/talchum settings language en", "/help")).rpartition("> ")

    assert "쓸 수 있는 명령" in before
    assert "What you can type" in after
