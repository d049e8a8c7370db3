"""Long texts are judged in windows that overlap, so that nothing is cut off and little is diluted."""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from moderation.models.linear import LinearModel
from moderation.models.scripts import PHRASE, SYLLABLES, WORDS, script_runs
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


def judgement_digest(model: LinearModel, more: str = "") -> str:
    """SHA-256 of all that a judgement depends on: the weights, their features, how long text is cut up, and `more`."""
    cut = f"{SHARED} {sorted(SCALES.items())!r} {WORDS} {SYLLABLES} {PHRASE}"
    return hashlib.sha256(f"{model.digest} {cut}{more}".encode()).hexdigest()


def windows(text: str, size: int) -> Iterator[Span]:
    """Spans that cover `text` in order, at most `size` long; a single one, maybe empty, for a short text."""
    start = 0
    while start + size < len(text):
        yield Span(start, start + size)
        start = min(start + size - size // SHARED, len(text) - size)
    yield Span(start, len(text))


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A stretch of a text to be judged at once, in one language."""

    span: Span
    language: str
    discount: float
    """Taken off every margin; 0.0 for the widest windows of a language."""

    @property
    def widest(self) -> bool:
        """Whether it is as wide as its language allows: there alone is a sentence sure to stand whole."""
        return self.discount == 0.0


def cut(text: str, language: str, known: Collection[str]) -> Iterator[Window]:
    """Every window of `text`: all of it in `language`, then what stands in the script of another language of `known`,
    beside letters of other scripts, in that language too. The widest of each part come first.

    Raises KeyError for a language without scales.
    """
    for spoken, place in _parts(text, language, known):
        for number, scale in enumerate(SCALES[spoken]):
            if number > 0 and place.end - place.start <= scale.size:
                continue  # it was judged as a whole, without a discount
            for span in windows(text[place.start : place.end], scale.size):
                shifted = Span(place.start + span.start, place.start + span.end)
                yield Window(span=shifted, language=spoken, discount=scale.discount)


def judge(model: LinearModel, text: str, language: str) -> Judged:
    """Every head's highest probability over the windows of `text`; the first window that reaches it is its place.

    Raises ValueError for a language that the model does not know, KeyError for one without scales.
    """
    best = Best(model.heads)
    for window in cut(text, language, model.languages):
        part = text[window.span.start : window.span.end]
        best.take(model.scores(part, window.language, discount=window.discount), window.span)
    return best.judged()


class Best:
    """The highest score of every head so far, and where it was found."""

    def __init__(self, heads: Iterable[str]) -> None:
        self._scores = dict.fromkeys(heads, -1.0)
        self._places: dict[str, Span] = {}

    def take(self, scores: Mapping[str, float], span: Span) -> None:
        """Count what was found in `span`."""
        for head, score in scores.items():
            if score > self._scores[head]:
                self._scores[head], self._places[head] = score, span

    def judged(self) -> Judged:
        """What was counted: at least one span."""
        return Judged(scores=self._scores, places=self._places)


def _parts(text: str, language: str, known: Collection[str]) -> Iterator[tuple[str, Span]]:
    """What is judged, and in which language: everything, then each run in another script."""
    yield language, Span(0, len(text))
    for spoken, span in script_runs(text):
        if spoken != language and spoken in known:
            yield spoken, span
