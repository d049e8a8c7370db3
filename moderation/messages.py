"""Words that one person spreads over messages: "개", "새", "끼", or "you fa", "ggot".

Messages are read as if they were written on one line without anything between them. What is found across a boundary is
only believed where the pieces look like pieces: a message says nothing else, and words begin and end where they should.
"""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Self

from moderation.pieces import no_word

_LOOKED_AT: Final = 40
"""Code points of each message; nobody spreads longer pieces."""
_LETTER: Final = re.compile(r"[^\W_]")
_HANGUL: Final = re.compile("[가-힣ㄱ-ㅣ]")
_SUFFIX: Final = re.compile(
    "(?:놈|년|새끼|아|야|이|들|같은|같네|같애|하네|하지|하냐|하고|네|라|라고|해|진짜|럼|롬|탱)*[ㄱ-ㅣ]*[!?.~]*"
)
"""None is made of others (해라 is 해 and 라): what can be read in two ways takes exponential time to be no match."""
_GOES_ON: Final = re.compile(f"{_SUFFIX.pattern}(?![가-힣a-z0-9])")
"""What may follow a Korean word without a space."""


@dataclass(frozen=True, slots=True)
class Messages:
    """Messages of one person in a row, as one text."""

    text: str
    bounds: tuple[int, ...]
    """Where each message after the first begins."""

    @classmethod
    def rows(cls, earlier: Sequence[str], text: str) -> Iterator[Self]:
        """`text` with the message before it, then with the two before it, and so on, while it can be about pieces:
        none where neither `text` nor the message before it is short enough for one."""
        parts = [message.strip()[-_LOOKED_AT:] for message in earlier]
        if min(len(earlier[-1].strip()), len(text.strip())) > _LOOKED_AT:
            return
        for at in range(len(parts) - 1, -1, -1):
            row = parts[at:]
            bounds = tuple(itertools.accumulate(map(len, row)))
            yield cls("".join(row) + text.lstrip()[: 2 * _LOOKED_AT], bounds)

    @property
    def before(self) -> int:
        """Where the last message begins."""
        return self.bounds[-1]

    def spread(self, start: int, end: int) -> bool:
        """Whether what stands at `start`..`end` was spread over these messages, the first and the last included, on
        purpose."""
        if not start < self.bounds[0] or not self.before < end:
            return False
        if start and _LETTER.match(self.text, start - 1):
            return False
        bounds = (0, *self.bounds, len(self.text))
        whole = any(self._bare(first, last, start, end) for first, last in itertools.pairwise(bounds))
        return whole and self._ends(end) and self._in_pieces(start, end)

    def _bare(self, first: int, last: int, start: int, end: int) -> bool:
        """Whether the message `first`..`last` says nothing outside of `start`..`end`."""
        before, after = self.text[first : max(first, start)], self.text[min(last, end) : last]
        return not _LETTER.search(before) and (not _LETTER.search(after) or bool(_SUFFIX.fullmatch(after)))

    def _ends(self, end: int) -> bool:
        """Whether a word ends there, or goes on as such words do."""
        after = self.text[end:]
        if _HANGUL.match(self.text[end - 1]):
            return bool(_GOES_ON.match(after.lower()))
        return not after or after[0].isspace() or not _LETTER.search(after) or bool(_HANGUL.match(after))

    def _in_pieces(self, start: int, end: int) -> bool:
        """Whether some message holds what is no word, where there are Latin letters only: "go", "ok" is no hit."""
        found = self.text[start:end].lower()
        if not found.isascii() or not found.isalpha():
            return True
        bounds = (start, *self.bounds, end)
        pieces = (self.text[first:last].lower() for first, last in itertools.pairwise(bounds))
        return any(no_word(piece) for piece in pieces)
