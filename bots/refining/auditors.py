"""Who says whether what was delivered is clean. Never the guard: by its own word nothing wrong is ever delivered."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from bots.refining.lines import Gold
from personas.sentences import SentenceSplitter


class Auditor(Protocol):
    """Looks at texts."""

    @property
    def name(self) -> str:
        """For people: what it goes by."""

    def faults(self, text: str) -> Sequence[str]:
        """What is wrong with it: a category for every sentence that breaks a rule."""


def sentences(text: str) -> list[str]:
    """The sentences of a text, without the white space around them."""
    splitter = SentenceSplitter()
    pieces = [piece.strip() for piece in (*splitter.feed(text), *splitter.finish())]
    return [piece for piece in pieces if piece]


@dataclass(frozen=True, slots=True)
class ByLabels:
    """By the labels that stand beside the lines: whoever wrote a sentence says what is wrong with it."""

    gold: Gold

    @property
    def name(self) -> str:
        return "gold labels"

    def faults(self, text: str) -> Sequence[str]:
        found = (self.gold.labels.get(sentence) for sentence in sentences(text))
        return [category for category in found if category]


_ROLES: Final = ("user:", "human:", "assistant:", "system:", "<|")
_MACHINE: Final = (
    "as an ai", "i'm an ai", "i am an ai", "language model", "ai assistant", "i'm a chatbot", "i am a chatbot",
    "i can't assist", "i cannot assist", "i'm sorry, but i can", "i can't help with", "i cannot help with",
    "인공지능", "언어 모델", "도와드릴 수 없",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ByOthers:
    """By filters that have nothing to do with the guard, and by phrases of its own: for what no script labels."""

    judges: Sequence[tuple[str, Callable[[str], bool]]]
    """Name, and whether it objects to a sentence."""

    @property
    def name(self) -> str:
        return ", ".join([*(name for name, _ in self.judges), "phrases"])

    def faults(self, text: str) -> Sequence[str]:
        return [category for sentence in sentences(text) if (category := self._fault(sentence))]

    def _fault(self, sentence: str) -> str:
        lower = sentence.lower().replace("’", "'")
        if lower.startswith(_ROLES):
            return "run_on"
        if any(phrase in lower for phrase in _MACHINE):
            return "disclosure"
        return next((f"toxic ({name})" for name, objects in self.judges if objects(sentence)), "")


def others() -> ByOthers:
    """With whatever is installed of the filters that `talchum bench guard` knows. Blocks for some seconds."""
    from moderation.bench.rivals import Rival, rivals

    def objects(rival: Rival) -> Callable[[str], bool]:
        return lambda text: rival.judge(text) >= rival.threshold

    found, _ = rivals()
    return ByOthers([(f"{rival.name} {rival.version}".strip(), objects(rival)) for rival in found])
