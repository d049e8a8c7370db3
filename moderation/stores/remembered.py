"""What the store in memory makes of what it keeps. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from moderation.cases import GUARD, Case, CaseState, Ruling
from moderation.figures import Standing
from moderation.records import Exchange, RuleStats
from moderation.stores import Sibling


def standing(cases: Iterable[Case]) -> Standing:
    """See `Store.standing`."""
    pairs = [(case.state, case.ruling) for case in cases]
    states, rulings = Counter(state for state, _ in pairs), Counter(ruling for _, ruling in pairs)
    return Standing(
        states={state.value: states[state] for state in CaseState},
        rulings={ruling.value: rulings[ruling] for ruling in Ruling},
    )


def siblings(waiting: Iterable[Exchange]) -> tuple[Sibling, ...]:
    """See `Store.siblings`, of the beginnings of cases that wait."""
    every = [_sibling(each) for each in waiting if each.opening.origin.person]
    alike = Counter(map(_whose, every))
    return tuple(sorted((each for each in every if alike[_whose(each)] > 1), key=lambda each: each.opened))


def _sibling(kept: Exchange) -> Sibling:
    origin = kept.opening.origin
    return Sibling(
        case=kept.case.id,
        opened=kept.case.opened,
        platform=origin.platform,
        server=origin.server,
        person=origin.person,
        persona=kept.opening.persona,
        rules=frozenset(finding.rule for objection in kept.objections for finding in objection.findings),
    )


def _whose(each: Sibling) -> tuple[str, ...]:
    return each.platform, each.server, each.person, each.persona


def last(exchange: Exchange) -> datetime:
    """When the last thing happened in it, or in its case."""
    times = [exchange.opening.at, *(each.at for each in exchange.objections)]
    times += [review.at for review in exchange.case.reviews]
    return max(times + ([exchange.closing.at] if exchange.closing else []))


def rules(exchanges: Iterable[Exchange]) -> dict[str, RuleStats]:
    objected: Counter[str] = Counter()
    decided: Counter[tuple[str, Ruling | None]] = Counter()
    for exchange in exchanges:
        for rule in {finding.rule for objection in exchange.objections for finding in objection.findings}:
            objected[rule] += 1
            decided[rule, exchange.case.ruling] += exchange.case.decided_by != GUARD.name
    return {
        rule: RuleStats(
            objected=objected[rule],
            upheld=decided[rule, Ruling.UPHELD],
            overturned=decided[rule, Ruling.OVERTURNED],
        )
        for rule in sorted(objected)
    }


def names(exchange: Exchange) -> set[str]:
    """What a query may call the rules that objected: `filter.category`, or only `filter`."""
    findings = [finding for objection in exchange.objections for finding in objection.findings]
    return {finding.rule for finding in findings} | {finding.filter for finding in findings}


def place(exchanges: Sequence[Exchange], wanted: Exchange) -> int:
    """Where an exchange, or its case, stands."""
    ids = [each.id for each in exchanges]
    return ids.index(wanted.id if wanted.id in ids else wanted.case.id)
