"""What becomes one case, and how it stands then. Pure.

Nobody may do more with a case as it became part of another one, and nobody who waits is forgotten: an appeal is
answered for itself, and what waits for a senior does so still.
"""

from dataclasses import replace
from datetime import datetime
from typing import Final

from moderation.cases import OPEN, Case, CaseState, Rank, Reviewer, ReviewStep
from moderation.desk_rules import alike
from moderation.errors import Forbidden, InvalidTransition
from moderation.records import Exchange
from moderation.transitions import advance, expired

_MERGE: Final = ReviewStep.MERGE


def joined(one: Exchange, other: Exchange, by: Reviewer, at: datetime) -> Case:
    """The case of `one` as it stands once `by` made that of `other` a part of it; its exchanges, priority and version
    are the store's. Raises Forbidden where `by` may not do that, InvalidTransition where it cannot be."""
    into, gone = one.case, other.case
    for case in (into, gone):
        if case.state is CaseState.NEW:
            raise InvalidTransition("review.unfinished", id=case.id, state=case.state, step=_MERGE)
    if into.id == gone.id or not alike(one, other) or not {into.state, gone.state} <= OPEN:
        raise InvalidTransition("review.different", id=other.id, state=gone.state, step=_MERGE)
    for case in (into, gone):
        advance(case, _MERGE, by, at)
        if case.holder not in ("", by.name) and not expired(case, at):
            raise InvalidTransition("review.held", id=case.id, state=case.state, step=_MERGE, holder=case.holder)
    if gone.appealed or gone.ruling:
        raise InvalidTransition("review.appeal_alone", id=other.id, state=gone.state, step=_MERGE)
    if gone.escalated and by.rank < Rank.SENIOR:
        raise Forbidden("review.for_seniors", id=other.id, step=_MERGE)
    after = replace(into, escalated=into.escalated or gone.escalated)
    return after if into.state is CaseState.CLAIMED else replace(after, state=after.waiting)
