"""What filters that stand on trained heads have in common: language, abstaining, places."""

from collections.abc import Sequence
from typing import Final

from moderation.language import language_of
from moderation.models.layered import LayeredModel, Layers
from moderation.models.scripts import is_phrase
from moderation.records import Candidate, Signal
from moderation.words import catalogue

_OF_A_WORD: Final = frozenset(("insult", "hate"))
"""What a word can be by itself. The other heads have seen few and take "Yes." or "네." for what often follows."""
_WORTH_SHOWING: Final = 0.2
"""Below this score no place is given: it would point at nothing."""


def judged_by_heads(model: LayeredModel, heads: Sequence[str], candidate: Candidate) -> list[Signal]:
    """One signal for each of `heads`, in their order; the tier that decided stands in the detail. All of them abstain
    where the language is not one the model learned; of a word by itself only insult and hate have an opinion."""
    language = _language(model, candidate)
    if language not in model.languages:
        known = ", ".join(model.languages)
        reason = catalogue("moderation").say("toxicity.other_language", found=language or "?", known=known)
        return [Signal(category=head, score=None, detail=reason) for head in heads]
    layers = model.judge(candidate.text, language)
    phrase = is_phrase(candidate.text)
    return [
        _signal(head, layers, len(candidate.text)) if phrase or head in _OF_A_WORD else Signal(category=head, score=0.0)
        for head in heads
    ]


def _language(model: LayeredModel, candidate: Candidate) -> str:
    """The stated language, else the one its letters tell; a text without letters is read as the persona's own."""
    spoken = candidate.brief.language if candidate.brief.language in model.languages else "en"
    return candidate.language or language_of(candidate.text, unknown=spoken)


def _signal(head: str, layers: Layers, length: int) -> Signal:
    score, place = layers.judged.scores[head], layers.judged.places[head]
    if score < _WORTH_SHOWING or length == 0:
        return Signal(category=head, score=score)
    return Signal(category=head, score=score, spans=(place,), detail=layers.tier)
