"""`/memory`: what is in mind, and what personas remember of whoever asks."""

from discord import app_commands

from bots.discord_bot.carrying import Commands, Interaction
from bots.discord_bot.texts import text
from bots.lines import line_of
from bots.memory_commands import MOST_TURNS
from personas.memory.noticing import LONGEST


def memory_group(commands: Commands) -> app_commands.Group:
    """`/memory`."""
    group = app_commands.Group(name=text("memory_name"), description=text("memory"))

    @group.command(name=text("memory_now_name"), description=text("memory_now"))
    @app_commands.describe(turns=text("memory_turns"))
    async def now(interaction: Interaction, turns: app_commands.Range[int, 1, MOST_TURNS] | None = None) -> None:
        await commands.typed(interaction, line_of("memory", str(turns or "")))

    @group.command(name=text("memory_show_name"), description=text("memory_show"))
    @app_commands.describe(page=text("memory_page"))
    async def show(interaction: Interaction, page: app_commands.Range[int, 1, 1_000] = 1) -> None:
        await commands.typed(interaction, line_of("memory", "show", str(page)))

    @group.command(name=text("memory_on_name"), description=text("memory_on"))
    async def on(interaction: Interaction) -> None:
        await commands.typed(interaction, "/memory on")

    @group.command(name=text("memory_off_name"), description=text("memory_off"))
    async def off(interaction: Interaction) -> None:
        await commands.typed(interaction, "/memory off")

    @group.command(name=text("memory_forget_name"), description=text("memory_forget"))
    @app_commands.describe(number=text("memory_number_or_all"))
    async def forget(interaction: Interaction, number: str) -> None:
        await commands.typed(interaction, line_of("memory", "forget", number))

    @group.command(name=text("memory_edit_name"), description=text("memory_edit"))
    @app_commands.describe(number=text("memory_number"), words=text("memory_words"))
    async def edit(interaction: Interaction, number: str, words: app_commands.Range[str, 1, LONGEST]) -> None:
        await commands.typed(interaction, line_of("memory", "edit", number, words))

    return group
