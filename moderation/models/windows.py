"""Long texts are judged in windows that overlap, so that nothing is cut off and little is diluted."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from moderation.models.linear import LinearModel
from moderation.models.scripts import SYLLABLES, WORDS, script_runs
from moderation.records import Span

SHARED: Final = 3
"""Neighbours share one part in this many: whatever is shorter than that stands whole in one of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Windows of `size` code points, and what is taken off their margins."""

    size: int
    discount: float = 0.0


SCALES: Final[Mapping[str, tuple[Scale, ...]]] = MappingProxyType(
    {"en": (Scale(size=300), Scale(size=60, discount=2.0)), "ko": (Scale(size=60),)}
)
"""By language, the widest first. Short windows find an insult in a long text and invent more of them: on long English
comments the area under the curve falls from .89 at 300 to .80 at 60. With the discount both together keep .885, and an
insult no longer drowns. A Korean syllable says as much as two or three Latin letters: 60 of them are wide enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The highest probability of each head, and where it was found."""

    scores: Mapping[str, float]
    places: Mapping[str, Span]


def judgement_digest(model: LinearModel) -> str:
    """SHA-256 of all that a judgement depends on: the weights, their features, and how long text is cut up."""
    cut = f"{SHARED} {sorted(SCALES.items())!r} {WORDS} {SYLLABLES}"
    return hashlib.sha256(f"{model.digest} {cut}".encode()).hexdigest()


def windows(text: str, size: int) -> Iterator[Span]:
    """Spans that cover `text` in order, at most `size` long; a single one, maybe empty, for a short text."""
    start = 0
    while start + size < len(text):
        yield Span(start, start + size)
        start = min(start + size - size // SHARED, len(text) - size)
    yield Span(start, len(text))


def judge(model: LinearModel, text: str, language: str) -> Judged:
    """Every head's highest probability over the windows of `text`; the first window that reaches it is its place.

    All of it is judged in `language`; what stands in the script of another language that the model knows, beside
    letters of other scripts, is judged in that language too.

    Raises ValueError for a language that the model does not know, KeyError for one without scales.
    """
    scores: dict[str, float] = dict.fromkeys(model.heads, -1.0)
    places: dict[str, Span] = {}
    for spoken, place in _parts(model, text, language):
        for span, found in _judged(model, text, place, spoken):
            for head, score in found.items():
                if score > scores[head]:
                    scores[head], places[head] = score, span
    return Judged(scores=scores, places=places)


def _parts(model: LinearModel, text: str, language: str) -> Iterator[tuple[str, Span]]:
    """What is judged, and in which language: everything, then each run in another script."""
    yield language, Span(0, len(text))
    for spoken, span in script_runs(text):
        if spoken != language and spoken in model.languages:
            yield spoken, span


def _judged(model: LinearModel, text: str, place: Span, language: str) -> Iterator[tuple[Span, Mapping[str, float]]]:
    """The scores of every window of one part of `text`, places counted from the start of `text`."""
    part = text[place.start : place.end]
    for number, scale in enumerate(SCALES[language]):
        if number > 0 and len(part) <= scale.size:
            continue  # it was judged as a whole, without a discount
        for span in windows(part, scale.size):
            found = model.scores(part[span.start : span.end], language, discount=scale.discount)
            yield Span(place.start + span.start, place.start + span.end), found
