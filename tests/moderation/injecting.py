"""How strong an attempt the bundled phrases take a text for."""

from moderation.filters.injection import Injection
from moderation.records import Candidate, Stage
from tests.support.judges import loaded

INJECTION = loaded(Injection)


def score(text: str, *earlier: str) -> float:
    """The highest score of `text`, said after `earlier` (oldest first)."""
    signals = INJECTION.examine(Candidate(stage=Stage.INPUT, text=text, earlier=earlier))
    return max(signal.score for signal in signals if signal.score is not None)
