"""Words that are withdrawn on Discord, whatever fails just then; against a real REST on this machine."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from bots.fakes.discord_server import DiscordServer, Hold, Message, Permission, Refused, TooMany
from bots.fakes.discord_server.world import Channel
from moderation.errors import UnknownExchange
from moderation.records import Outcome
from personas.generators.scripted import Scripted
from personas.generators.scripts import parse_script
from tests.bots.discord.test_wire import HOOKED, Valve, Wire, _at_once, _buttons, _place, slow
from tests.bots.discord.test_wire import serving as _serving
from tests.personas.replying import REPAIR
from tests.support.discord_stage import words
from tests.support.ensemble import ALL, SURE
from tests.support.house import open_house
from tests.support.stage import reply_of, rules

__all__ = ["_at_once"]

EDIT = "/channels/*/messages/*"
BOTH = "First ping. Then pong."
FORBIDDEN = Refused(status=403, code=50001)
LONG = timedelta(seconds=90)
serving = partial(_serving, policy=rules(whole="deflect"))
"""What is taken back is not said anew: what stands there while it may not is looked at here."""


@asynccontextmanager
async def said(server: DiscordServer, valve: Valve, *, webhooks: bool) -> AsyncGenerator[tuple[Wire, Channel, Message]]:
    """A reply under way that stands there as `BOTH`, each sentence of which may; and the channel of the moderators."""
    valve.free = len(BOTH) + 12
    model = slow(valve, "First ping.", "Then pong.", "Sit down, the kettle is on.")
    log = server.world.add_channel(server.guild, "log")
    async with serving(server, model, webhooks=webhooks) as wire:
        await wire.opened.house.scenes.places.change(f"discord:server:{server.guild.id}", log_channel=str(log.id))
        wire.ask()
        await server.until(lambda: wire.said() == [BOTH])
        [message] = [one for one in server.answers(server.channel) if one.content]
        yield wire, log, message


async def withdrawn(wire: Wire) -> None:
    """The reply is over, whatever stands there."""
    closing = None
    while closing is None:
        await asyncio.sleep(0.01)
        with suppress(UnknownExchange):
            closing = (await wire.opened.store.get("x1")).closing
    assert closing.outcome is Outcome.WITHDRAWN


@pytest.mark.parametrize("fault", [Refused(status=503, code=0), TooMany(retry_after=LONG), FORBIDDEN])
async def test_what_cannot_be_taken_back_at_once_is_tried_again_and_moderators_are_told(fault: Any) -> None:
    valve = Valve()
    async with DiscordServer() as server, said(server, valve, webhooks=False) as (wire, log, message):
        hold = Hold()
        server.plan("PATCH", EDIT, hold, fault)
        valve.open.set()
        await hold.arrived.wait()
        await withdrawn(wire)
        hold.release()
        await server.until(lambda: "wind took" in message.content)
        await wire.until_settled()
        await server.until(lambda: bool(server.answers(log)))

        assert "ping" not in message.content
        assert any(":again:" in one for one in _buttons(message))


async def test_where_the_webhook_is_gone_the_bot_itself_takes_the_message_away() -> None:
    valve = Valve()
    async with DiscordServer() as server, said(server, valve, webhooks=True) as (wire, log, message):
        more = Permission.MANAGE_WEBHOOKS | Permission.MANAGE_MESSAGES
        server.service.allow(server.channel, server.world.bot, more=more)
        hold = Hold(after=True)
        server.plan("PATCH", HOOKED, hold)
        valve.open.set()
        await hold.arrived.wait()
        [hook] = server.world.webhooks.values()
        server.service.delete_webhook(hook)
        hold.release()
        await server.until(lambda: message.deleted)
        await wire.until_settled()
        await server.until(lambda: bool(server.answers(log)))


@pytest.mark.parametrize("webhooks", [False, True])
async def test_what_could_not_be_taken_back_before_the_end_is_at_the_next_start_and_not_called_interrupted(
    webhooks: bool,
) -> None:
    valve, edit = Valve(), HOOKED if webhooks else EDIT
    async with DiscordServer() as server, said(server, valve, webhooks=webhooks) as (wire, log, message):
        hold = Hold()
        server.plan("PATCH", edit, hold, *[FORBIDDEN] * 6)
        valve.open.set()
        await hold.arrived.wait()
        await withdrawn(wire)
        hold.release()
        await server.until(lambda: bool(server.answers(log)))
        assert "pong" in message.content
        [record] = await wire.opened.host.replies.unfinished("discord")
        assert record.withdrawn, "a process that is killed says nothing more"
        await wire.stop()
        assert "pong" in message.content
        [record] = await wire.opened.host.replies.unfinished("discord")
        assert record.withdrawn
        assert record.exchange == "x1"

        async with serving(server, slow(valve), opened=wire.opened, webhooks=webhooks):
            await server.until(lambda: "pong" not in message.content)
            await wire.until_settled()
            newest = await wire.opened.host.replies.newest(_place(server).conversation)
            assert newest is not None
            assert not newest.withdrawn

    assert "interrupted" not in message.content
    assert words(message.content).startswith("*")
    assert len(server.answers(log)) == 1


@pytest.mark.parametrize("webhooks", [False, True])
async def test_an_edit_that_waits_for_a_limit_is_not_made_once_its_words_are_withdrawn(webhooks: bool) -> None:
    valve, edit, seen = Valve(free=len("First ping. ") + 12), HOOKED if webhooks else EDIT, list[str]()
    model = slow(valve, "First ping.", "And then there is a pong.", "Sit down, the kettle is on.")
    async with DiscordServer() as server, serving(server, model, webhooks=webhooks) as wire:
        server.service.watchers.append(lambda message: seen.append(message.content))
        wire.ask()
        await server.until(lambda: wire.said() == ["First ping."])
        server.plan("PATCH", edit, TooMany(retry_after=timedelta(seconds=2)))
        valve.free = len("And then there is a pong. ")
        valve.open.set()
        valve.open.clear()
        await server.until(lambda: server.requests("PATCH", edit))
        valve.open.set()
        await withdrawn(wire)
        await server.until(lambda: any("wind took" in text for text in seen))
        await wire.until_settled()

    assert not any("pong" in text for text in seen)


@pytest.mark.parametrize("how", ["stop", "the end of the program"])
async def test_what_may_not_stand_is_taken_back_although_the_reply_ends_before_its_last_check(how: str) -> None:
    valve = Valve()
    async with DiscordServer() as server, said(server, valve, webhooks=True) as (wire, log, message):
        if how == "stop":
            server.press(message, next(one for one in _buttons(message) if ":stop:" in one), server.person)
        else:
            await wire.stop()
        await withdrawn(wire)
        await server.until(lambda: words(message.content) == "The wind took my words.")
        await wire.until_settled()
        await server.until(lambda: bool(server.answers(log)))

        assert any(":again:" in one for one in _buttons(message))
        newest = await wire.opened.host.replies.newest(_place(server).conversation)
        assert newest is not None
        assert newest.outcome == "withdrawn"


async def test_the_reply_before_is_brought_back_where_its_new_try_is_stopped_while_it_is_said_anew() -> None:
    again = asyncio.Event()

    async def sleep(_: float) -> None:
        """What is said in place of the second reply never comes."""
        if len(model.journal) == 2:
            again.set()
            await asyncio.Event().wait()

    replies = [reply_of("Good one."), reply_of("First ping.", "Then pong.", repair=REPAIR)]
    model = Scripted(parse_script(json.dumps(replies).encode(), file="again.json"), sleep=sleep)
    async with DiscordServer() as server, _serving(server, model) as wire:

        def press(verb: str) -> None:
            [message] = [one for one in server.answers(server.channel) if one.content]
            server.press(message, next(one for one in _buttons(message) if f":{verb}:" in one), server.person)

        wire.ask()
        await wire.until_said("Good one.")
        await wire.until_settled()
        press("again")
        await again.wait()
        await wire.until_said("*(taken back)*")
        press("stop")
        await wire.until_settled()
        assert wire.said() == ["*(taken back)*"]
        newest = await wire.opened.host.replies.newest(_place(server).conversation)
        assert newest is not None
        async with asyncio.timeout(20):
            while not (await wire.opened.host.replies.variants(newest)).texts:
                await asyncio.sleep(0.01)
        press("back")
        await wire.until_said("Good one.")


@pytest.mark.parametrize("anew", [[], ["Needles then. Then pong. Sit down."]], ids=["in vain", "said anew"])
async def test_of_a_reaction_whose_words_are_taken_back_nothing_stands(anew: list[str]) -> None:
    shown, left = asyncio.Event(), iter(range(len(BOTH) + 6))

    async def sleep(_: float) -> None:
        """The second persona goes on once both of its sentences stand there."""
        if len(model.journal) == 1 and next(left, None) is None:
            await shown.wait()

    repair = {"p_ok": float(bool(anew)), "ok": "Needles then.", "bad": BOTH}
    reaction = reply_of("First ping.", "Then pong.", "Sit down.", repair=repair, chunk="1char")
    replies = [reply_of("Come in.", chunk="1char"), reaction]
    model = Scripted(parse_script(json.dumps(replies).encode(), file="scene.json"), sleep=sleep)
    settings = f"{SURE}scene_turns = 2\n"
    async with (
        DiscordServer() as server,
        open_house(model, settings=settings, personas=ALL) as house,
        serving(server, model, opened=house) as wire,
    ):
        await house.house.scenes.places.change(_place(server).conversation, scene=("keeper", "pedlar"))
        seen: list[list[str]] = []
        server.service.watchers.append(lambda _: seen.append(wire.said()))
        wire.ask()
        await wire.until_said("Come in.", BOTH)
        shown.set()
        if anew:
            await wire.until_said("Come in.", *anew)
        else:
            await withdrawn(wire)
        await wire.until_settled()

        assert wire.said() == ["Come in.", *anew]
        assert not any("taken back" in text for texts in seen for text in texts)
