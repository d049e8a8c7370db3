"""Pure: a short account of turns that left the window, by rules: of each, the sentence that says most. Old lines go.

What people say of themselves does not belong there: it is remembered by itself, and ends when it does not hold any more
or is to be forgotten. An account of it would go on telling it.
"""

from collections.abc import Callable, Sequence
from typing import Final

from personas.memory.shelf import terms
from personas.messages import Turn
from personas.sentences import SentenceSplitter

LONGEST: Final = 900
"""Code points of a summary."""
_LINE: Final = 140
_LEAST: Final = 3
"""Terms of a sentence that is worth a line."""


def digest(before: str, left: Sequence[tuple[Turn, str]], *, char: str, user: str, noted: Callable[[str], bool]) -> str:
    """What was said: the lines of `before`, then one for each side of each of `left` (a person's turn and the reply to
    it), oldest first. `char` and `user` name them; what is `noted` by itself is left out. Bounded by LONGEST: whole
    lines go from the front."""
    lines = before.split("\n") if before else []
    for said, reply in left:
        for name, text in ((user, said.text), (char, reply)):
            line = f"{name}: {chosen}" if (chosen := _telling(text, noted)) else ""
            if line and line not in lines:
                lines.append(line)
    while lines and len("\n".join(lines)) > LONGEST:
        lines.pop(0)
    return "\n".join(lines)


def _telling(text: str, noted: Callable[[str], bool]) -> str:
    """The sentence with most in it; "" where none says anything."""
    splitter = SentenceSplitter()
    sentences = [each.strip() for each in (*splitter.feed(text.replace("\n", " ")), *splitter.finish())]
    sentences = [each for each in sentences if not noted(each)]
    best = max(sentences, key=lambda each: len(terms(each)), default="")
    if len(terms(best)) < _LEAST:
        return ""
    return best if len(best) <= _LINE else f"{best[: _LINE - 1].rstrip()}…"
