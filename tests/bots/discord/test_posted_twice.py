"""What a webhook has posted twice, or may have: each reply stands there once, and the record knows it."""

import asyncio
from types import SimpleNamespace

import pytest

from bots.fakes.discord_server import Broken, DiscordServer, Permission, Refused, Reset
from tests.bots.discord.test_wire import HOOK, HOOKED, LONG, Valve, Wire, _at_once, serving, slow
from tests.support.discord_stage import words
from tests.support.stage import reply_of, scripted

__all__ = ["_at_once"]


@pytest.mark.parametrize("status", [502, 503])
async def test_what_the_library_posts_again_by_itself_is_taken_away_before_the_reply_goes_on(status: int) -> None:
    valve = Valve(free=12)
    async with DiscordServer() as server, serving(server, slow(valve, "One.", LONG)) as wire:
        server.plan("POST", HOOK, Broken(status=status, after=True))
        wire.ask()
        await server.until(lambda: wire.said() == ["One.", "One."])
        await wire.until_said("One.")
        valve.open.set()
        await wire.until_said(f"One. {LONG}")
        await wire.until_settled()


async def test_one_that_cannot_be_taken_away_does_not_end_the_reply() -> None:
    async with DiscordServer() as server, serving(server, scripted(reply_of("One."))) as wire:
        server.plan("POST", HOOK, Broken(after=True))
        server.plan("DELETE", HOOKED, Refused(status=403, code=50013))
        wire.ask()
        await server.until(lambda: wire.said() == ["One.", "One."])
        await wire.until_settled()

        assert await _noted(wire) == [str(server.answers(server.channel)[-1].id)]


async def test_what_was_posted_before_every_try_failed_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    patient = SimpleNamespace(Lock=asyncio.Lock, sleep=_no_sleep)
    monkeypatch.setattr("discord.webhook.async_.asyncio", patient)
    async with DiscordServer() as server, serving(server, scripted(reply_of("One."))) as wire:
        server.plan("POST", HOOK, *[Refused(status=503, code=0)] * 4, Broken(after=True))
        wire.ask()
        await wire.until_said("One.")
        await wire.until_settled()

        assert await _noted(wire) == [str(one.id) for one in server.answers(server.channel) if one.content]


async def test_an_older_message_of_the_same_words_that_nobody_knows_any_more_stays() -> None:
    async with DiscordServer() as server, serving(server, scripted(reply_of("Never."))) as wire:
        wire.ask("")
        await wire.until_said("The lamp is lit.")
        await wire.until_settled()
        greeting = await wire.opened.host.replies.newest(f"discord:channel:{server.channel.id}")
        assert greeting is not None
        await wire.opened.host.replies.forget(greeting)
        for _ in range(60_000):  # ids tell the time: that is a minute
            server.world.snowflake()
        server.plan("POST", HOOK, Broken(after=True))
        wire.ask("")
        await server.until(lambda: server.requests("DELETE", HOOKED))
        await wire.until_settled()

        assert wire.said() == ["The lamp is lit."] * 2
        assert not server.world.messages[int(greeting.shown[0])].deleted


@pytest.mark.parametrize("history", [True, False])
async def test_a_connection_that_breaks_after_posting_doubles_nothing_where_no_history_may_be_read(
    history: bool,
) -> None:
    async with DiscordServer() as server:
        less = Permission(0) if history else Permission.READ_MESSAGE_HISTORY
        server.service.allow(server.channel, server.world.bot, more=Permission.MANAGE_WEBHOOKS, less=less)
        server.plan("POST", HOOK, Reset(after=True))
        async with serving(server, scripted(reply_of("Here.")), webhooks=False) as wire:
            wire.ask()
            await wire.until_said("Here.")
            await wire.until_settled()

            assert wire.said() == ["Here."]


async def test_an_older_message_of_the_same_words_is_not_taken_for_the_one_that_was_lost() -> None:
    model = scripted(reply_of("Hm."), reply_of("Hm.", "Second thoughts."))
    async with DiscordServer() as server, serving(server, model) as wire:
        await wire.opened.house.scenes.places.change(f"discord:server:{server.guild.id}", threads=True)
        wire.ask()
        [first] = await server.until(lambda: [one for one in server.answers() if words(one.content) == "Hm."])
        await wire.until_settled()
        server.plan("POST", HOOK, Reset())
        server.say(first.channel, server.person, "and now?", mention_bot=True)
        whole = "Hm. Second thoughts."
        [second] = await server.until(lambda: [one for one in server.answers() if words(one.content) == whole])

        assert second is not first
        assert words(first.content) == "Hm."


async def _noted(wire: Wire) -> list[str]:
    """The messages that the newest reply stands in, as far as we know."""
    record = await wire.opened.host.replies.newest(f"discord:channel:{wire.server.channel.id}")
    return list(record.shown) if record else []


async def _no_sleep(_: float) -> None:
    """Twenty-five seconds, all in all."""
