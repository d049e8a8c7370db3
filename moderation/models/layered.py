"""Two tiers: the n-gram model over all of a text, then, where that leaves a doubt, the encoder's heads over its parts.

The encoder costs ten times what the n-grams cost, so it is not asked about what they find harmless and says nothing of
anybody, nor about more windows of one text than the budget allows. What it is not asked about keeps the judgement of
the n-grams: nothing is cut off.
"""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from moderation.models.claims import carries_claim
from moderation.models.encoder import Encoder
from moderation.models.linear import LinearModel
from moderation.models.meaning import MeaningHeads
from moderation.models.windows import Best, Judged, Window, cut, judge, judgement_digest
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
        return judgement_digest(self._grams, meant)

    @property
    def layered(self) -> bool:
        """Whether there is an encoder to ask."""
        return self._heads is not None

    def judge(self, text: str, language: str) -> Layers:
        """Every head's highest probability over the windows of `text`, and where it was found.

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
        first = judge(self._grams, text, language)
        if self._heads is None or self._encoder is None or not self._in_doubt(first, text, language):
            return Layers(judged=first, tier=GRAMS)
        return Layers(judged=self._second(self._heads, self._encoder, text, language), tier=BOTH)

    def _in_doubt(self, first: Judged, text: str, language: str) -> bool:
        return max(first.scores.values()) >= self._budget.doubt or carries_claim(text, language)

    def _second(self, heads: MeaningHeads, encoder: Encoder, text: str, language: str) -> Judged:
        """The encoder's word for the widest windows, that of the n-grams for the rest."""
        every = list(cut(text, language, self._grams.languages))
        read = self._worth_reading([window for window in every if window.widest], text)
        vectors = dict(zip(read, encoder.encode([text[span.start : span.end] for span in read]), strict=True))
        best = Best(heads.heads)
        for window in every:
            part, vector = text[window.span.start : window.span.end], vectors.get(window.span)
            margins = self._grams.margins(part) if vector is not None and window.widest else None
            if margins is None or vector is None:
                best.take(self._grams.scores(part, window.language, discount=window.discount), window.span)
            else:
                best.take(heads.scores(margins, vector, window.language), window.span)
        return best.judged()

    def _worth_reading(self, widest: Sequence[Window], text: str) -> list[Span]:
        """The windows to be encoded: all, or those the n-grams like least."""
        spans = list(dict.fromkeys(window.span for window in widest))
        if len(spans) <= self._budget.windows:
            return spans
        highest = {
            window.span: float(
                np.max(list(self._grams.scores(text[window.span.start : window.span.end], window.language).values()))
            )
            for window in widest
        }
        return sorted(spans, key=lambda span: -highest[span])[: self._budget.windows]
