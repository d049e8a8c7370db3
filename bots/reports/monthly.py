"""The figures of a month: what the guard did, what members reported, what people decided."""

from collections import Counter
from collections.abc import AsyncIterable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from bots.cards import Card, Row
from moderation.cases import GUARD, OPEN, RULINGS, CaseState, ReviewStep, Ruling
from moderation.reasons import NO_FILTERS, REPORT
from moderation.records import Decision, Exchange, Outcome, RuleStats
from moderation.words import catalogue

_WAITING: Final = OPEN | {CaseState.NEW}


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """A month of UTC."""

    year: int
    month: int

    @property
    def begins(self) -> datetime:
        """Its first moment."""
        return datetime(self.year, self.month, 1, tzinfo=UTC)

    @property
    def ends(self) -> datetime:
        """The first moment after it."""
        years, month = divmod(self.month, 12)
        return datetime(self.year + years, month + 1, 1, tzinfo=UTC)

    def __contains__(self, at: datetime) -> bool:
        return self.begins <= at < self.ends

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"


@dataclass(slots=True, kw_only=True)
class _Counts:
    """What is counted on the way through what is kept."""

    kept: Counter[Decision] = field(default_factory=Counter)
    objected: Counter[str] = field(default_factory=Counter)
    decided: Counter[tuple[str, Ruling]] = field(default_factory=Counter)
    reports: Counter[str] = field(default_factory=Counter)
    rulings: dict[str, Ruling] = field(default_factory=dict)
    """Of people, by case: what nobody decided in time is no judgement."""
    guarded: set[str] = field(default_factory=set)
    """Of these cases, those in which the guard objected to something."""
    appeals: int = 0
    lapsed: int = 0
    backlog: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthlyReport:
    """One month. What is of an exchange is counted in the month in which it began; reports and decisions in that in
    which they were made, whatever they are about: of a case the last decision of the month, if it still stood at its
    end."""

    month: Month
    outcomes: Mapping[Outcome, int]
    """How exchanges ended, those of which nothing was kept included."""
    flagged: int
    """Kept exchanges in which the guard objected to something, and blocked nothing."""
    blocked: int
    """Kept exchanges in which the guard blocked something."""
    rules: Mapping[str, RuleStats]
    """How often each objected, and what people decided about those exchanges so far."""
    reports: Mapping[str, int]
    """Of members, by their reason."""
    appeals: int
    upheld: int
    overturned: int
    agreed: int
    """Of the upheld, those in which the guard had objected to something."""
    overruled: int
    """Of the overturned, the same."""
    lapsed: int
    """Cases that ended without a decision, as the person had everything in them erased."""
    backlog: int
    """Cases that were open at the end of the month, those in which everything was erased by then or since included."""

    @property
    def exchanges(self) -> int:
        """All of them."""
        return sum(self.outcomes.values())

    @property
    def overturn_rate(self) -> float | None:
        """The share of decisions on what the guard objected to that overruled it; None without any. What only a member
        reported, or chance drew, is not among them: there the guard is right where that is overturned."""
        decisions = self.agreed + self.overruled
        return self.overruled / decisions if decisions else None


async def monthly_report(
    kept: AsyncIterable[Exchange], outcomes: Mapping[Outcome, int], *, month: Month
) -> MonthlyReport:
    """The report on a month, from everything that is `kept`, and how the exchanges of that month ended."""
    counts = _Counts()
    async for exchange in kept:
        _count(exchange, month, counts)
    made = Counter(counts.rulings.values())
    judged = Counter(ruling for case, ruling in counts.rulings.items() if case in counts.guarded)
    rules = {
        rule: RuleStats(
            objected=objected,
            upheld=counts.decided[rule, Ruling.UPHELD],
            overturned=counts.decided[rule, Ruling.OVERTURNED],
        )
        for rule, objected in sorted(counts.objected.items(), key=lambda item: (-item[1], item[0]))
    }
    return MonthlyReport(
        month=month,
        outcomes=dict(outcomes),
        flagged=counts.kept[Decision.FLAG],
        blocked=counts.kept[Decision.BLOCK],
        rules=rules,
        reports=dict(counts.reports.most_common()),
        appeals=counts.appeals,
        upheld=made[Ruling.UPHELD],
        overturned=made[Ruling.OVERTURNED],
        agreed=judged[Ruling.UPHELD],
        overruled=judged[Ruling.OVERTURNED],
        lapsed=counts.lapsed,
        backlog=counts.backlog,
    )


def card(report: MonthlyReport, language: str) -> Card:
    """The report for people."""

    say = catalogue("bots").say

    def row(key: str, text: object) -> Row:
        return Row(label=_say(key, language), text=str(text))

    ended = (
        Outcome.REPAIRED, Outcome.WITHHELD, Outcome.HELD, Outcome.WITHDRAWN, Outcome.SUSPENDED, Outcome.FAILED,
    )  # fmt: skip
    rate = report.overturn_rate
    reports = " · ".join(
        f"{say(f'discord.reason_{reason}', language)} {count}" for reason, count in report.reports.items()
    )
    rows = (
        row("exchanges", report.exchanges),
        row("flagged", report.flagged),
        row("blocked", report.blocked),
        *(
            Row(label=say(f"commands.outcome_{outcome}", language), text=str(report.outcomes.get(outcome, 0)))
            for outcome in ended
        ),
        row("reports", sum(report.reports.values())),
        *([row("reasons", reports)] if reports else []),
        row("appeals", report.appeals),
        row("upheld", report.upheld),
        row("overturned", report.overturned),
        row("overturn_rate", "-" if rate is None else f"{rate:.1%}"),
        row("lapsed", report.lapsed),
        row("backlog", report.backlog),
        *(Row(label=rule, text=_rule(found, language)) for rule, found in report.rules.items()),
    )
    return Card(title=_say("title", language, month=report.month), rows=rows)


def document(report: MonthlyReport) -> dict[str, object]:
    """The report for programs."""
    return {
        "month": str(report.month),
        "exchanges": report.exchanges,
        "outcomes": {outcome.value: count for outcome, count in report.outcomes.items()},
        "flagged": report.flagged,
        "blocked": report.blocked,
        "reports": dict(report.reports),
        "appeals": report.appeals,
        "decisions": {"upheld": report.upheld, "overturned": report.overturned},
        "decisions_on_the_guard": {"upheld": report.agreed, "overturned": report.overruled},
        "overturn_rate": report.overturn_rate,
        "lapsed": report.lapsed,
        "backlog": report.backlog,
        "rules": {
            rule: {"objected": found.objected, "upheld": found.upheld, "overturned": found.overturned}
            for rule, found in report.rules.items()
        },
    }


def _count(exchange: Exchange, month: Month, counts: _Counts) -> None:
    own = [one for objection in exchange.objections for one in objection.findings if one.filter not in NO_FILTERS]
    counts.reports.update(
        finding.category
        for objection in exchange.objections
        for finding in objection.findings
        if finding.filter == REPORT and objection.at in month
    )
    made = [review.step for review in exchange.case.by_people if review.at in month]
    if own and made:
        counts.guarded.add(exchange.case.id)
    if exchange.id == exchange.case.id:  # several exchanges may be one case
        counts.appeals += made.count(ReviewStep.APPEAL)
        if ruling := _ruled(made):
            counts.rulings[exchange.case.id] = ruling
        counts.lapsed += sum(one.step is ReviewStep.LAPSE and one.at in month for one in exchange.case.reviews)
    counts.backlog += _waited(exchange, month)
    if exchange.opening.at in month and own:
        counts.kept[max(finding.decision for finding in own)] += 1
        for rule in {finding.rule for finding in own}:
            counts.objected[rule] += 1
            if exchange.case.ruling and exchange.case.decided_by != GUARD.name:
                counts.decided[rule, exchange.case.ruling] += 1


def _ruled(steps: Iterable[ReviewStep]) -> Ruling | None:
    """What was decided last, unless that was taken back: who changes or confirms a decision makes one of it."""
    ruling: Ruling | None = None
    for step in steps:
        ruling = None if step is ReviewStep.REOPEN else RULINGS.get(step, ruling)
    return ruling


def _waited(exchange: Exchange, month: Month) -> bool:
    """Whether it was a case of its own when the month ended with which somebody had something to do."""
    case = exchange.case
    if exchange.id != case.id:
        # Of the trail since nobody can say which steps were its own; only what is undecided becomes part of another.
        merged = _merged(exchange)
        return merged is not None and exchange.opening.at < month.ends <= merged
    before = [review for review in case.reviews if review.at < month.ends]
    return case.opened < month.ends and (not before or before[-1].after in _WAITING)


def _merged(exchange: Exchange) -> datetime | None:
    """When the case that began with it became part of another one."""
    merges = (review for review in exchange.case.reviews if review.step is ReviewStep.MERGE)
    return next((review.at for review in merges if review.note.partition(" ")[0] == exchange.id), None)


def _rule(found: RuleStats, language: str) -> str:
    return catalogue("bots").say(
        "commands.rule_stats", language, objected=found.objected, upheld=found.upheld, overturned=found.overturned
    )


def _say(key: str, language: str, **fields: object) -> str:
    return catalogue("bots").say(f"monthly_report.{key}", language, **fields)
