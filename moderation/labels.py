"""What people decided, read as labelled examples: the one place that knows what a decision says of the rules.

A decision is about a whole exchange, or several. One that was overturned says of every rule in it that it was wrong;
one that was upheld says that they were right, and where there were several, one of them may have been right alone: such
examples are marked.
"""

from dataclasses import dataclass

from moderation.cases import DONE, GUARD, Ruling
from moderation.language import language_of
from moderation.reasons import COMMENTS
from moderation.records import Decision, Exchange, Objection, Stage
from moderation.stores import Store
from moderation.stores.walking import walk


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """What a rule scored, and what people said to it."""

    exchange: str
    """Id."""
    rule: str
    """`filter.category`."""
    stage: Stage
    """INPUT, or WHOLE for every reply: policies know no more."""
    language: str
    score: float
    version: str
    """Of the filter: scores compare only within one."""
    right: bool
    alone: bool
    """No other rule objected in this exchange, nor did a member."""
    text: str
    """What it objected to; "" where its person had it erased."""


def truth(exchange: Exchange) -> bool | None:
    """Whether people say that the guard was right; None where they have not said, or look at it again."""
    case = exchange.case
    if case.ruling is None or case.decided_by == GUARD.name or case.state not in DONE:
        return None
    return case.ruling is Ruling.UPHELD


def side(stage: Stage) -> Stage:
    """The stage that thresholds are written for: INPUT, or WHOLE for every reply."""
    return Stage.INPUT if stage is Stage.INPUT else Stage.WHOLE


def language_judged(exchange: Exchange, objection: Objection) -> str:
    """The language a kept text was judged in: as the guard tells it; where it is erased, that of the persona."""
    spoken = exchange.opening.language
    return language_of(objection.text, unknown=spoken) if objection.text else spoken


def labelled(exchange: Exchange) -> tuple[Labelled, ...]:
    """The examples of one exchange: of each rule, side, language and filter version the one that scored highest, so
    that a long reply counts once. None where nobody has decided, nor of what has no score (reports, failures)."""
    right = truth(exchange)
    if right is None:
        return ()
    raised = [
        (objection, finding)
        for objection in exchange.objections
        for finding in objection.findings
        if finding.decision is not Decision.ALLOW and finding.filter not in COMMENTS
    ]
    alone = len({finding.rule for _, finding in raised}) == 1
    highest: dict[tuple[str, Stage, str, str], Labelled] = {}
    for objection, finding in raised:
        if finding.score is None:
            continue
        language, stage = language_judged(exchange, objection), side(objection.stage)
        key = (finding.rule, stage, language, finding.version)
        if key not in highest or highest[key].score < finding.score:
            highest[key] = Labelled(
                exchange=exchange.id,
                rule=finding.rule,
                stage=stage,
                language=language,
                score=finding.score,
                version=finding.version,
                right=right,
                alone=alone,
                text=objection.text,
            )
    return tuple(highest.values())


async def all_labelled(store: Store, server: str = "") -> list[Labelled]:
    """The examples of everything a store keeps, or of one community."""
    return [example async for exchange in walk(store, server) for example in labelled(exchange)]
