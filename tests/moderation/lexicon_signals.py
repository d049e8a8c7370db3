"""What the lexicon that ships finds in a text."""

from moderation.filters.lexicon import Lexicon
from moderation.records import Candidate, Signal, Stage
from tests.support.judges import loaded

LEXICON = loaded(Lexicon)


def signals(text: str, shown: str = "", lexicon: Lexicon = LEXICON) -> list[Signal]:
    stage = Stage.PIECE if shown else Stage.WHOLE
    return [signal for signal in lexicon.examine(Candidate(stage=stage, text=text, shown=shown)) if signal.score]
