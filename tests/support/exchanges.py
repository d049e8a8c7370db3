"""What stores keep, made up: an exchange, what was objected to in it, how it ended and what people said to it."""

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from moderation.records import (
    Action,
    CaseState,
    Closing,
    Decision,
    Finding,
    Objection,
    Opening,
    Origin,
    Outcome,
    Review,
    ReviewStep,
    Span,
    Stage,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
VERSION = "0123456789ab"
"""Of the filter that found something."""

_STEPS = {CaseState.UPHELD: ReviewStep.UPHOLD, CaseState.OVERTURNED: ReviewStep.OVERTURN}


def numbered(prefix: str = "a") -> Callable[[], str]:
    """Ids a1, a2 …"""
    numbers = itertools.count(1)
    return lambda: f"{prefix}{next(numbers)}"


def opening(
    said: str = "hello", *, persona: str = "halmi", server: str = "", person: str = "p1", message: str = "m1"
) -> Opening:
    return Opening(
        origin=Origin(platform="console", conversation="c1", person=person, message=message, server=server),
        at=NOON,
        persona=persona,
        persona_version="v1",
        model="scripted",
        policy="cafe",
        language="ko",
        said=said,
    )


def finding(
    rule: str = "lexicon.slur",
    decision: Decision = Decision.FLAG,
    *,
    score: float = 0.75,
    detail: str = "the rule, 그리고 낱말",
) -> Finding:
    name, _, category = rule.partition(".")
    return Finding(
        filter=name,
        version=VERSION,
        category=category,
        decision=decision,
        action=Action.REPAIR,
        score=score,
        spans=(Span(0, 2), Span(3, 3)),
        detail=detail,
        elapsed=timedelta(milliseconds=1, microseconds=5),
    )


def objection(text: str = "draft", *findings: Finding, shown: str = "", stage: Stage = Stage.PIECE) -> Objection:
    return Objection(at=NOON, stage=stage, text=text, shown=shown, findings=findings or (finding(),))


def report(shown: str = "the reply", *, by: str = "p2", comment: str = "왜 이래요", reason: str = "wrong") -> Objection:
    """What a member objects to in a reply."""
    found = Finding(filter="report", version="1", category=reason, decision=Decision.FLAG, detail=comment)
    return Objection(at=NOON, stage=Stage.WHOLE, text=shown, shown=shown, findings=(found,), by=by)


def closing(outcome: Outcome = Outcome.REPAIRED, shown: str = "shown") -> Closing:
    return Closing(
        at=NOON, outcome=outcome, shown=shown, tokens_in=4, tokens_cached=3, tokens_out=2, tokens_overshoot=1
    )


def step(after: CaseState, *, before: CaseState = CaseState.OPEN, actor: str = "mina") -> Review:
    """A decision; a note where the case stays as it is."""
    what = ReviewStep.NOTE if after is before else _STEPS[after]
    return Review(at=NOON, actor=actor, tool="terminal", step=what, before=before, after=after, note="메모")
