"""Generalisations about protected groups: a group, a generic form, and something said of all of them.

All three must be there for a form to be found; any of them alone is ordinary talk, and so is naming a group or
belonging to one. Groups and predicates are word lists, found in one pass and replaced by single marks; forms are
patterns over the marked sentence. So "<all> <women> are <bad at>" is one short pattern for hundreds of groups and
predicates, and its cost does not grow with the lists. What is particular, denied, dismissed or an event is excused;
what is asked, reported or cited weighs less. An excuse must touch what was found: a word of denial elsewhere in the
sentence excuses nothing.

A form is worth a fixed score. Beside it, all that is known of a sentence, trained heads included, makes a probability
(`bias_evidence`): it finds what no form says, and never flags where no group is named. The score of a text is the
highest of these; praise of a whole group is a category of its own, so that a policy can treat it mildly.
"""

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources.abc import Traversable
from typing import Final, Self

from moderation.filters.bias_evidence import EXCUSED, FORM, PRAISING_FORM, WEAK_FORM, Evidence, Head
from moderation.filters.bias_excuses import Excuses, Surroundings
from moderation.filters.bias_rules import FLATTERING, KOREAN, MANY, NEGATIVE, ONE, ROLE, SLUR, Form, Forms, Lexicon
from moderation.filters.bias_text import GROUPS, Marked, hurried, mark, sentences
from moderation.filters.phrases import Context, Source, data_folder, digest, in_context, places
from moderation.normalise.said import SAID_VERSION, evened, unmarked
from moderation.quoting import QUOTING_VERSION, unsaid
from moderation.records import Candidate, Signal, Span, Stage

ALGORITHM: Final = f"bias 4, quoting {QUOTING_VERSION}, said {SAID_VERSION}".encode()
"""Raised when the code changes what the same data finds."""
CATEGORY: Final = "generalisation"
PRAISE: Final = "positive_stereotype"
"""The category of a generalisation that flatters."""
ESSENTIALISING: Final = 0.9
BOXING_IN: Final = 0.7
"""Flattering, and still said of everybody in the group."""
WEAK: Final = 0.4
"""Asked, reported, or in a form that is often innocent."""
UNGATED: Final = 0.3
"""Where evidence begins to count for little that names no group, or only what is excused: it ranks, it flags none."""
ALONE: Final = 0.6
"""Where evidence begins to count for less that no form stands behind: it flags, it does not block."""
EVIDENCE: Final = "evidence"
"""What a signal says of itself that no form stands behind."""

_SCORES: Final = ((NEGATIVE, ESSENTIALISING), (SLUR, ESSENTIALISING), (ROLE, ESSENTIALISING), (FLATTERING, BOXING_IN))
_BAD: Final = re.compile(f"[{NEGATIVE}{SLUR}{ROLE}]")
_HAS_GROUP: Final = re.compile(f"[{GROUPS}]")
_NAMES_GROUP: Final = re.compile(f"[{MANY}{ONE}{KOREAN}{SLUR}]")
_TAIL: Final = 200
_BREAKS: Final = re.compile("[\u00ad\u200b]")
"""Where a line may break: within a word, or in place of the blank between two."""
_CALM: Final = frozenset({"asked", "limited"})
"""Cues under which evidence alone does not flag."""
_BENT: Final = 0.1
"""How much beyond its knee counts: enough to rank."""
_LEAST: Final = 0.005
"""Evidence below this is none."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A form found in the marked text."""

    form: str
    category: str
    score: float
    start: int
    end: int
    note: str = ""
    """Why the score was lowered."""

    @property
    def feature(self) -> str:
        """What it is to the evidence."""
        if self.score <= WEAK:
            return WEAK_FORM
        return PRAISING_FORM if self.category == PRAISE else FORM


@dataclass(frozen=True, slots=True)
class Reading:
    """What was made of one sentence about a group. Places are in the text that was marked."""

    hits: tuple[Hit, ...]
    features: frozenset[str]
    plain: str
    """The sentence in lower case, without marks."""
    start: int
    end: int
    mentions: tuple[Surroundings, ...] = ()
    """Every group that it names."""

    @property
    def category(self) -> str:
        """What it would be if it were biased and no form said how."""
        praising = "flattering" in self.features and not self.features & {"negative", "role", FORM}
        return PRAISE if praising else CATEGORY

    @property
    def weak(self) -> bool:
        """Whether it asks, sets limits, or holds a form that is weak or excused."""
        excused = EXCUSED in self.features and not self.hits
        mild = bool(self.hits) and all(hit.score <= WEAK for hit in self.hits)
        return excused or mild or bool(self.features & _CALM)


@dataclass(frozen=True, slots=True)
class Bias:
    """Filter "bias", categories "generalisation" and "positive_stereotype". Immutable."""

    lexicon: Lexicon
    forms: Forms
    excuses: Excuses
    evidence: Evidence
    version: str
    id: str = "bias"
    categories: frozenset[str] = frozenset({CATEGORY, PRAISE})
    stages: frozenset[Stage] = frozenset(Stage)

    @classmethod
    def load(
        cls,
        folder: Traversable | None = None,
        *,
        heads: Mapping[str, Head] | None = None,
        weights: Source | None = None,
    ) -> Self:
        """Read `groups.toml`, `predicates.toml`, `forms.toml`, `cues.toml` and `weights.toml` from `folder` (default:
        what ships); `heads` and `weights` stand in for those that ship.

        Raises FilterUnavailable naming file, key and what was expected there.
        """
        folder = folder or data_folder("bias")
        names = ("groups.toml", "predicates.toml", "forms.toml", "cues.toml")
        groups, predicates, forms, cues = (Source.read(folder, name) for name in names)
        weights = weights or Source.read(folder, "weights.toml")
        evidence = Evidence.load(cues, weights, heads)
        return cls(
            Lexicon.load(groups, predicates),
            Forms.load(forms),
            Excuses.load(forms),
            evidence,
            digest(ALGORITHM, groups.raw, predicates.raw, forms.raw, cues.raw, weights.raw, evidence.digest),
        )

    def examine(self, candidate: Candidate) -> Sequence[Signal]:
        """One signal a form, score and note that hit, one for the strongest evidence of a category, or one of 0.0."""
        spans: dict[tuple[str, float, str], dict[Span, None]] = {}
        strongest: dict[str, tuple[float, Span]] = {}
        weighed: dict[str, float] = {}
        for context in _readings(replace(candidate, text=unsaid(candidate.text))):
            cased = context.folded.text
            for reading in self.read(cased):
                for hit in reading.hits:
                    span = context.span(hit.start, hit.end)
                    if span is not None:
                        detail = f"{hit.form} ({hit.note})" if hit.note else hit.form
                        spans.setdefault((hit.category, hit.score, detail), {})[span] = None
                span = context.span(reading.start, reading.end)
                if reading.plain not in weighed:  # whoever repeats themselves is judged once
                    weighed[reading.plain] = round(self.weigh(reading), 4)
                score = weighed[reading.plain]
                if span is not None and score > max(_LEAST, strongest.get(reading.category, (0.0, span))[0]):
                    strongest[reading.category] = score, span
        for category, (score, span) in strongest.items():
            spans.setdefault((category, score, EVIDENCE), {})[span] = None
        if not spans:
            return (Signal(category=CATEGORY, score=0.0),)
        return tuple(
            Signal(category=category, score=score, spans=tuple(found), detail=detail)
            for (category, score, detail), found in spans.items()
        )

    def weigh(self, reading: Reading) -> float:
        """What all evidence together makes of a sentence: its probability, bent where forms and gate bound it."""
        probability = self.evidence.probability(reading.features, reading.plain)
        if probability <= UNGATED:
            return probability
        knee = UNGATED if reading.weak or self._excused(reading) else ALONE
        return min(probability, knee + (probability - knee) * _BENT) if probability > knee else probability

    def _excused(self, reading: Reading) -> bool:
        """Whether it names nobody, or everybody it names is excused: certain people, or something that was reported."""
        return not reading.hits and all(
            self.excuses.excuse(mention, particular=True) or self.excuses.note(mention) for mention in reading.mentions
        )

    def read(self, cased: str) -> Iterator[Reading]:
        """Every sentence about a group in folded text that keeps its case; the whole of a text that names none."""
        marked = mark(self.lexicon, cased)
        if marked is None:
            plain = cased.lower().strip()
            if plain:
                start = cased.index(cased.strip())
                features = self.evidence.found("", plain, ())
                yield Reading((), features, plain, start, start + len(plain))
            return
        ranges = list(sentences(marked, cased))
        for index, (first, last) in enumerate(ranges):
            if not _HAS_GROUP.search(marked.text, first, last):
                continue
            following = marked.unmarked(*ranges[index + 1]) if index + 1 < len(ranges) else ""
            yield self._sentence(marked, (first, last), following)

    def _sentence(self, marked: Marked, sentence: tuple[int, int], following: str) -> Reading:
        first, last = sentence
        text, plain = marked.text[first:last], marked.unmarked(first, last).strip()
        found: list[Hit] = []
        forms: set[str] = set()
        for form in self.forms.anything.find(text):
            for hit in self._places(self.forms.forms[form], marked, sentence, following):
                place = _place(hit, marked) if hit is not None else None
                if hit is None:
                    forms.add(EXCUSED)
                elif place is not None:
                    found.append(replace(hit, start=place[0], end=place[1]))
                    forms.add(hit.feature)
        features = self.evidence.found(text, plain, sorted(forms))
        start, end = _trimmed(marked, first, last)
        named = _HAS_GROUP.finditer(marked.text, first, last)
        mentions = tuple(Surroundings(marked, sentence, match.start(), match.end(), following) for match in named)
        return Reading(tuple(found), features, plain, start, end, mentions)

    def _places(self, form: Form, marked: Marked, sentence: tuple[int, int], following: str) -> Iterator[Hit | None]:
        """Where a form was found, in the marked text; None for a place that is excused."""
        first, last = sentence
        for begin, stop in places(form.pattern, marked.text[first:last]):
            start, end = first + begin, first + stop
            group = _NAMES_GROUP.search(marked.text, start, end)
            surroundings = Surroundings(marked, sentence, group.start() if group else start, end, following)
            if self.excuses.excuse(surroundings, particular=group is not None and not form.quantified):
                yield None
                continue
            note = self.excuses.note(surroundings)
            score, category = _score(form, marked.text[start:end])
            yield Hit(form.id, category, min(score, WEAK) if note or form.weak else score, start, end, note)


@functools.cache
def shipped() -> Bias:
    """The filter that ships, loaded once: guard and checks of persona files share it. Raises FilterUnavailable."""
    return Bias.load()


def _readings(candidate: Candidate) -> Iterator[Context]:
    """The text without marks of emphasis, and where it has them: without dots of hesitation, with invisible breaks as
    blanks."""
    context = in_context(candidate, tail=_TAIL, lower=False)
    folded = evened(unmarked(context.folded))
    yield Context(folded, context.offset)
    smooth = hurried(folded)
    if smooth is not None:
        yield Context(smooth, context.offset)
    if _BREAKS.search(candidate.text):
        apart = replace(candidate, text=_BREAKS.sub(" ", candidate.text))
        context = in_context(apart, tail=_TAIL, lower=False)
        yield Context(evened(unmarked(context.folded)), context.offset)


def _score(form: Form, found: str) -> tuple[float, str]:
    """What the form is worth by itself or its predicate, whichever is more; praise is one that says nothing bad."""
    score = max((form.score, *(score for mark, score in _SCORES if mark in found)))
    praise = FLATTERING in found and not _BAD.search(found) and not form.score
    return score, PRAISE if praise else CATEGORY


def _place(hit: Hit, marked: Marked) -> tuple[int, int] | None:
    """From the first word of the match to its last, in the text that was marked."""
    start, end = hit.start, hit.end
    while start < end and not (marked.text[start].isalnum() or marked.text[start] in GROUPS):
        start += 1
    while end > start and marked.text[end - 1].isspace():
        end -= 1
    return (marked.starts[start], marked.ends[end - 1]) if start < end else None


def _trimmed(marked: Marked, first: int, last: int) -> tuple[int, int]:
    """A sentence without the blanks around it, in the text that was marked."""
    while first < last and marked.text[first].isspace():
        first += 1
    while last > first and marked.text[last - 1].isspace():
        last -= 1
    return marked.starts[first], marked.ends[last - 1]
