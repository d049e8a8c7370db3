"""Figures of the review desk: what waits, what was decided, and how often the guard was right. Pure, and without words.

A store gives rows (`Waiting`, `Decided`); what they come to is counted here, the same for every store.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import TypeAlias

from moderation.cases import RULINGS, CaseState, Priority, ReviewStep, Ruling
from moderation.reasons import COMMENTS, NO_FILTERS
from moderation.shares import Estimate, share


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Cases of one state and priority that wait for somebody, or that somebody has."""

    state: CaseState
    priority: Priority
    count: int
    late: int
    """Those of them that should have been decided by now."""
    oldest: datetime
    """When the oldest of them was opened; where some are late, it is one of these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How many cases there are, by name."""

    states: dict[str, int]
    rulings: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """One decision about a case."""

    case: str
    at: datetime
    by: str
    ruling: Ruling
    stands: bool
    """It is what holds today: the last decision about its case, and nobody took it back."""
    changed: bool
    """Somebody took it back or decided otherwise since. One that was confirmed stands no more, and is not changed."""
    handling: timedelta | None
    """From the claim to the decision; None where both were one press, of which nobody knows how long it took."""
    persona: str
    """Whose reply the case began with."""
    rules: tuple[str, ...]
    """`filter.category` of all that speaks against it, each once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What the decisions about one thing, or of one person, come to."""

    name: str
    upheld: int
    overturned: int
    changed: int
    """Decisions that somebody took back or decided otherwise since."""
    handling: timedelta | None
    """The median; None where it is known of none."""

    @property
    def decided(self) -> int:
        """How many there were."""
        return self.upheld + self.overturned

    @property
    def precision(self) -> Estimate:
        """The share that people agreed with."""
        return share(self.upheld, self.decided)

    @property
    def reversal(self) -> Estimate:
        """The share that somebody took back or decided otherwise since."""
        return share(self.changed, self.decided)


Decisions: TypeAlias = Iterable[Decided]


def decision(  # noqa: PLR0913 - all that a store knows of one
    *, case: str, at: datetime, by: str, ruling: Ruling, standing: Ruling | None, claims: Sequence[datetime],
    since: Iterable[ReviewStep], persona: str, rules: Iterable[str],
) -> Decided:  # fmt: skip
    """A row from what a store knows: `standing` is what the case is ruled today where this is its last decision, None
    otherwise; `claims` are the times at which it was claimed before, in order; `since` are the steps in it after this
    decision, of which only rulings and those that take one back matter."""
    handling = at - claims[-1] if claims else timedelta(0)
    return Decided(
        case=case, at=at, by=by, ruling=ruling, stands=standing is ruling, handling=handling or None, persona=persona,
        changed=any(step is ReviewStep.REOPEN or RULINGS.get(step, ruling) is not ruling for step in since),
        rules=tuple(sorted(rule for rule in set(rules) if rule.partition(".")[0] not in COMMENTS)),
    )  # fmt: skip


def by_rule(decisions: Decisions) -> tuple[Tally, ...]:
    """By `filter.category`, of what holds today: a case counts for everything that was found in it."""
    return _tallies(_standing(decisions), lambda each: each.rules)


def by_category(decisions: Decisions) -> tuple[Tally, ...]:
    """The same by category, whichever filter found it."""
    return _tallies(_standing(decisions), lambda each: {category for _, category in _of_filters(each)})


def by_persona(decisions: Decisions) -> tuple[Tally, ...]:
    """By persona, of what holds today, where a filter objected: what only a member reported says nothing of those."""
    return _tallies(_standing(decisions), lambda each: {each.persona for _ in _of_filters(each)})


def by_moderator(decisions: Decisions) -> tuple[Tally, ...]:
    """By who decided, what holds no more included."""
    return _tallies(decisions, lambda each: (each.by,))


def overdue(waiting: Iterable[Waiting]) -> tuple[int, datetime | None]:
    """How many are late, and when the oldest of those was opened; None where there is none."""
    late = [each for each in waiting if each.late]
    return sum(each.late for each in late), min((each.oldest for each in late), default=None)


def _standing(decisions: Decisions) -> list[Decided]:
    return [each for each in decisions if each.stands]


def _of_filters(made: Decided) -> list[tuple[str, str]]:
    """Filter and category of what the guard found."""
    pairs = [rule.partition(".")[::2] for rule in made.rules]
    return [(name, category) for name, category in pairs if name not in NO_FILTERS]


def _tallies(decisions: Decisions, names: Callable[[Decided], Iterable[str]]) -> tuple[Tally, ...]:
    """One tally a name, those with most decisions first."""
    groups: dict[str, list[Decided]] = {}
    for each in decisions:
        for name in names(each):
            groups.setdefault(name, []).append(each)
    tallies = [_tally(name, group) for name, group in groups.items()]
    return tuple(sorted(tallies, key=lambda each: (-each.decided, each.name)))


def _tally(name: str, group: list[Decided]) -> Tally:
    times = [each.handling for each in group if each.handling is not None]
    return Tally(
        name=name,
        upheld=sum(each.ruling is Ruling.UPHELD for each in group),
        overturned=sum(each.ruling is Ruling.OVERTURNED for each in group),
        changed=sum(each.changed for each in group),
        handling=timedelta(seconds=median(time.total_seconds() for time in times)) if times else None,
    )
