"""The address under which an owner lets the bot into a server, with what it needs there."""

from typing import Final

import discord

from bots.discord_bot.faults import NEEDED

PERMISSIONS: Final = discord.Permissions(**dict.fromkeys(NEEDED, True))
"""What is asked for."""


def invite(application_id: int | str) -> str:
    """The link that asks for what the bot needs and for its commands; nothing is asked of Discord."""
    return discord.utils.oauth_url(application_id, permissions=PERMISSIONS, scopes=("bot", "applications.commands"))
