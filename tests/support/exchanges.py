"""What stores keep, made up: an exchange, what was objected to in it, how it ended and what people said to it."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from moderation.cases import CaseState, Rank, Review, Reviewer, ReviewStep, Ruling
from moderation.records import (
    Action,
    Closing,
    Decision,
    Exchange,
    Finding,
    Objection,
    Opening,
    Origin,
    Outcome,
    Span,
    Stage,
)
from moderation.stores import Store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
VERSION = "0123456789ab"
"""Of the filter that found something."""

_STEPS = {Ruling.UPHELD: ReviewStep.UPHOLD, Ruling.OVERTURNED: ReviewStep.OVERTURN}


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


def by(name: str = "mina", tool: str = "terminal", rank: Rank = Rank.MODERATOR) -> Reviewer:
    """Somebody who reviews."""
    return Reviewer(name=name, tool=tool, rank=rank)


def step(
    ruling: Ruling | None = Ruling.UPHELD, *, actor: str = "mina", note: str = "메모", tool: str = "terminal"
) -> Review:
    """A decision on a case that waits; a note for None."""
    what = _STEPS[ruling] if ruling else ReviewStep.NOTE
    after = CaseState.CLOSED if ruling else CaseState.QUEUED
    return Review(
        at=NOON, actor=actor, tool=tool, step=what, before=CaseState.QUEUED, after=after, ruling=ruling, note=note
    )


async def decide(
    store: Store, exchange: str, ruling: Ruling | None = Ruling.UPHELD, *, version: int | None = None, **told: str
) -> Exchange:
    """Have a store keep a decision as its desk would, on the version that stands or another one."""
    review, case = step(ruling, **told), (await store.get(exchange)).case
    after = replace(case, state=review.after, ruling=ruling, decided_by=review.actor if ruling else "")
    return await store.review(exchange, [review], after if version is None else replace(after, version=version))


def unchained(exchange: Exchange) -> tuple[Review, ...]:
    """What people did, without its place in the trail."""
    return tuple(replace(review, chain="") for review in exchange.case.by_people)
