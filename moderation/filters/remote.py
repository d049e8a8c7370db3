"""What filters have in common that ask an endpoint: languages they know, outages, and what was asked before."""

import hashlib
import json
import logging
import re
import threading
from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, final

from moderation.errors import EndpointDown
from moderation.language import language_of
from moderation.records import Candidate, Signal, Stage
from moderation.words import catalogue

if TYPE_CHECKING:
    from moderation.filters.endpoint import Endpoint

_REMEMBERED: Final = 256
"""Texts whose scores are kept: the last piece of a reply is often judged again as the whole."""
_LONE_SURROGATE: Final = re.compile("[\ud800-\udfff]")

_log = logging.getLogger(__name__)

Scores = Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """On which terms an endpoint is asked."""

    languages: frozenset[str]
    """Those its model knows: ISO 639-1. It abstains from all others."""
    required: bool
    """Whether an outage is a BLOCK. Otherwise the filter abstains then, with a reason. An answer that is no judgement
    is a BLOCK in any case: the author of a text must not be able to bring an abstention about."""


class Remote(ABC):
    """A filter behind an endpoint. Safe to call from several threads; blocks for as long as the endpoint takes."""

    def __init__(self, endpoint: "Endpoint", terms: Terms) -> None:
        self._endpoint = endpoint
        self._terms = terms
        self._memory = _Memory(_REMEMBERED)

    @property
    @abstractmethod
    def id(self) -> str: ...

    @property
    @abstractmethod
    def categories(self) -> frozenset[str]: ...

    @abstractmethod
    def _sent(self, candidate: Candidate) -> tuple[str, ...]:
        """All that the endpoint is to be shown of it; never empty."""

    @abstractmethod
    def _ask(self, sent: tuple[str, ...]) -> Scores:
        """A score for every category. Raises EndpointDown, BadAnswer."""

    @property
    def version(self) -> str:
        """Of what is asked and of whom, 12 hex digits. That a service changes a model under its name shows nowhere."""
        return hashlib.sha256(json.dumps(self._identity()).encode()).hexdigest()[:12]

    @property
    def stages(self) -> frozenset[Stage]:
        return frozenset(Stage)

    @property
    def endpoint(self) -> "Endpoint":
        """Who is asked."""
        return self._endpoint

    @property
    def terms(self) -> Terms:
        """On which terms."""
        return self._terms

    def _identity(self) -> tuple[str, ...]:
        """What its scores depend on."""
        return (self.id, self._endpoint.host, self._endpoint.model)

    @final
    def examine(self, candidate: Candidate) -> Sequence[Signal]:
        """One signal a category, sorted; what is above nothing names the model. All of them abstain where the language
        is not known, and in an outage unless the filter is required; then it raises EndpointDown. Raises BadAnswer for
        an answer that is no judgement."""
        language = candidate.language or language_of(candidate.text, unknown=candidate.brief.language)
        words = catalogue("moderation")
        if language not in self._terms.languages:
            known = ", ".join(sorted(self._terms.languages))
            return self._abstain(words.say("endpoint.other_language", found=language or "?", known=known))
        if not candidate.text.strip():
            return [Signal(category=name, score=0.0) for name in sorted(self.categories)]
        try:
            scores = self.judge(candidate)
        except EndpointDown as outage:
            if self._terms.required:
                raise
            _log.warning("filter out of reach: filter=%s reason=%s", self.id, outage)
            return self._abstain(str(outage))
        return [_signal(name, scores[name], self._endpoint.model) for name in sorted(self.categories)]

    def judge(self, candidate: Candidate) -> Scores:
        """The scores, whatever the language and the terms. Raises EndpointDown, BadAnswer."""
        sent = tuple(_LONE_SURROGATE.sub("\ufffd", text) for text in self._sent(candidate))
        key = hashlib.sha256(json.dumps(sent).encode()).digest()
        scores = self._memory.get(key)
        if scores is None:
            scores = self._ask(sent)
            self._memory.put(key, scores)
        return scores

    def close(self) -> None:
        """Close the connections. Idempotent."""
        self._endpoint.close()

    def _abstain(self, reason: str) -> list[Signal]:
        return [Signal(category=name, score=None, detail=reason) for name in sorted(self.categories)]


def _signal(category: str, score: float, model: str) -> Signal:
    return Signal(category=category, score=score, detail=model if score else "")


class _Memory:
    """The latest scores, by digest: no text is kept."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._scores: OrderedDict[bytes, Scores] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: bytes) -> Scores | None:
        with self._lock:
            if key in self._scores:
                self._scores.move_to_end(key)
            return self._scores.get(key)

    def put(self, key: bytes, scores: Scores) -> None:
        with self._lock:
            self._scores[key] = scores
            if len(self._scores) > self._most:
                self._scores.popitem(last=False)
