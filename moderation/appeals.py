"""Who may appeal about a case, who did, and which steps answer them. Pure.

Two sides may: the person something was held against, and a member whose report was dismissed. Each person once a case.
What they say, and that it was they, stands with the exchange, where it can be erased; that there was an appeal, in the
trail, which is for ever.
"""

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from moderation.cases import Case, Review, ReviewStep, Ruling
from moderation.consequences import decision_on
from moderation.errors import AlreadyInTargetState, Forbidden, InvalidTransition
from moderation.reasons import APPEAL, REPORT
from moderation.records import Exchange, Objection


class Side(enum.StrEnum):
    """With what somebody does not agree; the category of what stands with the exchange."""

    CONTESTED = "contested"
    """With what was held against them."""
    DISMISSED = "dismissed"
    """With how their report was decided."""

    def granted(self, ruling: Ruling | None) -> bool:
        """Whether a decision is what they wanted."""
        return ruling is (Ruling.UPHELD if self is Side.DISMISSED else Ruling.OVERTURNED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Appeal:
    """One appeal about a case."""

    person: str
    """Key of whoever made it; "": they were erased since."""
    exchange: str
    """Id of the one it is about."""
    side: Side
    made: int
    """Which step of the trail says so."""


def side_of(exchange: Exchange, person: str) -> Side | None:
    """On which side somebody may appeal about an exchange; None: on none, as it is not theirs, or what they reported
    was not dismissed."""
    if not person:
        return None
    reported = any(_is(objection, REPORT) and objection.by == person for objection in exchange.objections)
    if reported and exchange.case.ruling is Ruling.OVERTURNED:
        return Side.DISMISSED
    return Side.CONTESTED if exchange.opening.origin.person == person else None


def appeals_in(exchanges: Sequence[Exchange]) -> tuple[Appeal, ...]:
    """The appeals about the case whose `exchanges` these are, in the order in which they were made. One that was begun
    and came to no step in the trail is none."""
    found = sorted(
        ((objection, each.id) for each in exchanges for objection in each.objections if _is(objection, APPEAL)),
        key=lambda one: one[0].at,
    )
    trail = exchanges[0].case.reviews if exchanges else ()
    made = []
    for number, step in enumerate(trail):
        # A step follows what it is about at once: of what was said before, the last is meant.
        said = [one for one in found if one[0].at <= step.at] if step.step is ReviewStep.APPEAL else []
        if said:
            objection, exchange = said[-1]
            found.remove(said[-1])
            side = Side(objection.findings[0].category)
            made.append(Appeal(person=objection.by, exchange=exchange, side=side, made=number))
    return tuple(made)


def entitled(exchange: Exchange, together: Sequence[Exchange], person: str) -> Side:
    """On which side somebody appeals about an exchange; `together` are those of its case. Raises Forbidden where they
    may not, AlreadyInTargetState where an appeal of theirs waits, InvalidTransition where one was answered."""
    side, case = side_of(exchange, person), exchange.case
    if side is None:
        raise Forbidden("review.not_to_appeal", id=exchange.id, step=ReviewStep.APPEAL)
    before = of_person(appeals_in(together), person)
    if before is None:
        return side
    if waits(before, case):
        raise AlreadyInTargetState("review.already", id=exchange.id, state=case.state)
    raise InvalidTransition("review.appeal_answered", id=exchange.id, state=case.state, step=ReviewStep.APPEAL)


def waits(appeal: Appeal, case: Case) -> bool:
    """Whether nobody has decided about it, or that was taken back."""
    decision = decision_on(case)
    return case.appealed and (decision is None or case.reviews.index(decision) < appeal.made)


def answers(appeal: Appeal, case: Case) -> tuple[Review, ...]:
    """The steps that whoever appealed is to hear of: what moderators said since, and the decision that stands."""
    since = case.reviews[appeal.made + 1 :]
    standing = decision_on(case)
    return tuple(step for step in since if step.step is ReviewStep.ANSWER or step is standing)


def of_person(appeals: Iterable[Appeal], person: str) -> Appeal | None:
    """The one that somebody made, the last one where there are several."""
    return next((each for each in reversed([*appeals]) if each.person == person), None)


def _is(objection: Objection, what: str) -> bool:
    return any(found.filter == what for found in objection.findings)
