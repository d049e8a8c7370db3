"""`/scene`: who is on the stage together."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Protocol

import discord
from discord import app_commands

from bots.discord_bot.texts import text
from bots.lines import line_of

Interaction = discord.Interaction
Complete = Callable[[Interaction, str], Coroutine[Any, Any, list[app_commands.Choice[str]]]]
"""Offers personas by what somebody has typed so far."""


class Commands(Protocol):
    """Whoever carries commands out."""

    async def typed(self, interaction: Interaction, line: str) -> None:
        """Answer with the card of `line`."""

    async def personas(self, interaction: Interaction) -> Sequence[tuple[str, str]]:
        """Id and name of everybody who may speak there."""


def completing(commands: Commands) -> Complete:
    """Offers personas by what somebody has typed so far."""

    async def complete(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        wanted = current.casefold()
        fitting = [
            app_commands.Choice(name=f"{name} ({persona})"[:100], value=persona)
            for persona, name in await commands.personas(interaction)
            if wanted in persona or wanted in name.casefold()
        ]
        return fitting[:25]

    return complete


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
