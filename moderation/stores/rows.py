"""Values as rows of the tables in `moderation.stores.migrations`, and back."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from moderation.cases import CaseState, Review, ReviewStep, Ruling
from moderation.records import Action, Closing, Decision, Finding, Opening, Origin, Outcome, Span

Text = str | bytes
"""A text as SQLite has it."""

_MICROSECOND: Final = timedelta(microseconds=1)

# What states were called before cases could be claimed, in steps that are never rewritten.
_FORMER: Final = {"open": CaseState.QUEUED, "upheld": CaseState.CLOSED, "overturned": CaseState.CLOSED}
_DECIDED: Final = frozenset({"upheld", "overturned"})


def keep(text: str) -> Text:
    """`text` as it is kept: as text, or as bytes where it has lone surrogates, which UTF-8 cannot hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")
    return text


def revive(kept: Text) -> str:
    """The inverse of `keep`."""
    return kept if isinstance(kept, str) else kept.decode("utf-8", "surrogatepass")


def finding_row(objection: int | None, found: Finding) -> tuple[object, ...]:
    """A finding of the objection in row `objection`."""
    return (
        objection,
        keep(found.filter),
        keep(found.version),
        keep(found.category),
        found.decision.value,
        found.action.value,
        found.score,
        json.dumps([(span.start, span.end) for span in found.spans]),
        keep(found.detail),
        found.elapsed // _MICROSECOND,
    )


def opening(row: Iterable[Text]) -> Opening:
    """From the columns at, platform … said."""
    at, *origin, persona, persona_version, model, policy, language, said = (revive(value) for value in row)
    platform, conversation, person, message, server = origin
    return Opening(
        origin=Origin(platform=platform, conversation=conversation, person=person, message=message, server=server),
        at=datetime.fromisoformat(at),
        persona=persona,
        persona_version=persona_version,
        model=model,
        policy=policy,
        language=language,
        said=said,
    )


def finding(row: Sequence[Any]) -> Finding:
    """From the columns filter … microseconds."""
    name, version, category, decision, action, score, spans, detail, microseconds = row
    return Finding(
        filter=revive(name),
        version=revive(version),
        category=revive(category),
        decision=Decision(decision),
        action=Action(action),
        score=score,
        spans=tuple(Span(start, end) for start, end in json.loads(spans)),
        detail=revive(detail),
        elapsed=microseconds * _MICROSECOND,
    )


def closing(row: Sequence[Any]) -> Closing:
    """From the columns at … tokens_overshoot."""
    at, outcome, shown, tokens_in, tokens_cached, tokens_out, tokens_overshoot = row
    return Closing(
        at=datetime.fromisoformat(at),
        outcome=Outcome(outcome),
        shown=revive(shown),
        tokens_in=tokens_in,
        tokens_cached=tokens_cached,
        tokens_out=tokens_out,
        tokens_overshoot=tokens_overshoot,
    )


def review(row: Sequence[Any]) -> Review:
    """From the columns at … chain."""
    at, actor, tool, what, before, after, note, ruling, policy, chain = row
    return Review(
        at=datetime.fromisoformat(at),
        actor=revive(actor),
        tool=revive(tool),
        step=ReviewStep(what),
        before=_FORMER.get(before) or CaseState(before),
        after=_FORMER.get(after) or CaseState(after),
        ruling=Ruling(after if after in _DECIDED else ruling) if ruling or after in _DECIDED else None,
        policy=revive(policy),
        note=revive(note),
        chain=chain,
    )


def review_row(step: Review) -> tuple[object, ...]:
    """The columns at … chain."""
    return (
        step.at.isoformat(),
        keep(step.actor),
        keep(step.tool),
        step.step.value,
        step.before.value,
        step.after.value,
        keep(step.note),
        step.ruling and step.ruling.value,
        keep(step.policy),
        step.chain,
    )
