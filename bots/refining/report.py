"""Figures as tables of words, the same for a terminal and for a page."""

import math
from collections.abc import Iterator, Sequence
from typing import Final

from bots.meter import Prices
from bots.refining.cases import Conditions
from bots.refining.figures import Arm, Goal
from bots.refining.rules import LEAST, Standing
from moderation.bench.document import Table
from moderation.shares import Estimate
from moderation.words import catalogue

NOTHING: Final = "–"
_TABLES: Final = {
    "table_cost": ("tokens_in", "tokens_cached", "tokens_out", "tokens_overshoot", "out_a_reply", "money"),
    "table_quality": ("clean", "violations", "seen", "false_refine", "retries", "truncated", "fallback", "withdrawn"),
    "table_time": ("first", "first_late", "first_tokens", "total_late"),
}
_SHARES: Final = frozenset({"clean", "seen", "false_refine", "truncated", "fallback", "withdrawn"})
_WHOLE: Final = frozenset({"tokens_in", "tokens_cached", "first_tokens"})


def tables(made: Sequence[Arm], language: str, *, currency: str) -> Iterator[Table]:
    """What it costs, what came of it, how long it took."""
    for title, names in _TABLES.items():
        yield Table(
            title=_say(title, language),
            columns=(_say("arm", language), *(heading(name, language, currency) for name in names)),
            rows=tuple(
                (arm_name(arm.name, language), *(figure(name, arm.figures[name]) for name in names)) for arm in made
            ),
        )


def goal_table(reached: Sequence[Goal], language: str) -> Table:
    """What ours was to reach, and whether it did."""
    answers = {True: "met", False: "missed", None: "untold"}
    return Table(
        title=_say("goals", language),
        columns=tuple(_say(key, language) for key in ("goal", "reached", "verdict")),
        rows=tuple(
            (_goal(goal, language), _reached(goal), _say("chance" if goal.chance else answers[goal.met], language))
            for goal in reached
        ),
    )


def rule_table(found: Sequence[Standing], language: str) -> Table:
    """Repaired beside unrepaired, rule by rule."""
    keys = ("rule_name", "rule_replies", "rule_wins", "rule_ties", "rule_losses", "rule_mean", "rule_says")
    return Table(
        title=_say("rules", language),
        columns=tuple(_say(key, language) for key in keys),
        rows=tuple(
            (
                each.rule,
                str(each.replies),
                estimate(each.wins, percent=True),
                str(each.same),
                str(each.worse),
                estimate(each.mean, digits=2),
                _say(f"says_{each.advice}", language),
            )
            for each in found
        ),
    )


def rules_how(language: str, *, found: bool) -> str:
    """How to read that; that there is nothing to read, where nothing was `found`."""
    return _say("rules_how", language, least=LEAST) if found else _say("no_rules", language)


def about(model: str, conditions: Conditions, auditor: str, language: str) -> str:
    """What ran, and who judged what came of it ("": the labels)."""
    by = _say("auditor_others", language, names=auditor) if auditor else _say("auditor_gold", language)
    return _say("about", language, replies=conditions.replies, model=model, seed=conditions.seed, auditor=by)


def told(conditions: Conditions, prices: Prices, language: str) -> str:
    """What was assumed and set, in a sentence."""
    return _say(
        "conditions",
        language,
        sentences=conditions.sentences,
        faults=f"{conditions.faults:.1%}",
        heed=conditions.heed,
        mends=f"{conditions.mends:.0%}",
        sees=f"{conditions.critic_sees:.0%}",
        errs=f"{conditions.critic_errs:.0%}",
        tps=f"{conditions.tokens_a_second:g}",
        ttft=f"{conditions.first_token / 1000:g}",
        check=f"{conditions.check:g}",
        lag=conditions.lag,
        prices=f"{prices.per_million_in:g} / {prices.per_million_cached:g} / {prices.per_million_out:g}",
    )


def arm_name(name: str, language: str) -> str:
    """What people call an arm."""
    return _say(f"arm_{name}", language)


def heading(name: str, language: str, currency: str) -> str:
    """What people call a figure."""
    return _say(name, language, currency=currency) if name == "money" else _say(name, language)


def figure(name: str, found: Estimate) -> str:
    """A figure as people read it."""
    if name in _SHARES:
        return estimate(found, percent=True)
    return estimate(found, digits=0 if name in _WHOLE else 3 if name == "money" else 2)


def estimate(found: Estimate, *, digits: int = 2, percent: bool = False) -> str:
    """ "75.20 [74.00, 76.40]", or "3.1 % [2.0, 4.4]"; a dash where it cannot be told."""
    if math.isnan(found.value):
        return NOTHING
    factor, places = (100, 1) if percent else (1, digits)
    value, low, high = (f"{bound * factor:.{places}f}" for bound in (found.value, found.low, found.high))
    return f"{value}{' %' if percent else ''} [{low}, {high}]"


def _goal(goal: Goal, language: str) -> str:
    fields: dict[str, str] = {}
    if goal.limit is not None:
        fields["limit"] = f"{goal.limit:.0%}" if goal.percent else f"{goal.limit:g}"
    if goal.arm:
        fields["arm"] = arm_name(goal.arm, language)
    return _say(f"goal_{goal.name}", language, **fields)


def _reached(goal: Goal) -> str:
    sign = "+" if goal.arm and goal.reached.value > 0 else ""
    return sign + estimate(goal.reached, digits=3, percent=goal.percent)


def _say(key: str, language: str, **fields: object) -> str:
    return catalogue("bots").say(f"refine.{key}", language, **fields)
