"""The slash commands about how personas speak: another try, more of it, what somebody thinks of it, in which manner."""

from typing import Any

from discord import app_commands

from bots.discord_bot.carrying import Commands, Interaction
from bots.discord_bot.texts import text
from bots.lines import line_of
from personas.feedback import REASONS
from personas.manners import AUDIENCES, LEVELS

Words = app_commands.Range[str, 1, 200]


def replying(tree: app_commands.CommandTree[Any], commands: Commands) -> None:
    """Put them into `tree`."""
    reasons = [app_commands.Choice(name=text(f"feedback_{name}"), value=name) for name in REASONS]

    @tree.command(name=text("regenerate_name"), description=text("regenerate"))
    @app_commands.describe(reason=text("feedback_reason"), words=text("feedback_words"))
    @app_commands.choices(reason=reasons)
    async def regenerate(interaction: Interaction, reason: str = "", words: Words = "") -> None:
        await commands.cued(interaction, "again", f"{reason or 'other'} {words}".strip() if reason or words else "")

    @tree.command(name=text("continue_name"), description=text("continue"))
    async def continue_(interaction: Interaction) -> None:
        await commands.cued(interaction, "more")

    @tree.command(name=text("good_name"), description=text("good"))
    async def good(interaction: Interaction) -> None:
        await commands.typed(interaction, "/good")

    @tree.command(name=text("bad_name"), description=text("bad"))
    @app_commands.describe(reason=text("feedback_reason"), words=text("feedback_words"))
    @app_commands.choices(reason=reasons)
    async def bad(interaction: Interaction, reason: str, words: Words = "") -> None:
        await commands.typed(interaction, line_of("bad", reason, *words.split()))

    _manner(tree, commands)
    _prompt(tree, commands)


def _manner(tree: app_commands.CommandTree[Any], commands: Commands) -> None:
    @tree.command(name=text("manner_name"), description=text("manner"))
    @app_commands.describe(choice=text("manner_choice"))
    @app_commands.choices(choice=[app_commands.Choice(name=name, value=name) for name in (*AUDIENCES, *LEVELS, "-")])
    async def manner(interaction: Interaction, choice: str = "") -> None:
        await commands.typed(interaction, line_of("manner", choice))


def _prompt(tree: app_commands.CommandTree[Any], commands: Commands) -> None:
    @tree.command(name=text("prompt_name"), description=text("prompt"))
    @app_commands.describe(said=text("prompt_said"))
    @app_commands.default_permissions(manage_messages=True)
    @app_commands.guild_only()
    async def prompt(interaction: Interaction, said: app_commands.Range[str, 1, 1_000] = "") -> None:
        await commands.typed(interaction, line_of("prompt", said))
