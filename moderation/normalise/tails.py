"""The end of what was shown, as far back as a word that goes on may have begun."""

import re
from typing import Final

from moderation.normalise.characters import fold_character

_FURTHEST: Final = 20_000
"""Code points looked at: as long as the longest text that is judged."""
_STRETCHED: Final = 4
"""Letters kept of a run of one letter; no word that is looked for has as many."""
_ALL_SEEN: Final = re.compile("[\t\n -~가-힣ㄱ-ㅣ]*")
_STRETCH: Final = re.compile(rf"([^\W\d_])\1{{{_STRETCHED}}}", re.IGNORECASE)


def visible_tail(text: str, count: int) -> str:
    """The last `count` visible code points of `text`, as they are written, without anything invisible between them.

    What is not seen (see `fold_character`) takes no room, and neither does a letter beyond its fourth in a row: neither
    padding nor stretching pushes the beginning of a word out of reach. Time is linear in what is looked at: at most
    20 000 code points.
    """
    tail = text[-count:]
    if _ALL_SEEN.fullmatch(tail) and not _STRETCH.search(tail):
        return tail
    kept: list[str] = []
    last, run = "", 0
    for at in range(len(text) - 1, max(-1, len(text) - 1 - _FURTHEST), -1):
        character = text[at]
        folded = fold_character(character)
        if not folded:
            continue
        run = run + 1 if folded == last else 1
        last = folded
        if run > _STRETCHED and folded.isalpha():
            continue
        kept.append(character)
        if len(kept) == count:
            break
    return "".join(reversed(kept))
