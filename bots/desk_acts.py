"""Which buttons stand under a case: what can be done with it as it stands, by whoever sees them. Pure.

Who may do what is decided by `moderation.transitions` alone: a button is left out where its press would be refused.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from moderation.cases import GUARD, OPEN, Case, CaseState, Rank, Reviewer, ReviewStep
from moderation.errors import ReviewError
from moderation.transitions import BESIDE, advance, expired, plan

_WAITING: Final = {
    "": ("claim", "uphold", "overturn", "escalate"),
    "withheld": ("claim", "uphold", "overturn", "edit", "escalate"),
    "held": ("claim", "approve", "edit", "reject", "escalate"),
}
"""By what of the reply was kept back (`Card.kept`)."""
_BESIDE: Final = (("release", "renew"), ("reveal", "note", "answer", "withdraw", "next"))
_STEPS: Final = {"approve": ReviewStep.OVERTURN, "reject": ReviewStep.UPHOLD}
"""What verbs come to that are no steps."""
_ENDED: Final = (("reopen", "answer", "note"), ("reveal", "withdraw", "next"))
"""After a decision: it is taken back before another one, so that nobody undoes one in passing."""
_ERASED: Final = (("note", "withdraw", "next"),)
"""Where nothing is left to read."""
WIDEST: Final = 5
"""Buttons that stand beside each other, at most."""


def acts(case: Case, by: Reviewer, at: datetime, kept: str = "") -> tuple[tuple[str, ...], ...]:
    """The verbs of the buttons for `by`, row by row; at most `WIDEST` a row. `kept` is as with `Card`."""
    if kept == "erased":
        rows: tuple[tuple[str, ...], ...] = _ERASED
    else:
        rows = (_WAITING[kept], *_BESIDE) if case.state in OPEN else _ENDED
    shown = ([verb for verb in row if not (kept == "held" and verb == "withdraw")] for row in rows)
    able = (tuple(verb for verb in row if _open(case, verb, by, at)) for row in shown)
    return tuple(row for row in able if row)


def for_all(case: Case, at: datetime, kept: str = "") -> tuple[tuple[str, ...], ...]:
    """The same for a card that all moderators of a community see: what one of them can do, or, where none can do
    anything, what a senior can."""
    some = Reviewer(name="*", rank=Rank.MODERATOR, tool="")
    if case.state is CaseState.CLAIMED and not expired(case, at):
        some = Reviewer(name=case.holder, rank=Rank.MODERATOR, tool="")
    elif case.state not in OPEN and case.decided_by:
        some = Reviewer(name=case.decided_by, rank=Rank.MODERATOR, tool="")
    elif case.escalated:
        some = Reviewer(name="*", rank=Rank.SENIOR, tool="")
    return acts(case, some, at, kept)


def turn(case: Case) -> int:
    """How often the case changed its state: a button that knows it is not pressed for what stood there before."""
    return sum(review.step not in BESIDE for review in case.reviews)


def refusal(case: Case, what: ReviewStep, by: Reviewer, at: datetime) -> ReviewError | None:
    """Why `by` cannot take a step; None where they can."""
    try:
        _walk(case, plan(case, what, by, at), by, at)
    except ReviewError as error:
        return error
    return None


def _walk(case: Case, steps: Iterable[ReviewStep], by: Reviewer, at: datetime) -> None:
    for step in steps:
        case = advance(case, step, GUARD if step is ReviewStep.EXPIRE else by, at)


def _open(case: Case, verb: str, by: Reviewer, at: datetime) -> bool:
    if verb == "next":
        return by.rank >= Rank.MODERATOR
    if verb == "answer" and case.state in OPEN:
        return case.appealed and by.rank >= Rank.MODERATOR
    return refusal(case, _STEPS.get(verb) or ReviewStep(verb), by, at) is None
