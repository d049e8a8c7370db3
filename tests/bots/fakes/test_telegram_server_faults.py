"""What goes wrong on the way to the fake Telegram, what python-telegram-bot makes of it, and limits that are kept."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError, TimedOut

from bots.fakes.telegram_server import (
    Broken,
    Delay,
    Garbage,
    Hold,
    Limit,
    Limits,
    Refused,
    Reset,
    TelegramServer,
    TooMany,
)
from bots.fakes.telegram_server.people import PIXEL
from tests.support.telegram_probe import Probe, ask
from tests.support.telegram_running import builder, polling

pytestmark = pytest.mark.filterwarnings("ignore:.*attribute `retry_after` will be of type")
"""python-telegram-bot warns of it with each 429."""

SECOND = timedelta(seconds=1)
SLOW = timedelta(milliseconds=300)


def texts(server: TelegramServer) -> list[str]:
    return [message.text for message in server.answers()]


async def test_too_many_requests_say_how_long_to_wait() -> None:
    async with TelegramServer() as server, builder(server).build().bot as bot:
        server.plan("sendMessage", TooMany(retry_after=timedelta(seconds=36.2)))
        with pytest.raises(RetryAfter) as refusal:
            await bot.send_message(server.private.id, "x")
        server.plan("sendMessage", TooMany(retry_after=SECOND))
        raw = await ask(server, "sendMessage", chat_id=server.private.id, text="x")

    assert refusal.value.retry_after == 37
    assert raw == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 1",
        "parameters": {"retry_after": 1},
    }
    assert server.answers() == []


async def test_a_fault_hits_one_chat_alone_where_one_is_named() -> None:
    async with TelegramServer() as server, builder(server).build().bot as bot:
        server.plan("sendMessage", TooMany(retry_after=SECOND), chat=server.group)
        await bot.send_message(server.private.id, "one")
        with pytest.raises(RetryAfter):
            await bot.send_message(server.group.id, "two")
        await bot.send_message(server.group.id, "three")

    assert texts(server) == ["one", "three"]


@pytest.mark.parametrize(
    ("fault", "error", "said"),
    [
        (Broken(), NetworkError, r"Bad Gateway \(502\)"),
        (Broken(status=504), NetworkError, "Gateway Timeout"),
        (Garbage(after=False), TelegramError, "Invalid server response"),
        (Reset(), NetworkError, "httpx.ReadError"),
        (Refused(code=403, description="Forbidden: bot was blocked by the user"), Forbidden, "bot was blocked"),
        (Refused(code=401, description="Unauthorized"), InvalidToken, "Unauthorized"),
        (Refused(code=404, description="Not Found"), InvalidToken, "Not Found"),
        (Refused(code=400, description="Bad Request: chat not found"), BadRequest, "Chat not found"),
        (Refused(code=500, description="Internal Server Error: restart"), NetworkError, "restart"),
    ],
)
async def test_a_fault_before_the_effect_sends_nothing(fault: Any, error: type[Exception], said: str) -> None:
    async with TelegramServer() as server, builder(server).build().bot as bot:
        server.plan("sendMessage", fault)
        with pytest.raises(error, match=said):
            await bot.send_message(server.private.id, "one")
        assert server.answers() == []
        await bot.send_message(server.private.id, "one")

    assert texts(server) == ["one"]


@pytest.mark.parametrize("fault", [Broken(after=True), Garbage(), Reset(after=True)])
async def test_whoever_tries_again_after_the_effect_sends_twice(fault: Any) -> None:
    async with TelegramServer() as server, builder(server).build().bot as bot:
        server.plan("sendMessage", fault)
        for _ in range(2):
            try:
                await bot.send_message(server.private.id, "one")
            except TelegramError:
                continue

    assert texts(server) == ["one", "one"]
    assert server.requests("sendMessage")[0].status in (None, 200, 502)


async def test_a_message_whose_answer_came_too_late_was_sent() -> None:
    async with TelegramServer() as server, builder(server).build().bot as bot:
        server.plan("sendMessage", Delay(by=SLOW, after=True), Delay(by=SLOW))
        for _ in range(2):
            with pytest.raises(TimedOut):
                await bot.send_message(server.private.id, "one", read_timeout=0.05)
        await server.until(lambda: len(server.answers()) == 2)

    assert texts(server) == ["one", "one"]


async def test_a_request_can_be_held_before_and_after_its_effect() -> None:
    async with TelegramServer() as server, builder(server).build().bot as bot:
        before, after = Hold(), Hold(after=True)
        server.plan("sendMessage", before, after)
        sending = asyncio.create_task(bot.send_message(server.private.id, "one"))
        await before.arrived.wait()
        assert server.answers() == []
        before.release()
        await sending
        sending = asyncio.create_task(bot.send_message(server.private.id, "two"))
        await after.arrived.wait()
        assert texts(server) == ["one", "two"]
        assert not sending.done()
        after.release()
        await sending


async def test_a_poll_that_breaks_off_loses_nothing() -> None:
    errors: list[TelegramError] = []
    async with TelegramServer() as server:
        probe = Probe(server)
        server.plan("getUpdates", Reset(after=True))
        server.say(server.private, server.person, "hello")
        async with polling(probe.app, error_callback=errors.append):
            await server.until(lambda: probe.heard)

    assert probe.texts == ["hello"]
    assert [type(error) for error in errors] == [NetworkError]


async def test_a_fault_that_hits_nothing_fails_the_test() -> None:
    with pytest.raises(AssertionError, match="planned, and hit nothing"):
        async with TelegramServer() as server:
            server.plan("sendMessage", Broken())


async def test_waiting_for_what_does_not_happen_says_what_did() -> None:
    async with TelegramServer() as server, builder(server).build().bot as bot:
        await bot.send_message(server.private.id, "x")
        with pytest.raises(AssertionError, match=r"it did not happen; what did:[^$]*sendMessage in \d+ -> 200"):
            await server.until(lambda: False, timeout=timedelta(milliseconds=1))


class Clock:
    """Time that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


async def flooded(server: TelegramServer, method: str, **parameters: object) -> int:
    """`retry_after`; 0: it went through."""
    answer = await ask(server, method, **parameters)
    return int(answer.get("parameters", {}).get("retry_after", 0))


async def test_a_chat_takes_a_few_messages_at_once_and_then_one_a_second() -> None:
    clock = Clock()
    async with TelegramServer(flood=Limits(), clock=clock) as server:
        chat, other = server.private.id, server.world.add_user("Ren")
        other.started = True
        waits = [await flooded(server, "sendMessage", chat_id=chat, text=str(n)) for n in range(5)]
        elsewhere = await flooded(server, "sendMessage", chat_id=other.id, text="x")
        drafts = [await flooded(server, "sendMessageDraft", chat_id=chat, draft_id=1, text=str(n)) for n in range(9)]
        clock.now += 1
        later = [await flooded(server, "sendMessage", chat_id=chat, text=str(n)) for n in range(2)]
        clock.now += 3
        edits = [
            await flooded(server, "editMessageText", chat_id=chat, message_id=101, text=f"edit {n}") for n in range(4)
        ]

    assert waits == [0, 0, 0, 1, 1]
    assert elsewhere == 0
    assert drafts == [0] * 9
    assert later == [0, 1]
    assert edits == [0, 0, 0, 1]
    assert server.journal.flooded == 4


async def test_a_group_takes_twenty_a_minute_edits_and_typing_among_them() -> None:
    clock = Clock()
    async with TelegramServer(flood=Limits(), clock=clock) as server:
        group, waits = server.group.id, []
        first = (await ask(server, "sendMessage", chat_id=group, text="x"))["result"]["message_id"]
        for n in range(10):
            clock.now += 1
            waits.append(await flooded(server, "sendChatAction", chat_id=group, action="typing"))
            waits.append(await flooded(server, "editMessageText", chat_id=group, message_id=first, text=f"{n}"))
        clock.now += 50
        again = [await flooded(server, "sendMessage", chat_id=group, text=str(n)) for n in range(2)]
        alone = await flooded(server, "sendMessage", chat_id=server.private.id, text="x")

    assert waits == [0] * 19 + [50]
    assert again == [0, 1]
    assert alone == 0


async def test_thirty_requests_a_second_are_the_limit_of_all() -> None:
    async with TelegramServer(flood=Limits(), clock=Clock()) as server:
        people = [server.world.add_user(f"Guest {n}") for n in range(31)]
        for person in people:
            person.started = True
        waits = [await flooded(server, "sendMessage", chat_id=person.id, text="x") for person in people]
        asked = await flooded(server, "getMe")

    assert waits == [0] * 30 + [1]
    assert asked == 0


async def test_what_was_refused_is_not_counted_and_limits_are_the_tests() -> None:
    limits = Limits(burst=1, group=Limit(requests=2, per=SECOND))
    async with TelegramServer(flood=limits, clock=Clock()) as server:
        chat = server.private.id
        bad = [await ask(server, "sendMessage", chat_id=chat, text="") for _ in range(3)]
        waits = [await flooded(server, "sendMessage", chat_id=chat, text="x") for _ in range(2)]
        acts = [await flooded(server, "sendChatAction", chat_id=server.group.id, action="typing") for _ in range(3)]

    assert {answer["error_code"] for answer in bad} == {400}
    assert (waits, acts) == ([0, 1], [0, 0, 1])


async def test_nothing_is_counted_unless_that_is_asked_for() -> None:
    async with TelegramServer() as server, builder(server).build().bot as bot:
        for _ in range(40):
            await bot.send_chat_action(server.group.id, "typing")
        await bot.send_photo(server.private.id, PIXEL)

    assert server.journal.flooded == 0
