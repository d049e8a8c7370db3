"""The experiment as a whole: guard, personas, models of some settings; every arm; what it comes to."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from typing import Any, Final

from bots.casting import Casting
from bots.config import Settings
from bots.errors import RefuseToStart
from bots.meter import Prices
from bots.models import limits_of, open_generator
from bots.parts import open_guard
from bots.refining.arms import Take
from bots.refining.auditors import Auditor, ByLabels, others
from bots.refining.cases import Conditions, cases, spoken_to
from bots.refining.figures import Arm, Goal, arms, facts, goals
from bots.refining.keeping import JUDGED
from bots.refining.lines import Lines, gold_of, read_lines
from bots.refining.models import ScriptedActor
from bots.refining.rules import Standing, standings
from bots.refining.rules import facts as rule_facts
from bots.refining.running import ORDER, Stage, Step, judged_takes, live_takes, scripted_takes
from personas.loading import load_library
from personas.prompting import Limits

PRICES: Final = Prices(per_million_in=0.4, per_million_cached=0.1, per_million_out=1.6, currency="USD")
"""Where settings have none: those of a small model of a large provider; a word out costs four times a word in."""

Progressing = Callable[[int], AbstractContextManager[Step]]
"""For so many replies in all: told of each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """What came of it."""

    model: str
    auditor: str
    """Who said what is clean; "" for the labels of the lines."""
    conditions: Conditions
    prices: Prices
    arms: tuple[Arm, ...]
    goals: tuple[Goal, ...]
    rules: tuple[Standing, ...]
    """Empty where no rule refused anything, or a live model was asked: its drafts are never the same."""
    policy: str
    """Hash of the policy that judged."""

    def facts(self) -> dict[str, Any]:
        """Everything as JSON has it."""
        return {
            "model": self.model,
            "auditor": self.auditor or "gold labels",
            "policy": self.policy,
            "conditions": asdict(self.conditions),
            "prices": asdict(self.prices),
            **facts(self.arms, self.goals),
            "rules": rule_facts(self.rules),
        }


async def perform(settings: Settings, conditions: Conditions, *, live: bool, progress: Progressing) -> Results:
    """Every arm over the scripted model, or, for `live`, over that of the settings. Raises what opening them does."""
    lines = await asyncio.to_thread(read_lines)
    library = await asyncio.to_thread(load_library, ())
    reply = settings.reply
    # A script has room for everything: it stands for a service, whatever model the settings name.
    scripted = Limits(budget=reply.budget, max_tokens=reply.max_tokens, reminder_every=reply.reminder_every)
    limits = limits_of(settings) if live else scripted
    async with open_guard(settings) as guard:
        casting = await Casting.of(guard, limits)
        casts = {language: await casting.cast(library[each.persona]) for language, each in lines.items()}
        stage = Stage(guard=guard, casts=casts, limits=limits)
        with progress(conditions.replies * len(ORDER if live else stage.arms)) as step:
            performed = _live if live else _scripted
            model, auditor, takes = await performed(settings, stage, lines, conditions, step)
        priced = Prices(**dict(settings.prices))
        prices = priced if priced.per_million_out else PRICES
        made = await asyncio.to_thread(arms, takes, auditor, prices, seed=conditions.seed)
        locked = guard.policy.locked
        return Results(
            model=model,
            auditor="" if isinstance(auditor, ByLabels) else auditor.name,
            conditions=conditions,
            prices=prices,
            arms=made,
            goals=goals(made),
            rules=() if live else standings(takes, auditor, locked, seed=conditions.seed),
            policy=guard.policy.hash,
        )


async def _scripted(
    settings: Settings,  # noqa: ARG001 - as `_live`
    stage: Stage,
    lines: Mapping[str, Lines],
    conditions: Conditions,
    step: Step,
) -> tuple[str, Auditor, Sequence[Take]]:
    asked, gold = cases(lines, conditions), gold_of(lines)
    takes = await scripted_takes(stage, asked, conditions, step=step)
    if JUDGED in stage.arms:
        takes += await judged_takes(stage, asked, conditions, gold, step=step)
    return ScriptedActor.id, ByLabels(gold), takes


async def _live(
    settings: Settings, stage: Stage, lines: Mapping[str, Lines], conditions: Conditions, step: Step
) -> tuple[str, Auditor, Sequence[Take]]:
    auditor = await asyncio.to_thread(others)
    async with open_generator(settings) as generator:
        usable = {language: each for language, each in lines.items() if language in (generator.languages or lines)}
        if not usable:
            raise RefuseToStart("refine.no_language", model=generator.id, known=", ".join(lines))
        asked = spoken_to(usable, conditions)
        takes = await live_takes(stage, generator, asked, conditions, now=time.perf_counter, step=step)
        return generator.id, auditor, takes
