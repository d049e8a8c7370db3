"""Terms that must never appear, not even in the middle of a sentence: watched character by character in a stream.

The watcher says how much of the end of the stream may still be the beginning of such a term. That much is held back,
and no more, so that the first half of a secret is not on the screen when the second half arrives. Stream and terms are
compared by their letters (see `moderation.shingles`).
"""

import functools
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from moderation.shingles import GAP, WORDS, hangul, letters, read, runs, same_script

_ROOT: Final = 0


class Automaton:
    """Keys in one machine that reads a character at a time. Immutable after it is built."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._next: list[dict[str, int]] = [{}]
        self._fail = [_ROOT]
        self.depth = [0]
        """By state: how many characters of a key are matched."""
        self.final = [False]
        """By state: whether a key is complete."""
        for key in sorted(set(keys)):
            self._add(key)
        order = deque(self._next[_ROOT].values())
        while order:
            state = order.popleft()
            for char, target in self._next[state].items():
                self._fail[target] = fail = self.step(self._fail[state], char)
                self.final[target] = self.final[target] or self.final[fail]
                order.append(target)

    def step(self, state: int, char: str) -> int:
        """The state after one more character."""
        edges = self._next
        while state and char not in edges[state]:
            state = self._fail[state]
        return edges[state].get(char, _ROOT)

    def _add(self, key: str) -> None:
        state = _ROOT
        for char in key:
            target = self._next[state].get(char)
            if target is None:
                target = self._next[state][char] = len(self._next)
                self._next.append({})
                self._fail.append(_ROOT)
                self.depth.append(self.depth[state] + 1)
                self.final.append(False)
            state = target
        self.final[state] = True


@functools.lru_cache(maxsize=256)
def _automaton(keys: frozenset[str]) -> Automaton:
    """Built when a persona speaks first: most of those that are ready do not."""
    return Automaton(keys)


@dataclass(frozen=True, slots=True)
class Terms:
    """Forbidden terms, shared by any number of watchers.

    `phrases` are whole words with anything between them but letters and digits; after one that ends in Hangul a
    particle may follow. `exact` terms are found wherever their letters and digits stand in a row, whatever is put
    between them or written right before or after: a random token needs no word ends.
    """

    phrases: frozenset[str]
    """Keys, see `moderation.shingles`, with what ends them."""
    exact: frozenset[str]
    """Keys without gaps."""

    @classmethod
    def of(cls, phrases: Iterable[str], *, exact: Iterable[str] = ()) -> "Terms":
        """Terms of any length; those without a letter or digit are left out."""
        return cls._of_keys((read(phrase).key for phrase in phrases), exact)

    @classmethod
    def of_texts(cls, texts: Iterable[str], *, exact: Iterable[str] = (), size: int = WORDS) -> "Terms":
        """Every run of `size` words in `texts` (a text with fewer is taken whole), and `exact` terms."""
        return cls._of_keys((run for text in texts for run in runs(text, size=size)), exact)

    @classmethod
    def _of_keys(cls, keys: Iterable[str], exact: Iterable[str]) -> "Terms":
        bare = (read(term).key.replace(GAP, "") for term in exact)
        return cls(frozenset(_bounded(key) for key in keys if key), frozenset(key for key in bare if key))


def _bounded(key: str) -> str:
    """With what ends it: a word ends at a gap, one in Hangul wherever."""
    return f"{GAP}{key}" if hangul(key[-1]) else f"{GAP}{key}{GAP}"


class HoldBack:
    """Watches one stream for `terms`. Used by one task."""

    def __init__(self, terms: Terms) -> None:
        self._exact = _Track(_automaton(terms.exact))
        self._phrases = _Track(_automaton(terms.phrases))
        self._phrases.step(GAP, 0)
        self._last = GAP
        self._length = 0

    def feed(self, text: str) -> bool:
        """Take more of the stream; True as soon as a forbidden term is complete (and ever after that: stop then)."""
        for char in text:
            place = self._length
            self._length += 1
            for letter in letters(char):
                if self._gap(place) if letter == GAP else self._letter(letter, place):
                    return True
        return False

    def finish(self) -> bool:
        """The stream is over; True where that completes a term."""
        return self._gap(self._length)

    @property
    def pending(self) -> int:
        """How many code points at the end of the stream may be the beginning of a term: do not show them yet."""
        return self._length - min(self._exact.begin(self._length), self._phrases.begin(self._length))

    def _letter(self, letter: str, place: int) -> bool:
        last = self._last
        turned = last != GAP and not same_script(last, letter) and self._gap(place)
        self._last = letter
        exact, phrases = self._exact.step(letter, place), self._phrases.step(letter, place)
        return turned or exact or phrases

    def _gap(self, place: int) -> bool:
        """A gap at `place`; further ones beside it are the same."""
        if self._last == GAP:
            return False
        self._last = GAP
        return self._phrases.step(GAP, place)


class _Track:
    """Where a stream is in one automaton."""

    def __init__(self, automaton: Automaton) -> None:
        self._automaton = automaton
        self._state = _ROOT
        self._places: deque[int] = deque(maxlen=max(automaton.depth) + 1)
        """Of the characters that are matched, and perhaps some before them."""

    def step(self, char: str, place: int) -> bool:
        """One more character, read at `place` of the stream; whether that completes a key."""
        self._state = state = self._automaton.step(self._state, char)
        if not state:
            return False
        self._places.append(place)
        return self._automaton.final[state]

    def begin(self, end: int) -> int:
        """Where in the stream that ends at `end` a key may have begun; `end` where none has."""
        depth = self._automaton.depth[self._state]
        return self._places[-depth] if depth else end
