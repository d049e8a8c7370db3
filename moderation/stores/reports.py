"""Where a member's report of a reply is kept: what all stores decide alike (see `Store.report`)."""

from dataclasses import replace

from moderation.cases import GUARD, ReviewStep
from moderation.consequences import decision_on
from moderation.reasons import REPORT
from moderation.records import Closing, Exchange, Objection, Opening, Origin, Outcome


def recognisable(origin: Origin, report: Objection) -> bool:
    """Whether it can be told that somebody reports the same message again."""
    return bool(origin.message and report.by)


def belongs(kept: Exchange, origin: Origin) -> bool:
    """Whether a report of a reply from `origin` may stand in `kept`."""
    return not kept.erased and _same_place(kept, origin) and not _passed_by(kept)


def _same_place(kept: Exchange, origin: Origin) -> bool:
    where = kept.opening.origin
    return (where.platform, where.server) == (origin.platform, origin.server)


def _passed_by(kept: Exchange) -> bool:
    """Whether it is decided and no person decided about what was shown: about a draft, say, in place of which something
    else was, or nobody in time. Nobody would look at a report that stands there."""
    decision = decision_on(kept.case)
    if decision is None:
        return False
    restored = decision.step is ReviewStep.OVERTURN and any(
        review.step is ReviewStep.RESTORE for review in kept.case.reviews
    )
    flagged = kept.closing is not None and kept.closing.outcome is Outcome.FLAGGED
    reported = any(
        found.filter == REPORT and said.at <= decision.at for said in kept.objections for found in said.findings
    )
    return decision.actor == GUARD.name or not (restored or flagged or reported)


def begun(opening: Opening, refused: Exchange | None) -> Opening:
    """The opening of an exchange of the report's own, where the one it was meant for is none or `refused`: what the
    same person said there is known, but what was erased does not come back."""
    if refused is None:
        return opening
    if refused.erased:
        return replace(opening, said="")
    same = refused.opening.origin.person == opening.origin.person and _same_place(refused, opening.origin)
    return replace(opening, said=opening.said or refused.opening.said) if same else opening


def ended(report: Objection) -> Closing:
    """The end of such an exchange: the reply stood there as it was reported."""
    return Closing(at=report.at, outcome=Outcome.FLAGGED, shown=report.text)
