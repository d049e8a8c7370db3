"""How the Telegram bot begins while Telegram puts off what belongs to a start: it hears people all the same."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bots.fakes.telegram_server import Chat, Hold, TelegramServer, TooMany
from bots.records import Record
from bots.state.memory import MemoryState
from tests.bots.telegram.test_lifecycle import free_port, memory, webhook
from tests.support.house import open_house
from tests.support.stage import NOW, reply_of, scripted
from tests.support.telegram_stage import on_telegram, platform, serving

FIRST, SECOND = reply_of("First."), reply_of("Second.")
LONG = TooMany(retry_after=timedelta(minutes=10))


async def half_shown(server: TelegramServer, state: MemoryState, *chats: Chat) -> None:
    """A program that was killed when a reply in each of the chats was not whole yet, which reads "First."."""
    async with on_telegram(scripted(*[FIRST] * len(chats)), server=server, state=state) as stage:
        records = list[Record]()
        for chat in chats:
            server.say(chat, server.world.users[chat.id], "Hello")
            await stage.until_says(chat, "First.")
            records.append(await stage.ended(chat))
        for record in records:
            await stage.opened.house.replies.keep(replace(record, running=True))


def another(server: TelegramServer) -> Chat:
    other = server.world.add_user("Bo")
    other.started = True
    return server.world.private(other)


async def test_nobody_waits_for_what_telegram_puts_off_at_the_start() -> None:
    state = memory()
    async with TelegramServer() as server:
        other = another(server)
        await half_shown(server, state, server.private)
        server.plan("editMessageReplyMarkup", LONG)
        async with on_telegram(scripted(SECOND), server=server, state=state) as stage:
            server.say(other, server.world.users[other.id], "Hello")
            await stage.until_says(other, "Second.")
            await server.until(lambda: not server.faults.pending)


@pytest.mark.parametrize("brought", [False, True])
async def test_nobody_waits_for_the_commands_to_be_shown(*, brought: bool) -> None:
    port = free_port()
    async with TelegramServer() as server:
        server.proxy("https://bot.example", f"http://127.0.0.1:{port}")
        server.plan("setMyCommands", LONG)
        async with on_telegram(scripted(FIRST), server=server, webhook=webhook(port) if brought else None) as stage:
            server.say(server.private, server.person, "Hello")
            await stage.until_says(server.private, "First.")
            assert stage.telegram.connected
            await server.until(lambda: not server.faults.pending)
        assert not [task for task in asyncio.all_tasks() if "publish" in repr(task)]


async def test_it_is_not_said_to_be_reached_before_telegram_answered() -> None:
    hold = Hold()
    async with TelegramServer() as server, open_house(scripted(FIRST)) as opened:
        telegram = platform(server)
        server.plan("deleteWebhook", hold)
        async with serving(telegram, opened.host):
            await hold.arrived.wait()
            before = telegram.connected
            hold.release()
            await server.until(lambda: server.requests("getUpdates"))
            assert (before, telegram.connected) == (False, True)


async def test_a_half_shown_reply_that_somebody_has_said_anew_meanwhile_is_not_marked() -> None:
    state, hold = memory(), Hold()
    async with TelegramServer() as server:
        other, last = another(server), another(server)
        await half_shown(server, state, server.private, other, last)
        (half,) = (one for one in server.answers(other) if "First." in one.text)
        server.plan("editMessageReplyMarkup", hold)
        async with on_telegram(scripted(SECOND), server=server, state=state) as stage:
            await hold.arrived.wait()
            server.press(half, "🔄", server.world.users[other.id])
            await stage.until_says(other, "nothing to read")
            await stage.ended(other)
            hold.release()
            for chat in (server.private, last):
                await stage.until_says(chat, "interrupted")

        assert "interrupted" not in half.text


async def test_a_half_shown_reply_after_which_another_came_has_no_buttons_any_more() -> None:
    state, hold = memory(), Hold()
    async with TelegramServer() as server:
        await half_shown(server, state, server.private)
        server.plan("editMessageReplyMarkup", hold)
        later = NOW + timedelta(minutes=1)
        async with on_telegram(scripted(SECOND), server=server, state=state, now=lambda: later) as stage:
            await hold.arrived.wait()
            server.say(server.private, server.person, "And?")
            await stage.until_says(server.private, "Second.")
            await stage.ended(server.private)
            hold.release()
            half = await stage.until_says(server.private, "interrupted")

        assert not half.buttons
        assert len(server.answers(server.private)[-1].buttons) == 9
