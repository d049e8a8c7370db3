"""OpenAI's moderation model (`omni-moderation-latest`), or whatever speaks its protocol. Texts leave this machine.

Its thirteen categories under our names; where several come together, the highest counts:

    harassment                              insult
    hate                                    hate
    harassment/threatening, hate/threatening    threat
    sexual                                  sexual
    sexual/minors                           minors
    self-harm                               self_harm: also what speaks of it in order to help
    self-harm/instructions                  self_harm_instructions
    self-harm/intent                        self_harm_intent
    violence                                violence
    violence/graphic                        gore
    illicit, illicit/violent                illicit

Scores are the service's own. It says they are calibrated, and that the model behind the name changes.
"""

from types import MappingProxyType
from typing import Any, Final

from moderation.errors import BadAnswer
from moderation.filters.remote import Remote, Scores
from moderation.records import Candidate

LANGUAGES: Final = frozenset({"de", "en", "es", "fr", "id", "it", "ja", "ko", "pl", "pt", "ru", "tr", "vi", "zh"})
"""OpenAI says that it measured forty languages and lists only some of them, Korean not among these: what it is worth in
a language, `talchum bench guard` tells. Settings may name others."""

_OURS: Final = MappingProxyType(
    {
        "harassment": "insult",
        "harassment/threatening": "threat",
        "hate": "hate",
        "hate/threatening": "threat",
        "sexual": "sexual",
        "sexual/minors": "minors",
        "self-harm": "self_harm",
        "self-harm/instructions": "self_harm_instructions",
        "self-harm/intent": "self_harm_intent",
        "violence": "violence",
        "violence/graphic": "gore",
        "illicit": "illicit",
        "illicit/violent": "illicit",
    }
)


class Omni(Remote):
    """One score a category of ours. Sees the text alone, nothing of who wrote it or of what it answers."""

    @property
    def id(self) -> str:
        return "omni"

    @property
    def categories(self) -> frozenset[str]:
        return frozenset(_OURS.values())

    def _sent(self, candidate: Candidate) -> tuple[str, ...]:
        return (candidate.text,)

    def _ask(self, sent: tuple[str, ...]) -> Scores:
        (text,) = sent
        answer = self._endpoint.moderate(text)
        try:
            (result,) = answer["results"]
            given = {name: _score(result["category_scores"][name]) for name in _OURS}
        except (LookupError, TypeError, ValueError):
            raise BadAnswer("endpoint.malformed", host=self._endpoint.host) from None
        return {ours: max(given[name] for name in _OURS if _OURS[name] == ours) for ours in self.categories}


def _score(given: Any) -> float:
    """Raises ValueError for anything but a number from 0 to 1."""
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0.0 <= given <= 1.0:
        raise ValueError(given)
    return float(given)
