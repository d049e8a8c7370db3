"""Other filters, where they are installed, behind one contract: a text in, a score in [0, 1] out.

What an extra brings is imported here and nowhere else, when somebody measures.
"""

import contextlib
import importlib.metadata
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from moderation.filters import Filter
from moderation.records import Candidate, Stage

DETOXIFY: Final = "detoxify"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """Another filter, ready to judge. Called from one thread."""

    name: str
    """Of its distribution."""
    judge: Callable[[str], float]
    """From a text of any kind; 0.0 or 1.0 where the filter only says yes or no."""
    threshold: float = 0.5
    """From which score on it objects, by its own word."""

    @property
    def version(self) -> str:
        """Of its distribution; "" where there is none."""
        try:
            return importlib.metadata.version(self.name)
        except importlib.metadata.PackageNotFoundError:
            return ""


def rivals(filters: Iterable[Filter] = ()) -> tuple[tuple[Rival, ...], tuple[str, ...]]:
    """Those that are installed, and the names of those that are not. Blocks for some seconds.

    detoxify has no weights of its own in its package: it takes part where it is among the `filters` of the guard, which
    settings name a checkpoint for.
    """
    judges: dict[str, Callable[[str], float]] = {}
    for name, load in _LOADERS.items():
        with warnings.catch_warnings(), contextlib.suppress(ImportError):
            warnings.simplefilter("ignore")  # of their own code, which is not ours to mend
            judges[name] = load()
    judges |= {judge.id: _highest(judge) for judge in filters if judge.id == DETOXIFY}
    missing = tuple(name for name in (*_LOADERS, DETOXIFY) if name not in judges)
    return tuple(Rival(name=name, judge=judge) for name, judge in judges.items()), missing


def _korcen() -> Callable[[str], float]:
    from korcen import korcen

    return lambda text: float(bool(korcen.check(text)))


def _better_profanity() -> Callable[[str], float]:
    from better_profanity import Profanity

    lists = Profanity()
    return lambda text: float(lists.contains_profanity(text))


def _alt_profanity_check() -> Callable[[str], float]:
    from profanity_check import predict_prob

    return lambda text: min(1.0, max(0.0, float(predict_prob([text])[0])))


def _highest(judge: Filter) -> Callable[[str], float]:
    """The highest of all its scores; 0.0 for a text it cannot judge."""

    def highest(text: str) -> float:
        signals = judge.examine(Candidate(stage=Stage.WHOLE, text=text))
        return max((signal.score for signal in signals if signal.score is not None), default=0.0)

    return highest


_LOADERS: Final[Mapping[str, Callable[[], Callable[[str], float]]]] = MappingProxyType(
    {"korcen": _korcen, "better-profanity": _better_profanity, "alt-profanity-check": _alt_profanity_check}
)
"""What makes a judge of each, by name; raises ImportError where it is not installed."""
