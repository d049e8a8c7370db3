"""Generalisations about protected groups: a group, a generic form, and something said of all of them.

All three must be there; any of them alone is ordinary talk, and so is naming a group or belonging to one. Groups and
predicates are word lists, found in one pass and replaced by single marks; forms are patterns over the marked sentence.
So "<all> <women> are <bad at>" is one short pattern for hundreds of groups and predicates, and its cost does not grow
with the lists. What is particular, rejected, factual or an event is excused; what is asked or reported weighs less.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import Final, Self

from moderation.filters.bias_rules import (
    ADJECTIVE,
    FLATTERING,
    KOREAN,
    MANY,
    NEGATIVE,
    ONE,
    ROLE,
    Excuses,
    Form,
    Forms,
    Lexicon,
)
from moderation.filters.phrases import Context, Source, data_folder, digest, in_context, places
from moderation.records import Candidate, Signal, Span, Stage

ALGORITHM: Final = b"bias 1"
"""Raised when the code changes what the same data finds."""
CATEGORY: Final = "generalisation"
ESSENTIALISING: Final = 0.9
BOXING_IN: Final = 0.7
"""Flattering, and still said of everybody in the group."""
WEAK: Final = 0.4
"""Asked, reported, or in a form that is often innocent."""

_GROUPS: Final = f"{MANY}{ONE}{ADJECTIVE}{KOREAN}"
_SCORES: Final = ((NEGATIVE, ESSENTIALISING), (ROLE, ESSENTIALISING), (FLATTERING, BOXING_IN))
_HAS_GROUP: Final = re.compile(f"[{_GROUPS}]")
_NAMES_GROUP: Final = re.compile(f"[{MANY}{ONE}{KOREAN}]")
_SENTENCE: Final = re.compile("[^.!?\n]+[.!?]*[\"')]*")
_NEAR: Final = 40
"""How far before and after a hit its excuses are looked for."""
_TAIL: Final = 200


@dataclass(frozen=True, slots=True)
class Marked:
    """A folded text with every known group and predicate replaced by one mark."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]
    plain: str
    """The same without marks; `starts` and `ends` are places in it."""

    def unmarked(self, start: int, end: int) -> str:
        """What stands under the range `start`..`end` of the marked text."""
        return self.plain[self.starts[start] : self.ends[end - 1]] if start < end else ""


@dataclass(frozen=True, slots=True)
class Hit:
    """A form found in the marked text."""

    form: str
    score: float
    start: int
    end: int
    note: str = ""
    """Why the score was lowered."""


@dataclass(frozen=True, slots=True)
class Bias:
    """Filter "bias", category "generalisation". Immutable."""

    lexicon: Lexicon
    forms: Forms
    excuses: Excuses
    version: str
    id: str = "bias"
    categories: frozenset[str] = frozenset({CATEGORY})
    stages: frozenset[Stage] = frozenset(Stage)

    @classmethod
    def load(cls, folder: Traversable | None = None) -> Self:
        """Read `groups.toml`, `predicates.toml` and `forms.toml` from `folder` (default: what ships).

        Raises FilterUnavailable naming file, key and what was expected there.
        """
        folder = folder or data_folder("bias")
        groups, predicates, forms = (
            Source.read(folder, name) for name in ("groups.toml", "predicates.toml", "forms.toml")
        )
        return cls(
            Lexicon.load(groups, predicates),
            Forms.load(forms),
            Excuses.load(forms),
            digest(ALGORITHM, groups.raw, predicates.raw, forms.raw),
        )

    def examine(self, candidate: Candidate) -> Sequence[Signal]:
        """One signal a form, score and note that hit, or one of score 0.0."""
        context = in_context(candidate, tail=_TAIL)
        marked = self._mark(context.folded.text)
        spans: dict[tuple[str, float, str], list[Span]] = {}
        if marked is not None:
            for hit in self._hits(marked):
                span = _span(hit, marked, context)
                if span is not None:
                    spans.setdefault((hit.form, hit.score, hit.note), []).append(span)
        if not spans:
            return (Signal(category=CATEGORY, score=0.0),)
        return tuple(
            Signal(category=CATEGORY, score=score, spans=tuple(found), detail=f"{form} ({note})" if note else form)
            for (form, score, note), found in spans.items()
        )

    def _mark(self, text: str) -> Marked | None:
        """The text with marks; None where no group is named, which is most of what people say."""
        found = [
            (self.lexicon.marks[index], start, end)
            for index, start, end in self.lexicon.terms.find_matches_as_indexes(text)
            if _whole(text, start, end)
        ]
        if not any(mark in _GROUPS for mark, _, _ in found):
            return None
        parts: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        last = 0
        for mark, start, end in found:
            parts += (text[last:start], mark)
            starts += (*range(last, start), start)
            ends += (*range(last + 1, start + 1), end)
            last = end
        parts.append(text[last:])
        starts += range(last, len(text))
        ends += range(last + 1, len(text) + 1)
        return Marked("".join(parts), starts, ends, text)

    def _hits(self, marked: Marked) -> Iterator[Hit]:
        sentences = list(_SENTENCE.finditer(marked.text))
        for index, match in enumerate(sentences):
            sentence = match.group()
            if not _HAS_GROUP.search(sentence):
                continue
            found = self.forms.anything.find(sentence)
            if not found:
                continue
            plain = marked.unmarked(*match.span())
            following = marked.unmarked(*sentences[index + 1].span()) if index + 1 < len(sentences) else ""
            if self.excuses.excuse(sentence, plain, following):
                continue
            note = self.excuses.note(plain)
            for form in sorted(found):
                yield from self._places(self.forms.forms[form], marked, match.span(), note)

    def _places(self, form: Form, marked: Marked, sentence: tuple[int, int], note: str) -> Iterator[Hit]:
        first, last = sentence
        for begin, stop in places(form.pattern, marked.text[first:last]):
            start, end = first + begin, first + stop
            group = _NAMES_GROUP.search(marked.text, start, end)
            before = marked.unmarked(max(first, group.start() - _NEAR), group.start()) if group else ""
            if not form.quantified and self.excuses.particular.search(before):
                continue
            if self.excuses.event.search(marked.unmarked(end, min(last, end + _NEAR))):
                continue
            score = _score(form, marked.text[start:end])
            yield Hit(form.id, min(score, WEAK) if note or form.weak else score, start, end, note)


def _score(form: Form, found: str) -> float:
    """What the form is worth by itself or its predicate, whichever is more."""
    return max((form.score, *(score for mark, score in _SCORES if mark in found)))


def _span(hit: Hit, marked: Marked, context: Context) -> Span | None:
    """From the first word of the match to its last, in the candidate's own text."""
    start, end = hit.start, hit.end
    while start < end and not (marked.text[start].isalnum() or marked.text[start] in _GROUPS):
        start += 1
    while end > start and marked.text[end - 1].isspace():
        end -= 1
    return context.span(marked.starts[start], marked.ends[end - 1]) if start < end else None


def _whole(text: str, start: int, end: int) -> bool:
    """Whether a term stands as a word: whole in English, at the beginning of a word in Korean (particles follow)."""
    if start and text[start - 1].isalnum():
        return False
    return not (text[end - 1].isascii() and end < len(text) and text[end].isascii() and text[end].isalnum())
