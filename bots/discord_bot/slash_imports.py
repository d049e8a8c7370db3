"""The slash commands about personas that are brought in and wait to be approved."""

import discord
from discord import app_commands

from bots.discord_bot.carrying import Commands, Complete, Interaction
from bots.discord_bot.texts import text
from bots.lines import line_of


def imports(group: app_commands.Group, commands: Commands, complete: Complete) -> None:
    """Put them into `group`; `complete` knows the personas there are."""

    @group.command(name=text("persona_import_name"), description=text("persona_import"))
    @app_commands.describe(card=text("persona_import_card"), persona=text("persona_import_as"))
    @app_commands.autocomplete(persona=complete)
    async def import_(interaction: Interaction, card: discord.Attachment, persona: str = "") -> None:
        await commands.typed(interaction, line_of("persona", "import", persona), file=card)

    @group.command(name=text("persona_pending_name"), description=text("persona_pending"))
    @app_commands.describe(number=text("persona_pending_number"))
    async def pending(interaction: Interaction, number: str = "") -> None:
        await commands.typed(interaction, line_of("persona", "pending", number))

    @group.command(name=text("persona_approve_name"), description=text("persona_approve"))
    @app_commands.describe(number=text("persona_pending_number"))
    async def approve(interaction: Interaction, number: str) -> None:
        await commands.typed(interaction, line_of("persona", "approve", number))

    @group.command(name=text("persona_reject_name"), description=text("persona_reject"))
    @app_commands.describe(number=text("persona_pending_number"))
    async def reject(interaction: Interaction, number: str) -> None:
        await commands.typed(interaction, line_of("persona", "reject", number))

    @group.command(name=text("persona_history_name"), description=text("persona_history"))
    async def history(interaction: Interaction) -> None:
        await commands.typed(interaction, line_of("persona", "history"))
