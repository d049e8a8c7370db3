"""Drafts: renewed before they vanish, blank once words were taken back, never worth a reply, whatever goes wrong."""

import asyncio
import itertools
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial

import pytest
import telegram

from bots.fakes.telegram_server import (
    Broken,
    Delay,
    Draft,
    Fault,
    Garbage,
    Hold,
    Refused,
    Reset,
    TelegramServer,
    TooMany,
)
from bots.pieces import units
from bots.telegram_bot.draft import Drafts
from bots.telegram_bot.wire import Wire
from tests.support.stage import reply_of, scripted
from tests.support.telegram_stage import Gate, gated, on_telegram

NAME = "Maren · AI\n"
LONG = " ".join(["The sea is calm tonight."] * 400)


class Clock:
    """Time passes only where somebody sleeps, for the bot and for Telegram."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        await asyncio.sleep(0)


@asynccontextmanager
async def drafting(clock: Clock) -> AsyncGenerator[tuple[TelegramServer, Drafts]]:
    async with TelegramServer(clock=clock) as server:
        bot = telegram.Bot(server.token, base_url=server.base_url, request=Wire())
        async with bot:
            drafts = Drafts(
                bot,
                server.private.id,
                0,
                reply="r1",
                head="Maren",
                interval=timedelta(seconds=0.5),
                sleep=clock.sleep,
            )
            yield server, drafts
            await drafts.end()


async def test_a_draft_that_does_not_change_is_sent_again_before_it_would_vanish() -> None:
    clock = Clock()
    async with drafting(clock) as (server, drafts):
        drafts.show("Good evening.")
        await server.until(lambda: len(server.private.drafts) >= 6)
        sent = server.private.drafts
        times = [draft.at for draft in sent]

        assert all(20 <= late - early < 30 for early, late in itertools.pairwise(times))
        assert {(draft.id, draft.text) for draft in sent} == {(sent[0].id, "Maren\nGood evening.")}
        assert server.draft(server.private) is not None


async def test_a_draft_that_changes_is_sent_at_its_interval_and_no_more_often() -> None:
    clock = Clock()
    async with drafting(clock) as (server, drafts):
        for number in range(1, 5):
            drafts.show(f"{number}.")
            await server.until(partial(_drafted, server, f"{number}."))
        times = [draft.at for draft in server.private.drafts]

    assert len(times) == 4
    assert all(late - early >= 0.5 for early, late in itertools.pairwise(times))


def _drafted(server: TelegramServer, text: str) -> bool:
    return any(text in draft.text for draft in server.private.drafts)


async def test_of_words_that_were_taken_back_the_draft_shows_nothing_any_more() -> None:
    async with drafting(Clock()) as (server, drafts):
        drafts.show("The ping is here.")
        await server.until(lambda: server.private.drafts)
        drafts.show("")
        await server.until(lambda: len(server.private.drafts) >= 2)

        assert server.private.drafts[1].text == "Maren\n…"


async def test_a_draft_whose_words_were_taken_back_at_the_end_does_not_stay() -> None:
    async with drafting(Clock()) as (server, drafts):
        drafts.show("The ping is here.")
        await server.until(lambda: server.private.drafts)
        hold = Hold()
        server.plan("sendMessageDraft", hold)
        drafts.show("The ping is here. And the pong.")
        await hold.arrived.wait()
        drafts.show("")
        ending = asyncio.create_task(drafts.end())
        await asyncio.sleep(0)
        hold.release()
        await ending

        assert "pong" in server.private.drafts[-2].text
        assert server.private.drafts[-1].text == "Maren\n…"


async def test_a_withdrawn_reply_leaves_its_words_in_no_draft_that_is_seen() -> None:
    gate = Gate(len("The ping is here. And th"))
    async with on_telegram(gated(gate, reply_of("The ping is here.", "And the pong."))) as stage:
        server = stage.server
        server.say(server.private, server.person, "Hello")
        await server.until(lambda: server.private.drafts)
        gate.open.set()
        message = await stage.until_says(server.private, "wind took")

        assert "ping" not in message.text
        assert server.draft(server.private) is None
        await stage.ended(server.private)
        assert not _after_the_end(server.private.drafts, "ping")


def _after_the_end(drafts: list[Draft], word: str) -> bool:
    """Whether the last draft has a word in it although one without came before."""
    without = [number for number, draft in enumerate(drafts) if word not in draft.text]
    return bool(without) and word in drafts[-1].text


FAULTS: dict[str, list[Fault]] = {
    "html 502": [Broken(), Broken()],
    "html 502 after the effect": [Broken(after=True)],
    "garbage": [Garbage(), Garbage()],
    "reset": [Reset(), Reset(after=True)],
    "late": [Delay(by=timedelta(milliseconds=200))],
    "late after the effect": [Delay(by=timedelta(milliseconds=200), after=True)],
    "too many": [TooMany(retry_after=timedelta(seconds=1))],
    "refused": [Refused(code=400, description="Bad Request: can't parse entities: unsupported start tag")],
    "not known here": [Refused(code=404, description="Not Found: method not found")],
}


@pytest.mark.parametrize("faults", FAULTS.values(), ids=FAULTS.keys())
async def test_whatever_happens_to_its_drafts_a_reply_arrives_whole_and_once(faults: list[Fault]) -> None:
    gate = Gate(len("Good evening. Come in. W"))
    async with on_telegram(gated(gate, reply_of("Good evening.", "Come in.", "Warm up."))) as stage:
        server = stage.server
        server.plan("sendMessageDraft", *faults)
        server.say(server.private, server.person, "Hello")
        await server.until(lambda: len(server.requests("sendMessageDraft")) >= len(faults))
        gate.open.set()
        message = await stage.until_says(server.private, "Warm up.")
        await stage.ended(server.private)

        assert message.text == f"{NAME}Good evening. Come in. Warm up."
        assert len([text for text in stage.texts(server.private) if text.startswith(NAME)]) == 1
        assert len(message.buttons) == 9
        server.faults.clear()


async def test_where_drafts_do_not_work_at_all_they_are_given_up_and_the_reply_comes() -> None:
    gate = Gate(len("Good evening. Come in. W"))
    async with on_telegram(gated(gate, reply_of("Good evening.", "Come in.", "Warm up."))) as stage:
        server = stage.server
        server.plan("sendMessageDraft", *[Broken()] * 3)
        server.say(server.private, server.person, "Hello")
        await server.until(lambda: len(server.requests("sendMessageDraft")) == 3)
        gate.open.set()
        await stage.until_says(server.private, "Warm up.")

        assert len(server.requests("sendMessageDraft")) == 3


async def test_a_draft_that_hangs_holds_no_reply_back() -> None:
    gate, hold = Gate(len("Good evening. Come in. W")), Hold()
    async with on_telegram(gated(gate, reply_of("Good evening.", "Come in.", "Warm up."))) as stage:
        server = stage.server
        server.plan("sendMessageDraft", hold)
        server.say(server.private, server.person, "Hello")
        await hold.arrived.wait()
        gate.open.set()
        await stage.until_says(server.private, "Warm up.")

        assert not hold.released.is_set()


async def test_a_draft_that_hangs_when_the_program_ends_takes_no_words_with_it() -> None:
    gate, hold = Gate(len("Good evening. Come in. W")), Hold()
    async with TelegramServer() as server:
        async with on_telegram(gated(gate, reply_of("Good evening.", "Come in.", "Warm up.")), server=server):
            server.plan("sendMessageDraft", hold)
            server.say(server.private, server.person, "Hello")
            await hold.arrived.wait()

        assert not hold.released.is_set()
        assert any(one.text.startswith(f"{NAME}Good evening.") for one in server.answers(server.private))


@pytest.mark.parametrize("late", [timedelta(milliseconds=50), timedelta(milliseconds=200)])
async def test_a_long_reply_over_a_slow_line_arrives_whole_and_in_order(late: timedelta) -> None:
    async with on_telegram(scripted(reply_of(LONG))) as stage:
        server = stage.server
        server.plan("sendMessage", *[Delay(by=late, after=number % 2 == 0) for number in range(3)])
        server.say(server.private, server.person, "Hello")
        await server.until(lambda: [one for one in server.answers(server.private) if one.buttons])
        parts = [text.removeprefix(NAME) for text in stage.texts(server.private) if text.startswith(NAME)]

        assert "".join("".join(parts).split()) == "".join(LONG.split())
        assert all(units(text) <= 4_096 for text in stage.texts(server.private))


@pytest.mark.parametrize(
    ("fault", "there"),
    [
        (Broken(), False),
        (Broken(after=True), True),
        (Garbage(after=False), False),
        (Garbage(), True),
        (Garbage(body=b'{"ok":true}'), True),
        (Garbage(body=b'{"ok":true,"result":null}'), True),
        (Garbage(body=b'{"ok":true,"result":true}'), True),
        (Reset(), False),
    ],
    ids=[
        *("html 502", "html 502 after", "garbage before", "garbage"),
        *("no result", "an empty result", "no message", "reset"),
    ],
)
async def test_a_part_of_a_long_reply_that_is_lost_is_told_and_the_rest_comes(fault: Fault, *, there: bool) -> None:
    async with on_telegram(scripted(reply_of("First."), reply_of(LONG))) as stage:
        server = stage.server
        server.say(server.private, server.person, "Hello")
        await stage.until_says(server.private, "First.")
        await stage.ended(server.private)
        before = len(stage.texts(server.private))
        hold = Hold()
        server.plan("sendMessage", hold, fault)
        server.say(server.private, server.person, "And?")
        await hold.arrived.wait()
        hold.release()
        await server.until(lambda: [one for one in server.answers(server.private)[before:] if one.buttons])
        texts = stage.texts(server.private)[before:]
        parts = [text for text in texts if "sea is calm" in text]

        assert len([text for text in texts if "The line broke" in text]) == 1
        assert len(parts) == (3 if there else 2)
