"""Where a member's report of a reply is kept: what all stores decide alike (see `Store.report`)."""

from dataclasses import replace

from moderation.records import Closing, Exchange, Objection, Opening, Origin, Outcome


def recognisable(origin: Origin, report: Objection) -> bool:
    """Whether it can be told that somebody reports the same message again."""
    return bool(origin.message and report.by)


def belongs(kept: Exchange, origin: Origin) -> bool:
    """Whether a report of a reply from `origin` may stand in `kept`."""
    where = kept.opening.origin
    return not kept.erased and (where.platform, where.server) == (origin.platform, origin.server)


def begun(opening: Opening, refused: Exchange | None) -> Opening:
    """The opening of an exchange of the report's own, where the one it was meant for is none or `refused`: what was
    said there and erased does not come back."""
    return replace(opening, said="") if refused is not None and refused.erased else opening


def ended(report: Objection) -> Closing:
    """The end of such an exchange: the reply stood there as it was reported."""
    return Closing(at=report.at, outcome=Outcome.FLAGGED, shown=report.text)
