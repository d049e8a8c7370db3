"""Hostile and sexual language by the models that ship with the package, in English and Korean."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, Self

from moderation.filters.heads import judged_by_heads
from moderation.models.corpus import TOXIC
from moderation.models.layered import LayeredModel
from moderation.models.packaged import packaged
from moderation.quoting import QUOTING_VERSION, unsaid
from moderation.records import Candidate, Signal, Stage

HEADS: Final = (*TOXIC, "stereotype")


class Toxicity:
    """Gives one score a head, whatever the text. Safe to call from several threads at once."""

    def __init__(self, model: LayeredModel) -> None:
        self._model = model
        self._heads = tuple(head for head in model.heads if head in HEADS) or model.heads
        self._version = hashlib.sha256(f"{model.digest} {QUOTING_VERSION}".encode()).hexdigest()[:12]

    @classmethod
    def load(cls, folder: Path | None = None) -> Self:
        """With the models in `folder`, or with the packaged ones.

        Raises FilterUnavailable when one is missing, damaged or not the pinned one.
        """
        return cls(packaged(folder))

    @property
    def id(self) -> str:
        return "toxicity"

    @property
    def version(self) -> str:
        """Of the weights, of how long text is cut up and what of it counts, 12 hex digits."""
        return self._version

    @property
    def categories(self) -> frozenset[str]:
        """insult, hate, threat, sexual, stereotype."""
        return frozenset(self._heads)

    @property
    def stages(self) -> frozenset[Stage]:
        return frozenset(Stage)

    def examine(self, candidate: Candidate) -> Sequence[Signal]:
        """One signal a head, in the model's order; all of them abstain where the language is not one it learned.

        What stands in the script of another language that it learned is judged in that language too. What is quoted in
        order to speak against it does not count (`moderation.quoting`).
        """
        return judged_by_heads(self._model, self._heads, replace(candidate, text=unsaid(candidate.text)))
