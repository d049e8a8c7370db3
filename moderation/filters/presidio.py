"""Private data by the pattern recognisers of presidio, for the extra [presidio], beside the filter that ships.

Recognisers for Korea, which presidio ships switched off, are on, with Korean words as context and with spaces where
people put them. No model is loaded and nothing is downloaded: names and places, which presidio needs a model for, are
what stories are made of. What it reads is folded first, as for every other filter.
"""

import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from types import MappingProxyType
from typing import Any, Final, Self

from moderation.errors import FilterUnavailable
from moderation.filters.phrases import digest, in_context
from moderation.filters.privacy import Public
from moderation.language import language_of
from moderation.records import Candidate, Signal, Span, Stage
from moderation.words import catalogue

LANGUAGES: Final = ("en", "ko")
"""What it can be asked about."""
CATEGORY: Final = "personal"
ALGORITHM: Final = b"presidio 1"

_KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {"PHONE_NUMBER": "phone", "EMAIL_ADDRESS": "email", "CREDIT_CARD": "card", "IBAN_CODE": "account"}
)
"""What a mask says of an entity; all others are numbers of documents."""
_GENEROUS: Final = frozenset({"KR_BRN", "KR_DRIVER_LICENSE"})
"""Entities for which every tenth number of their length passes as certain: only where a word names them, they are."""
_UNNAMED: Final = 0.4
_NAMED: Final = 0.6
_WINDOW: Final = 2000
_OVERLAP: Final = 200
"""Longer than anything it finds. It takes time that grows with the square of a text."""
_TAIL: Final = 200
_EMAIL: Final = r"[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24}"
"""Presidio's own pattern takes Hangul for a part of the domain."""
_EDGE: Final = r"(?:(?<![0-9A-Za-z_])(?=[0-9A-Za-z_])|(?<=[0-9A-Za-z_])(?![0-9A-Za-z_]))"
"""For what presidio writes as a word's edge, of which there is none between a number and its Korean particle."""
_BORN: Final = r"(?<!\d)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])( ?-? ?)"
_WORD: Final = re.compile(r"\w+|[^\w\s]")
_PHONE_WORDS: Final = ["전화", "번호", "연락", "핸드폰", "휴대폰", "폰", "문자"]
_REGIONS: Final = ("US", "GB", "CA", "AU", "KR")


class Presidio:
    """Filter "presidio", category "personal". One text at a time: its recognisers compile as they go."""

    id: Final = "presidio"
    categories: Final = frozenset({CATEGORY})
    stages: Final = frozenset(Stage)

    def __init__(self, engine: Any, public: Public, *, languages: frozenset[str], version: str) -> None:
        """Use `load`."""
        self._engine = engine
        self._public = public
        self._languages = languages
        self._version = version
        self._lock = threading.Lock()

    @classmethod
    def load(cls, languages: Sequence[str] = LANGUAGES) -> Self:
        """Put the recognisers for `languages` (of LANGUAGES) together. Takes seconds.

        Raises FilterUnavailable when the extra is missing. Never asks the network.
        """
        try:
            engine = _engine(sorted(set(languages)))
            found = version("presidio-analyzer")
        except ModuleNotFoundError as error:
            raise FilterUnavailable("presidio.no_extra", module=error.name) from error
        public, raw = Public.load()
        known = digest(ALGORITHM, found.encode(), " ".join(sorted(set(languages))).encode(), raw)
        return cls(engine, public, languages=frozenset(languages), version=known)

    @property
    def version(self) -> str:
        """Of presidio, the languages and what anybody may say together."""
        return self._version

    def examine(self, candidate: Candidate) -> Sequence[Signal]:
        """One signal an entity and score, with its places, or one of score 0.0; abstains where the language is not one
        that it was loaded for."""
        language = candidate.language or language_of(candidate.text, unknown=candidate.brief.language)
        if language not in self._languages:
            known = ", ".join(sorted(self._languages))
            reason = catalogue("moderation").say("presidio.other_language", found=language or "?", known=known)
            return [Signal(category=CATEGORY, score=None, detail=reason)]
        context = in_context(candidate, tail=_TAIL, lower=False)
        places: dict[tuple[float, str], list[Span]] = {}
        for entity, score, start, end in self._found(context.folded.text, language):
            span = context.span(start, end)
            if span is not None:
                places.setdefault((score, f"{_KINDS.get(entity, 'id')} ({entity})"), []).append(span)
        return [
            Signal(category=CATEGORY, score=score, spans=tuple(spans), detail=detail)
            for (score, detail), spans in places.items()
        ] or [Signal(category=CATEGORY, score=0.0)]

    def _found(self, text: str, language: str) -> Iterator[tuple[str, float, int, int]]:
        found: dict[tuple[str, int, int], float] = {}
        for begin in range(0, max(1, len(text) - _OVERLAP), _WINDOW - _OVERLAP):
            window = text[begin : begin + _WINDOW]
            with self._lock:
                results = self._engine.analyze(window, language, return_decision_process=True)
            for result in results:
                # What an edge cut off is whole in the window beside it.
                if (begin and not result.start) or (begin + result.end < len(text) and result.end == len(window)):
                    continue
                key = (result.entity_type, begin + result.start, begin + result.end)
                found[key] = max(found.get(key, 0.0), self._worth(result, window))
        for (entity, start, end), score in sorted(found.items(), key=lambda item: item[0][1:]):
            if score:
                yield entity, score, start, end

    def _worth(self, result: Any, text: str) -> float:
        found, score = text[result.start : result.end], min(float(result.score), 1.0)
        if result.entity_type == "EMAIL_ADDRESS":
            return score if self._public.email(found) else 0.0
        if result.entity_type == "PHONE_NUMBER":
            return score if self._public.phones.personal(found) else 0.0
        named = result.analysis_explanation.supportive_context_word
        return score if named or result.entity_type not in _GENEROUS else min(score, _UNNAMED)


def _engine(languages: list[str]) -> Any:
    """An analyser with the recognisers for `languages` and no others. Raises ModuleNotFoundError."""
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.context_aware_enhancers import LemmaContextAwareEnhancer

    recognisers = [recogniser for language in languages for recogniser in _recognisers(language)]
    return AnalyzerEngine(
        registry=RecognizerRegistry(recognizers=recognisers, supported_languages=languages),
        nlp_engine=_words_only(languages),
        supported_languages=languages,
        # Korean says what a number is behind it as well; and what somebody calls a passport is more than a shape.
        context_aware_enhancer=LemmaContextAwareEnhancer(
            context_prefix_count=6, context_suffix_count=3, min_score_with_context_similarity=_NAMED
        ),
    )


def _recognisers(language: str) -> list[Any]:
    from presidio_analyzer import Pattern
    from presidio_analyzer import predefined_recognizers as known

    phone: dict[str, Any] = {"supported_regions": _REGIONS if language == "en" else ("KR",)}
    if language == "ko":
        phone["context"] = _PHONE_WORDS
    general = [
        known.CreditCardRecognizer(supported_language=language),
        known.IbanRecognizer(supported_language=language),
        known.PhoneRecognizer(supported_language=language, **phone),
        _email(language),
    ]
    english = [known.UsSsnRecognizer(), known.UkNinoRecognizer()] if language == "en" else []
    recognisers = [*general, *_korean(language), *english]
    for recogniser in recognisers:
        recogniser.patterns = [
            Pattern(pattern.name, pattern.regex.replace(r"\b", _EDGE), pattern.score)
            for pattern in getattr(recogniser, "patterns", ())
        ]
    return recognisers


def _korean(language: str) -> list[Any]:
    """The recognisers for Korea, with the spaces and the words they lack. For English as well: numbers are told in any
    language, and often in none."""
    from presidio_analyzer import Pattern
    from presidio_analyzer import predefined_recognizers as known

    bare = [("-", ""), (" ", "")]
    resident = [Pattern("spaced", rf"{_BORN}[1-4]\d{{6}}(?!\d)", 0.5)]
    foreign = [Pattern("spaced", rf"{_BORN}[5-8]\d{{6}}(?!\d)", 0.5)]
    spaced: dict[str, Any] = {"supported_language": language, "replacement_pairs": bare}
    return [
        known.KrRrnRecognizer(patterns=resident, context=["주민", "등록번호", "민증", "resident", "rrn"], **spaced),
        known.KrFrnRecognizer(
            patterns=foreign, context=["외국인", "등록번호", "등록증", "alien", "foreigner"], **spaced
        ),
        known.KrBrnRecognizer(supported_language=language),
        known.KrDriverLicenseRecognizer(context=["면허", "driver", "driving"], supported_language=language),
        known.KrPassportRecognizer(supported_language=language),
    ]


def _email(language: str) -> Any:
    """Presidio's, with a list of top-level domains that comes with the package: its own asks the network for one."""
    from presidio_analyzer import Pattern
    from presidio_analyzer.predefined_recognizers import EmailRecognizer
    from tldextract import TLDExtract

    extract = TLDExtract(cache_dir=None, suffix_list_urls=())

    class LocalEmail(EmailRecognizer):  # type: ignore[misc, unused-ignore]
        def validate_result(self, pattern_text: str) -> bool:
            return bool(extract(pattern_text).fqdn)

    return LocalEmail(patterns=[Pattern("ascii", _EMAIL, 0.5)], supported_language=language)


def _words_only(languages: list[str]) -> Any:
    """What presidio needs to see context: words and where they stand, without a model."""
    from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine

    class WordsOnly(NlpEngine):  # type: ignore[misc, unused-ignore]
        def load(self) -> None:
            """Nothing to load."""

        def is_loaded(self) -> bool:
            return True

        def process_text(self, text: str, language: str) -> Any:
            found = list(_WORD.finditer(text))
            words = [word.group() for word in found]
            return NlpArtifacts(
                entities=[], tokens=words, tokens_indices=[word.start() for word in found],
                lemmas=[word.lower() for word in words], nlp_engine=self, language=language,
            )  # fmt: skip

        def process_batch(self, texts: Any, language: str, **_: Any) -> Any:
            return ((text, self.process_text(text, language)) for text in texts)

        def is_stopword(self, *_: str) -> bool:
            return False

        def is_punct(self, word: str, *_: str) -> bool:
            return not word.isalnum()

        def get_supported_entities(self) -> list[str]:
            return []

        def get_supported_languages(self) -> list[str]:
            return languages

    return WordsOnly()
