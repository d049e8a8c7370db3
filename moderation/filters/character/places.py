"""Hits as signals: one for all places in which the same was seen."""

from collections.abc import Iterable
from typing import Final

from moderation.records import Signal, Span

MOST: Final = 50
"""Most places a signal names: each is kept for good, and a text that is one fault all over is judged by fewer."""


def gathered(signals: Iterable[Signal]) -> tuple[Signal, ...]:
    """Signals that differ only in their places as one, with the first `MOST` places in order."""
    places: dict[tuple[str, float | None, str], set[Span]] = {}
    for signal in signals:
        places.setdefault((signal.category, signal.score, signal.detail), set()).update(signal.spans)
    return tuple(
        Signal(category=category, score=score, spans=tuple(sorted(spans)[:MOST]), detail=detail)
        for (category, score, detail), spans in places.items()
    )
