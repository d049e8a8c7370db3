"""Statements of reasons: what was restricted, on what ground, how that was found and decided.

What the EU's Digital Services Act (Art. 17) asks for is here as values, for the person concerned in plain words
(`told`), and for a report by those who run an instance. No text, no key and no score of anybody is in them.

A restriction is a text that was not shown, not answered or taken away. What was only flagged was shown, so there is
none; nor is it one that somebody in danger was shown where to find help, or was told the truth about what speaks.
"""

import enum
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from moderation.cases import GUARD, Case, Review, ReviewStep, Ruling
from moderation.consequences import decision_on
from moderation.filters.phrases import data_folder
from moderation.reasons import COMMENTS, NO_FILTERS, REPORT
from moderation.records import Action, Decision, Exchange, Finding, Outcome, Stage
from moderation.words import DEFAULT_LANGUAGE, catalogue

_NO_RESTRICTION: Final = frozenset({Action.SUSPEND, Action.DISCLOSE})


class Restriction(enum.StrEnum):
    """What was done."""

    UNSHOWN = "unshown"
    """A reply, or a part of one, was not shown."""
    UNANSWERED = "unanswered"
    """A person's message did not reach a persona."""
    WITHDRAWN = "withdrawn"
    """The check of the whole took back what was shown."""
    REMOVED = "removed"
    """A person took down what was shown."""


class Automation(enum.StrEnum):
    """By what it was decided."""

    FULLY = "fully"
    PARTIALLY = "partially"
    """Automatically; a person has decided about it since, and that stands."""
    NOT = "not"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a rule is about."""

    category: str
    """Of the DSA, without what all of them begin with: "SELF_HARM"."""
    keyword: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """Why one restriction was made."""

    id: str
    """Of the exchange, and for a removal something more: unique among all statements."""
    restriction: Restriction
    subject: Subject
    rules: tuple[str, ...]
    """By name, each once."""
    kinds: tuple[str, ...]
    """Their filters, each once."""
    policy: str
    """Hash of the policy under which it was decided."""
    language: str
    written: datetime
    applied: datetime
    lifted: datetime | None
    """When a person said that it was wrong, and nobody has said otherwise since."""
    detected: bool
    """An automatic check found it."""
    noticed: bool
    """A member reported it."""
    automation: Automation


def statements(exchange: Exchange) -> tuple[Statement, ...]:
    """Every restriction in an exchange: first the guard's, then that of a person who took a reply down."""
    return (*_automatic(exchange), *_removal(exchange))


def told(statement: Statement, language: str = DEFAULT_LANGUAGE) -> tuple[tuple[str, str], ...]:
    """A statement for the person concerned: pairs of a label and plain words. How to have a person look at it is said
    beside it (`moderation.review.reason`)."""
    say = catalogue("moderation").say
    category = f"statements.category_{statement.subject.category.lower()}"
    found = "found_both" if statement.detected and statement.noticed else None
    found = found or ("found_check" if statement.detected else "found_report" if statement.noticed else "found_person")
    lifted = statement.lifted
    pairs = (
        ("what", say(f"statements.restriction_{statement.restriction}", language)),
        ("since", say("statements.since_text", language, day=statement.applied.date().isoformat())),
        *([("lifted", say("statements.lifted_text", language, day=lifted.date().isoformat()))] if lifted else []),
        ("ground", say("statements.ground_text", language)),
        ("category", say(category, language)),
        ("found", say(f"statements.{found}", language)),
        ("decided", say(f"statements.decided_{statement.automation}", language)),
        ("elsewhere", say("statements.elsewhere_text", language)),
    )
    return tuple((say(f"statements.{label}", language), text) for label, text in pairs)


def subject_of(rule: str) -> Subject:
    """What the rule `filter.category` is about."""
    known = SUBJECTS
    filter_, _, category = rule.partition(".")
    return known.get(rule) or known.get(f"*.{category}") or known.get(filter_) or known["*"]


def _automatic(exchange: Exchange) -> Iterable[Statement]:
    blocked = [
        (objection, finding)
        for objection in exchange.objections
        for finding in objection.findings
        if _restricts(finding)
    ]
    if not blocked:
        return
    ended = exchange.closing is not None and exchange.closing.outcome is Outcome.WITHDRAWN
    withdrawn = ended or any(objection.withdrew for objection, _ in blocked)
    heard = all(objection.stage is Stage.INPUT for objection, _ in blocked)
    decided = _decided(exchange.case)
    yield _statement(
        exchange,
        [finding for _, finding in blocked],
        restriction=Restriction.WITHDRAWN if withdrawn else Restriction.UNANSWERED if heard else Restriction.UNSHOWN,
        applied=blocked[0][0].at,
        lifted=_lifted(exchange.case),
        automation=Automation.PARTIALLY if decided else Automation.FULLY,
    )


def _decided(case: Case) -> Review | None:
    """What a person decided, where that stands: what was taken back is as if nobody had."""
    decision = decision_on(case)
    return decision if decision and decision.actor != GUARD.name else None


def _lifted(case: Case, *, since: Review | None = None) -> datetime | None:
    """When a person said that it was wrong, where that stands; of what was done at the step `since`: behind it."""
    decided = _decided(case)
    if decided is None or case.ruling is not Ruling.OVERTURNED:
        return None
    late = since is None or case.reviews.index(since) < case.reviews.index(decided)
    return decided.at if late else None


def _removal(exchange: Exchange) -> Iterable[Statement]:
    taken = _taken_down(exchange.case.reviews)
    # Of several exchanges that are one case, the trail does not say whose reply it was: it is told once.
    if not taken or exchange.id != exchange.case.id:
        return
    found = [finding for objection in exchange.objections for finding in objection.findings]
    findings = [finding for finding in found if finding.filter not in COMMENTS]
    strictest = max(finding.decision for finding in findings)
    yield _statement(
        exchange,
        [finding for finding in findings if finding.decision is strictest],
        restriction=Restriction.REMOVED,
        applied=taken[0].at,
        lifted=_lifted(exchange.case, since=taken[-1]),
        automation=Automation.NOT,
    )


def _taken_down(trail: Iterable[Review]) -> Sequence[Review]:
    """When something was taken down, not only to be, oldest first."""
    done: list[Review] = []
    for review in trail:
        if review.step is ReviewStep.WITHDRAW:
            done.append(review)
        elif review.step is ReviewStep.NOT_THERE:
            done = done[:-1]
    return done


def _statement(
    exchange: Exchange,
    findings: list[Finding],
    *,
    restriction: Restriction,
    applied: datetime,
    lifted: datetime | None,
    automation: Automation,
) -> Statement:
    opening = exchange.opening
    rules = tuple(dict.fromkeys(finding.rule for finding in findings))
    subjects = [subject_of(rule) for rule in rules]
    other = SUBJECTS["*"]
    by_person = restriction is Restriction.REMOVED
    return Statement(
        id=f"{exchange.id}-removed" if by_person else exchange.id,
        restriction=restriction,
        # What one rule knows the name of tells more than what another only finds unfit here.
        subject=next((subject for subject in subjects if subject != other), subjects[0]),
        rules=rules,
        kinds=tuple(dict.fromkeys(finding.filter for finding in findings)),
        policy=opening.policy,
        language=opening.language,
        written=opening.at,
        applied=applied,
        lifted=lifted,
        detected=any(finding.filter not in NO_FILTERS for finding in findings),
        # The guard restricts by itself: a report that came later is not why.
        noticed=by_person and any(_reported(objection.findings) for objection in exchange.objections),
        automation=automation,
    )


def _restricts(finding: Finding) -> bool:
    blocks = finding.decision is Decision.BLOCK
    return blocks and finding.action not in _NO_RESTRICTION and finding.filter not in NO_FILTERS


def _reported(findings: Iterable[Finding]) -> bool:
    return any(finding.filter == REPORT for finding in findings)


def _read() -> Mapping[str, Subject]:
    """By rule, "*.category", filter, and "*" for all else."""
    table: dict[str, Any] = tomllib.loads((data_folder("statements") / "categories.toml").read_text(encoding="utf-8"))
    named = {
        **table["filters"],
        **{f"*.{category}": subject for category, subject in table["categories"].items()},
        **table["rules"],
    }
    other = Subject(category=table["other"])
    return MappingProxyType({"*": other, **{name: Subject(**given) for name, given in named.items()}})


SUBJECTS: Final = _read()
"""What rules are about, by rule, "*.category" or filter; "*": all else. A constant of the installed distribution."""
