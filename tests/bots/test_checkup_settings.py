"""What doctor says of Discord by the settings, before anything is asked."""

import asyncio
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from bots.config import Settings
from bots.discord_bot.checkup import look_at_discord
from bots.discord_bot.faults import NEEDED
from bots.discord_bot.invite import invite
from bots.doctor import Grade
from bots.parts import open_state
from bots.places import Mode, Places, PlaceSettings
from moderation.words import LANGUAGES, catalogue
from tests.bots.looking import host, keys, now, told
from tests.support.discord_running import DiscordServer


def settings_of(tmp_path: Path, document: str, **environ: str) -> Settings:
    return Settings.load(document.encode(), {"TALCHUM_DATA": str(tmp_path), **environ})


async def test_without_a_section_or_a_token_nothing_is_asked(tmp_path: Path) -> None:
    async with DiscordServer() as server:
        none = await look_at_discord(settings_of(tmp_path, ""), offline=False, now=now)
        bare = await look_at_discord(settings_of(tmp_path, "[discord]"), offline=False, now=now)
        named = settings_of(tmp_path, '[discord]\ntoken_variable = "MY_BOT"', DISCORD_TOKEN="x")
        other = await look_at_discord(named, offline=False, now=now)
        away = await look_at_discord(settings_of(tmp_path, "[discord]", DISCORD_TOKEN="x"), offline=True, now=now)
        asked = server.requests()

    assert [finding.grade for finding in (*none, *bare, *other, *away)] == [
        Grade.DOUBTFUL,
        Grade.BAD,
        Grade.BAD,
        Grade.GOOD,
    ]
    assert "DISCORD_TOKEN" in bare[0].told.explain("ko")
    assert "MY_BOT" in other[0].told.explain("ko")
    assert not asked


async def test_places_that_were_set_to_hear_everything_are_found_in_the_state(tmp_path: Path) -> None:
    async with DiscordServer() as server:
        host(server)
        document = f'[discord]\nbase_url = "{server.url}"'
        settings = settings_of(tmp_path, document, DISCORD_TOKEN=server.token)
        scope = f"discord:channel:{server.channel.id}"
        async with open_state(settings) as state:
            places = Places(state, PlaceSettings())
            await places.change(scope, mode="every")
            await places.change("discord:channel:5", persona="maren")
            await places.change("discord:thread:6", wake=("maren",))
            await places.change("discord:dm:7", "discord:person:1", mode="every")
            await places.change("telegram:chat:8", mode="every")
        found = await look_at_discord(settings, offline=False, now=now)
        away = await look_at_discord(settings, offline=True, now=now)
        reading = settings_of(tmp_path, f"{document}\nmessage_content = true", DISCORD_TOKEN=server.token)
        read = await look_at_discord(reading, offline=False, now=now)

    assert "(#lobby (Tea House), discord:thread:6)" in told(found, "doctor.listens")
    assert f"({scope}, discord:thread:6)" in told(away, "doctor.listens")
    assert keys(read, Grade.BAD) == ["discord.no_intent"]
    assert "doctor.listens" not in keys(read)


@pytest.mark.parametrize("places", [f"mode = '{Mode.EVERY}'", "wake = ['maren']", f"mode = '{Mode.CHANCE}'"])
async def test_settings_that_hear_everything_everywhere_are_told_as_one(tmp_path: Path, places: str) -> None:
    settings = settings_of(tmp_path, f"[discord]\n[places]\n{places}", DISCORD_TOKEN="x")
    away = await look_at_discord(settings, offline=True, now=now)

    assert "(everywhere)" in told(away, "doctor.listens")


async def test_a_state_that_does_not_open_is_left_to_others_to_tell(tmp_path: Path) -> None:
    await asyncio.to_thread((tmp_path / "state.db").write_bytes, b"no database" * 500)
    settings = settings_of(tmp_path, "[discord]", DISCORD_TOKEN="x")

    assert keys(await look_at_discord(settings, offline=True, now=now)) == ["doctor.token_there"]


def test_the_link_asks_for_what_is_needed_and_nothing_else() -> None:
    bits = {
        "view_channel": 10,
        "send_messages": 11,
        "send_messages_in_threads": 38,
        "create_public_threads": 35,
        "manage_webhooks": 29,
        "read_message_history": 16,
        "add_reactions": 6,
        "attach_files": 15,
    }
    link = urlsplit(invite(123))
    query = parse_qs(link.query)

    assert link._replace(query="").geturl() == "https://discord.com/oauth2/authorize"
    assert query == {
        "client_id": ["123"],
        "scope": ["bot applications.commands"],
        "permissions": [str(sum(1 << bits[name] for name in NEEDED))],
    }


def test_every_permission_that_is_needed_has_a_name_for_people() -> None:
    words = catalogue("bots")
    assert "manage_webhooks" in NEEDED
    for name in NEEDED:
        assert all(words.say(f"doctor.permission_{name}", language) for language in LANGUAGES)
