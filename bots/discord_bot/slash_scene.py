"""`/scene`: who is on the stage together."""

from discord import app_commands

from bots.discord_bot.carrying import Commands, Complete, Interaction
from bots.discord_bot.texts import text
from bots.lines import line_of


def scene_group(commands: Commands, complete: Complete) -> app_commands.Group:
    """`/scene`. What each may really do is checked when they do it."""
    group = app_commands.Group(name=text("scene_name"), description=text("scene"))

    @group.command(name=text("scene_show_name"), description=text("scene_show"))
    async def show(interaction: Interaction) -> None:
        await commands.typed(interaction, "/scene show")

    @group.command(name=text("scene_start_name"), description=text("scene_start"))
    @app_commands.describe(
        first=text("persona_option"),
        second=text("persona_option"),
        third=text("persona_option"),
        fourth=text("persona_option"),
    )
    @app_commands.autocomplete(first=complete, second=complete, third=complete, fourth=complete)
    async def start(interaction: Interaction, first: str, second: str, third: str = "", fourth: str = "") -> None:
        wanted = [persona for persona in (first, second, third, fourth) if persona]
        await commands.typed(interaction, line_of("scene", "start", *wanted))

    @group.command(name=text("scene_add_name"), description=text("scene_add"))
    @app_commands.describe(persona=text("persona_option"))
    @app_commands.autocomplete(persona=complete)
    async def add(interaction: Interaction, persona: str) -> None:
        await commands.typed(interaction, line_of("scene", "add", persona))

    @group.command(name=text("scene_remove_name"), description=text("scene_remove"))
    @app_commands.describe(persona=text("persona_option"))
    @app_commands.autocomplete(persona=complete)
    async def remove(interaction: Interaction, persona: str) -> None:
        await commands.typed(interaction, line_of("scene", "remove", persona))

    @group.command(name=text("scene_end_name"), description=text("scene_end"))
    async def end(interaction: Interaction) -> None:
        await commands.typed(interaction, "/scene end")

    return group
