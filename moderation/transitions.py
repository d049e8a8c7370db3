"""What a step does to a case: one pure function, without clock, store or words.

```
new ─▶ queued ─▶ claimed ─▶ decided ─▶ closed ─▶ appealed ─▶ claimed (by somebody else) ─▶ decided ─▶ closed
         ▲ ▲───────┘ release, expiry     │
         │ └── escalated ─▶ claimed (by a senior)
         └───────────── reopen ──────────┘        open ─▶ closed (lapsed: nothing is left to look at)
```

After Bluesky's Ozone (`handle-report-update`), with what is awkward there put right: an escalated case can be taken, an
appeal is a state with a rule of its own, a note closes nothing.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from moderation.cases import GUARD, OPEN, RULINGS, Case, CaseState, Priority, Rank, Review, Reviewer, ReviewStep
from moderation.errors import AlreadyInTargetState, Forbidden, InvalidTransition
from moderation.records import Action, Decision, Objection

BESIDE: Final = frozenset(
    {
        ReviewStep.NOTE,
        ReviewStep.ANSWER,
        ReviewStep.REVEAL,
        ReviewStep.WITHDRAW,
        ReviewStep.NOT_THERE,
        ReviewStep.RESTORE,
        ReviewStep.MUTE,
        ReviewStep.UNMUTE,
        ReviewStep.MERGE,
    }
)
"""What fits any state and changes none."""

BLIND: Final = frozenset(
    {
        ReviewStep.NOTE,
        ReviewStep.WITHDRAW,
        ReviewStep.NOT_THERE,
        ReviewStep.MUTE,
        ReviewStep.UNMUTE,
        ReviewStep.RELEASE,
        ReviewStep.CLOSE,
        ReviewStep.LAPSE,
    }
)
"""What can still be done with a case in which everything was erased."""

Move = Callable[[Case, ReviewStep, Reviewer, datetime, timedelta], Case]


def advance(case: Case, what: ReviewStep, by: Reviewer, at: datetime, *, lease: timedelta = timedelta(0)) -> Case:
    """The case after one step; its version and trail are the store's. `lease` is how long a claim holds.

    Raises Forbidden where `by` may not do that at all; AlreadyInTargetState where it is so already; InvalidTransition
    where it cannot be from here: both are told apart, as the first needs nothing done.
    """
    if by.rank < (Rank.MEMBER if what is ReviewStep.APPEAL else Rank.MODERATOR):
        raise Forbidden("review.forbidden", step=what)
    return case if what in BESIDE else _MOVES[what](case, what, by, at, lease)


def plan(case: Case, what: ReviewStep, by: Reviewer, at: datetime) -> tuple[ReviewStep, ...]:
    """The steps that lead to `what` for somebody who presses one button: a lease that ended is ended first, a decision
    is taken back before another one, and a case is claimed before it is decided."""
    steps: list[ReviewStep] = [ReviewStep.EXPIRE] if expired(case, at) and what is not ReviewStep.EXPIRE else []
    if what in RULINGS:
        if case.state is CaseState.CLOSED and (what is ReviewStep.EDIT or case.ruling is not RULINGS[what]):
            steps.append(ReviewStep.REOPEN)
        if case.state is not CaseState.CLOSED or steps:
            mine = case.state is CaseState.CLAIMED and case.holder == by.name and not steps
            steps += [] if mine or case.state is CaseState.DECIDED else [ReviewStep.CLAIM]
    return (*steps, what)


def expired(case: Case, at: datetime) -> bool:
    """Whether somebody had it longer than they may."""
    return case.state is CaseState.CLAIMED and case.until is not None and at >= case.until


def queued(case: Case, at: datetime) -> tuple[Case, tuple[Review, ...]]:
    """A new case whose exchange has ended, and the step that says so."""
    after = advance(case, ReviewStep.QUEUE, GUARD, at)
    step = Review(
        at=at, actor=GUARD.name, tool=GUARD.tool, step=ReviewStep.QUEUE, before=case.state, after=after.state,
        ruling=case.ruling,
    )  # fmt: skip
    return after, (step,)


def may_take(case: Case, by: Reviewer) -> bool:
    """Whether a case waits for somebody like `by`."""
    if case.state is CaseState.CLAIMED or case.state not in OPEN:
        return False
    return not (case.escalated and by.rank < Rank.SENIOR) and not (case.appealed and contested(case) == by.name)


def contested(case: Case) -> str:
    """Whose decision the last appeal is against, also where that, or the answer to the appeal, was taken back since;
    "": nobody had decided by then."""
    if case.decided_by:
        return case.decided_by
    steps = [review.step for review in case.reviews]
    made = len(steps) - 1 - steps[::-1].index(ReviewStep.APPEAL) if ReviewStep.APPEAL in steps else 0
    return next((review.actor for review in reversed(case.reviews[:made]) if review.step in RULINGS), "")


def priority_of(objections: Iterable[Objection]) -> Priority:
    """How much it matters that somebody looks soon."""
    return max((_priority(objection) for objection in objections), default=Priority.LOW)


def _priority(objection: Objection) -> Priority:
    if any(found.action >= Action.SAFE or "minors" in found.category for found in objection.findings):
        return Priority.URGENT
    if objection.by or any(found.action is Action.HOLD for found in objection.findings):
        return Priority.HIGH
    blocked = any(found.decision is Decision.BLOCK for found in objection.findings)
    return Priority.NORMAL if blocked else Priority.LOW


def _queue(case: Case, what: ReviewStep, by: Reviewer, _at: datetime, _lease: timedelta) -> Case:
    if case.state is not CaseState.NEW:
        raise _already(case) if case.state is CaseState.QUEUED else _invalid(case, what)
    _only(by, GUARD, what)
    return replace(case, state=case.waiting)


def _claim(case: Case, what: ReviewStep, by: Reviewer, at: datetime, lease: timedelta) -> Case:
    if case.state is CaseState.CLAIMED:
        if case.holder == by.name:
            raise _already(case)
        raise InvalidTransition("review.held", id=case.id, state=case.state, step=what, holder=case.holder)
    if case.state not in OPEN:
        raise _invalid(case, what)
    if case.escalated and by.rank < Rank.SENIOR:
        raise Forbidden("review.for_seniors", id=case.id, step=what)
    if case.appealed and contested(case) == by.name:
        raise Forbidden("review.own_decision", id=case.id, step=what)
    return replace(case, state=CaseState.CLAIMED, holder=by.name, until=at + lease)


def _renew(case: Case, what: ReviewStep, by: Reviewer, at: datetime, lease: timedelta) -> Case:
    if case.state is not CaseState.CLAIMED or case.holder != by.name:
        raise _invalid(case, what)
    return replace(case, until=at + lease)


def _release(case: Case, what: ReviewStep, by: Reviewer, _at: datetime, _lease: timedelta) -> Case:
    if case.state is case.waiting:
        raise _already(case)
    if case.state is not CaseState.CLAIMED:
        raise _invalid(case, what)
    _holder_or_senior(case, what, by)
    return _free(case)


def _expire(case: Case, what: ReviewStep, by: Reviewer, at: datetime, _lease: timedelta) -> Case:
    _only(by, GUARD, what)
    if not expired(case, at):
        raise _invalid(case, what)
    return _free(case)


def _escalate(case: Case, what: ReviewStep, by: Reviewer, _at: datetime, _lease: timedelta) -> Case:
    if case.state is CaseState.ESCALATED:
        raise _already(case)
    if case.state not in OPEN:
        raise _invalid(case, what)
    if case.state is CaseState.CLAIMED:
        _holder_or_senior(case, what, by)
    return _free(replace(case, escalated=True))


def _rule(case: Case, what: ReviewStep, by: Reviewer, _at: datetime, _lease: timedelta) -> Case:
    ruling = RULINGS[what]
    if case.state in (CaseState.CLOSED, CaseState.DECIDED) and case.ruling is ruling and what is not ReviewStep.EDIT:
        raise AlreadyInTargetState(f"review.already_{ruling.value}", id=case.id, state=case.state)
    if case.state is not CaseState.CLAIMED or case.holder != by.name:
        raise _invalid(case, what)
    return replace(
        case, state=CaseState.DECIDED, ruling=ruling, decided_by=by.name, holder="", until=None, escalated=False,
        appealed=False,
    )  # fmt: skip


def _close(case: Case, what: ReviewStep, by: Reviewer, _at: datetime, _lease: timedelta) -> Case:
    _only(by, GUARD, what)
    if case.state is CaseState.CLOSED:
        raise _already(case)
    if case.state is not CaseState.DECIDED:
        raise _invalid(case, what)
    return replace(case, state=CaseState.CLOSED)


def _appeal(case: Case, what: ReviewStep, _by: Reviewer, _at: datetime, _lease: timedelta) -> Case:
    if case.state is CaseState.CLOSED and case.ruling is None:
        raise _invalid(case, what)
    after = replace(case, appealed=True, appeals=case.appeals + 1, priority=max(case.priority, Priority.HIGH))
    waits = case.state not in (CaseState.NEW, CaseState.CLAIMED)
    return replace(after, state=after.waiting) if waits else after


def _reopen(case: Case, what: ReviewStep, by: Reviewer, _at: datetime, _lease: timedelta) -> Case:
    if case.state in OPEN:
        raise _already(case)
    if case.state is CaseState.NEW or case.ruling is None:
        raise _invalid(case, what)
    if case.decided_by not in (by.name, GUARD.name) and by.rank < Rank.SENIOR:
        raise Forbidden("review.others_decision", id=case.id, step=what)
    # Where somebody appealed, that decision answered them: they wait for one again.
    return _free(replace(case, ruling=None, decided_by="", appealed=case.appeals > 0))


def _lapse(case: Case, what: ReviewStep, by: Reviewer, _at: datetime, _lease: timedelta) -> Case:
    _only(by, GUARD, what)
    if case.state not in OPEN:
        raise _already(case) if case.state is CaseState.CLOSED else _invalid(case, what)
    return replace(case, state=CaseState.CLOSED, holder="", until=None, escalated=False, appealed=False)


_MOVES: Final[Mapping[ReviewStep, Move]] = {
    ReviewStep.QUEUE: _queue,
    ReviewStep.CLAIM: _claim,
    ReviewStep.RENEW: _renew,
    ReviewStep.RELEASE: _release,
    ReviewStep.EXPIRE: _expire,
    ReviewStep.ESCALATE: _escalate,
    ReviewStep.UPHOLD: _rule,
    ReviewStep.OVERTURN: _rule,
    ReviewStep.EDIT: _rule,
    ReviewStep.CLOSE: _close,
    ReviewStep.APPEAL: _appeal,
    ReviewStep.REOPEN: _reopen,
    ReviewStep.LAPSE: _lapse,
}


def _free(case: Case) -> Case:
    return replace(case, state=case.waiting, holder="", until=None)


def _holder_or_senior(case: Case, what: ReviewStep, by: Reviewer) -> None:
    if case.holder != by.name and by.rank < Rank.SENIOR:
        raise InvalidTransition("review.held", id=case.id, state=case.state, step=what, holder=case.holder)


def _only(by: Reviewer, who: Reviewer, what: ReviewStep) -> None:
    if by != who:
        raise Forbidden("review.forbidden", step=what)


def _already(case: Case) -> AlreadyInTargetState:
    return AlreadyInTargetState("review.already", id=case.id, state=case.state)


def _invalid(case: Case, what: ReviewStep) -> InvalidTransition:
    return InvalidTransition("review.impossible", id=case.id, state=case.state, step=what)


def latest(reviews: Sequence[Review], at: datetime) -> datetime:
    """`at`, or the time of the last step where the clock was set back since: the trail never runs backwards."""
    return max(at, reviews[-1].at) if reviews else at
