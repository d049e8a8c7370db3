"""What the full-text search of every store goes by: texts and queries as the same kind of terms.

A scheme of our own, because none that ships with SQLite serves Korean: its word tokenizer finds 학교 only where no
particle follows (학교에서), its trigrams nothing shorter than three syllables, and most Korean words have two. So:

- A run of letters and digits of a script with spaces is one term. A query finds the words that begin with it.
- A run of Hangul, kana or Han gives a term at each of its characters: that one and the next. 학교에서 gives 학교, 교에,
  에서, 서; the query 교에 gives 교에, 에, and as the last term of a query may be the beginning of one, these are found
  there. So a query of any length, one syllable included, finds every place where it stands within a word.
- An emoji is a term. Everything else separates and is never matched, quotes and operators included.

Texts are compared after NFKC and case folding, so that decomposed Hangul and full-width letters are found.

A store that encrypts its texts keeps no terms, but digests: one for each beginning that a term has, the whole included,
as nobody can look for the beginning of a digest; and not where they stood. What these find has to be looked at: the
terms of a phrase are found in any order, long ones by their first characters, and two may share a digest.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Final

Phrase = tuple[str, ...]
"""Terms that must follow each other; the last one may be the beginning of a term."""

_LONGEST: Final = 12
"""Characters of a beginning; of a longer one only so many are looked for."""

_DENSE: Final = (
    "\u0e00-\u0e7f\u1100-\u11ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
_RUN: Final = re.compile(
    rf"(?P<dense>[{_DENSE}]+)|(?P<word>[^\W{_DENSE}]+)|(?P<sign>[\u2600-\u27bf\U0001f000-\U0001faff])"
)


def terms(text: str) -> list[str]:
    """The terms of `text`, in order. None of them contains a space or ASCII punctuation but `_`."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return [term for match in _RUN.finditer(folded) for term in _terms_of(match)]


def phrases(query: str) -> tuple[Phrase, ...]:
    """What must all occur in a text that `query` is to find: one phrase a word, each once, in order.

    Empty where `query` has nothing to look for.
    """
    found = (tuple(terms(word)) for word in query.split())
    return tuple(dict.fromkeys(phrase for phrase in found if phrase))


def holds(text_terms: Sequence[str], phrase: Phrase) -> bool:
    """Whether `phrase` occurs in the terms of a text."""
    *head, last = phrase
    return any(
        term.startswith(last) and (not head or (end >= len(head) and list(text_terms[end - len(head) : end]) == head))
        for end, term in enumerate(text_terms)
    )


def _terms_of(match: re.Match[str]) -> list[str]:
    run = match.group()
    if match.lastgroup != "dense":
        return [run]
    return [run[start : start + 2] for start in range(len(run))]


def beginnings(text: str, digest: Callable[[str], str]) -> str:
    """What stands for every beginning of a term of `text`, each once, with spaces between."""
    found = (term[:length] for term in terms(text) for length in range(1, min(len(term), _LONGEST) + 1))
    return " ".join(map(digest, dict.fromkeys(found)))


def matching(sought: Sequence[Phrase], digest: Callable[[str], str]) -> str:
    """A query of FTS5 that finds whatever holds these phrases, and little else. `sought` is not empty."""
    wanted = dict.fromkeys(term[:_LONGEST] for phrase in sought for term in phrase)
    return " AND ".join(f'"{digest(term)}"' for term in wanted)
