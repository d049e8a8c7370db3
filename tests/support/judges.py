"""The filters that ship, and what they stand on, loaded once for all tests of a process: none of them changes, but for
what a lexicon hears of communities, which stays with the copy that each caller gets."""

import copy
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

from moderation.filters import Filter
from moderation.filters.bias import Bias, shipped
from moderation.filters.lexicon import Lexicon
from moderation.filters.meaning import Meaning
from moderation.filters.registry import FILTERS
from moderation.filters.toxicity import Toxicity
from moderation.models.encoder import UniversalEncoder
from moderation.models.layered import Budget, LayeredModel
from moderation.models.packaged import packaged

T = TypeVar("T")


def loaded(kind: type[T]) -> T:
    """What `kind.load()` gives."""
    any_kind: Any = kind  # mypy takes no class of a type variable for hashable
    return cast(T, copy.copy(_loaded(any_kind)) if kind is Lexicon else _loaded(any_kind))


def filters(
    names: Iterable[str] = FILTERS, *, lists: Sequence[Path] = (), encodings: int | None = None
) -> tuple[Filter, ...]:
    """What `load_filters` gives."""
    return tuple(_filter(name, lists, Budget().windows if encodings is None else encodings) for name in names)


def _filter(name: str, lists: Sequence[Path], encodings: int) -> Filter:
    match name:
        case "bias":
            return shipped()
        case "toxicity":
            return Toxicity(_model(encodings))
        case "meaning":
            return Meaning(_model(encodings))
        case "lexicon" if lists:
            return Lexicon.load(extra=lists)
    load: Any = FILTERS[name]
    return cast(Filter, loaded(load.__self__))


@cache
def _loaded(kind: Any) -> Any:
    if kind is Bias:
        return shipped()
    if kind is UniversalEncoder:
        return _model(Budget().windows).encoder
    return kind(_model(Budget().windows)) if kind in (Toxicity, Meaning) else kind.load()


@cache
def _model(encodings: int) -> LayeredModel:
    return packaged(budget=Budget(windows=encodings))
