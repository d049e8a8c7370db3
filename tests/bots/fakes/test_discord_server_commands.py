"""The fake Discord's commands: what can be registered, who has a command where, menus, files."""

from typing import Any

import discord
import pytest
from discord import app_commands
from discord.http import Route

from bots.fakes.discord_server import File
from tests.support.discord_probe import Probe
from tests.support.discord_running import DiscordServer, running


async def test_a_command_is_for_those_it_is_for_where_it_is_offered() -> None:
    bot = Probe()
    options = {"guild_only": True, "default_permissions": discord.Permissions(manage_guild=True)}
    group = app_commands.Group(name="talchum", description="Settings.", **options)  # type: ignore[arg-type]

    @group.command(name="pause", description="Pauses.")
    async def pause(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("paused")

    bot.tree.add_command(group)
    async with DiscordServer() as server, running(bot):
        await bot.tree.sync()
        paused = server.slash("talchum pause", {}, server.owner, server.channel)
        await server.until(lambda: paused.answered)
        with pytest.raises(AssertionError, match="lacks"):
            server.slash("talchum pause", {}, server.person, server.channel)
        with pytest.raises(AssertionError, match="not offered there"):
            server.slash("talchum pause", {}, server.owner, server.world.dm(server.owner))

    assert bot.failures == []


async def test_menus_are_chosen_on_a_message_that_can_be_read_then_and_on_a_person() -> None:
    bot = Probe()

    @bot.tree.context_menu(name="Report this")
    async def report(interaction: discord.Interaction, message: discord.Message) -> None:
        await interaction.response.send_message(message.content)

    @bot.tree.context_menu(name="Who")
    async def who(interaction: discord.Interaction, member: discord.Member) -> None:
        await interaction.response.send_message(member.display_name)

    async with DiscordServer() as server, running(bot):
        await bot.tree.sync()
        said = server.say(server.channel, server.owner, "rude")
        reported = server.people.menu("Report this", said, server.person, server.channel)
        asked_for = server.people.menu("Who", server.owner, server.person, server.channel)
        await server.until(lambda: reported.answered and asked_for.answered)
        with pytest.raises(AssertionError, match="not registered"):
            server.people.menu("Who", said, server.person, server.channel)

    assert sorted(message.content for message in server.answers()) == ["Haneul", "rude"]


async def test_a_file_is_given_to_a_command_and_can_be_read() -> None:
    bot = Probe()

    @bot.tree.command(name="import", description="Imports.")
    async def import_(interaction: discord.Interaction, card: discord.Attachment) -> None:
        await interaction.response.send_message(f"{card.filename} {card.size} {await card.read()!r}")

    async with DiscordServer() as server, running(bot):
        await bot.tree.sync()
        card = File(name="card.json", data=b"{}")
        given = server.slash("import", {"card": card}, server.person, server.channel)
        await server.until(lambda: given.answered)

    assert [message.content for message in server.answers()] == ["card.json 2 b'{}'"]


COMMAND: dict[str, Any] = {"name": "ask", "description": "Asks."}
OPTION: dict[str, Any] = {"type": 3, "name": "what", "description": "What."}


@pytest.mark.parametrize(
    ("command", "good"),
    [
        (COMMAND, True),
        ({**COMMAND, "name": "물어보기", "name_localizations": {"ko": "물어보기"}}, True),
        ({"type": 3, "name": "이 답변 신고하기"}, True),
        ({"type": 2, "name": "Ask"}, True),
        ({"type": 3, "name": "Ask", "description": "Asks."}, False),
        ({"type": 3, "name": "x" * 33}, False),
        ({**COMMAND, "name": "Ask"}, False),
        ({**COMMAND, "name": "ask me"}, False),
        ({**COMMAND, "name": "x" * 33}, False),
        ({**COMMAND, "description": ""}, False),
        ({**COMMAND, "description": "x" * 101}, False),
        ({**COMMAND, "description_localizations": {"ko": "x" * 101}}, False),
        ({**COMMAND, "description_localizations": {"kr": "물어봐요."}}, False),
        ({**COMMAND, "options": [OPTION]}, True),
        ({**COMMAND, "options": [OPTION, OPTION]}, False),
        ({**COMMAND, "options": [OPTION, {**OPTION, "name": "who", "required": True}]}, False),
        (
            {**COMMAND, "options": [{**OPTION, "choices": [{"name": str(n), "value": str(n)} for n in range(26)]}]},
            False,
        ),
        ({**COMMAND, "options": [{**OPTION, "autocomplete": True, "choices": [{"name": "x", "value": "x"}]}]}, False),
        ({**COMMAND, "options": [{**OPTION, "name": str(n)} for n in range(26)]}, False),
    ],
)
async def test_commands_are_registered_when_discord_would_take_them(command: dict[str, Any], good: bool) -> None:
    bot = Probe()
    async with DiscordServer() as server, running(bot):
        path = f"/applications/{server.world.bot.id}/commands"
        if good:
            await bot.http.request(Route("PUT", path), json=[command])
        else:
            with pytest.raises(discord.HTTPException) as refusal:
                await bot.http.request(Route("PUT", path), json=[command])
            assert refusal.value.code == 50035
        registered: list[dict[str, Any]] = await bot.http.request(Route("GET", path))

    assert [known["name"] for known in registered] == [command["name"]] * good


async def test_a_command_keeps_its_id_and_a_guild_has_its_own() -> None:
    bot = Probe()

    @bot.tree.command(name="ask", description="Asks.")
    async def ask(interaction: discord.Interaction) -> None:
        await interaction.response.defer()

    async with DiscordServer() as server, running(bot):
        (first,) = await bot.tree.sync()
        (second,) = await bot.tree.sync()
        guild = discord.Object(server.guild.id)
        bot.tree.copy_global_to(guild=guild)
        (own,) = await bot.tree.sync(guild=guild)
        assert await bot.tree.fetch_commands(guild=guild) == [own]

    assert first.id == second.id
    assert own.id != first.id
