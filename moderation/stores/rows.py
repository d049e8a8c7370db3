"""Values as rows of the tables in `moderation.stores.migrations`, and back."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from moderation.records import (
    Action,
    CaseState,
    Closing,
    Decision,
    Finding,
    Opening,
    Origin,
    Outcome,
    Review,
    ReviewStep,
    Span,
)

Text = str | bytes
"""A text as SQLite has it."""

_MICROSECOND: Final = timedelta(microseconds=1)


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


def review(row: Iterable[Text]) -> Review:
    """From the columns at … note."""
    at, actor, tool, what, before, after, note = (revive(value) for value in row)
    return Review(
        at=datetime.fromisoformat(at),
        actor=actor,
        tool=tool,
        step=ReviewStep(what),
        before=CaseState(before),
        after=CaseState(after),
        note=note,
    )
