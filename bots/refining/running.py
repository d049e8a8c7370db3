"""Every case through every arm."""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bots.refining.arms import ARMS, Acting, Arm, Hands, Take
from bots.refining.cases import Case, Conditions
from bots.refining.clock import Clock
from bots.refining.detector import Detector
from bots.refining.judging import Judge
from bots.refining.keeping import JUDGED, KEEP, Keeping
from bots.refining.lines import Gold
from bots.refining.models import LiveModel, Model, ScriptedActor
from moderation.filters.judge import JUDGE
from moderation.guard import Guard
from personas.cast import Cast
from personas.generators import Generator
from personas.prompting import Limits

ORDER = (*ARMS, KEEP)
"""The arms that every model is asked by, in the order of the tables."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What all arms share."""

    guard: Guard
    casts: Mapping[str, Cast]
    """Who speaks, by language."""
    limits: Limits

    @property
    def arms(self) -> tuple[str, ...]:
        """Those there are over the scripted model, in the order of the tables; the one with a judge of its own is left
        out where the guard has one already."""
        return ORDER if any(each.id == JUDGE for each in self.guard.filters) else (*ORDER, JUDGED)


Step = Callable[[], object]
"""Told of every reply that is made."""


async def scripted_takes(
    stage: Stage, cases: Sequence[Case], conditions: Conditions, *, arms: Iterable[str] = ORDER, step: Step
) -> list[Take]:
    """Every arm over the scripted model, each with a service of its own that has read nothing yet."""
    takes: list[Take] = []
    clock = Clock()
    detector = Detector(stage.guard, monotonic=clock.now, takes=lambda: clock.sleep(conditions.check / 1000))
    try:
        for arm in arms:
            model = ScriptedActor(conditions, clock)
            takes += await _performed(arm, stage, detector, model, cases, conditions, step)
    finally:
        detector.close()
    return takes


async def judged_takes(
    stage: Stage, cases: Sequence[Case], conditions: Conditions, gold: Gold, *, step: Step
) -> list[Take]:
    """Ours over the scripted model once more, with a judge that sees what labels say as far as `conditions` have it.
    Raises ValueError where the guard has one already."""
    clock, judge = Clock(), await asyncio.to_thread(Judge, conditions, gold)
    beside = Guard((*stage.guard.filters, judge.filter), stage.guard.policy, monotonic=time.monotonic)

    async def takes() -> None:
        await clock.sleep(conditions.check / 1000 + judge.owed())

    detector = Detector(beside, monotonic=clock.now, takes=takes)
    model = ScriptedActor(conditions, clock)
    try:
        return await _performed(JUDGED, stage, detector, model, cases, conditions, step, judge=judge)
    finally:
        detector.close()
        beside.close()


async def live_takes(
    stage: Stage,
    generator: Generator,
    cases: Sequence[Case],
    conditions: Conditions,
    *,
    now: Callable[[], float],
    step: Step,
) -> list[Take]:
    """Every arm over a model that runs here: case by case, so that whatever else the machine does falls on all, and
    each time another arm is the first, which meets a prompt that the model has not read yet."""
    detector = Detector(stage.guard, monotonic=now, takes=_at_once)
    model = LiveModel(generator, now)
    takes: list[Take] = []
    try:
        for turn, case in enumerate(cases):
            first = turn % len(ORDER)
            for arm in (*ORDER[first:], *ORDER[:first]):
                takes += await _performed(arm, stage, detector, model, [case], conditions, step)
    finally:
        detector.close()
    return takes


async def _performed(
    name: str,
    stage: Stage,
    detector: Detector,
    model: Model,
    cases: Sequence[Case],
    conditions: Conditions,
    step: Step,
    *,
    judge: Judge | None = None,
) -> list[Take]:
    hands = {
        language: Hands(detector=detector, model=model, cast=cast, limits=stage.limits, repairs=conditions.repairs)
        for language, cast in stage.casts.items()
    }
    arms = {language: _arm(name, each, conditions, judge) for language, each in hands.items()}
    takes = []
    for case in cases:
        takes.append(await arms[case.language](Acting(name, hands[case.language], case)))
        step()
    return takes


def _arm(name: str, hands: Hands, conditions: Conditions, judge: Judge | None) -> Arm:
    return ARMS.get(name) or Keeping(hands, enough=conditions.enough, judge=judge)


async def _at_once() -> None:
    """Judging takes the time that it takes."""
