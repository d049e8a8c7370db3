"""The fake Discord over REST, with the real discord.py: answers, webhooks, faults on the way, and what counts as use of
something that it does not emulate."""

import asyncio
from datetime import timedelta

import aiohttp
import discord
import pytest
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bots.fakes.discord_server import PRIVILEGED, Broken, Delay, Hold, Permission, Refused, Reset, TooMany
from tests.support.discord_probe import Probe
from tests.support.discord_running import DiscordServer, running

SOON = timedelta(milliseconds=50)
MESSAGES = "/channels/*/messages"
MESSAGE = "/channels/*/messages/*"


def channel_of(bot: Probe, server: DiscordServer) -> discord.TextChannel:
    channel = bot.get_channel(server.channel.id)
    assert isinstance(channel, discord.TextChannel)
    return channel


async def test_a_bot_finds_its_guild_there_and_itself_in_it() -> None:
    bot = Probe()
    async with DiscordServer() as server, running(bot):
        assert [guild.name for guild in bot.guilds] == ["Tea House"]
        assert bot.user is not None
        assert bot.user.id == server.world.bot.id
        mine = channel_of(bot, server).permissions_for(bot.guilds[0].me)

    assert mine.send_messages
    assert not mine.manage_webhooks
    assert server.gateway.identified == 1


async def test_discord_py_looks_elsewhere_for_as_long_as_the_server_runs() -> None:
    before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    async with DiscordServer() as server:
        assert server.url == Route.BASE
        assert f"{server.gateway.url}/gateway" == str(DiscordWebSocket.DEFAULT_GATEWAY)

    assert before == (Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY)


async def test_who_watches_is_told_of_what_is_written_changed_and_marked() -> None:
    bot = Probe()
    seen: list[str] = []
    async with DiscordServer() as server, running(bot):
        server.service.watchers.append(lambda message: seen.append(f"{message.content}{''.join(message.reactions)}"))
        asked = server.say(server.channel, server.person, "Lit?")
        channel = channel_of(bot, server)
        answer = await channel.send("It is.")
        await answer.edit(content="It was.")
        server.service.allow(server.channel, server.world.bot, more=Permission.ADD_REACTIONS)
        await channel.get_partial_message(asked.id).add_reaction("⏳")

    assert seen == ["Lit?", "It is.", "It was.", "Lit?⏳"]


async def test_a_mention_is_answered_and_the_answer_edited() -> None:
    async def react(message: discord.Message) -> None:
        answer = await message.reply("The lamp")
        await answer.edit(content="The lamp is lit.")

    bot = Probe(react)
    async with DiscordServer() as server, running(bot):
        said = server.say(server.channel, server.person, "Is it lit?", mention_bot=True)
        (answer,) = await server.until(lambda: [m for m in server.answers(server.channel) if m.edited])

    assert bot.texts == [f"{server.world.bot.mention} Is it lit?"]
    assert answer.reference == said.id
    assert [version.content for version in answer.versions] == ["The lamp", "The lamp is lit."]
    assert [request.method for request in server.requests()[-2:]] == ["POST", "PATCH"]


async def test_content_is_blank_unless_the_bot_is_spoken_to() -> None:
    bot = Probe()
    async with DiscordServer() as server, running(bot):
        here, person = server.channel, server.person
        own = await channel_of(bot, server).send("mine")
        mine = server.world.messages[own.id]
        server.say(here, person, "to nobody")
        server.say(here, person, "to you", mention_bot=True)
        server.say(here, person, "about yours", reply_to=mine)
        server.say(here, person, "not about yours", reply_to=mine, ping=False)
        last = server.say(server.world.dm(person), person, "between us")
        heard = bot.wait_for("message", check=lambda message: message.id == last.id, timeout=5)
        await heard
        fetched = await channel_of(bot, server).fetch_message(server.world.history(here)[1].id)

    to_you = f"{server.world.bot.mention} to you"
    assert bot.texts == ["", to_you, "about yours", "", "between us"]
    assert bot.heard[-1].guild is None
    assert fetched.content == ""


async def test_content_is_there_with_the_intent() -> None:
    bot = Probe(intents=discord.Intents(guilds=True, guild_messages=True, message_content=True))
    async with DiscordServer(approved=PRIVILEGED) as server, running(bot):
        heard = bot.wait_for("message", timeout=5)
        said = server.say(server.channel, server.person, "to nobody")
        await heard
        fetched = await channel_of(bot, server).fetch_message(said.id)

    assert bot.texts == ["to nobody"]
    assert fetched.content == "to nobody"


async def test_a_persona_speaks_through_a_webhook_in_a_channel_and_in_its_thread() -> None:
    bot = Probe()
    async with DiscordServer() as server:
        server.world.join(server.guild, server.world.bot, Permission.MANAGE_WEBHOOKS)
        async with running(bot):
            channel = channel_of(bot, server)
            webhook = await channel.create_webhook(name="Talchum")
            assert [found.id for found in await channel.webhooks()] == [webhook.id]
            thread = await channel.create_thread(name="tea", type=discord.ChannelType.public_thread)
            spoken = await webhook.send("The kettle", username="Maren", wait=True)
            await spoken.edit(content="The kettle sings.")
            within = await webhook.send("In here.", username="Maren", wait=True, thread=thread)
            await within.delete()

    lobby, tea = (server.world.messages[message.id] for message in (spoken, within))
    assert (lobby.name, lobby.content, lobby.channel) == ("Maren", "The kettle sings.", server.channel)
    assert (tea.channel.parent, tea.deleted) == (server.channel, True)
    assert spoken.author.name == "Maren"


async def test_a_rate_limit_is_obeyed() -> None:
    bot = Probe()
    async with DiscordServer() as server, running(bot):
        server.plan("POST", MESSAGES, TooMany(retry_after=SOON))
        await channel_of(bot, server).send("hello")

    refused, sent = server.requests("POST", MESSAGES)
    assert (refused.status, sent.status) == (429, 200)
    assert sent.at - refused.at >= SOON
    assert server.journal.invalid == 1


async def test_a_global_rate_limit_holds_every_route_back() -> None:
    bot = Probe()
    async with DiscordServer() as server, running(bot):
        server.plan("POST", "/channels/*/typing", TooMany(retry_after=SOON, scope="global"))
        typing = asyncio.create_task(bot.http.send_typing(server.channel.id))
        (refused,) = await server.until(lambda: [r for r in server.requests() if r.status == 429])
        while bot.http._global_over.is_set():  # until discord.py has read it
            await asyncio.sleep(0)
        await channel_of(bot, server).send("hello")
        await typing

    (sent,) = server.requests("POST", MESSAGES)
    assert sent.at - refused.at >= SOON


async def test_a_bucket_is_never_overdrawn_by_a_client_that_reads_its_headers() -> None:
    bot = Probe()
    async with DiscordServer() as server, running(bot):
        server.limit("PATCH", MESSAGE, 2, timedelta(milliseconds=100))
        message = await channel_of(bot, server).send("0")
        for number in range(1, 6):
            message = await message.edit(content=str(number))

    edits = server.requests("PATCH", MESSAGE)
    assert [edit.status for edit in edits] == [200] * 5
    assert edits[2].at - edits[0].at >= timedelta(milliseconds=95)


async def test_a_bucket_that_is_overdrawn_says_so_and_each_channel_has_its_own() -> None:
    async with DiscordServer() as server, aiohttp.ClientSession() as session:
        other = server.service.add_channel(server.guild, "kitchen")
        server.limit("POST", MESSAGES, 1, timedelta(minutes=1))
        answers = []
        for channel in (server.channel, server.channel, other):
            async with session.post(
                f"{server.url}/channels/{channel.id}/messages",
                json={"content": "x"},
                headers={"Authorization": f"Bot {server.token}"},
            ) as response:
                answers.append((response.status, response.headers, await response.json()))

    assert [status for status, _, _ in answers] == [200, 429, 200]
    _, headers, body = answers[1]
    assert body["message"] == "You are being rate limited."
    assert 0 < body["retry_after"] <= 60
    assert headers["X-RateLimit-Scope"] == "user"
    assert headers["X-RateLimit-Remaining"] == "0"
    assert int(headers["Retry-After"]) == 60


async def test_a_bad_gateway_after_the_effect_doubles_what_has_no_nonce() -> None:
    bot = Probe()
    async with DiscordServer() as server:
        server.world.join(server.guild, server.world.bot, Permission.MANAGE_WEBHOOKS)
        async with running(bot):
            channel = channel_of(bot, server)
            webhook = await channel.create_webhook(name="Talchum")
            server.plan("POST", MESSAGES, Broken(after=True))
            server.plan("POST", "/webhooks/*/*", Broken(after=True))
            await asyncio.gather(channel.send("once", nonce=17), webhook.send("twice", wait=True))

    texts = sorted(message.content for message in server.answers())
    assert texts == ["once", "twice", "twice"]
    assert [request.status for request in server.requests("POST", MESSAGES)] == [502, 200]


@pytest.mark.parametrize(("after", "before_retry"), [(True, 1), (False, 0)])
async def test_a_nonce_posts_once_although_the_connection_was_reset(after: bool, before_retry: int) -> None:
    bot = Probe()
    async with DiscordServer() as server, running(bot):
        server.plan("POST", MESSAGES, Reset(after=after))
        with pytest.raises((aiohttp.ClientError, OSError)):
            await channel_of(bot, server).send("hello", nonce=17)
        assert len(server.answers()) == before_retry
        again = await channel_of(bot, server).send("hello", nonce=17)
        other = await channel_of(bot, server).send("hello", nonce=18)

    assert [message.id for message in server.answers()] == [again.id, other.id]
    assert [request.status for request in server.requests("POST", MESSAGES)] == [None, 200, 200]


async def test_a_request_is_held_until_the_test_lets_it_go_before_or_after_its_effect() -> None:
    bot = Probe()
    early, late = Hold(), Hold(after=True)
    async with DiscordServer() as server, running(bot):
        server.plan("POST", MESSAGES, early, late)
        for hold, meanwhile in ((early, 0), (late, 2)):
            sending = asyncio.create_task(channel_of(bot, server).send("hello"))
            await hold.arrived.wait()
            assert len(server.answers()) == meanwhile
            assert not sending.done()
            hold.release()
            await sending

    assert len(server.answers()) == 2


async def test_a_request_is_late_or_refused_as_planned() -> None:
    bot = Probe()
    async with DiscordServer() as server, running(bot):
        server.plan("POST", MESSAGES, Delay(by=SOON), Refused(status=403, code=20028))
        sent = await channel_of(bot, server).send("late")
        with pytest.raises(discord.Forbidden) as refusal:
            await channel_of(bot, server).send("never")

    assert refusal.value.code == 20028
    assert [message.id for message in server.answers()] == [sent.id]


async def test_a_wrong_token_does_not_log_in() -> None:
    async with DiscordServer() as server:
        with pytest.raises(discord.LoginFailure):
            async with running(Probe(), "another"):
                pass

    assert [request.status for request in server.requests()] == [401]


async def test_an_unknown_route_is_a_problem_that_fails_the_test() -> None:
    bot = Probe()
    with pytest.raises(AssertionError, match="no such route"):
        async with DiscordServer() as server, running(bot):
            with pytest.raises(discord.NotFound):
                await bot.http.request(Route("GET", "/guilds/{guild_id}/bans", guild_id=1))

    assert server.problems == ["GET /guilds/1/bans: there is no such route here"]


async def test_a_field_that_is_not_emulated_is_a_problem_and_has_no_effect() -> None:
    bot = Probe()
    async with DiscordServer() as server, running(bot):
        with pytest.raises(discord.HTTPException):
            await channel_of(bot, server).send("hello", tts=True)
        problems = list(server.problems)
        server.problems.clear()

    assert len(problems) == 1
    assert server.answers() == []


async def test_a_fault_that_hits_nothing_fails_the_test() -> None:
    with pytest.raises(AssertionError, match="hit nothing"):
        async with DiscordServer() as server:
            server.plan("POST", MESSAGES, Reset())


async def test_what_does_not_happen_is_reported_with_what_did() -> None:
    bot = Probe()
    async with DiscordServer() as server, running(bot):
        with pytest.raises(AssertionError, match="GET /users/@me -> 200"):
            await server.until(server.answers, timeout=SOON)
