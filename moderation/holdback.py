"""Terms that must never appear, not even in the middle of a sentence: watched character by character in a stream.

The watcher says how much of the end of the stream may still be the beginning of such a term. That much is held back,
and no more, so that the first half of a secret is not on the screen when the second half arrives.
"""

from collections import deque
from collections.abc import Iterable
from typing import Final

from moderation.shingles import WORDS, words

_END: Final = -1


class Terms:
    """The forbidden terms as an automaton. Immutable; shared by any number of watchers.

    Matching ignores case and takes every run of characters that are neither letters nor digits for one space, at its
    ends too: a term matches whole words.
    """

    def __init__(self, terms: Iterable[str]) -> None:
        """`terms` of any length; those without a letter or digit are left out."""
        self._next: list[dict[str, int]] = [{}]
        self._fail: list[int] = [0]
        self.depth: list[int] = [0]
        """By state: how many key characters of a term are matched."""
        self.final: list[bool] = [False]
        """By state: whether a term is complete."""
        for term in sorted({key for key in map(_key, terms) if key.strip()}):
            self._add(term)
        self._link()

    @classmethod
    def of_texts(cls, texts: Iterable[str], *, exact: Iterable[str] = (), size: int = WORDS) -> "Terms":
        """Every run of `size` words in `texts` (a text with fewer is taken whole), and `exact` terms as they are."""
        runs: set[str] = set(exact)
        for text in texts:
            found = [word for word, _, _ in words(text)]
            starts = range(max(1, len(found) - size + 1)) if found else range(0)
            runs.update(" ".join(found[start : start + size]) for start in starts)
        return cls(runs)

    def step(self, state: int, char: str) -> int:
        """The state after one more key character."""
        while state and char not in self._next[state]:
            state = self._fail[state]
        return self._next[state].get(char, 0)

    def _add(self, term: str) -> None:
        state = 0
        for char in term:
            if char not in self._next[state]:
                self._next[state][char] = len(self._next)
                self._next.append({})
                self._fail.append(0)
                self.depth.append(self.depth[state] + 1)
                self.final.append(False)
            state = self._next[state][char]
        self.final[state] = True

    def _link(self) -> None:
        """Breadth first: where to go on when the next character does not fit."""
        todo = deque(self._next[0].values())
        while todo:
            state = todo.popleft()
            for char, target in self._next[state].items():
                self._fail[target] = self.step(self._fail[state], char)
                self.final[target] = self.final[target] or self.final[self._fail[target]]
                todo.append(target)


class HoldBack:
    """Watches one stream for `terms`. Used by one task."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._state = terms.step(0, " ")
        self._spaced = True
        self._starts: deque[int] = deque([0], maxlen=max(terms.depth) + 1)
        """Where in the stream each of the last key characters began."""
        self._length = 0

    def feed(self, text: str) -> bool:
        """Take more of the stream; True as soon as a forbidden term is complete (and ever after that: stop then)."""
        return any(self._step(char) for char in text)

    def finish(self) -> bool:
        """The stream is over; True where that completes a term."""
        return not self._spaced and self._terms.final[self._terms.step(self._state, " ")]

    @property
    def pending(self) -> int:
        """How many code points at the end of the stream may be the beginning of a term: do not show them yet."""
        depth = self._terms.depth[self._state]
        return self._length - self._starts[-depth] if depth else 0

    def _step(self, char: str) -> bool:
        key = char.lower()[:1] if char.isalnum() else " "
        place = self._length
        self._length += 1
        if key == " " and self._spaced:
            return False
        self._spaced = key == " "
        self._state = self._terms.step(self._state, key)
        self._starts.append(place)
        return self._terms.final[self._state]


def _key(term: str) -> str:
    """A term as the automaton sees it: lower case, one space around and between its words."""
    chars = "".join(char.lower()[:1] if char.isalnum() else " " for char in term)
    return f" {' '.join(chars.split())} "
