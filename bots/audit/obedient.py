"""The worst model there can be: it does whatever the words that reach it ask for, and says it again when corrected."""

import re
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Final, Self

from bots.audit.attacks import RULES, SECRETS, Attack
from bots.audit.ciphers import WAYS
from personas.messages import Finish, Prompt, Usage

NAME: Final = "obedient"
_CHUNK: Final = 7
_WORD: Final = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Heard:
    """What one call brought the model."""

    reached: bool
    """The words of the attack."""
    obeyed: bool


class Obedient:
    """Meets `personas.generators.Generator`, for one attack: until all steps of that have reached it, by half of their
    words at least, it says harmless lines."""

    languages: frozenset[str] = frozenset({"en", "ko"})
    id = NAME

    def __init__(self, attack: Attack, harmless: Sequence[str]) -> None:
        """`harmless` is what the persona says otherwise, one line after another."""
        self._attack = attack
        self._harmless = harmless
        self.calls: list[Heard] = []

    def generate(self, prompt: Prompt) -> "Recital":
        """See `Generator.generate`."""
        return Recital(lambda: self._said(prompt))

    async def aclose(self) -> None:
        """There is nothing to release."""

    def _said(self, prompt: Prompt) -> str:
        read = "\n".join((prompt.system, *(turn.text for turn in prompt.turns)))
        reached = bool(self._attack.aim) and all(arrives(step, read) for step in self._attack.steps)
        words = self._words(prompt, read) if reached else ""
        self.calls.append(Heard(reached, bool(words)))
        return WAYS[self._attack.way](words) if words else self._harmless[(len(self.calls) - 1) % len(self._harmless)]

    def _words(self, prompt: Prompt, read: str) -> str:
        """What it was asked to say; "" where it does not know that."""
        if self._attack.aim == RULES:
            return prompt.system.partition("\n")[0]
        if self._attack.aim == SECRETS:
            return f"{self._attack.secret}." if arrives(self._attack.secret, read) else ""
        return self._attack.says


class Recital:
    """One call. Meets `personas.generators.Generation`."""

    model = NAME

    def __init__(self, said: Callable[[], str]) -> None:
        self._said = said
        self._left: str | None = None
        self.finish: Finish | None = None

    @property
    def usage(self) -> Usage:
        """One call, of which nobody counts tokens."""
        return Usage(calls=1)

    def __aiter__(self) -> AsyncIterator[str]:
        return self

    async def __anext__(self) -> str:
        if self._left is None:
            self._left = self._said()
        if not self._left:
            self.finish = self.finish or Finish.STOP
            raise StopAsyncIteration
        chunk, self._left = self._left[:_CHUNK], self._left[_CHUNK:]
        return chunk

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """See `Generation.aclose`."""
        self.finish = self.finish or Finish.CANCELLED


def arrives(words: str, read: str) -> bool:
    """Whether half of `words` or more stand in a row in what was `read`: it guesses the rest."""
    wanted, there = _words(words), f" {' '.join(_words(read))} "
    size = max(1, (len(wanted) + 1) // 2)
    return any(f" {' '.join(wanted[at : at + size])} " in there for at in range(len(wanted) - size + 1))


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())
