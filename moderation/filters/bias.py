"""Generalisations about protected groups: a group, a generic form, and something said of all of them.

All three must be there; any of them alone is ordinary talk, and so is naming a group or belonging to one. Groups and
predicates are word lists, found in one pass and replaced by single marks; forms are patterns over the marked sentence.
So "<all> <women> are <bad at>" is one short pattern for hundreds of groups and predicates, and its cost does not grow
with the lists. What is particular, denied, dismissed or an event is excused; what is asked, reported or cited weighs
less. An excuse must touch what was found: a word of denial elsewhere in the sentence excuses nothing.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.resources.abc import Traversable
from typing import Final, Self

from moderation.filters.bias_excuses import Excuses, Surroundings
from moderation.filters.bias_rules import FLATTERING, KOREAN, MANY, NEGATIVE, ONE, ROLE, SLUR, Form, Forms, Lexicon
from moderation.filters.bias_text import GROUPS, Marked, evened, hurried, mark, sentences
from moderation.filters.phrases import Context, Source, data_folder, digest, in_context, places
from moderation.records import Candidate, Signal, Span, Stage

ALGORITHM: Final = b"bias 2"
"""Raised when the code changes what the same data finds."""
CATEGORY: Final = "generalisation"
ESSENTIALISING: Final = 0.9
BOXING_IN: Final = 0.7
"""Flattering, and still said of everybody in the group."""
WEAK: Final = 0.4
"""Asked, reported, or in a form that is often innocent."""

_SCORES: Final = ((NEGATIVE, ESSENTIALISING), (SLUR, ESSENTIALISING), (ROLE, ESSENTIALISING), (FLATTERING, BOXING_IN))
_HAS_GROUP: Final = re.compile(f"[{GROUPS}]")
_NAMES_GROUP: Final = re.compile(f"[{MANY}{ONE}{KOREAN}{SLUR}]")
_TAIL: Final = 200
_BREAKS: Final = re.compile("[\u00ad\u200b]")
"""Where a line may break: within a word, or in place of the blank between two."""


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
        spans: dict[tuple[str, float, str], dict[Span, None]] = {}
        for context in _readings(candidate):
            for hit, first, last in self._found(context.folded.text):
                span = context.span(first, last)
                if span is not None:
                    spans.setdefault((hit.form, hit.score, hit.note), {})[span] = None
        if not spans:
            return (Signal(category=CATEGORY, score=0.0),)
        return tuple(
            Signal(category=CATEGORY, score=score, spans=tuple(found), detail=f"{form} ({note})" if note else form)
            for (form, score, note), found in spans.items()
        )

    def _found(self, text: str) -> Iterator[tuple[Hit, int, int]]:
        """Every hit in `text`, which keeps its case, with the place of its first and of its last word."""
        marked = mark(self.lexicon, text)
        if marked is None:
            return
        for hit in self._hits(marked, text):
            place = _place(hit, marked)
            if place is not None:
                yield hit, *place

    def _hits(self, marked: Marked, cased: str) -> Iterator[Hit]:
        ranges = list(sentences(marked, cased))
        for index, (first, last) in enumerate(ranges):
            sentence = marked.text[first:last]
            if not _HAS_GROUP.search(sentence):
                continue
            following = marked.unmarked(*ranges[index + 1]) if index + 1 < len(ranges) else ""
            for form in self.forms.anything.find(sentence):
                yield from self._places(self.forms.forms[form], marked, (first, last), following)

    def _places(self, form: Form, marked: Marked, sentence: tuple[int, int], following: str) -> Iterator[Hit]:
        first, last = sentence
        for begin, stop in places(form.pattern, marked.text[first:last]):
            start, end = first + begin, first + stop
            group = _NAMES_GROUP.search(marked.text, start, end)
            surroundings = Surroundings(marked, sentence, group.start() if group else start, end, following)
            if self.excuses.excuse(surroundings, particular=group is not None and not form.quantified):
                continue
            note = self.excuses.note(surroundings)
            score = _score(form, marked.text[start:end])
            yield Hit(form.id, min(score, WEAK) if note or form.weak else score, start, end, note)


def _readings(candidate: Candidate) -> Iterator[Context]:
    """The text as it stands, and where it has them: without dots of hesitation, with invisible breaks as blanks."""
    context = in_context(candidate, tail=_TAIL, lower=False)
    folded = evened(context.folded)
    yield Context(folded, context.offset)
    smooth = hurried(folded)
    if smooth is not None:
        yield Context(smooth, context.offset)
    if _BREAKS.search(candidate.text):
        apart = replace(candidate, text=_BREAKS.sub(" ", candidate.text))
        context = in_context(apart, tail=_TAIL, lower=False)
        yield Context(evened(context.folded), context.offset)


def _score(form: Form, found: str) -> float:
    """What the form is worth by itself or its predicate, whichever is more."""
    return max((form.score, *(score for mark, score in _SCORES if mark in found)))


def _place(hit: Hit, marked: Marked) -> tuple[int, int] | None:
    """From the first word of the match to its last, in the text that was marked."""
    start, end = hit.start, hit.end
    while start < end and not (marked.text[start].isalnum() or marked.text[start] in GROUPS):
        start += 1
    while end > start and marked.text[end - 1].isspace():
        end -= 1
    return (marked.starts[start], marked.ends[end - 1]) if start < end else None
