"""Who carries slash commands out, and what is offered while somebody types one."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Protocol

import discord
from discord import app_commands

Interaction = discord.Interaction
Complete = Callable[[Interaction, str], Coroutine[Any, Any, list[app_commands.Choice[str]]]]
"""Offers something by what somebody has typed so far."""


class Commands(Protocol):
    """Whoever carries commands out."""

    async def typed(self, interaction: Interaction, line: str, *, file: discord.Attachment | None = None) -> None:
        """Answer with the card of `line`."""

    async def cued(self, interaction: Interaction, verb: str, wish: str = "") -> None:
        """Have the last reply here said again ("again"), heeding a wish, or continued ("more")."""

    async def appeal(self, interaction: Interaction, number: str, words: str) -> None:
        """Somebody does not agree with what was held against them."""

    async def report(self, interaction: Interaction, message: discord.Message | None) -> None:
        """Ask why somebody reports a reply (the last one), and report it."""

    async def personas(self, interaction: Interaction) -> Sequence[tuple[str, str]]:
        """Id and name of everybody who may speak there."""


def completing(commands: Commands) -> Complete:
    """Offers personas."""

    async def complete(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        wanted = current.casefold()
        fitting = [
            app_commands.Choice(name=f"{name} ({persona})"[:100], value=persona)
            for persona, name in await commands.personas(interaction)
            if wanted in persona or wanted in name.casefold()
        ]
        return fitting[:25]

    return complete
