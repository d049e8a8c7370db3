"""Terms that must never appear, not even in the middle of a sentence: watched character by character in a stream.

The watcher says how much of the end of the stream may still be the beginning of such a term. That much is held back,
and no more, so that the first half of a secret is not on the screen when the second half arrives.
"""

import unicodedata
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from moderation.shingles import WORDS, words


class Automaton:
    """Keys in one machine that reads a character at a time. Immutable after it is built."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._next: list[dict[str, int]] = [{}]
        self._fail: list[int] = [0]
        self.depth: list[int] = [0]
        """By state: how many characters of a key are matched."""
        self.final: list[bool] = [False]
        """By state: whether a key is complete."""
        for key in sorted(set(keys)):
            self._add(key)
        self._link()

    def step(self, state: int, char: str) -> int:
        """The state after one more character."""
        while state and char not in self._next[state]:
            state = self._fail[state]
        return self._next[state].get(char, 0)

    def _add(self, key: str) -> None:
        state = 0
        for char in key:
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


@dataclass(frozen=True, slots=True)
class Terms:
    """Forbidden terms, shared by any number of watchers.

    Case, width and invisible characters do not count. `phrases` are whole words with anything between them but letters
    and digits; `exact` terms are found wherever their letters and digits stand in a row, whatever is put between them
    or written right before or after: a random token needs no word ends.
    """

    phrases: Automaton
    exact: Automaton

    @classmethod
    def of(cls, phrases: Iterable[str], *, exact: Iterable[str] = ()) -> "Terms":
        """Terms of any length; those without a letter or digit are left out."""
        spaced = (f" {' '.join(''.join(map(_key, phrase)).split())} " for phrase in phrases)
        bare = ("".join(map(_key, term)).replace(" ", "") for term in exact)
        return cls(Automaton(key for key in spaced if key.strip()), Automaton(key for key in bare if key))

    @classmethod
    def of_texts(cls, texts: Iterable[str], *, exact: Iterable[str] = (), size: int = WORDS) -> "Terms":
        """Every run of `size` words in `texts` (a text with fewer is taken whole), and `exact` terms."""
        runs: set[str] = set()
        for text in texts:
            found = [word for word, _, _ in words(text)]
            starts = range(max(1, len(found) - size + 1)) if found else range(0)
            runs.update(" ".join(found[start : start + size]) for start in starts)
        return cls.of(runs, exact=exact)


class _Reader:
    """How far one automaton is in a stream, and where in the stream what it has matched began."""

    def __init__(self, automaton: Automaton) -> None:
        self._automaton = automaton
        self._state = 0
        self._starts: deque[int] = deque(maxlen=max(automaton.depth) + 1)

    def read(self, key: str, place: int) -> bool:
        """One more character, which stands at `place`; whether a term is complete now."""
        self._state = self._automaton.step(self._state, key)
        self._starts.append(place)
        return self._automaton.final[self._state]

    def completes(self, key: str) -> bool:
        """Whether `key` would complete a term."""
        return self._automaton.final[self._automaton.step(self._state, key)]

    @property
    def beginning(self) -> int | None:
        """Where in the stream began what may become a term; None where nothing did."""
        depth = self._automaton.depth[self._state]
        return self._starts[-depth] if depth else None


class HoldBack:
    """Watches one stream for `terms`. Used by one task."""

    def __init__(self, terms: Terms) -> None:
        self._phrases = _Reader(terms.phrases)
        self._phrases.read(" ", 0)
        self._exact = _Reader(terms.exact)
        self._spaced = True
        self._length = 0

    def feed(self, text: str) -> bool:
        """Take more of the stream; True as soon as a forbidden term is complete (and ever after that: stop then)."""
        return any(self._step(char) for char in text)

    def finish(self) -> bool:
        """The stream is over; True where that completes a term."""
        return not self._spaced and self._phrases.completes(" ")

    @property
    def pending(self) -> int:
        """How many code points at the end of the stream may be the beginning of a term: do not show them yet."""
        places = [place for place in (self._phrases.beginning, self._exact.beginning) if place is not None]
        return self._length - min(places) if places else 0

    def _step(self, char: str) -> bool:
        key, place = _key(char), self._length
        self._length += 1
        if not key or (key == " " and self._spaced):
            return False
        self._spaced = key == " "
        found = self._phrases.read(key, place)
        return (self._exact.read(key, place) if key != " " else False) or found


def _key(char: str) -> str:
    """A character as terms are matched: lower case in its plain form, a space for what is neither letter nor digit, ""
    for what cannot be seen."""
    if char.isascii():
        return char.lower() if char.isalnum() else " "
    if unicodedata.category(char) in {"Cf", "Mn", "Me"}:
        return ""
    plain = unicodedata.normalize("NFKC", char).lower()[:1]
    return plain if plain.isalnum() else " "
