"""What of a stream may go to the guard: whole sentences, as far as no forbidden term may be beginning in them."""

from moderation.holdback import HoldBack, Terms
from personas.sentences import SentenceSplitter

_TAIL = 1_000
"""Code points of what was shown before that the watcher sees: longer than any run of words it looks for."""


class Gate:
    """Turns one stream into pieces to be judged. Used by one task.

    The pieces, joined, are the stream so far; where `leaked` turns true, the stream must be cancelled, and what was not
    given out by then never is.
    """

    def __init__(self, terms: Terms, *, shown: str) -> None:
        """`shown` is what stands before the stream: a term may begin there."""
        self._splitter = SentenceSplitter()
        self._watch = HoldBack(terms)
        self._waiting: list[str] = []
        self._arrived = 0
        """Code points of the stream until now."""
        self._given = 0
        """Code points in pieces given out."""
        self._watch.feed(shown[-_TAIL:])
        self.leaked = False

    def feed(self, text: str) -> list[str]:
        """Take more of the stream; the pieces that may be judged now."""
        if self._watch.feed(text):
            self.leaked = True
            return []
        self._arrived += len(text)
        self._waiting.extend(self._splitter.feed(text))
        return self._ready(self._arrived - self._watch.pending)

    def finish(self, *, whole: bool) -> list[str]:
        """The stream is over. Where it is not `whole` (cut off by a limit), the unfinished last sentence stays out."""
        if self._watch.finish():
            self.leaked = True
            return []
        rest = self._splitter.finish()
        if whole:
            self._waiting.extend(rest)
        return self._ready(self._arrived)

    def _ready(self, until: int) -> list[str]:
        ready = []
        while self._waiting and self._given + len(self._waiting[0]) <= until:
            piece = self._waiting.pop(0)
            self._given += len(piece)
            ready.append(piece)
        return ready
