"""`/review`, the steps of a case: who has it, who is to have it, what was decided and what people are told."""

from discord import app_commands

from bots.discord_bot.carrying import Commands, Interaction
from bots.discord_bot.texts import text
from bots.lines import line_of


def steps(group: app_commands.Group, commands: Commands) -> None:
    """Put them into `/review`."""
    _holding(group, commands)

    @group.command(name=text("review_reopen_name"), description=text("review_reopen"))
    @app_commands.describe(number=text("number"), note=text("review_note_text"))
    async def reopen(interaction: Interaction, number: str, note: str = "") -> None:
        await commands.typed(interaction, line_of("review", "reopen", number, note))

    @group.command(name=text("review_answer_name"), description=text("review_answer"))
    @app_commands.describe(number=text("number"), words=text("review_answer_text"))
    async def answer(interaction: Interaction, number: str, words: app_commands.Range[str, 1, 1_000]) -> None:
        await commands.typed(interaction, line_of("review", "answer", number, words))

    @group.command(name=text("review_merge_name"), description=text("review_merge"))
    @app_commands.describe(number=text("number"), other=text("review_merge_other"), note=text("review_note_text"))
    async def merge(interaction: Interaction, number: str, other: str, note: str = "") -> None:
        await commands.typed(interaction, line_of("review", "merge", number, other, note))

    @group.command(name=text("review_search_name"), description=text("review_search"))
    @app_commands.describe(words=text("review_search_words"))
    async def search(interaction: Interaction, words: str) -> None:
        await commands.typed(interaction, line_of("review", "search", words))

    # Discord has room for twenty-five commands in a group: what is asked for less often is typed as on other platforms.
    @group.command(name=text("review_more_name"), description=text("review_more"))
    @app_commands.describe(line=text("review_more_line"))
    async def more(interaction: Interaction, line: app_commands.Range[str, 1, 1_000]) -> None:
        await commands.typed(interaction, f"/review {line}")


def _holding(group: app_commands.Group, commands: Commands) -> None:
    """Who has a case."""

    @group.command(name=text("review_claim_name"), description=text("review_claim"))
    @app_commands.describe(number=text("number"))
    async def claim(interaction: Interaction, number: str) -> None:
        await commands.typed(interaction, line_of("review", "claim", number))

    @group.command(name=text("review_renew_name"), description=text("review_renew"))
    @app_commands.describe(number=text("number"))
    async def renew(interaction: Interaction, number: str) -> None:
        await commands.typed(interaction, line_of("review", "renew", number))

    @group.command(name=text("review_release_name"), description=text("review_release"))
    @app_commands.describe(number=text("number"))
    async def release(interaction: Interaction, number: str) -> None:
        await commands.typed(interaction, line_of("review", "release", number))

    @group.command(name=text("review_escalate_name"), description=text("review_escalate"))
    @app_commands.describe(number=text("number"), note=text("review_note_text"))
    async def escalate(interaction: Interaction, number: str, note: str = "") -> None:
        await commands.typed(interaction, line_of("review", "escalate", number, note))
