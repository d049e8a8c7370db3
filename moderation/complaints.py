"""What people say to a case, as it is kept with the exchange, where it can be erased."""

from datetime import datetime

from moderation.errors import ReviewError
from moderation.reasons import APPEAL, REASONS, REPORT
from moderation.records import Decision, Finding, Objection, Stage


def reported(shown: str, why: str, comment: str, *, by: str, at: datetime) -> Objection:
    """A report of the reply that was `shown`. Raises ReviewError for a reason that is none of REASONS."""
    if why not in REASONS:
        raise ReviewError("review.unknown_reason", reason=why, known=", ".join(REASONS))
    return _said(REPORT, why, comment, shown=shown, by=by, at=at)


def appealed(side: str, comment: str, *, by: str, at: datetime) -> Objection:
    """An appeal, from one of the sides there are (`moderation.appeals.Side`)."""
    return _said(APPEAL, side, comment, shown="", by=by, at=at)


def _said(what: str, category: str, comment: str, *, shown: str, by: str, at: datetime) -> Objection:
    found = Finding(filter=what, version="1", category=category, decision=Decision.FLAG, detail=comment.strip())
    return Objection(at=at, stage=Stage.WHOLE, text=shown, shown=shown, findings=(found,), by=by)
