"""Stretches of a text in one script: a sentence in another language than the rest is judged as what it is."""

import re
from collections.abc import Iterator
from typing import Final

from moderation.records import Span

_HANGUL: Final = "\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff\uffa0-\uffdc"
_LATIN: Final = "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\uff21-\uff3a\uff41-\uff5a"
_RUN: Final = re.compile(rf"(?P<ko>[{_HANGUL}](?:[\W\d_]*[{_HANGUL}])*)|(?P<en>[{_LATIN}](?:[\W\d_]*[{_LATIN}])*)")
_LETTER: Final = re.compile(f"[{_HANGUL}]")
_WORD: Final = re.compile(rf"[{_LATIN}]+(?:['\u2019][{_LATIN}]+)*")

WORDS: Final = 3
"""Fewer Latin words than this in a row are names and borrowed words, which say nothing of the language."""
SYLLABLES: Final = 2
"""Fewer Hangul letters than this in a row are particles after a foreign word."""


PHRASE: Final = (2, 3)
"""Fewer Latin words and fewer Hangul letters than these are a word by itself."""


def is_phrase(text: str) -> bool:
    """Whether `text` is more than a word by itself ("Yes.", "네."). Linear in the length."""
    words, letters = PHRASE
    return len(_WORD.findall(text)) >= words or len(_LETTER.findall(text)) >= letters


def script_runs(text: str) -> Iterator[tuple[str, Span]]:
    """Language ("ko" or "en") and place of each run of letters of one script, in order; short ones are left out.

    Digits, marks and spaces belong to the run around them, letters of a third script end it. Linear in the length.
    """
    for found in _RUN.finditer(text):
        language = found.lastgroup or ""
        enough = len(_WORD.findall(found.group())) >= WORDS if language == "en" else len(found.group()) >= SYLLABLES
        if enough:
            yield language, Span(found.start(), found.end())
