"""Polls at the fake Telegram: they wait, confirm, collide, and lose nothing over a restart."""

import asyncio

import pytest
from telegram import Update
from telegram.error import Conflict

from bots.fakes.telegram_server import Request, TelegramServer
from tests.support.telegram_probe import Probe
from tests.support.telegram_running import builder, polling


def polls(server: TelegramServer) -> list[Request]:
    return list(server.requests("getUpdates"))


async def test_a_poll_waits_until_there_is_something() -> None:
    async with TelegramServer() as server, builder(server).build().bot as bot:
        waiting = asyncio.create_task(bot.get_updates(timeout=50))
        await server.until(lambda: polls(server))
        assert not waiting.done()
        server.say(server.private, server.person, "one")
        server.say(server.private, server.person, "two")
        found = await asyncio.wait_for(waiting, 5)

    assert [update.message.text for update in found if update.message] == ["one", "two"]


async def test_a_poll_ends_with_nothing_when_its_time_is_over() -> None:
    async with TelegramServer() as server, builder(server).build().bot as bot:
        assert await bot.get_updates(timeout=1) == ()


async def test_an_update_is_gone_when_a_higher_offset_was_asked_for_and_not_before() -> None:
    async with TelegramServer() as server, builder(server).build().bot as bot:
        for text in ("one", "two", "three"):
            server.say(server.private, server.person, text)
        first = await bot.get_updates(limit=2)
        again = await bot.get_updates(limit=2)
        rest = await bot.get_updates(offset=first[0].update_id + 1)
        last = await bot.get_updates(offset=-1)
        left = await bot.get_updates()

    assert len(first) == 2
    assert [update.update_id for update in first] == [update.update_id for update in again]
    assert [update.message.text for update in rest if update.message] == ["two", "three"]
    assert last == left == rest[1:]


async def test_a_restart_neither_loses_nor_repeats_a_message() -> None:
    async with TelegramServer() as server:
        first = Probe(server)
        async with polling(first.app):
            server.say(server.private, server.person, "before")
            await server.until(lambda: first.heard)
        server.say(server.private, server.person, "between")
        second = Probe(server)
        async with polling(second.app):
            server.say(server.private, server.person, "after")
            await server.until(lambda: len(second.heard) == 2)

    assert first.texts == ["before"]
    assert second.texts == ["between", "after"]


async def test_what_a_bot_that_was_killed_had_fetched_comes_again() -> None:
    async with TelegramServer() as server:
        server.say(server.private, server.person, "hello")
        async with builder(server).build().bot as killed:
            lost = await killed.get_updates()
        probe = Probe(server)
        async with polling(probe.app):
            await server.until(lambda: probe.heard)

    assert [update.update_id for update in probe.heard] == [update.update_id for update in lost]


async def test_a_second_poll_ends_the_first() -> None:
    async with TelegramServer() as server, builder(server).build().bot as bot, builder(server).build().bot as other:
        first = asyncio.create_task(bot.get_updates(timeout=5))
        await server.until(lambda: polls(server))
        second = asyncio.create_task(other.get_updates(timeout=5))
        with pytest.raises(Conflict, match="terminated by other getUpdates request"):
            await first
        server.say(server.private, server.person, "hello")
        assert len(await second) == 1


async def test_a_bot_that_polls_beside_another_hears_of_it_and_goes_on() -> None:
    conflicts: list[BaseException] = []
    async with TelegramServer() as server:
        one, other = Probe(server), Probe(server)
        async with polling(one.app, error_callback=conflicts.append):
            await server.until(lambda: polls(server))
            async with polling(other.app, error_callback=conflicts.append):
                await server.until(lambda: [poll for poll in polls(server) if poll.status == 409])
                server.say(server.private, server.person, "hello")
                await server.until(lambda: one.heard or other.heard)

    assert {type(conflict) for conflict in conflicts} == {Conflict}


async def test_updates_of_other_kinds_than_asked_for_are_dropped_when_they_happen() -> None:
    async with TelegramServer() as server, builder(server).build().bot as bot:
        await bot.get_updates(allowed_updates=["callback_query"])
        server.say(server.private, server.person, "unheard")
        await bot.get_updates(allowed_updates=["message"])
        server.say(server.private, server.person, "heard")
        found = await bot.get_updates()
        await bot.get_updates(offset=found[-1].update_id + 1, allowed_updates=[])
        server.membership.promote(server.group, server.world.bot)
        said = server.say(server.group, server.person, "hello")
        server.people.react(said, server.owner, "👍")
        by_default = await bot.get_updates()
        await bot.get_updates(offset=by_default[-1].update_id + 1, allowed_updates=Update.ALL_TYPES)
        server.people.react(said, server.owner, "🔥")
        server.membership.leave(server.group, server.person)
        everything = await bot.get_updates()

    assert [update.message.text for update in found if update.message] == ["heard"]
    assert [set(update.to_dict()) - {"update_id"} for update in by_default] == [{"my_chat_member"}, {"message"}]
    assert [set(update.to_dict()) - {"update_id"} for update in everything] == [
        {"message_reaction"}, {"chat_member"}, {"message"},
    ]  # fmt: skip
