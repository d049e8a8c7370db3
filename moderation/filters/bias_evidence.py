"""What speaks for and against a sentence about a group: the features of one small logistic model, and the model itself.

Words of the lists, forms found, cues of how the sentence talks, and what trained heads make of it each count for as
much as `weights.toml` says. To add a head: a class with the members of `Head`, its name in `HEADS` here and how it is
fitted in `moderation.models.bias_training`; weights that know no such name do not ask it.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Final, Protocol, Self

import numpy as np
import re2

from moderation.filters.bias_rules import ACT, FLATTERING, KOREAN, MANY, NEGATIVE, ROLE, SLUR
from moderation.filters.bias_text import GROUPS
from moderation.filters.phrases import PatternSet, Source
from moderation.models.linear import LinearModel
from moderation.models.windows import judge, judgement_digest

LANGUAGES: Final = ("en", "ko")
FORM, PRAISING_FORM, WEAK_FORM, EXCUSED = "form", "praising_form", "weak_form", "excused"
_OWN: Final = ("group", "many", "topic", "negative", "flattering", "role", "act")
_FORMS: Final = (FORM, PRAISING_FORM, WEAK_FORM, EXCUSED)
_FAR: Final = 6.0
"""Log-odds beyond this say no more: a head that is too sure of itself does not decide alone."""

_MARKS: Final = MappingProxyType(
    {
        "group": re.compile(f"[{GROUPS}]"),
        "many": re.compile(f"[{KOREAN}{SLUR}]들|{MANY}"),
        "topic": re.compile(f"[{KOREAN}{SLUR}](?:들)?(?:은|는|이란|란|이라는|답)"),
        "negative": re.compile(f"[{NEGATIVE}{SLUR}]"),
        "flattering": re.compile(FLATTERING),
        "role": re.compile(ROLE),
        "act": re.compile(ACT),
    }
)


class Head(Protocol):
    """A trained model with an opinion about bias. Safe to ask from several threads at once."""

    @property
    def digest(self) -> str:
        """Changes with anything that changes its opinions."""

    def log_odds(self, text: str, language: str) -> float:
        """That `text`, a sentence in "en" or "ko", is biased: positive for yes."""


@dataclass(frozen=True, slots=True)
class LinearHead:
    """The `stereotype` head of the linear model."""

    model: LinearModel

    @classmethod
    def load(cls) -> Self:
        """Of the model that ships. Raises FilterUnavailable."""
        return cls.of(LinearModel.load("toxicity"))

    @classmethod
    def of(cls, model: LinearModel) -> Self:
        """Of `model`, its margins taken as they are."""
        return cls(replace(model, calibration=np.tile(np.array([1.0, 0.0]), (*model.calibration.shape[:2], 1))))

    @property
    def digest(self) -> str:
        return judgement_digest(self.model)

    def log_odds(self, text: str, language: str) -> float:
        probability = judge(self.model, text, language).scores["stereotype"]
        return math.log(max(probability, 1e-9)) - math.log(max(1.0 - probability, 1e-9))


HEADS: Final[Mapping[str, Callable[[], Head]]] = MappingProxyType({"linear": LinearHead.load})
"""Every head there is, by the name that weights call it."""


@dataclass(frozen=True, slots=True)
class Cues:
    """How sentences about groups talk: patterns that are tried in one pass for each language."""

    names: tuple[str, ...]
    patterns: Mapping[str, PatternSet] = field(repr=False)

    @classmethod
    def load(cls, source: Source) -> Self:
        """Raises FilterUnavailable naming the cue that cannot be used."""
        source.only(source.table, frozenset({"cue"}))
        tables = source.tables("cue")
        names = []
        for index, table in enumerate(tables):
            source.only(table, frozenset({"id", *LANGUAGES}), f"cue[{index}].")
            names.append(source.string(table, "id", f"cue[{index}]."))
        if len(set(names)) < len(names):
            raise source.wrong("cue.id", "twice")
        patterns = {
            language: PatternSet.of(
                _patterns(source, table, language, f"cue[{index}].") for index, table in enumerate(tables)
            )
            for language in LANGUAGES
        }
        return cls(tuple(names), patterns)

    def found(self, sentence: str, language: str) -> frozenset[str]:
        """The cues in a sentence in lower case."""
        return frozenset(self.names[index] for index in self.patterns[language].find(sentence))

    @property
    def features(self) -> tuple[str, ...]:
        """The names of all features but the heads, in the order in which weights are written."""
        return (*_OWN, *_FORMS, *self.names)


@dataclass(frozen=True, slots=True)
class Weights:
    """One language's model: log-odds are the intercept and the sum of what was found, each by its weight."""

    intercept: float
    features: Mapping[str, float]
    heads: Mapping[str, float]

    def probability(self, found: frozenset[str], heads: Mapping[str, float]) -> float:
        """In [0, 1]; rises with every feature and head whose weight is positive, falls with the others."""
        total = self.intercept + sum(self.features.get(name, 0.0) for name in sorted(found))
        total += sum(weight * limited(heads[name]) for name, weight in self.heads.items())
        return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, total))))


@dataclass(frozen=True, slots=True)
class Evidence:
    """The model over everything that was found in a sentence. Immutable."""

    cues: Cues
    weights: Mapping[str, Weights]
    heads: Mapping[str, Head]

    @classmethod
    def load(cls, cues: Source, weights: Source, heads: Mapping[str, Head] | None = None) -> Self:
        """`heads`: by name, instead of those that ship. Raises FilterUnavailable for a key or a value of the files that
        cannot be used, a head that there is not, or one that cannot be loaded."""
        known = Cues.load(cues)
        weights.only(weights.table, frozenset(LANGUAGES))
        read = {language: _weights(weights, language, known.features) for language in LANGUAGES}
        wanted = sorted({name for each in read.values() for name in each.heads})
        if heads is None:
            for name in wanted:
                if name not in HEADS:
                    raise weights.wrong(name, "one_of", known=", ".join(HEADS))
            heads = {name: HEADS[name]() for name in wanted}
        return cls(known, MappingProxyType(read), MappingProxyType(dict(heads)))

    @property
    def digest(self) -> bytes:
        """Of the heads: the files are digested by who reads them."""
        return " ".join(f"{name} {self.heads[name].digest}" for name in sorted(self.heads)).encode()

    def found(self, marked: str, plain: str, forms: Sequence[str]) -> frozenset[str]:
        """The features of a sentence: as marks, without them, and what forms were found in it."""
        own = (name for name, pattern in _MARKS.items() if pattern.search(marked))
        return frozenset((*own, *forms, *self.cues.found(plain, spoken(plain))))

    def opinions(self, plain: str) -> Mapping[str, float]:
        """What every head makes of a sentence, as log-odds."""
        return {name: head.log_odds(plain, spoken(plain)) for name, head in self.heads.items()}

    def probability(self, found: frozenset[str], plain: str) -> float:
        """That a sentence with these features is biased."""
        return self.weights[spoken(plain)].probability(found, self.opinions(plain))


def limited(log_odds: float) -> float:
    """The opinion of a head as far as it counts."""
    return max(-_FAR, min(_FAR, log_odds))


def spoken(sentence: str) -> str:
    """The language whose weights and patterns are for `sentence`."""
    return "ko" if _HANGUL.search(sentence) else "en"


_HANGUL: Final = re.compile("[가-힣]")


def _patterns(source: Source, table: Mapping[str, Any], language: str, where: str) -> "re2._Regexp":
    patterns = source.strings(table, language, where)
    if not patterns:
        raise source.wrong(f"{where}{language}", "strings")
    return source.pattern(patterns, f"{where}{language}")


def _weights(source: Source, language: str, known: Sequence[str]) -> Weights:
    table = source.table.get(language)
    if not isinstance(table, dict):
        raise source.wrong(language, "tables")
    source.only(table, frozenset({"intercept", "features", "heads"}), f"{language}.")
    features = _numbers(source, table.get("features"), f"{language}.features")
    source.only(features, frozenset(known), f"{language}.features.")
    heads = _numbers(source, table.get("heads"), f"{language}.heads")
    intercept = _numbers(source, {"intercept": table.get("intercept")}, language)["intercept"]
    return Weights(intercept, MappingProxyType(features), MappingProxyType(heads))


def _numbers(source: Source, table: Any, where: str) -> dict[str, float]:
    if not isinstance(table, dict):
        raise source.wrong(where, "tables")
    for name, value in table.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise source.wrong(f"{where}.{name}", "number")
    return {name: float(value) for name, value in table.items()}
