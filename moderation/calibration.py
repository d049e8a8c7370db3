"""Thresholds from what people decided: where a rule is right often enough to keep a text, and to not show it.

For each rule, side and language the lowest threshold is taken at which the decided cases at or above it were right as
often as asked. It is one of the scores that were seen, or the one in force: of what scored below every kept case
nothing is known, so nothing is proposed there, and recall is a share of what was seen.
"""

import enum
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, get_args

from moderation.labels import Labelled
from moderation.policy import Policy
from moderation.records import Stage
from moderation.rules import Language
from moderation.shares import Estimate, share

_DIGITS: Final = 5
"""Of a threshold: some heads are sure to four nines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a threshold must keep, and how much must be known before one is changed."""

    flag: float = 0.5
    """The share of the kept that is to be kept rightly; at most `block`."""
    block: float = 0.9
    """The share of the blocked that is to be blocked rightly."""
    least: int = 30
    """Decided cases of a rule in a language."""
    each: int = 5
    """Of them right ones, and of them wrong ones."""
    reached: int = 10
    """Decided cases at or above a threshold."""

    def __post_init__(self) -> None:
        if not 0.0 < self.flag <= self.block <= 1.0:
            raise ValueError(f"not 0 < flag <= block <= 1: {self.flag}, {self.block}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """From which scores on something is kept, and not shown; infinity: never."""

    flag: float
    block: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What a threshold comes to among the decided cases."""

    threshold: float
    reached: int
    """Cases at or above it."""
    precision: Estimate
    """Of them, the right ones."""
    recall: Estimate
    """Of the right ones that were seen at all, those at or above it: what scored too low to be kept is not counted."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Cell:
    """What has thresholds of its own."""

    rule: str
    stage: Stage
    language: str


class Lack(enum.StrEnum):
    """Why nothing is proposed."""

    NOTHING = "nothing"
    """Something is."""
    LOCKED = "locked"
    UNKNOWN = "unknown"
    """The policy has no threshold for it and cannot have one in this language, or its filter is not there."""
    OTHER = "other"
    """Every case is from another version of the filter."""
    FEW = "few"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """What decided cases say of one cell."""

    cell: Cell
    lack: Lack
    right: int
    wrong: int
    """Cases of the filter's version of today."""
    other: int
    """Cases of its other versions, which say nothing of its scores of today."""
    shared: int
    """Of the right ones, those in which another rule objected too."""
    before: Thresholds
    after: Thresholds
    """As `before` where something is lacking, and a threshold as before where none does what is wanted."""
    marks: Mapping[str, tuple[Mark, Mark]]
    """ "flag" and "block", before and after, each where the policy has one."""

    @property
    def changes(self) -> bool:
        """Whether a threshold is proposed that is not the one in force."""
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class Scored:
    """A decided case, as far as fitting goes."""

    score: float
    right: bool


def mark(cases: Sequence[Scored], threshold: float) -> Mark:
    """What `threshold` comes to among `cases`."""
    above = [case for case in cases if case.score >= threshold]
    hits = sum(case.right for case in above)
    return Mark(
        threshold=threshold,
        reached=len(above),
        precision=share(hits, len(above)),
        recall=share(hits, sum(case.right for case in cases)),
    )


def lowest(cases: Sequence[Scored], precision: float, *, also: Iterable[float], reached: int) -> float | None:
    """The lowest threshold with `precision` among at least `reached` cases; None where there is none.

    It is one of `also`, or the score of a right case, rounded down so that the case still reaches it. The higher the
    precision asked for, the higher the threshold.
    """
    places = {_rounded(case.score) for case in cases if case.right} | {*also}
    ordered = sorted(cases, key=lambda case: -case.score)
    found, count, hits = None, 0, 0
    for place in sorted(places, reverse=True):
        while count < len(ordered) and ordered[count].score >= place:
            hits += ordered[count].right
            count += 1
        if count >= max(1, reached) and hits >= precision * count:
            found = place
    return found


def _rounded(score: float) -> float:
    """Down, unless nothing is lost."""
    near = round(score, _DIGITS)
    return near if near <= score else math.floor(score * 10**_DIGITS) / 10**_DIGITS


def fitted(cases: Sequence[Scored], before: Thresholds, wanted: Wanted) -> Thresholds:
    """The thresholds that do what is wanted; one that the policy has not is not given to it, and one for which no
    score does stays. Flag is never above block."""
    present = [threshold for threshold in (before.flag, before.block) if math.isfinite(threshold)]
    flag, block = (
        threshold
        if math.isinf(threshold)
        else _or(lowest(cases, precision, also=present, reached=wanted.reached), threshold)
        for threshold, precision in ((before.flag, wanted.flag), (before.block, wanted.block))
    )
    return Thresholds(flag=flag, block=max(flag, block) if math.isfinite(flag) else block)


def _or(found: float | None, threshold: float) -> float:
    return threshold if found is None else found


def calibrate(
    examples: Iterable[Labelled], policy: Policy, versions: Mapping[str, str], wanted: Wanted
) -> tuple[Fit, ...]:
    """What decided cases say of every rule they are about, by rule, side and language. `versions` are those of the
    filters there are, by id. Locked rules stay as they are, whatever is said of them."""
    cells: dict[Cell, list[Labelled]] = defaultdict(list)
    for example in examples:
        cells[Cell(rule=example.rule, stage=example.stage, language=example.language)].append(example)
    return tuple(_fit(cell, cells[cell], policy, versions, wanted) for cell in sorted(cells))


def _fit(cell: Cell, examples: Sequence[Labelled], policy: Policy, versions: Mapping[str, str], wanted: Wanted) -> Fit:
    judge = cell.rule.partition(".")[0]
    today = [example for example in examples if example.version == versions.get(judge)]
    cases = [Scored(example.score, example.right) for example in today]
    before = _in_force(policy, cell)
    lack = _lack(cell, cases, policy, before, wanted) if judge in versions else Lack.UNKNOWN
    after = fitted(cases, before, wanted) if lack is Lack.NOTHING else before
    right = [example for example in today if example.right]
    return Fit(
        cell=cell,
        lack=lack,
        right=len(right),
        wrong=len(today) - len(right),
        other=len(examples) - len(today),
        shared=sum(not example.alone for example in right),
        before=before,
        after=after,
        marks=dict(_marks(cases, before, after)),
    )


def _in_force(policy: Policy, cell: Cell) -> Thresholds:
    """Never and never where the policy says nothing of it."""
    judge, _, category = cell.rule.partition(".")
    try:
        flag, block = policy.thresholds(judge, category, stage=cell.stage, language=cell.language)
    except KeyError:
        flag = block = math.inf
    return Thresholds(flag=flag, block=block)


def _lack(cell: Cell, cases: Sequence[Scored], policy: Policy, before: Thresholds, wanted: Wanted) -> Lack:
    if (math.isinf(before.flag) and math.isinf(before.block)) or cell.language not in get_args(Language):
        return Lack.UNKNOWN
    if policy.locked(cell.rule):
        return Lack.LOCKED
    if not cases:
        return Lack.OTHER
    right = sum(case.right for case in cases)
    enough = len(cases) >= wanted.least and min(right, len(cases) - right) >= wanted.each
    return Lack.NOTHING if enough else Lack.FEW


def _marks(cases: Sequence[Scored], before: Thresholds, after: Thresholds) -> Iterator[tuple[str, tuple[Mark, Mark]]]:
    for key, old, new in (("flag", before.flag, after.flag), ("block", before.block, after.block)):
        if math.isfinite(old):
            yield key, (mark(cases, old), mark(cases, new))
