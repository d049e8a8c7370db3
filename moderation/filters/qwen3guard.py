"""Qwen3Guard-Gen behind any OpenAI-compatible endpoint: its own policy, in its own words.

It answers "Safety: Safe|Unsafe|Controversial", "Categories: …" and, for replies, "Refusal: Yes|No". Its categories
under our names stand in `_OURS`; `other` is what it calls unsafe without saying why.
"""

import re
from types import MappingProxyType
from typing import Final

from moderation.errors import BadAnswer
from moderation.filters.answers import CONTROVERSIAL, UNSAFE, Answer, harmless, read
from moderation.filters.endpoint import Chat, Endpoint
from moderation.filters.remote import Remote, Scores, Terms
from moderation.records import Candidate, Stage

LANGUAGES: Final = frozenset(
    {"ar", "de", "en", "es", "fr", "hi", "id", "it", "ja", "ko", "pl", "pt", "ru", "th", "tr", "vi", "zh"}
)
"""Some of the 119 that it was trained on; its report measures Korean too. Settings may name others."""

_OURS: Final = MappingProxyType(
    {
        "Violent": "violence",
        "Non-violent Illegal Acts": "illicit",
        "Sexual Content or Sexual Acts": "sexual",
        "PII": "personal",
        "Suicide & Self-Harm": "self_harm",
        "Unethical Acts": "unethical",
        "Politically Sensitive Topics": "politics",
        "Copyright Violation": "copyright",
        "Jailbreak": "jailbreak",
    }
)
_OTHER: Final = "other"
_NONE: Final = "None"
_WEIGHTS: Final = MappingProxyType({"Safe": 0.0, "Controversial": CONTROVERSIAL, "Unsafe": UNSAFE})
_FORMAT: Final = re.compile(
    r"\s*Safety: (Safe|Unsafe|Controversial)[ \t]*\n"
    r"Categories:[ \t]*([^\n]*)"
    r"(?:\nRefusal: (?:Yes|No))?\s*"
)
_LONGEST_ANSWER: Final = 128


class Qwen3Guard(Remote):
    """One score a category. Sees what a person said, and the reply to it as far as it goes."""

    def __init__(self, endpoint: Endpoint, terms: Terms, *, logprobs: bool = False) -> None:
        """With `logprobs` scores are as fine as the model's doubts, where the endpoint tells of them."""
        super().__init__(endpoint, terms)
        self._logprobs = logprobs

    @property
    def id(self) -> str:
        return "qwen3guard"

    @property
    def categories(self) -> frozenset[str]:
        return frozenset({*_OURS.values(), _OTHER})

    def _identity(self) -> tuple[str, ...]:
        return (*super()._identity(), str(self._logprobs))

    def _sent(self, candidate: Candidate) -> tuple[str, ...]:
        said, text = harmless(candidate.said), harmless(candidate.shown + candidate.text)
        # Without a turn that it answers, its template has no place for a reply.
        return (text,) if candidate.stage is Stage.INPUT or not said.strip() else (said, text)

    def _ask(self, sent: tuple[str, ...]) -> Scores:
        roles = ("user", "assistant")
        messages = tuple({"role": role, "content": text} for role, text in zip(roles, sent, strict=False))
        body = self._endpoint.ask(Chat(messages=messages, max_tokens=_LONGEST_ANSWER, logprobs=self._logprobs))
        return self._scores(read(body, host=self._endpoint.host))

    def _scores(self, answer: Answer) -> Scores:
        found = _FORMAT.fullmatch(answer.text)
        if found is None:
            raise BadAnswer("endpoint.no_verdict", host=self._endpoint.host)
        label = found[1]
        named = {name.strip() for name in found[2].split(",")} - {_NONE, ""}
        if label == "Safe" and named:
            raise BadAnswer("endpoint.no_verdict", host=self._endpoint.host)
        chances = answer.chances(found.start(1), tuple(_WEIGHTS)) or {label: 1.0}
        score = sum(_WEIGHTS[name] * chance for name, chance in chances.items())
        hit = {_OURS.get(name, _OTHER) for name in named} or {_OTHER}
        return {name: score if name in hit else 0.0 for name in self.categories}
