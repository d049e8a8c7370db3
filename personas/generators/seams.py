"""Pure: where a continuation meets what was already said, and where a stop string ends it.

Everything here works piece by piece and gives the same text for every way a stream was cut into pieces.
"""

from typing import Final

LEAST_OVERLAP: Final = 12
"""Characters that must repeat before a repetition is taken for one: shorter ones happen in honest text."""

_SENTENCE_ENDS: Final = ".!?…。！？\"'”’)」』~*"
_SENTENCE_OPENS: Final = "“‘「『(*"


def _fits(prefix: str, count: int, least: int) -> bool:
    """Whether repeating the last `count` characters of `prefix` is a repetition to remove."""
    return count >= least or (count == len(prefix) and not prefix[-1].isalnum())


def _overlap(prefix: str, text: str, least: int) -> int:
    """Length of the longest beginning of `text` that repeats the end of `prefix`, or 0."""
    for count in range(min(len(prefix), len(text)), 0, -1):
        if _fits(prefix, count, least) and prefix.endswith(text[:count]):
            return count
    return 0


def strip_overlap(prefix: str, continuation: str, *, least: int = LEAST_OVERLAP) -> str:
    """`continuation` without the beginning that repeats the end of `prefix`, the whole of `prefix` at most.

    A repetition counts from `least` characters on; all of `prefix` counts at any length if it does not end within a
    word. White space around the seam is not compared: it goes with the repetition, and stays where there is none.
    """
    said, text = prefix.strip(), continuation.lstrip()
    count = _overlap(said, text, least)
    return text[count:] if count else continuation


class OverlapStripper:
    """`strip_overlap` for a stream: holds back at most as many characters as `prefix` has (and leading white space)."""

    def __init__(self, prefix: str, *, least: int = LEAST_OVERLAP) -> None:
        self._prefix = prefix.strip()
        self._least = least
        self._held: str | None = ""

    def feed(self, text: str) -> str:
        """What of the text so far is known to be new; perhaps nothing yet."""
        if self._held is None:
            return text
        self._held += text
        return "" if self._undecided(self._held.lstrip()) else self.flush()

    def flush(self) -> str:
        """The rest; the stream has ended or its beginning is decided."""
        held, self._held = self._held or "", None
        return strip_overlap(self._prefix, held, least=self._least)

    def _undecided(self, text: str) -> bool:
        """Whether more text could make a longer repetition than `text` allows by itself."""
        size = len(self._prefix)
        at = self._prefix.find(text) if len(text) < size else -1
        while at >= 0:
            if _fits(self._prefix, size - at, self._least):
                return True
            at = self._prefix.find(text, at + 1)
        return False


class Seam:
    """A continuation without repetition, and with one space where a sentence meets the next.

    Models that truly continue begin with the space between two words; models that were only asked to go on begin with
    the word. The characters of `prefix` and of the result can simply be joined.
    """

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._stripper = OverlapStripper(prefix)
        self._joined = not prefix

    def feed(self, text: str) -> str:
        """What can be shown now; perhaps nothing yet."""
        return self._join(self._stripper.feed(text))

    def flush(self) -> str:
        """The rest of the stream."""
        return self._join(self._stripper.flush())

    def _join(self, text: str) -> str:
        if self._joined:
            return text
        if self._prefix[-1].isspace():
            text = text.lstrip()
        if not text:
            return ""
        self._joined = True
        apart = text[0].isalpha() or text[0] in _SENTENCE_OPENS
        return f" {text}" if apart and self._prefix[-1] in _SENTENCE_ENDS else text


class StopCutter:
    """Ends a stream before the stop string that is complete first, for services that do not.

    Holds back text that may be the beginning of a stop string.
    """

    def __init__(self, stops: tuple[str, ...]) -> None:
        self._stops = tuple(stop for stop in stops if stop)
        self._firsts = frozenset(stop[0] for stop in self._stops)
        self._beginnings = frozenset(stop[:count] for stop in self._stops for count in range(1, len(stop)))
        self._longest = max(map(len, self._beginnings), default=0)
        self._held = ""
        self._cut = False
        self.met = ""
        """The stop string that ended the text."""
        self.rest = ""
        """What came together with it and stands behind it."""

    @property
    def cut(self) -> bool:
        """Whether a stop string was met: nothing follows."""
        return self._cut

    def feed(self, text: str) -> str:
        """What of the text so far stands before any stop string; perhaps nothing yet."""
        if self._cut:
            return ""
        text = self._held + text
        if self._firsts.isdisjoint(text):
            self._held = ""
            return text
        found = [(text.index(stop) + len(stop), text.index(stop)) for stop in self._stops if stop in text]
        if found:
            end, start = min(found)
            self._cut, self._held = True, ""
            self.met, self.rest = text[start:end], text[end:]
            return text[:start]
        held = self._beginning(text)
        self._held = text[len(text) - held :]
        return text[: len(text) - held]

    def flush(self) -> str:
        """What was held back; the stream has ended."""
        held, self._held = self._held, ""
        return held

    def _beginning(self, text: str) -> int:
        """How many characters at the end of `text` may begin a stop string."""
        counts = range(min(self._longest, len(text)), 0, -1)
        return next((count for count in counts if text[-count:] in self._beginnings), 0)
