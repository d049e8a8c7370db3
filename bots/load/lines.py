"""What people ask and what the model answers: other words each time, so that nothing is a repetition."""

import importlib.resources
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, Final, Self

from personas.generators.scripts import Gold, Repair, Reply, Sentence

FEWEST: Final = 2
"""Sentences of an answer: something new, and what names the question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """How the model speaks."""

    ttft: float
    """Milliseconds to the first token."""
    tps: float
    """Tokens a second."""
    sentences: int = 4
    """At most of an answer; `FEWEST` or more."""
    chunk: str = "1token"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Parts that fit together, by language, from `lines.toml`."""

    parts: Mapping[str, Mapping[str, Any]]

    @classmethod
    def load(cls) -> Self:
        """Reads a file of the package."""
        text = (importlib.resources.files("bots.load") / "lines.toml").read_text("utf-8")
        return cls(parts=tomllib.loads(text))

    def persona(self, language: str) -> str:
        """Id of whoever says it."""
        return str(self.parts[language]["persona"])

    def question(self, number: int, language: str, dice: Random) -> str:
        """Something to ask, with its number."""
        parts = self.parts[language]
        return str(parts["question"]).format(number=number, what=dice.choice(parts["topics"]))

    def answer(self, number: int, language: str, dice: Random, *, faults: float, speech: Speech) -> Reply:
        """What the model says to the question of that number: the last sentence names it. With the probability
        `faults` one sentence is out of character; said again it is good."""
        parts = self.parts[language]
        said = [Sentence(t=self._sentence(parts, dice)) for _ in range(dice.randint(FEWEST, speech.sentences) - 1)]
        if dice.random() < faults:
            good = self._sentence(parts, dice)
            bad = dice.choice(parts["faults"])
            said.append(Sentence(t=bad, gold=Gold(cat="character"), repair=Repair(p_ok=1.0, ok=good, bad=bad)))
        said.append(Sentence(t=self.last(number, language)))
        return Reply(
            script=f"load-{number}", language=language, sentences=tuple(said), seed=number,
            tps=speech.tps, ttft_ms=speech.ttft, chunk=speech.chunk,
        )  # fmt: skip

    def last(self, number: int, language: str) -> str:
        """The sentence that ends the answer to the question of that number."""
        return str(self.parts[language]["last"]).format(number=number)

    @staticmethod
    def _sentence(parts: Mapping[str, Any], dice: Random) -> str:
        form: str = parts["sentence"]
        return form.format(**{name: dice.choice(parts[name]) for name in ("who", "does", "where", "when")})
