"""What a sentence is for, by trained heads: talk of self-harm, dangerous advice, an attack on the rules, the sincere
question whether one talks to a machine, the claim to be human.

The rules beside it (`crisis`, `injection`, `identity`, `character`) know wordings; this knows what wordings have in
common. It never makes them milder: every filter is heard, the strictest wins.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, Self

from moderation.filters.heads import judged_by_heads
from moderation.models.encoder import PACKAGE
from moderation.models.layered import LayeredModel
from moderation.models.packaged import packaged
from moderation.records import Candidate, Signal, Stage
from moderation.words import catalogue

ASKED: Final = ("self_harm", "injection", "question")
"""What a person's turn can be."""
ANSWERED: Final = ("self_harm", "unsafe", "human_claim")
"""What a reply can be."""

_UNASKED: Final = 0.75


class Meaning:
    """Gives one score a head. Safe to call from several threads at once."""

    def __init__(self, model: LayeredModel) -> None:
        self._model = model
        self._version = model.digest[:12]

    @classmethod
    def load(cls, folder: Path | None = None) -> Self:
        """With the models in `folder`, or with the packaged ones. Raises FilterUnavailable."""
        return cls(packaged(folder))

    @property
    def id(self) -> str:
        return "meaning"

    @property
    def version(self) -> str:
        """Of the weights and of how long text is cut up, 12 hex digits."""
        return self._version

    @property
    def categories(self) -> frozenset[str]:
        """self_harm, unsafe, injection, question, human_claim."""
        return frozenset((*ASKED, *ANSWERED))

    @property
    def stages(self) -> frozenset[Stage]:
        return frozenset(Stage)

    @property
    def reads(self) -> bool:
        """Whether there is an encoder to read with."""
        return self._model.layered

    def examine(self, candidate: Candidate) -> Sequence[Signal]:
        """One signal a head; all of them abstain without an encoder, whose work they are, and in other languages."""
        asked = ASKED if candidate.stage is Stage.INPUT else ANSWERED
        if not self.reads:
            reason = catalogue("moderation").say("models.no_encoder", package=PACKAGE)
            return [Signal(category=head, score=None, detail=reason) for head in asked]
        signals = judged_by_heads(self._model, asked, candidate)
        return signals if candidate.asked_identity else [_perhaps_fiction(signal) for signal in signals]


def _perhaps_fiction(signal: Signal) -> Signal:
    """Where nobody sincerely asked, a claim to be human may be part of a story: it counts for less."""
    if signal.category != "human_claim" or signal.score is None:
        return signal
    return replace(signal, score=signal.score * _UNASKED)
