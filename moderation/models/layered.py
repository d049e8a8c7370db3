"""Two tiers: the n-gram model over all of a text, then, where that leaves a doubt, the encoder's heads over its parts.

The encoder costs ten times what the n-grams cost, so it is not asked about what they find harmless and says nothing of
anybody, nor about more windows of one text than the budget allows. What it is not asked about keeps the judgement of
the n-grams: nothing is cut off.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from moderation.models.claims import carries_claim
from moderation.models.encoder import Encoder
from moderation.models.linear import LinearModel
from moderation.models.meaning import MeaningHeads
from moderation.models.windows import Best, Judged, Window, cut, judgement_digest
from moderation.normalise.said import SAID_VERSION, shown
from moderation.records import Span

GRAMS: Final = "n-grams"
BOTH: Final = "n-grams+encoder"

_REMEMBERED: Final = 256
"""Judgements kept: the filters that share them ask within milliseconds of each other, and drafts repeat sentences."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layers:
    """A judgement, and which tier made it."""

    judged: Judged
    tier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What is said of one window."""

    window: Window
    margins: NDArray[np.float64] | None
    """Of the n-grams, None where there are none."""
    scores: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What the encoder may be asked."""

    windows: int = 8
    """Of one text; 0: nothing."""
    doubt: float = 0.02
    """Below this score of every head, and without a claim, the n-grams are believed."""


class LayeredModel:
    """Safe to call from several threads at once; they take turns."""

    def __init__(
        self,
        grams: LinearModel,
        heads: MeaningHeads | None = None,
        encoder: Encoder | None = None,
        budget: Budget = Budget(),
    ) -> None:
        """Without `heads` or `encoder` the n-grams judge alone.

        Raises FilterUnavailable for heads that were fitted on another encoder or other n-grams.
        """
        self._grams, self._budget = grams, budget
        self._heads = heads if encoder is not None and budget.windows > 0 else None
        self._encoder = encoder
        if self._heads is not None and encoder is not None:
            self._heads.check(encoder, grams.digest)
        self._lock = threading.Lock()
        self._remembered: OrderedDict[tuple[str, str], Layers] = OrderedDict()

    @property
    def grams(self) -> LinearModel:
        """The first tier."""
        return self._grams

    @property
    def heads(self) -> tuple[str, ...]:
        """What is scored."""
        return self._grams.heads

    @property
    def languages(self) -> tuple[str, ...]:
        """What can be judged."""
        return self._grams.languages

    @property
    def digest(self) -> str:
        """Of all that a judgement depends on."""
        meant = "" if self._heads is None else f" {self._heads.digest} {self._budget.windows}"
        return judgement_digest(self._grams, f"{meant} said {SAID_VERSION}")

    @property
    def encoder(self) -> Encoder | None:
        """What reads sentences, for whoever looks something up by its meaning."""
        return self._encoder

    @property
    def layered(self) -> bool:
        """Whether there is an encoder to ask."""
        return self._heads is not None

    def judge(self, text: str, language: str) -> Layers:
        """Every head's highest probability over the windows of `text`, and where it was found. Marks of emphasis and
        what no screen shows are left out.

        One text at a time: the encoder keeps a core busy by itself, and who asks second finds the answer.

        Raises ValueError or KeyError for a language that the model does not know.
        """
        key = (text, language)
        with self._lock:
            if key not in self._remembered:
                self._remembered[key] = self._judged(text, language)
                if len(self._remembered) > _REMEMBERED:
                    self._remembered.popitem(last=False)
            return self._remembered[key]

    def _judged(self, text: str, language: str) -> Layers:
        seen = shown(text)
        read = [self._read(seen.text, window) for window in cut(seen.text, language, self._grams.languages)]
        judged, tier = _best(self._grams.heads, read), GRAMS
        if self._heads is not None and self._encoder is not None and self._in_doubt(judged, seen.text, language):
            judged, tier = self._second(self._heads, self._encoder, seen.text, read), BOTH
        places = {head: Span(*seen.place(place.start, place.end)) for head, place in judged.places.items()}
        return Layers(judged=replace(judged, places=places), tier=tier)

    def _read(self, text: str, window: Window) -> _Read:
        margins = self._grams.margins(text[window.span.start : window.span.end])
        scores = self._grams.probabilities(margins, window.language, discount=window.discount)
        return _Read(window=window, margins=margins, scores=scores)

    def _in_doubt(self, first: Judged, text: str, language: str) -> bool:
        return max(first.scores.values()) >= self._budget.doubt or carries_claim(text, language)

    def _second(self, heads: MeaningHeads, encoder: Encoder, text: str, read: Sequence[_Read]) -> Judged:
        """The encoder's word for the widest windows, as many as the budget allows, those first that the n-grams like
        least; that of the n-grams for the rest."""
        wide = [one for one in read if one.window.widest and one.margins is not None]
        worst = sorted(wide, key=lambda one: -max(one.scores.values()))
        spans = list(dict.fromkeys(one.window.span for one in worst))[: self._budget.windows]
        vectors = dict(zip(spans, encoder.encode([text[span.start : span.end] for span in spans]), strict=True))
        return _best(
            heads.heads,
            [
                replace(one, scores=heads.scores(one.margins, vectors[one.window.span], one.window.language))
                if one.window.widest and one.margins is not None and one.window.span in vectors
                else one
                for one in read
            ],
        )


def _best(heads: Iterable[str], read: Iterable[_Read]) -> Judged:
    best = Best(heads)
    for one in read:
        best.take(one.scores, one.window.span)
    return best.judged()
