"""A store full of cases that people decided, made up: scores of one rule, and what was said to each."""

from collections.abc import Iterable
from dataclasses import replace

from moderation.cases import Case, CaseState, Ruling
from moderation.records import Decision, Exchange, Finding, Objection, Stage
from moderation.stores import Store
from tests.support import exchanges

CALM = "The harbour is quiet tonight."
WORDS = {"en": CALM, "ko": "오늘 항구는 조용해요."}


def scored(
    rule: str,
    score: float,
    *,
    version: str,
    decision: Decision = Decision.FLAG,
    stage: Stage = Stage.WHOLE,
    text: str = CALM,
) -> Objection:
    """An objection with one finding."""
    judge, _, category = rule.partition(".")
    found = Finding(filter=judge, version=version, category=category, decision=decision, score=score)
    return Objection(at=exchanges.NOON, stage=stage, text=text, shown="", findings=(found,))


def case(
    *objections: Objection,
    right: bool | None = None,
    number: int = 1,
    policy: str = "",
    state: CaseState = CaseState.CLOSED,
) -> Exchange:
    """An exchange as a store gives it back, decided or not."""
    opening = exchanges.opening()
    decided = Case(
        id=f"x{number}",
        opened=exchanges.NOON,
        state=CaseState.QUEUED if right is None else state,
        ruling=ruling(right),
    )
    return Exchange(
        id=decided.id,
        opening=replace(opening, policy=policy or opening.policy),
        objections=objections,
        closing=None,
        case=decided,
    )


def ruling(right: bool | None) -> Ruling | None:
    """What is said of a guard that was right."""
    if right is None:
        return None
    return Ruling.UPHELD if right else Ruling.OVERTURNED


async def fill(store: Store, decided: Iterable[tuple[Objection, bool | None]], *, person: str = "p1") -> list[str]:
    """Keep an exchange of `person` for each, and decide it; their ids."""
    ids = []
    for objection, right in decided:
        kept = await store.open(exchanges.opening(person=person), objection)
        await store.close(kept, exchanges.closing())
        if right is not None:
            await exchanges.decide(store, kept, ruling(right))
        ids.append(kept)
    return ids
