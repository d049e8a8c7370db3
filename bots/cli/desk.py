"""`talchum review` and `talchum judge`: people look at what the guard did; the guard looks at what people have."""

import asyncio
import sys
import time
from dataclasses import replace
from enum import StrEnum
from typing import Annotated

import typer

from bots.cards import Card
from bots.cli.common import SettingsFile, community, run, say, settings_of, show, standard_input, whoever
from bots.config import Settings
from bots.console_bot.lines import raw_lines
from bots.console_bot.terminal import write_anew
from bots.errors import Unknown
from bots.judge import Judge
from bots.parts import open_guard, open_review
from bots.tiers import tier_names
from moderation.cases import Rank, Reviewer
from moderation.words import PROGRAM

_LONGEST = 16_000_000
"""Bytes of a line of input to `judge`; what is cut off there is no JSON any more, and the answer says so."""


class Scores(StrEnum):
    """Which findings `judge` tells of."""

    OBJECTIONS = "objections"
    ALL = "all"


def review(
    words: Annotated[list[str] | None, typer.Argument(help="review_words", metavar="COMMAND")] = None,
    server: Annotated[str, typer.Option("--server", help="review_server", metavar="PLATFORM:ID")] = "",
    file: SettingsFile = None,
) -> None:
    """review"""
    settings = settings_of(file)
    only = community(server)

    async def work() -> None:
        by = Reviewer(name=whoever(), rank=Rank.ADMIN, tool="terminal")
        verb = (words or [""])[0]
        typed = f"{PROGRAM.get()} review" + (f" --server {server}" if server else "")
        async with open_review(settings, typed=typed, words=verb == "lexicon", personas=verb == "mute") as commands:
            card = await commands.run(words or [], by=by, server=only)
            if card.takes_back:
                # Another process may have it standing somewhere; only that one can take it away.
                await commands.not_there(card.takes_back)
                card = replace(card, hint=say("commands.withdraw_not_there", settings, id=card.takes_back))
            show(card, settings)
            if card.file:
                file = await asyncio.to_thread(write_anew, card)
                show(Card(title=say("console.written", settings, file=file)), settings)

    run(work())


def judge(
    filters: Annotated[str, typer.Option("--filters", help="judge_filters", metavar="A,B")] = "",
    scores: Annotated[Scores, typer.Option("--scores", help="judge_scores")] = Scores.OBJECTIONS,
    file: SettingsFile = None,
) -> None:
    """judge"""
    settings = settings_of(file)
    broken = run(_judge(settings, _asked(filters, settings), every_score=scores is Scores.ALL))
    raise typer.Exit(1 if broken else 0)


def _asked(names: str, settings: Settings) -> tuple[str, ...]:
    """The filters of these names, those that settings switch on too; none for all. Raises Unknown."""
    from moderation.filters.registry import FILTERS

    known = (*FILTERS, *tier_names(settings))
    wanted = tuple(name.strip() for name in names.split(",") if name.strip())
    for name in wanted:
        if name not in known:
            raise Unknown("settings.unknown_filter", name=name, known=", ".join(known))
    return wanted


async def _judge(settings: Settings, only: tuple[str, ...], *, every_score: bool) -> int:
    from personas.cast import brief_of
    from personas.loading import load_library

    lines = raw_lines(standard_input(), longest=_LONGEST)
    briefs = {name: brief_of(persona) for name, persona in load_library(settings.personas.folders).items()}
    async with open_guard(settings, only) as guard:
        judge_ = Judge(guard, briefs, every_score=every_score, language=settings.language, monotonic=time.monotonic)
        async for line in judge_.run(lines):
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
        return judge_.broken
