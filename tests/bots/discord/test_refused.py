"""Where Discord wants to be left alone for longer than we wait, or is not reached: there is a reply all the same."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from bots.discord_bot.platform import Discord
from bots.fakes.discord_server import Broken, DiscordServer, Permission, Refused, Reset, TooMany
from moderation.errors import StoreBusy
from tests.bots.discord.test_wire import _at_once, serving
from tests.support.discord_stage import surroundings, words
from tests.support.house import open_house
from tests.support.stage import reply_of, scripted

__all__ = ["_at_once"]

HISTORY = Permission.READ_MESSAGE_HISTORY
LONG = timedelta(minutes=5)
LOGIN = "GET", "/users/@me"
COMMANDS = "PUT", "/applications/*/commands"
REFUSED = [TooMany(retry_after=LONG), Broken(status=429), Broken(status=403), Refused(status=503, code=0)]


@pytest.mark.parametrize("where", [LOGIN, COMMANDS])
@pytest.mark.parametrize("fault", REFUSED)
async def test_a_refusal_at_the_start_is_waited_out_as_long_as_discord_says(where: Any, fault: Any) -> None:
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    async with DiscordServer() as server, open_house(scripted(reply_of("Here."))) as opened:
        server.plan(*where, *[fault] * (1 if isinstance(fault, TooMany) else 5))
        platform = Discord(
            SecretStr(server.token),
            lambda router: replace(surroundings(router, content=False), sleep=sleep),
            base_url=server.url,
            gateway_url=server.gateway_url,
        )
        task = asyncio.create_task(platform.serve(opened.host))
        try:
            await server.until(lambda: server.gateway.connected() is not None or task.done())

            assert not task.done()
            assert pauses[0] == (LONG.total_seconds() if isinstance(fault, TooMany) else 1.0)
        finally:
            server.faults.clear()
            task.cancel()
            await asyncio.wait([task])


@pytest.mark.parametrize("fault", [TooMany(retry_after=LONG), Reset(), Reset(after=True)])
async def test_where_no_thread_can_be_opened_the_answer_stands_in_the_channel_or_in_the_one_there_is(
    fault: Any,
) -> None:
    async with DiscordServer() as server, serving(server, scripted(reply_of("Here."))) as wire:
        await wire.opened.house.scenes.places.change(f"discord:server:{server.guild.id}", threads=True)
        server.plan("POST", "/channels/*/messages/*/threads", fault)
        wire.ask()
        [said] = await server.until(lambda: [one for one in server.answers() if words(one.content) == "Here."])

        assert said.channel.thread or said.channel is server.channel


async def test_a_sign_of_typing_that_is_refused_ends_no_reply() -> None:
    async with DiscordServer() as server, serving(server, scripted(reply_of("Here.", "And there."))) as wire:
        server.plan("POST", "/channels/*/typing", TooMany(retry_after=LONG))
        wire.ask()
        await wire.until_said("Here. And there.")


async def test_where_no_webhook_can_be_made_yet_the_bot_speaks_itself_until_one_can() -> None:
    async with DiscordServer() as server, serving(server, scripted(reply_of("One."), reply_of("Two."))) as wire:
        server.plan("POST", "/channels/*/webhooks", TooMany(retry_after=LONG))
        wire.ask()
        await wire.until_said("One.")
        await wire.until_settled()
        wire.ask("and now?")
        await wire.until_said("One.", "Two.")

        assert [one.webhook is not None for one in server.answers(server.channel) if one.content] == [False, True]


async def test_the_bot_itself_answers_where_it_may_not_read_what_came_before() -> None:
    async with DiscordServer() as server:
        server.service.allow(server.channel, server.world.bot, less=HISTORY | Permission.MANAGE_WEBHOOKS)
        async with serving(server, scripted(reply_of("Here.")), webhooks=False) as wire:
            wire.ask()
            await wire.until_said("Here.")


async def test_moderators_are_told_which_permission_a_reply_lacks() -> None:
    async with DiscordServer() as server:
        log = server.world.add_channel(server.guild, "log")
        async with serving(server, scripted(reply_of("Never.")), webhooks=False) as wire:
            await wire.opened.house.scenes.places.change(f"discord:server:{server.guild.id}", log_channel=str(log.id))
            server.channel.overwrites[server.world.bot.id] = (Permission(0), HISTORY)  # the gateway does not tell of it
            wire.ask()
            [card] = await server.until(lambda: server.answers(log))

            assert "read\\_message\\_history" in card.components[0]["components"][0]["content"]


async def test_somebody_whose_question_no_store_could_take_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    async with DiscordServer() as server, serving(server, scripted(reply_of("Never."))) as wire:

        async def busy(*_: Any, **__: Any) -> None:
            raise StoreBusy("stores.busy")

        monkeypatch.setattr(wire.opened.host.replies, "begin", busy)
        wire.ask()
        [card] = await server.until(lambda: server.answers(server.channel))

        assert card.components
