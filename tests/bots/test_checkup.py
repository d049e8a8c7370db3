"""What `talchum doctor` says of Discord, asked of a Discord on this machine."""

import re
from collections.abc import Sequence
from datetime import timedelta

import pytest
from aiohttp import web

from bots.discord_bot import checkup
from bots.discord_bot.address import pointed_at
from bots.discord_bot.checkup import look_online
from bots.discord_bot.invite import invite
from bots.doctor import Finding, Grade
from bots.fakes.discord_server import PRIVILEGED, Fault, Hold, Permission, Refused, Reset, TooMany, payloads
from bots.fakes.discord_server.world import Channel, Guild
from tests.bots.looking import WHOLE, host, keys, now, told
from tests.support.discord_running import DiscordServer

REACTIONS = Permission(1 << 6)


async def findings(
    server: DiscordServer | None = None,
    *,
    token: str = "",
    content: bool = False,
    listeners: Sequence[str] = (),
    ahead: timedelta = timedelta(),
    patience: timedelta = checkup.PATIENCE,
) -> tuple[Finding, ...]:
    return await look_online(
        token or (server.token if server else "x"),
        content=content,
        listeners=listeners,
        now=lambda: now() + ahead,
        patience=patience,
    )


def channel(server: DiscordServer, name: str, guild: Guild | None = None) -> Channel:
    return server.world.add_channel(guild or server.guild, name)


async def test_a_bot_that_lacks_nothing_is_told_so_without_a_gateway() -> None:
    async with DiscordServer() as server:
        host(server)
        found = await findings(server)
        identified = server.gateway.identified

    assert identified == 0
    assert {finding.grade for finding in found} == {Grade.GOOD}
    assert keys(found) == [
        "doctor.token_good",
        "doctor.intent_unneeded",
        "doctor.sessions_good",
        "doctor.servers_good",
        "doctor.server_good",
        "doctor.clock_good",
    ]
    assert "1000 of 1000" in told(found, "doctor.sessions_good")
    assert "Tea House" in told(found, "doctor.server_good")


async def test_a_wrong_token_is_all_that_is_told_and_all_that_is_asked() -> None:
    async with DiscordServer() as server:
        found = await findings(server, token="MTA.another.t0k3n")
        asked = [request.path for request in server.requests()]

    assert keys(found, Grade.BAD) == ["discord.bad_token"]
    assert asked == ["/users/@me"]
    assert "t0k3n" not in "".join(finding.told.explain("ko") for finding in found)


async def test_a_missing_permission_is_named_with_its_channels() -> None:
    async with DiscordServer() as server:
        host(server)
        nook, lobby, attic = channel(server, "nook"), server.channel, channel(server, "attic")
        for place in (nook, attic):
            server.service.allow(place, server.world.bot, less=Permission.MANAGE_WEBHOOKS | REACTIONS)
        found = await findings(server)

    assert keys(found, Grade.DOUBTFUL) == ["doctor.channels_lack"]
    english = told(found, "doctor.channels_lack")
    assert "missing in #nook, #attic: Manage Webhooks, Add Reactions." in english
    assert "Tea House" in english
    assert lobby.name not in english
    assert "웹후크 관리하기, 반응 추가하기" in told(found, "doctor.channels_lack", "ko")


async def test_of_a_channel_that_is_hidden_only_that_is_told() -> None:
    async with DiscordServer() as server:
        host(server)
        server.service.allow(channel(server, "staff"), server.world.bot, less=Permission.VIEW_CHANNEL)
        found = await findings(server)

    assert "missing in #staff: View Channels." in told(found, "doctor.channels_lack")


@pytest.mark.parametrize(
    ("lost", "grade"), [(REACTIONS, Grade.DOUBTFUL), (Permission.SEND_MESSAGES | REACTIONS, Grade.BAD)]
)
async def test_what_is_missing_in_a_whole_server_is_told_once_with_the_link_that_gives_it(
    lost: Permission, grade: Grade
) -> None:
    async with DiscordServer() as server:
        host(server, allowed=WHOLE & ~lost)
        channel(server, "nook")
        server.service.allow(channel(server, "attic"), server.world.bot, less=Permission.ATTACH_FILES)
        found = await findings(server)
        link = invite(server.world.bot.id)

    assert "doctor.server_lacks" in keys(found, grade)
    text = told(found, "doctor.server_lacks")
    assert "Add Reactions" in text
    assert link in text
    assert ("Send Messages" in text) == (grade is Grade.BAD)
    if grade is Grade.DOUBTFUL:
        assert "missing in #attic: Attach Files." in told(found, "doctor.channels_lack")


async def test_what_a_channel_gives_back_is_not_missing_in_the_whole_server() -> None:
    async with DiscordServer() as server:
        host(server, allowed=WHOLE & ~REACTIONS)
        server.service.allow(channel(server, "nook"), server.world.bot, more=REACTIONS)
        found = await findings(server)

    assert "missing in #lobby: Add Reactions." in told(found, "doctor.channels_lack")


async def test_a_channel_without_room_for_a_webhook_is_named() -> None:
    async with DiscordServer() as server:
        host(server)
        ours, bot = channel(server, "ours"), server.world.bot
        for place in (server.channel, ours):
            for number in range(14):
                server.world.add_webhook(place, f"hook {number}", server.owner, application=None)
        server.world.add_webhook(ours, "Talchum", bot, application=bot.id)
        before = await findings(server)
        server.world.add_webhook(server.channel, "one more", server.owner, application=None)
        found = await findings(server)

    assert keys(before, Grade.DOUBTFUL) == []
    assert keys(found, Grade.DOUBTFUL) == ["doctor.webhooks_full"]
    assert "#lobby has" in told(found, "doctor.webhooks_full")
    assert "15" in told(found, "doctor.webhooks_full")


@pytest.mark.parametrize("approved", [True, False])
async def test_an_intent_that_is_needed_and_off_is_told_with_where_to_click(approved: bool) -> None:
    async with DiscordServer(**({"approved": PRIVILEGED} if approved else {})) as server:  # type: ignore[arg-type]
        host(server)
        found = await findings(server, content=True)

    assert keys(found, Grade.BAD) == ([] if approved else ["discord.no_intent"])
    assert ("doctor.intent_on" in keys(found)) == approved
    if not approved:
        assert "Message Content Intent" in told(found, "discord.no_intent")


@pytest.mark.parametrize("approved", [True, False])
async def test_places_that_want_to_read_more_than_the_settings_let_are_named(approved: bool) -> None:
    async with DiscordServer(**({"approved": PRIVILEGED} if approved else {})) as server:  # type: ignore[arg-type]
        host(server)
        listeners = [f"discord:channel:{server.channel.id}", f"discord:server:{server.guild.id}", "discord:thread:7"]
        found = await findings(server, listeners=listeners)
        everywhere = await findings(server, listeners=[""])

    key = "doctor.listens_unread" if approved else "doctor.listens"
    assert keys(found, Grade.DOUBTFUL) == [key]
    assert "(#lobby (Tea House), Tea House, discord:thread:7)" in told(found, key)
    assert "(모든 곳)" in told(everywhere, key, "ko")
    assert "message_content = true" in told(found, key)


@pytest.mark.parametrize(
    ("ahead", "key"),
    [
        (timedelta(), "doctor.clock_good"),
        (timedelta(minutes=2), "doctor.clock_ahead"),
        (timedelta(minutes=-2), "doctor.clock_behind"),
    ],
)
async def test_a_clock_that_is_off_is_told_with_by_how_much(ahead: timedelta, key: str) -> None:
    async with DiscordServer() as server:
        host(server)
        found = await findings(server, ahead=ahead)

    assert keys(found)[-1] == key
    assert found[-1].grade is (Grade.DOUBTFUL if ahead else Grade.GOOD)
    seconds = re.search(r"\d+", told(found, key))
    assert not ahead or (seconds and abs(int(seconds[0]) - 120) <= 5)


async def test_the_clock_is_looked_at_even_where_the_token_is_wrong() -> None:
    async with DiscordServer() as server:
        found = await findings(server, token="MTA.another.t0k3n", ahead=timedelta(hours=1))

    assert keys(found) == ["discord.bad_token", "doctor.clock_ahead"]


async def test_a_bot_in_no_server_is_given_the_link_that_invites_it() -> None:
    async with DiscordServer() as server:
        server.world.guilds.clear()
        found = await findings(server)
        link = invite(server.world.bot.id)

    assert keys(found, Grade.DOUBTFUL) == ["doctor.servers_none"]
    assert link in told(found, "doctor.servers_none")


@pytest.mark.parametrize(("spent", "grade"), [(950, Grade.GOOD), (951, Grade.DOUBTFUL), (1000, Grade.BAD)])
async def test_session_starts_that_run_out_are_told(spent: int, grade: Grade) -> None:
    async with DiscordServer() as server:
        host(server)
        server.gateway.identified = spent
        found = await findings(server)

    about = {finding.about: finding for finding in found}["doctor.about_sessions"]
    assert about.grade is grade
    assert grade is Grade.GOOD or "24 h" in about.told.explain("en")


async def test_only_so_many_servers_and_channels_are_looked_at_and_the_rest_is_said() -> None:
    async with DiscordServer() as server:
        host(server)
        for number in range(checkup.SERVERS + 1):
            server.world.add_guild(f"House {number}", owner=server.owner, bot=WHOLE)
        for number in range(checkup.CHANNELS + 2):
            channel(server, f"room-{number}")
        found = await findings(server)
        looked_at = server.requests("GET", "/guilds/*/channels")

    assert len(looked_at) == checkup.SERVERS
    assert "2 more were not looked at" in told(found, "doctor.servers_left")
    assert "Tea House: 3 more channels" in told(found, "doctor.channels_left")


async def test_many_channels_are_counted_after_the_first_few() -> None:
    async with DiscordServer() as server:
        host(server)
        for number in range(12):
            server.service.allow(channel(server, f"room-{number}"), server.world.bot, less=REACTIONS)
        found = await findings(server)

    assert "#room-0, #room-1" in told(found, "doctor.channels_lack")
    assert "and 4 more" in told(found, "doctor.channels_lack")
    assert "외 4개" in told(found, "doctor.channels_lack", "ko")


async def test_a_server_that_cannot_be_looked_at_does_not_hide_the_next() -> None:
    async with DiscordServer() as server:
        host(server)
        server.world.add_guild("Second House", owner=server.owner, bot=WHOLE)
        server.plan("GET", "/guilds/*/channels", Refused(status=403, code=50001))
        found = await findings(server)

    assert "Tea House: Discord did not let the bot look at it (403, 50001)" in told(found, "doctor.server_closed")
    assert "Second House" in told(found, "doctor.server_good")


async def test_a_kind_of_channel_that_nobody_knows_yet_is_told_and_no_defect() -> None:
    async with DiscordServer() as server:
        host(server)
        channel(server, "hologram").kind = 99  # type: ignore[assignment]
        found = await findings(server)

    assert "Tea House" in told(found, "doctor.server_unreadable")
    assert keys(found, Grade.BAD) == []


async def test_what_a_server_lacks_is_told_even_where_its_webhooks_cannot_be_seen() -> None:
    async with DiscordServer() as server:
        host(server, allowed=WHOLE & ~REACTIONS)
        server.plan("GET", "/guilds/*/webhooks", Refused(status=403, code=50013))
        found = await findings(server)

    assert keys(found, Grade.DOUBTFUL) == ["doctor.server_lacks", "doctor.server_closed"]


async def test_commands_that_go_elsewhere_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    plain, elsewhere = payloads.application, {"interactions_endpoint_url": "https://example.com/interactions"}
    monkeypatch.setattr(payloads, "application", lambda *given, **named: plain(*given, **named) | elsewhere)
    async with DiscordServer() as server:
        host(server)
        found = await findings(server)

    assert keys(found, Grade.BAD) == ["doctor.interactions_elsewhere"]
    assert "https://example.com/interactions" in told(found, "doctor.interactions_elsewhere")


async def test_every_trouble_of_the_network_is_a_finding_and_keeps_what_was_found_before() -> None:
    troubles: dict[str, Fault] = {
        "doctor.unreachable": Reset(),
        "doctor.refused": Refused(status=403, code=40001),
        "doctor.limited": TooMany(retry_after=timedelta(hours=1)),
        "doctor.slow": Hold(),
    }
    for key, fault in troubles.items():
        async with DiscordServer() as server:
            host(server)
            # A reset on a connection that was used before is tried once more by aiohttp.
            server.plan("GET", "/gateway/bot", fault, *([Reset()] if isinstance(fault, Reset) else []))
            found = await findings(server, patience=timedelta(seconds=2))

        assert keys(found, Grade.BAD) == [key]
        assert keys(found)[0] == "doctor.token_good"
        assert "doctor.servers_good" not in keys(found)


async def test_nothing_that_answers_is_a_finding() -> None:
    with pointed_at("http://127.0.0.1:1/api/v10", "ws://127.0.0.1:1"):
        found = await findings()

    assert keys(found) == ["doctor.unreachable"]
    assert "--offline" in told(found, "doctor.unreachable")


@pytest.mark.parametrize("page", ["<html>Please log in</html>", "{}", "[]", '{"id": "x"}'])
async def test_something_else_that_answers_is_a_finding(page: str) -> None:
    async def serve(_: web.Request) -> web.Response:
        kind = "text/html" if page.startswith("<") else "application/json"
        return web.Response(body=page.encode(), content_type=kind)

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", serve)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        with pointed_at(f"{url}/api/v10", "ws://127.0.0.1:1"):
            found = await findings()
    finally:
        await runner.cleanup()

    assert keys(found, Grade.BAD) == ["doctor.unreadable"]
