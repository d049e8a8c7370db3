"""What follows from a decision for the reply itself: what was kept back is shown after all, or will not be.

Pure. Who carries that out, and where, is the business of whoever has the platforms.
"""

import enum
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from moderation.cases import RULINGS, Case, Review, ReviewStep
from moderation.masks import bears_label
from moderation.reasons import EDIT
from moderation.records import Decision, Exchange, Finding, Objection, Outcome, Stage, text_digest

_KEPT_BACK: Final = frozenset({Outcome.HELD, Outcome.WITHHELD, Outcome.WITHDRAWN})
_DIGITS: Final = 16


class Fate(enum.StrEnum):
    """What becomes of what was kept back."""

    SHOW = "show"
    REFUSE = "refuse"
    """Whoever waits for it, or sees it, is told that it will not be shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequence:
    """What is to be done with one reply."""

    fate: Fate
    text: str = ""
    """What is to be shown."""
    author: str = ""
    """Who worded it, or "": the persona."""

    @property
    def masked(self) -> bool:
        """Private data in it was not kept, so that it is not what the persona said."""
        return bears_label(self.text)


def kept_back(exchange: Exchange) -> bool:
    """Whether a reply, or the rest of one, was not shown."""
    return exchange.closing is not None and exchange.closing.outcome in _KEPT_BACK


def draft_of(exchange: Exchange) -> str:
    """What the persona would have said, as far as it was generated; "" where nothing was, or it was not kept."""
    for objection in reversed(exchange.objections):
        blocked = any(found.decision is Decision.BLOCK for found in objection.findings)
        if blocked and objection.stage is not Stage.INPUT:
            before = objection.shown if objection.stage is Stage.PIECE else ""
            return before + objection.text if objection.text.strip() else ""
    return ""


def decision_on(case: Case) -> Review | None:
    """The step that decided, where that stands."""
    for review in reversed(case.reviews):
        if review.step is ReviewStep.REOPEN or case.ruling is None:
            return None
        if review.step in RULINGS:
            return review
    return None


def consequence(exchange: Exchange, step: ReviewStep, note: str, by: str = "") -> Consequence | None:
    """What follows for the reply of `exchange` where `by` decides by `step`; None: nothing. `note` is that of the step
    in the trail."""
    if not kept_back(exchange):
        return None
    if step is ReviewStep.OVERTURN and (draft := draft_of(exchange)):
        return Consequence(fate=Fate.SHOW, text=draft)
    if step is ReviewStep.EDIT and (text := worded_as(exchange, note)):
        return Consequence(fate=Fate.SHOW, text=text, author=by)
    held = exchange.closing is not None and exchange.closing.outcome is Outcome.HELD
    return Consequence(fate=Fate.REFUSE) if held or _may_stand(exchange.case) else None


def _may_stand(case: Case) -> bool:
    """Whether what was kept back may stand for all that: it was shown, or that was decided and taken back since, which
    may be while it is carried out."""
    steps = {review.step for review in case.reviews}
    showing = ReviewStep.OVERTURN in steps or ReviewStep.EDIT in steps
    return ReviewStep.RESTORE in steps or (showing and ReviewStep.REOPEN in steps)


def worded(text: str, at: datetime) -> tuple[Objection, str]:
    """How the words of somebody who decided are kept with the exchange, where they can be erased, and the note in the
    trail, which is for ever, by which they are found."""
    finding = Finding(filter=EDIT, version="1", category="worded", decision=Decision.FLAG)
    return Objection(at=at, stage=Stage.WHOLE, text=text, shown="", findings=(finding,)), text_digest(text)[:_DIGITS]


def worded_as(exchange: Exchange, note: str) -> str:
    """The words that a note in the trail is about, or ""."""
    texts = [each.text for each in exchange.objections if any(found.filter == EDIT for found in each.findings)]
    return next((text for text in texts if text_digest(text)[:_DIGITS] == note), "")
