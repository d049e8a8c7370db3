"""The fake Discord's gateway: what the real discord.py does when a connection ends, and what a wrong client is told."""

import asyncio
import json
import zlib
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import aiohttp
import discord
import pytest

from bots.fakes.discord_server import PRIVILEGED, Intent, Op, Permission
from bots.fakes.discord_server.gateway import Gateway
from tests.support.discord_probe import Probe
from tests.support.discord_running import DiscordServer, running

PLAIN = int(Intent.GUILDS | Intent.GUILD_MESSAGES)


def greet(server: DiscordServer, *texts: str) -> list[str]:
    """What the bot will have heard once it heard of all of them."""
    return [server.say(server.channel, server.person, text, mention_bot=True).content for text in texts]


async def hears(bot: Probe, count: int) -> None:
    """Until the bot heard that many messages."""
    while len(bot.heard) < count:
        await bot.wait_for("message", timeout=5)


@pytest.mark.parametrize(("replayed", "identified"), [(1, 2), (50, 1)])
async def test_who_comes_back_for_what_is_forgotten_begins_anew(replayed: int, identified: int) -> None:
    bot = Probe()
    async with DiscordServer() as server, running(bot):
        greet(server, "one")
        await hears(bot, 1)
        session = server.gateway.connected()
        assert session is not None
        server.gateway.drop()
        greet(server, "two", "three")
        session.forget(replayed)
        await server.until(lambda: server.gateway.connected() is not None, timeout=timedelta(seconds=15))
        greet(server, "four")
        await hears(bot, 2 if identified == 2 else 4)

        assert server.gateway.identified == identified
        assert bot.texts[-1].endswith("four")


async def test_a_resume_after_a_dropped_connection_loses_nothing_and_doubles_nothing() -> None:
    bot = Probe()
    async with DiscordServer() as server, running(bot):
        said = greet(server, "one")
        await hears(bot, 1)
        resumed = bot.wait_for("shard_resumed", timeout=5)
        server.gateway.drop()
        said += greet(server, "two", "three")
        await resumed
        said += greet(server, "four")
        await hears(bot, 4)

    assert bot.texts == said
    assert (server.gateway.identified, server.gateway.resumed) == (1, 1)
    (resume,) = server.journal.commands(Op.RESUME)
    assert resume.path == "/resume"


@pytest.mark.parametrize(
    ("end", "resumed"),
    [
        (lambda gateway: gateway.close(4000), 1),
        (lambda gateway: gateway.close(4009), 0),
        (lambda gateway: gateway.reconnect(), 1),
        (lambda gateway: gateway.invalidate(resumable=True), 1),
        (lambda gateway: gateway.invalidate(resumable=False), 0),
        (lambda gateway: (gateway.drop(), gateway.forget()), 0),
    ],
)
async def test_what_can_be_resumed_is_and_the_rest_identifies_again(
    end: Callable[[Gateway], object], resumed: int
) -> None:
    bot = Probe()
    async with DiscordServer() as server, running(bot):
        first = server.gateway.connected()
        assert first is not None
        end(server.gateway)
        session = await server.until(server.gateway.connected)
        said = greet(server, "there again")
        await hears(bot, 1)
        sessions = list(server.gateway.sessions.values())

    assert bot.texts == said
    assert sessions == [session]
    assert (session is first) == bool(resumed)
    assert (server.gateway.identified, server.gateway.resumed) == (2 - resumed, resumed)


async def test_a_silent_connection_is_given_up_and_resumed() -> None:
    bot = Probe(heartbeat_timeout=0.15)
    async with DiscordServer(heartbeat=timedelta(milliseconds=50)) as server, running(bot):
        server.gateway.silence()
        said = greet(server, "into the void")
        await hears(bot, 1)

    assert bot.texts == said
    assert server.gateway.resumed >= 1


async def test_heartbeats_are_acknowledged() -> None:
    bot = Probe(enable_debug_events=True)
    async with DiscordServer(heartbeat=timedelta(milliseconds=20)) as server, running(bot):
        for _ in range(3):
            await bot.wait_for("socket_raw_receive", check=lambda text: json.loads(text)["op"] == Op.ACK, timeout=5)
        so_far = len(server.journal.commands(Op.HEARTBEAT))
        soon = timedelta(seconds=1.5)  # before there are 120 of them
        await server.until(lambda: len(server.journal.commands(Op.HEARTBEAT)) > so_far, timeout=soon)

    assert so_far >= 3
    assert server.gateway.identified == 1


async def test_an_intent_that_is_not_approved_stops_the_bot() -> None:
    bot = Probe(intents=discord.Intents(guilds=True, message_content=True))
    async with DiscordServer(approved=PRIVILEGED & ~Intent.MESSAGE_CONTENT) as server:
        with pytest.raises(discord.PrivilegedIntentsRequired):
            async with running(bot):
                pass

    assert server.gateway.identified == 0


async def test_each_shard_hears_of_its_guilds_and_the_first_of_direct_messages() -> None:
    bot = Probe()
    async with DiscordServer(shards=2) as server:
        assert (server.guild.id >> 22) % 2 == 1
        guilds = [server.guild, server.world.add_guild("Court", owner=server.owner, number=1000 << 22)]
        channels = [server.world.add_channel(guild, "lobby") for guild in guilds]
        async with running(bot):
            server.gateway.drop(shard=1)
            places = [*channels, server.world.dm(server.owner)]
            said = [server.say(place, server.owner, "hello", mention_bot=True) for place in places]
            await hears(bot, 3)
            names = [[sent["t"] for sent in session.sent] for session in server.gateway.sessions.values()]

    assert sorted(message.id for message in bot.heard) == [message.id for message in said]
    assert {guild.name: guild.shard_id for guild in bot.guilds} == {"Tea House": 1, "Court": 0}
    assert server.gateway.identified == 2
    assert [command.d["shard"] for command in server.journal.commands(Op.IDENTIFY)] == [[0, 2], [1, 2]]
    (resume,) = server.journal.commands(Op.RESUME)
    assert names[0].count("MESSAGE_CREATE") == 2
    assert names[1] == ["READY", "GUILD_CREATE", "MESSAGE_CREATE", "RESUMED"]
    assert resume.d["seq"] == 2


async def test_every_change_of_the_world_reaches_the_bot() -> None:
    bot = Probe()
    async with DiscordServer() as server, running(bot):
        service, people = server.service, server.people
        waiting = [
            bot.wait_for(event, timeout=5)
            for event in (
                "raw_message_edit",
                "raw_message_delete",
                "guild_channel_create",
                "guild_channel_update",
                "thread_create",
                "raw_thread_update",
                "webhooks_update",
                "guild_channel_delete",
            )
        ]
        message = server.say(server.channel, server.person, "hello", mention_bot=True)
        people.edit(message, f"{server.world.bot.mention} hi")
        people.delete(message)
        kitchen = service.add_channel(server.guild, "kitchen")
        service.allow(kitchen, server.world.bot, less=Permission.SEND_MESSAGES)
        thread = service.add_thread(kitchen, "tea", server.person)
        service.archive(thread)
        webhook = service.add_webhook(kitchen, "news", server.owner)
        service.delete_channel(kitchen)
        edited, *others, gone = await asyncio.gather(*waiting)

    assert edited.message.content == f"{server.world.bot.mention} hi"
    assert len(others) == 6
    assert gone.id == kitchen.id
    assert webhook.id not in server.world.webhooks
    assert thread.id not in server.world.channels


async def test_nothing_is_heard_of_what_is_not_asked_for_or_cannot_be_seen() -> None:
    bot = Probe(intents=discord.Intents(guilds=True, dm_messages=True))
    other = Probe()
    async with DiscordServer() as server:
        hidden = server.world.add_channel(server.guild, "attic")
        hidden.overwrites[server.world.bot.id] = (Permission(0), Permission.VIEW_CHANNEL)
        async with running(bot), running(other):
            server.say(server.channel, server.person, "hello", mention_bot=True)
            server.say(hidden, server.person, "hello", mention_bot=True)
            last = server.say(server.world.dm(server.person), server.person, "the last")
            for one in (bot, other):
                await hears(one, 1 if one is bot else 2)

    assert [message.id for message in bot.heard] == [last.id]
    assert [message.channel.id for message in other.heard] == [server.channel.id, last.channel.id]


# a client that is not discord.py


class Raw:
    """A connection to the gateway by hand."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket

    async def send(self, op: int, d: object = None) -> None:
        await self._socket.send_str(json.dumps({"op": op, "d": d}))

    async def write(self, text: str) -> None:
        await self._socket.send_str(text)

    async def next(self) -> Any:
        """The next payload; the code where the connection was closed."""
        frame = await self._socket.receive(timeout=5)
        return json.loads(frame.data) if frame.type is aiohttp.WSMsgType.TEXT else self._socket.close_code

    async def identify(self, server: DiscordServer, **changes: object) -> None:
        await self.send(Op.IDENTIFY, {"token": server.token, "intents": PLAIN, "properties": {}, **changes})


@asynccontextmanager
async def raw(server: DiscordServer, query: str = "v=10&encoding=json") -> AsyncGenerator[Raw, None]:
    async with aiohttp.ClientSession() as session, session.ws_connect(f"{server.gateway.url}/gateway?{query}") as ws:
        yield Raw(ws)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"token": "another"}, 4004),
        ({"intents": "all"}, 4013),
        ({"intents": 1 << 40}, 4013),
        ({"intents": PLAIN | Intent.MEMBERS}, 4014),
        ({"shard": [2, 2]}, 4010),
    ],
)
async def test_a_wrong_identification_is_refused_with_its_code(changes: dict[str, object], code: int) -> None:
    async with DiscordServer() as server, raw(server) as client:
        assert (await client.next())["op"] == Op.HELLO
        await client.identify(server, **changes)
        assert await client.next() == code

    assert server.gateway.sessions == {}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", 4002),
        ("[]", 4002),
        (json.dumps({"op": 1, "d": "x" * 5000}), 4002),
        (json.dumps({"op": 3, "d": {}}), 4003),
        (json.dumps({"op": 6, "d": {"token": "another", "session_id": "x", "seq": 1}}), 4004),
    ],
)
async def test_a_wrong_payload_is_refused_with_its_code(text: str, code: int) -> None:
    async with DiscordServer() as server, raw(server) as client:
        await client.next()
        await client.write(text)
        assert await client.next() == code


@pytest.mark.parametrize(("op", "code"), [(Op.IDENTIFY, 4005), (Op.RESUME, 4005), (Op.HELLO, 4001), (99, 4001)])
async def test_an_identified_client_is_refused_what_makes_no_sense_any_more(op: int, code: int) -> None:
    async with DiscordServer() as server, raw(server) as client:
        await client.next()
        await client.identify(server)
        assert [(await client.next())["t"] for _ in range(2)] == ["READY", "GUILD_CREATE"]
        await client.send(op, {})
        assert await client.next() == code


async def test_a_session_is_resumed_from_a_sequence_number_that_it_had() -> None:
    async with DiscordServer() as server:
        async with raw(server) as client:
            await client.next()
            await client.identify(server)
            ready = await client.next()
            server.gateway.drop()
        resume = {"token": server.token, "session_id": ready["d"]["session_id"]}
        async with raw(server) as client:
            await client.next()
            await client.send(Op.RESUME, {**resume, "seq": 1})
            assert [(await client.next())["t"] for _ in range(2)] == ["GUILD_CREATE", "RESUMED"]
            server.gateway.drop()
        async with raw(server) as client:
            await client.next()
            await client.send(Op.RESUME, {**resume, "seq": 99})
            assert await client.next() == 4007
        async with raw(server) as client:
            await client.next()
            await client.send(Op.RESUME, {**resume, "seq": 1})
            assert await client.next() == {"op": Op.INVALID_SESSION, "d": False}


async def test_a_client_that_says_goodbye_has_no_session_any_more() -> None:
    bot = Probe()
    async with DiscordServer() as server:
        async with running(bot):
            assert len(server.gateway.sessions) == 1
        await server.until(lambda: not server.gateway.sessions)


async def test_too_many_payloads_close_the_connection() -> None:
    async with DiscordServer() as server, raw(server) as client:
        await client.next()
        for _ in range(121):
            await client.send(Op.HEARTBEAT)
        answers = [await client.next() for _ in range(121)]

    assert answers == [{"op": Op.ACK}] * 120 + [4008]


async def test_payloads_are_one_zlib_stream_for_a_client_that_asks_for_it() -> None:
    inflate = zlib.decompressobj()
    async with DiscordServer() as server, aiohttp.ClientSession() as session:
        query = "v=10&encoding=json&compress=zlib-stream"
        async with session.ws_connect(f"{server.gateway.url}/gateway?{query}") as socket:
            hello = await socket.receive_bytes(timeout=5)
            await socket.send_str(json.dumps({"op": Op.HEARTBEAT, "d": None}))
            ack = await socket.receive_bytes(timeout=5)

    assert hello.endswith(b"\x00\x00\xff\xff")
    assert [json.loads(inflate.decompress(data))["op"] for data in (hello, ack)] == [Op.HELLO, Op.ACK]


@pytest.mark.parametrize("query", ["v=9&encoding=json", "v=10&encoding=etf", "v=10&encoding=json&compress=zstd-stream"])
async def test_another_version_or_encoding_is_refused(query: str) -> None:
    async with DiscordServer() as server:
        async with raw(server, query) as client:
            assert await client.next() == 4012
        server.problems.clear()


async def test_a_request_for_members_is_a_problem() -> None:
    with pytest.raises(AssertionError, match="op 8 is not emulated"):
        async with DiscordServer() as server, raw(server) as client:
            await client.next()
            await client.identify(server)
            await client.send(Op.REQUEST_MEMBERS, {})
            await server.until(lambda: server.problems)
