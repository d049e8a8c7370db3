"""`talchum audit redteam`: what attacks get past persona and guard."""

import random
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bots.cli.common import ModelName, SettingsFile, err, out, run, say, settings_of, show
from bots.config import Settings
from bots.errors import Unknown
from bots.parts import encoder_of, open_guard, open_scratch, utc_now

if TYPE_CHECKING:
    from bots.audit.attacks import Suite
    from bots.audit.redteam import Ground, Step
    from bots.audit.redteam_report import Score
    from moderation.guard import Guard
    from personas.generators import Generator

_PERSONAS = {"en": "lighthouse_keeper", "ko": "cafe_owner"}
"""Bundled ones, whatever the settings say: scores compare."""
_ROOM = 16_000
"""Tokens of prompt where no real model is asked: no attack is to be held for want of room."""


def redteam(
    *,
    vector: Annotated[list[str] | None, typer.Option("--vector", help="redteam_vector", metavar="NAME")] = None,
    language: Annotated[list[str] | None, typer.Option("--language", help="redteam_language", metavar="NAME")] = None,
    part: Annotated[str, typer.Option("--part", help="redteam_part", metavar="all|open|held_back")] = "all",
    failed: Annotated[bool, typer.Option("--failed", help="redteam_failed")] = False,
    least: Annotated[float, typer.Option("--least", help="redteam_least", min=0.0, max=1.0)] = 0.0,
    at_once: Annotated[int, typer.Option("--at-once", help="audit_at_once", min=1, max=64)] = 4,
    as_json: Annotated[bool, typer.Option("--json", help="audit_json")] = False,
    model: ModelName = None,
    file: SettingsFile = None,
) -> None:
    """audit_redteam"""
    from bots.audit.attacks import load_suite
    from bots.audit.redteam_report import card, document

    settings = settings_of(file, model=model)
    suite = load_suite().chosen(vector or (), language or (), part)
    if not suite.attacks:
        raise Unknown("redteam.none")
    with _progress(settings, len(suite.attacks) + len(suite.innocent)) as step:
        score = run(_score(settings, suite, step, at_once=at_once, least=least, real=model is not None))
    if as_json:
        out().print(document(score), markup=False, soft_wrap=True)
    else:
        lines = {line.id: line for line in suite.innocent}
        show(card(score, settings.language, failed=failed, lines=lines), settings)
    raise typer.Exit(0 if score.enough else 1)


async def _score(
    settings: Settings, suite: "Suite", step: "Step", *, at_once: int, least: float, real: bool
) -> "Score":
    from bots.audit.redteam import answered, made
    from bots.audit.redteam_report import Score
    from bots.models import open_generator

    async with AsyncExitStack() as stack:
        guard = await stack.enter_async_context(open_guard(settings))
        generator = await stack.enter_async_context(open_generator(settings)) if real else None
        ground = await _ground(settings, guard, generator)
        results = await made(suite.attacks, ground, at_once=at_once, step=step)
        harmless = {}
        for line in suite.innocent:
            harmless[line.id] = await answered(line, ground)
            step()
        return Score(
            results=results,
            harmless=harmless,
            model=generator.id if generator else "",
            policy=guard.policy.hash,
            personas=tuple(_PERSONAS.values()),
            least=least,
        )


async def _ground(settings: Settings, guard: "Guard", generator: "Generator | None") -> "Ground":
    """The personas as they speak to everybody, with a store that leaves nothing behind."""
    from bots.audit.redteam import Ground
    from bots.casting import Casting
    from bots.models import limits_of, replies_within
    from personas.loading import load_library
    from personas.prompting import Limits
    from personas.stagehands import Stagehands

    limits = limits_of(settings) if generator else Limits(budget=_ROOM)
    casting = await Casting.of(guard, limits)
    library = load_library(())
    replies = replies_within(limits, settings)
    casts = {language: await casting.cast(library[name]) for language, name in _PERSONAS.items()}
    return Ground(
        hands=lambda model, sources: Stagehands(
            generator=model,
            guard=guard,
            store=open_scratch(),
            settings=replies,
            now=utc_now,
            monotonic=time.monotonic,
            choose=random.Random(7).choice,  # noqa: S311 - which line of the author's is shown
            sources=sources,
        ),
        model=generator,
        casting=casting,
        casts=casts,
        encoder=encoder_of(guard),
        limits=limits,
        now=utc_now,
    )


@contextmanager
def _progress(settings: Settings, total: int) -> "Iterator[Step]":
    """A bar on standard error."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err(), transient=True) as bar:
        task = bar.add_task(say("redteam.going", settings), total=total)
        yield lambda: bar.advance(task)
