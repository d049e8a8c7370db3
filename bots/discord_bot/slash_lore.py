"""`/lore`: which lorebooks hold, what they say, what is attached and taken away."""

from typing import Literal

import discord
from discord import app_commands

from bots.discord_bot.carrying import Commands, Interaction
from bots.discord_bot.texts import text
from bots.lines import line_of

Where = Literal["server", "category", "channel", "here", "persona"]


def lore_group(commands: Commands) -> app_commands.Group:
    """`/lore`, for those who may manage the server."""
    group = app_commands.Group(
        name=text("lore_name"),
        description=text("lore"),
        default_permissions=discord.Permissions(manage_guild=True),
        guild_only=True,
    )

    @group.command(name=text("lore_list_name"), description=text("lore_list"))
    async def list_(interaction: Interaction) -> None:
        await commands.typed(interaction, "/lore list")

    @group.command(name=text("lore_show_name"), description=text("lore_show"))
    @app_commands.describe(book=text("lore_book"), entry=text("lore_entry"))
    async def show(interaction: Interaction, book: str, entry: str = "") -> None:
        await commands.typed(interaction, line_of("lore", "show", book, entry))

    @group.command(name=text("lore_test_name"), description=text("lore_test"))
    @app_commands.describe(words=text("lore_test_words"))
    async def test(interaction: Interaction, words: app_commands.Range[str, 1, 1_000]) -> None:
        await commands.typed(interaction, line_of("lore", "test", words))

    @group.command(name=text("lore_add_name"), description=text("lore_add"))
    @app_commands.describe(file=text("lore_add_file"), where=text("lore_add_where"), persona=text("lore_add_persona"))
    async def add(
        interaction: Interaction, file: discord.Attachment, where: Where = "server", persona: str = ""
    ) -> None:
        place = ("persona", persona) if persona else (where,)
        await commands.typed(interaction, line_of("lore", "add", *place), file=file)

    @group.command(name=text("lore_remove_name"), description=text("lore_remove"))
    @app_commands.describe(book=text("lore_book"))
    async def remove(interaction: Interaction, book: str) -> None:
        await commands.typed(interaction, line_of("lore", "remove", book))

    return group
