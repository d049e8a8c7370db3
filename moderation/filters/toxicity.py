"""Toxicity by the small model that ships with the package: insult, hate and stereotype, in English and Korean."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final, Self

from moderation.language import language_of
from moderation.models.linear import LinearModel
from moderation.models.windows import Judged, judge, judgement_digest
from moderation.records import Candidate, Signal, Stage
from moderation.words import catalogue

MODEL: Final = "toxicity"
"""Name of the model's files."""

_WORTH_SHOWING: Final = 0.2
"""Below this score no place is given: it would point at nothing."""


class Toxicity:
    """Gives one score a head, whatever the text. Safe to call from several threads at once."""

    def __init__(self, model: LinearModel) -> None:
        self._model = model
        self._version = judgement_digest(model)[:12]

    @classmethod
    def load(cls, folder: Path | None = None) -> Self:
        """With the model in `folder`, or with the packaged one.

        Raises FilterUnavailable when it is missing, damaged or not the pinned one.
        """
        return cls(LinearModel.load(MODEL, folder))

    @property
    def id(self) -> str:
        return "toxicity"

    @property
    def version(self) -> str:
        """Of the weights and of how long text is cut up, 12 hex digits."""
        return self._version

    @property
    def categories(self) -> frozenset[str]:
        """The heads of the model: insult, hate, stereotype."""
        return frozenset(self._model.heads)

    @property
    def stages(self) -> frozenset[Stage]:
        return frozenset(Stage)

    def examine(self, candidate: Candidate) -> Sequence[Signal]:
        """One signal a head, in the model's order; all of them abstain where the language is not one it learned.

        What stands in the script of another language that it learned is judged in that language too.
        """
        language = self._language(candidate)
        if language not in self._model.languages:
            known = ", ".join(self._model.languages)
            reason = catalogue("moderation").say("toxicity.other_language", found=language or "?", known=known)
            return [Signal(category=head, score=None, detail=reason) for head in self._model.heads]
        judged = judge(self._model, candidate.text, language)
        return [self._signal(head, judged, len(candidate.text)) for head in self._model.heads]

    def _language(self, candidate: Candidate) -> str:
        """The stated language, else the one its letters tell; a text without letters is read as the persona's own."""
        spoken = candidate.brief.language if candidate.brief.language in self._model.languages else "en"
        return candidate.language or language_of(candidate.text, unknown=spoken)

    def _signal(self, head: str, judged: Judged, length: int) -> Signal:
        score, place = judged.scores[head], judged.places[head]
        if score < _WORTH_SHOWING or length == 0:
            return Signal(category=head, score=score)
        return Signal(category=head, score=score, spans=(place,))
