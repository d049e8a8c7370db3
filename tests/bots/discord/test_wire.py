"""What only a connection shows: limits, resets, resumes, restarts; against a real gateway and REST on this machine."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from bots.cadence import strictest
from bots.discord_bot import client as client_module
from bots.discord_bot.client import TalchumClient
from bots.discord_bot.platform import Discord
from bots.errors import RefuseToStart
from bots.fakes.discord_server import PRIVILEGED, Broken, DiscordServer, Message, Permission, Refused, Reset, TooMany
from bots.places import Place
from moderation.policy import Policy
from personas.generators import Generator
from personas.generators.scripted import Scripted
from personas.generators.scripts import parse_script
from tests.support.discord_stage import surroundings, words
from tests.support.house import Opened, open_house
from tests.support.stage import reply_of, scripted

LONG = "Two is a good deal longer than that."
SOON = timedelta(milliseconds=50)
SAY = "/channels/*/messages"
HOOK = "/webhooks/*/*"
HOOKED = "/webhooks/*/*/messages/*"
CALLBACK = "/interactions/*/*/callback"


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library waits two seconds for guilds, and five between logins; here there is nobody to wait for."""

    async def no_wait(self: TalchumClient, shard_id: int | None, *, initial: bool = False) -> None:
        """At once."""

    made = TalchumClient.__init__

    def quick(self: TalchumClient, around: Any) -> None:
        made(self, around)
        self._connection.guild_ready_timeout = 0.05

    monkeypatch.setattr(client_module.TalchumClient, "before_identify_hook", no_wait)
    monkeypatch.setattr(client_module.TalchumClient, "__init__", quick)


class Valve:
    """A model's sleep: it goes on while the valve is open."""

    def __init__(self, free: int = 0) -> None:
        self.free = free
        self.open = asyncio.Event()

    async def __call__(self, _: float) -> None:
        if self.free:
            self.free -= 1
            return
        await self.open.wait()


def slow(valve: Valve, *sentences: str) -> Scripted:
    """A model that says a letter at a time, as the valve lets it: twelve, and "One." is complete."""
    replies = [reply_of(*sentences, tps=1.0, chunk="1char")] + [reply_of("And then.")] * 3
    return Scripted(parse_script(json.dumps(replies).encode(), file="slow.json"), sleep=valve)


@dataclass
class Wire:
    server: DiscordServer
    opened: Opened
    platform: Discord
    task: "asyncio.Task[None]"

    def ask(self, text: str = "hello", **more: Any) -> Message:
        return self.server.say(self.server.channel, self.server.person, text, mention_bot=True, **more)

    def said(self) -> list[str]:
        """What personas have standing there."""
        return [words(message.content) for message in self.server.answers(self.server.channel) if message.content]

    async def until_said(self, *texts: str) -> None:
        await self.server.until(lambda: self.said() == list(texts))

    async def until_settled(self) -> None:
        """Every reply is noted as finished."""
        while await self.opened.host.replies.unfinished("discord"):
            await asyncio.sleep(0.01)

    async def stop(self) -> None:
        self.task.cancel()
        await asyncio.wait([self.task])


@asynccontextmanager
async def serving(
    server: DiscordServer,
    generator: Generator,
    *,
    token: str = "",
    content: bool = False,
    interval: timedelta = timedelta(),
    opened: Opened | None = None,
    ready: bool = True,
    webhooks: bool = True,
    policy: Policy | None = None,
) -> AsyncGenerator[Wire, None]:
    """The platform at work on `server`, as `talchum run` has it."""
    if webhooks:
        server.service.allow(server.channel, server.world.bot, more=Permission.MANAGE_WEBHOOKS)
    async with open_house(generator, policy=policy) as own:
        house = opened or own

        def around(router: Any) -> Any:
            made = surroundings(router, content=content)
            return replace(made, pace=replace(made.pace, interval=interval))

        platform = Discord(
            SecretStr(token or server.token), around, base_url=server.url, gateway_url=server.gateway_url
        )
        house.host.register(platform)
        task = asyncio.create_task(platform.serve(house.host))
        try:
            if ready:
                await server.until(lambda: server.gateway.connected() is not None or task.done())
                if task.done():
                    await task
            yield Wire(server, house, platform, task)
        finally:
            task.cancel()
            await asyncio.wait([task])


async def test_a_mention_is_answered_as_a_persona_through_a_webhook() -> None:
    async with DiscordServer() as server, serving(server, scripted(reply_of("Good evening.", "Come in."))) as wire:
        wire.ask()
        await wire.until_said("Good evening. Come in.")
        [answer] = [message for message in server.answers(server.channel) if message.content]

        assert answer.name == "Maren · AI"
        assert answer.webhook is not None


async def test_a_wrong_token_keeps_the_program_from_starting_with_a_plain_sentence() -> None:
    async with DiscordServer() as server:
        with pytest.raises(RefuseToStart, match="does not accept the token"):
            async with serving(server, scripted(reply_of("Never.")), token="MTA.wrong.one", ready=False) as wire:
                await wire.task


async def test_an_intent_that_is_not_approved_keeps_the_program_from_starting_with_what_to_click() -> None:
    async with DiscordServer() as server:
        with pytest.raises(RefuseToStart, match="Message Content Intent"):
            async with serving(server, scripted(reply_of("Never.")), content=True, ready=False) as wire:
                await wire.task


async def test_an_approved_intent_lets_the_bot_read_what_calls_nobody() -> None:
    async with (
        DiscordServer(approved=PRIVILEGED) as server,
        serving(server, scripted(reply_of("Yes?")), content=True) as wire,
    ):
        await wire.opened.house.scenes.places.change(f"discord:server:{server.guild.id}", mode="every")
        server.say(server.channel, server.person, "is anybody there?")
        await wire.until_said("Yes?")


@pytest.mark.parametrize("fault", [Reset(), Refused(status=503, code=0)])
async def test_a_first_connection_that_fails_is_tried_again(fault: Any) -> None:
    async with DiscordServer() as server:
        server.plan("GET", "/users/@me", fault, *([fault] if isinstance(fault, Reset) else []))
        async with serving(server, scripted(reply_of("Here."))) as wire:
            wire.ask()
            await wire.until_said("Here.")


@pytest.mark.parametrize("scope", ["user", "global"])
async def test_a_limit_of_discords_is_waited_for_and_the_reply_arrives_whole_and_once(scope: Any) -> None:
    async with DiscordServer() as server:
        server.plan("POST", HOOK, TooMany(retry_after=SOON, scope=scope))
        server.plan("PATCH", HOOKED, TooMany(retry_after=SOON, scope=scope))
        async with serving(server, scripted(reply_of("One.", "Two.", "Three."))) as wire:
            wire.ask()
            await wire.until_said("One. Two. Three.")


async def test_many_sentences_are_written_in_few_edits_and_the_last_is_there() -> None:
    sentences = [f"Sentence {number}." for number in range(40)]
    async with (
        DiscordServer() as server,
        serving(server, scripted(reply_of(*sentences)), interval=timedelta(milliseconds=80)) as wire,
    ):
        wire.ask()
        await wire.until_said(" ".join(sentences))

        assert len(server.requests("PATCH", HOOKED)) < 15


@pytest.mark.parametrize("after", [False, True])
async def test_a_connection_that_breaks_while_posting_neither_loses_nor_doubles_the_reply(after: bool) -> None:
    async with DiscordServer() as server:
        server.plan("POST", HOOK, Reset(after=after))
        async with serving(server, scripted(reply_of("Good evening."))) as wire:
            wire.ask()
            await wire.until_said("Good evening.")
            await wire.until_settled()

            assert wire.said() == ["Good evening."]


@pytest.mark.parametrize("fault", [Reset(after=True), Reset(), Broken(after=True)])
async def test_where_the_bot_speaks_itself_a_nonce_keeps_a_retry_from_posting_twice(fault: Any) -> None:
    async with DiscordServer() as server, serving(server, scripted(reply_of("Good evening.")), webhooks=False) as wire:
        assert wire.opened.house.notices is not None
        await wire.opened.house.notices.due(_place(server), "somebody", strictest(()))
        server.plan("POST", SAY, fault)
        wire.ask()
        await wire.until_said("Good evening.")
        await wire.until_settled()

        assert wire.said() == ["Good evening."]
        assert all("nonce" in request.body for request in server.requests("POST", SAY) if request.body.get("content"))


def _place(server: DiscordServer) -> Place:
    scopes = (f"discord:server:{server.guild.id}", f"discord:channel:{server.channel.id}")
    return Place(platform="discord", scopes=scopes)


@pytest.mark.parametrize("fault", [Reset(), Broken(), TooMany(retry_after=SOON)])
async def test_the_last_edit_arrives_whatever_happens_to_the_first_try(fault: Any) -> None:
    valve = Valve(free=12)
    async with DiscordServer() as server, serving(server, slow(valve, "One.", LONG)) as wire:
        wire.ask()
        await server.until(lambda: bool(wire.said()))
        server.plan("PATCH", HOOKED, fault)
        valve.open.set()
        await wire.until_said(f"One. {LONG}")


async def test_what_is_said_while_the_connection_is_down_is_answered_once_after_it_resumes() -> None:
    async with DiscordServer() as server, serving(server, scripted(reply_of("One."), reply_of("Two."))) as wire:
        wire.ask()
        await wire.until_said("One.")
        server.gateway.drop()
        wire.ask("are you still there?")
        await wire.until_said("One.", "Two.")

        assert server.gateway.identified == 1


async def test_a_session_that_cannot_be_resumed_begins_anew_and_nothing_is_answered_twice() -> None:
    async with DiscordServer() as server, serving(server, scripted(reply_of("One."), reply_of("Two."))) as wire:
        wire.ask()
        await wire.until_said("One.")
        server.gateway.invalidate(resumable=False)
        await server.until(lambda: server.gateway.identified == 2)
        await server.until(lambda: server.gateway.connected() is not None)
        wire.ask("and now?")
        await wire.until_said("One.", "Two.")


async def test_a_reply_goes_on_while_the_gateway_is_away() -> None:
    valve = Valve(free=12)
    async with DiscordServer() as server, serving(server, slow(valve, "One.", LONG)) as wire:
        wire.ask()
        await server.until(lambda: bool(wire.said()))
        server.gateway.drop()
        valve.open.set()
        await wire.until_said(f"One. {LONG}")


async def test_several_shards_are_served() -> None:
    async with DiscordServer(shards=2) as server, serving(server, scripted(reply_of("Here."))) as wire:
        wire.ask()
        await wire.until_said("Here.")


async def test_stop_ends_a_running_reply_where_it_stands() -> None:
    valve = Valve(free=12)
    async with DiscordServer() as server, serving(server, slow(valve, "One.", LONG, "Three.")) as wire:
        wire.ask()
        [message] = await server.until(lambda: [one for one in server.answers(server.channel) if one.content])
        [stop] = [one for one in _buttons(message) if ":stop:" in one]
        interaction = server.press(message, stop, server.person)
        await server.until(lambda: any(":again:" in one for one in _buttons(message)))

        assert wire.said() == ["One."]
        assert interaction.answered


def _buttons(message: Message) -> list[str]:
    return [
        child["custom_id"] for row in message.components for child in row.get("components", ()) if "custom_id" in child
    ]


async def test_at_the_end_of_the_program_what_is_shown_stays_whole_with_its_buttons() -> None:
    valve = Valve(free=12)
    async with DiscordServer() as server, serving(server, slow(valve, "One.", LONG)) as wire:
        wire.ask()
        [message] = await server.until(lambda: [one for one in server.answers(server.channel) if one.content])
        await wire.stop()

        assert words(message.content) == "One."
        assert any(":again:" in one for one in _buttons(message))
        assert await wire.opened.host.replies.unfinished("discord") == ()


async def test_what_a_killed_process_left_half_shown_is_marked_by_the_next_one() -> None:
    async with (
        DiscordServer() as server,
        serving(server, scripted(reply_of("One.", "Two."), reply_of("Three."))) as wire,
    ):
        asked = wire.ask()
        await wire.until_said("One. Two.")
        await wire.until_settled()
        record = await wire.opened.host.replies.newest(_place(server).conversation)
        assert record is not None
        await wire.stop()
        await wire.opened.host.replies.keep(replace(record, running=True))
        async with serving(server, scripted(reply_of("Never.")), opened=wire.opened):
            [message] = await server.until(
                lambda: [one for one in server.answers(server.channel) if "interrupted" in one.content]
            )
            assert words(message.content).startswith("One. Two.\n-# ")
            await wire.until_settled()

        assert asked.deleted is False
        assert len([one for one in server.answers(server.channel) if one.content]) == 1


async def test_a_message_that_somebody_deletes_in_the_middle_ends_its_reply() -> None:
    valve = Valve(free=12)
    async with DiscordServer() as server, serving(server, slow(valve, "One.", LONG)) as wire:
        wire.ask()
        [message] = await server.until(lambda: [one for one in server.answers(server.channel) if one.content])
        server.people.delete(message)
        await wire.until_settled()
        valve.open.set()
        wire.ask("and now?")
        await wire.until_said("And then.")


async def test_a_channel_that_is_deleted_in_the_middle_ends_its_reply_and_nothing_else() -> None:
    valve = Valve(free=12)
    async with DiscordServer() as server, serving(server, slow(valve, "One.", LONG)) as wire:
        wire.ask()
        await server.until(lambda: bool(wire.said()))
        server.service.delete_channel(server.channel)
        valve.open.set()
        await wire.until_settled()

        assert not wire.task.done()


async def test_every_interaction_is_acknowledged_once_and_in_time() -> None:
    async with DiscordServer() as server, serving(server, scripted(reply_of("One."), reply_of("Two."))) as wire:
        wire.ask()
        await wire.until_said("One.")
        await wire.until_settled()
        [message] = [one for one in server.answers(server.channel) if one.content]
        [again] = [one for one in _buttons(message) if ":again:" in one]
        server.press(message, again, server.person)
        await wire.until_said("Two.")
        server.slash("help", {}, server.person, server.channel)
        await server.until(lambda: len(server.requests("POST", CALLBACK)) == 2)

        assert all(request.code is None for request in server.requests("POST", CALLBACK))


async def test_a_command_whose_acknowledgement_comes_too_late_is_carried_out_all_the_same() -> None:
    async with DiscordServer() as server:
        server.guild.members[server.person.id].permissions |= Permission.MANAGE_GUILD
        async with serving(server, scripted(reply_of("One."))) as wire:
            server.plan("POST", CALLBACK, Refused(status=404, code=10062))
            server.slash("talchum pause", {}, server.person, server.channel)
            while not (await wire.opened.host.settings(_place(server))).paused:
                await asyncio.sleep(0.01)

            assert not wire.task.done()
            server.problems.clear()  # what was refused cannot be followed up, and that is no defect
