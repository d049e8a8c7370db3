"""The word-list filter: finds listed terms however they are disguised, and says where.

A term is looked for in every reading of the text (`moderation.normalise`) with one pass of an Aho-Corasick automaton a
reading. What the automaton finds is then judged: are the letters really those (a repeated letter needs its repetition),
does a word begin and end there, is what stands between the letters a disguise or just two words, and is the place
part of a word that is allowed. Everything depends on the text up to the end of the hit and the next character only, so
that a reply judged sentence by sentence is judged as strictly as the whole.
"""

import bisect
import copy
import hashlib
import importlib.resources
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final

import ahocorasick_rs
import re2

from moderation.censored import Censored
from moderation.errors import FilterUnavailable
from moderation.matching import Found, ceiling, match_allowed, match_term, reach, score
from moderation.mentions import MENTIONS_VERSION, ceiling_of_mention
from moderation.messages import Messages
from moderation.normalise import FOLD_VERSION, Folded, Plain, Reading, View, fold, visible_tail
from moderation.normalise.said import SAID_VERSION, evened, unmarked
from moderation.normalise.text import FoldedText
from moderation.records import Candidate, Signal, Span, Stage
from moderation.terms import Term, allowance, terms_of
from moderation.wordlists import CATEGORIES, Entry, Pattern, WordLists, read_word_lists

OWN: Final = "own words"
"""The place of what a community added itself (`Entry.place`)."""
UNEXCUSED: Final = frozenset({"minors", "self_harm"})
"""Categories in which no community can allow a word."""

_TAIL: Final = 200
"""How much of what was shown is read again, in visible code points; no hit is longer, stretched letters apart."""
_SPANS: Final = 50
"""Places a signal names at most: a flood of one word is one thing to say."""
_KINDS: Final = 40
"""Different terms that are named at most, the strongest first."""
_ENOUGH: Final = 500
"""Hits of a category's highest score after which only a higher one is still looked for."""
_MASKED: Final = 0.85
_EMPHASISED: Final = re.compile(r"(?<!\*)(\*{1,3})(?![*\s])[^*\n]*[^*\s]\1(?!\*)")
"""In **bold** or *italics*, as chats write them: the stars at its end hide no letter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hit:
    """A place in the original, before it is cut to the judged part."""

    start: int
    end: int
    score: float
    category: str
    detail: str


_Find = tuple[View, Term, Entry, int]
"""A term whose key stands at a place of a view."""


class _Automaton:
    """All terms of one kind of key. Immutable; safe to share between threads."""

    def __init__(self, terms: Iterable[Term]) -> None:
        by_key: dict[str, list[Term]] = {}
        for term in terms:
            by_key.setdefault(term.key, []).append(term)
        self._terms = tuple(tuple(group) for group in by_key.values())
        self._search = ahocorasick_rs.AhoCorasick(list(by_key)) if by_key else None

    def find(self, view: View) -> Iterator[tuple[Term, int]]:
        """Each term whose key stands in the view, with where it begins."""
        if self._search is None:
            return
        for index, start, _ in self._search.find_matches_as_indexes(view.key, overlapping=True):
            for term in self._terms[index]:
                yield term, start


class _Lists:
    """Terms and allowed words, ready to be looked for. Immutable; safe to share between threads."""

    def __init__(self, lists: WordLists) -> None:
        """Raises FilterUnavailable for a term without letters."""
        terms = [term for entry in lists.entries for term in terms_of(entry)]
        terms += [allowance(word) for word in lists.allowed]
        self._automata = {
            family: _Automaton(term for term in terms if term.family is family)
            for family in (Reading.LATIN, Reading.HANGUL, Reading.MIXED)
        }
        self._masked = Censored(lists.entries)

    def masked(self, folded: Folded) -> Iterator[tuple[Entry, int, int]]:
        """The entry behind each masked word, and where that stands."""
        return self._masked.find(folded.plain.key)

    def finds(self, folded: Folded) -> tuple[list[_Find], list[tuple[int, int]], list[tuple[int, int]]]:
        """Where the keys of terms stand, and what is allowed: as one word, and with gaps of its own."""
        finds: list[_Find] = []
        allowed: list[tuple[int, int]] = []
        allowed_apart: list[tuple[int, int]] = []
        for view in folded.views:
            for term, start in self._automata[_family(view.reading)].find(view):
                if term.entry is not None:
                    finds.append((view, term, term.entry, start))
                    continue
                gaps = match_allowed(term, view, start)
                if gaps is not None:
                    place = view.at[start], view.upto[start + len(term.key) - 1]
                    (allowed_apart if gaps else allowed).append(place)
        return finds, allowed, allowed_apart


class Lexicon:
    """Filter `lexicon`. `examine` may run in several threads at once, also while `hear` changes what holds in a
    community; all else is immutable. Time is linear in the text."""

    def __init__(self, lists: WordLists) -> None:
        """Raises FilterUnavailable for a term without letters and for a pattern RE2 cannot match."""
        self._lists = _Lists(lists)
        self._patterns = tuple((pattern, _compiled(pattern)) for pattern in lists.patterns)
        self._any = _any_of(lists.patterns)
        self._own: dict[str, _Lists] = {}
        identity = f"{FOLD_VERSION}:{SAID_VERSION}:{MENTIONS_VERSION}:{lists.digest}"
        self._version = hashlib.sha256(identity.encode()).hexdigest()[:12]

    @classmethod
    def load(cls, folder: Traversable | Path | None = None, *, extra: Sequence[Path] = ()) -> "Lexicon":
        """The filter with every list of `folder` (the packaged ones by default), then the files `extra`.

        A community's own terms and allowed words are further files of the same format. Raises FilterUnavailable: file,
        key, what was expected.
        """
        place = folder if folder is not None else importlib.resources.files("moderation") / "data" / "lexicon"
        files = [file for file in place.iterdir() if file.name.endswith(".toml")] if place.is_dir() else []
        if not files:
            raise FilterUnavailable("lexicon.no_lists", folder=place.name)
        return cls(read_word_lists([*sorted(files, key=lambda file: file.name), *extra]))

    def hear(self, community: str, words: WordLists | None) -> None:
        """Let a community's own words hold there, beside all lists, from the next text on; None: none any more. Raises
        as the constructor, and changes nothing then."""
        own = _Lists(words) if words else None
        kept = {key: lists for key, lists in self._own.items() if key != community}
        self._own = {**kept, community: own} if own else kept

    def trying(self, words: WordLists) -> "Lexicon":
        """This filter, but that these are the own words of the community "": to look at what they would change."""
        other = copy.copy(self)  # `hear` replaces what it changes
        other.hear("", words)
        return other

    @property
    def id(self) -> str:
        """Always "lexicon"."""
        return "lexicon"

    @property
    def version(self) -> str:
        """Digest of the lists and of the way texts are folded."""
        return self._version

    @property
    def categories(self) -> frozenset[str]:
        """Whether or not the lists have terms of each."""
        return CATEGORIES

    @property
    def stages(self) -> frozenset[Stage]:
        """All of them."""
        return frozenset(Stage)

    def examine(self, candidate: Candidate) -> Sequence[Signal]:
        """What hits end in `candidate.text`, grouped: one signal for a term in one disguise, with its first 50 places.

        Forty terms are named, the strongest; further ones are one signal a category. In order of their first place; one
        of score 0.0 where there is none. Where one category has very many hits of its highest score, others that could
        not score higher are not looked at: "and … more" is then a minimum.
        """
        tail = visible_tail(candidate.shown, _TAIL)
        own = self._own.get(candidate.brief.community)
        hits = self._read(tail + candidate.text, len(tail), own)
        if candidate.stage is Stage.INPUT and candidate.earlier:
            hits += self._across(candidate, own)
        return _signals(hits, len(tail)) if hits else (Signal(category="profanity", score=0.0),)

    def _read(self, text: str, before: int, own: _Lists | None) -> list[_Hit]:
        """The hits in the text as it stands, and in its words without marks of emphasis and with single blanks."""
        hits = self._hits(text, before, own)
        words = evened(unmarked(FoldedText(text)))
        if not words.starts:
            return hits
        again = self._hits(words.text, bisect.bisect_left(words.starts, before), own)
        for hit in again:
            start, end = words.place(hit.start, hit.end)
            if end - start <= _TAIL:
                hits.append(replace(hit, start=start, end=end))
        return _strongest(hits)

    def _hits(self, text: str, before: int, own: _Lists | None) -> list[_Hit]:
        """The hits that end after `before`, none of them inside what is allowed. What a community allows excuses no
        hit of UNEXCUSED, and what it adds is excused by nothing else that is allowed."""
        folded = fold(text)
        finds, *allowed = self._lists.finds(folded)
        added, *excused = own.finds(folded) if own else ([], [], [])
        gathered = _Gathered(folded.plain, before, _Allowed.of(allowed), _Allowed.of(excused))
        for view, term, entry, start in finds + added:
            bar = gathered.bar.get(entry.category)
            if bar is not None and (entry.severity <= bar or ceiling(term, entry, view, start) <= bar):
                continue
            found = match_term(term, view, start)
            if found is not None and reach(term, view, start) <= _TAIL:
                first, last = view.at[start], view.upto[start + len(term.key) - 1]
                gathered.add(entry, first, last, found)
        masked = itertools.chain(*(lists.masked(folded) for lists in (self._lists, own) if lists))
        for entry, first, last in masked:
            gathered.add(entry, first, last, Found(confidence=_MASKED, apart=False, how="masked"))
        for pattern, first, last in self._matched(folded.plain):
            gathered.match(pattern, first, last)
        return _strongest(gathered.hits)

    def _across(self, candidate: Candidate, own: _Lists | None) -> list[_Hit]:
        """The hits that a person spread over this message and those before it, placed in this one."""
        return [
            replace(hit, start=0, end=hit.end - messages.before, detail=f"{hit.detail}, over messages")
            for messages in Messages.rows(candidate.earlier, candidate.text)
            for hit in self._read(messages.text, messages.before, own)
            if messages.spread(hit.start, hit.end)
        ]

    def _matched(self, plain: Plain) -> Iterator[tuple[Pattern, int, int]]:
        """Each on its own, where any matches: a set of patterns that runs out of memory would match nothing and say
        nothing, alternatives in one pattern only become slower."""
        key = _EMPHASISED.sub(lambda found: f"{found[0][: -len(found[1])]}{' ' * len(found[1])}", plain.key)
        if self._any is not None and self._any.search(key) is None:
            return
        for pattern, compiled in self._patterns:
            for match in compiled.finditer(key):
                first, last = match.span()
                if 0 < last - first <= _TAIL:
                    yield pattern, first, last


class _Places:
    """Ranges of the folded text that excuse what lies in them."""

    def __init__(self, places: list[tuple[int, int]]) -> None:
        ordered = sorted(places)
        self._starts = [start for start, _ in ordered]
        self._ends = list(itertools.accumulate((end for _, end in ordered), max))

    def hold(self, first: int, last: int) -> bool:
        """Whether one of them holds all of `first` to `last`."""
        index = bisect.bisect_right(self._starts, first) - 1
        return index >= 0 and self._ends[index] >= last


@dataclass(frozen=True, slots=True, kw_only=True)
class _Allowed:
    """What is allowed: as one word, and with gaps of its own as well."""

    whole: _Places
    apart: _Places

    @classmethod
    def of(cls, places: Sequence[list[tuple[int, int]]]) -> "_Allowed":
        whole, apart = places
        return cls(whole=_Places(whole), apart=_Places(whole + apart))


class _Gathered:
    """The hits of one text while they are looked for."""

    def __init__(self, plain: Plain, before: int, allowed: _Allowed, own: _Allowed) -> None:
        """`own` is what a community allows."""
        self.hits: list[_Hit] = []
        self.bar: dict[str, float] = {}
        """By category, where there are enough hits: what another must score to tell anything new."""
        self._plain = plain
        self._before = before
        self._allowed = allowed
        self._own = own
        self._best: dict[str, tuple[float, int]] = {}

    def add(self, entry: Entry, first: int, last: int, found: Found) -> None:
        """A term found at this range of the folded text, unless that is allowed."""
        listed = entry.place != OWN and self._holds(self._allowed, first, last, apart=found.apart)
        if not listed and not self._excused(entry.category, first, last, apart=found.apart):
            detail = f"{entry.term!r} ({entry.language}, {found.how})"
            self.put(first, last, score(entry, found.confidence), entry.category, detail)

    def match(self, pattern: Pattern, first: int, last: int) -> None:
        """A pattern found at this range, unless all but the blanks and signs at its ends is allowed."""
        key = self._plain.key[first:last]
        bare = [at for at, letter in enumerate(key, first) if letter.isalnum()]
        place = (bare[0], bare[-1] + 1) if bare else (first, last)
        listed = bool(bare) and self._holds(self._allowed, *place, apart=False)
        if not listed and not (bare and self._excused(pattern.category, *place, apart=False)):
            self.put(first, last, pattern.severity, pattern.category, f"pattern {pattern.name!r}")

    def _excused(self, category: str, first: int, last: int, *, apart: bool) -> bool:
        return category not in UNEXCUSED and self._holds(self._own, first, last, apart=apart)

    @staticmethod
    def _holds(allowed: _Allowed, first: int, last: int, *, apart: bool) -> bool:
        return (allowed.apart if apart else allowed.whole).hold(first, last)

    def put(self, first: int, last: int, score: float, category: str, detail: str) -> None:
        """A hit at this range of the folded text, unless it ends before what is judged."""
        start, end = self._plain.starts[first], self._plain.ends[last - 1]
        if end <= self._before or score <= self.bar.get(category, 0.0):
            return
        most = ceiling_of_mention(category, score, self._plain.key, first, last)
        if most < score:
            score, detail = most, f"{detail}, mentioned"
        best, count = self._best.get(category, (0.0, 0))
        if score >= best:
            count = count + 1 if score == best else 1
            self._best[category] = score, count
            if count >= _ENOUGH:
                self.bar[category] = score
        self.hits.append(_Hit(start=start, end=end, score=score, category=category, detail=detail))


def _signals(hits: list[_Hit], before: int) -> tuple[Signal, ...]:
    """Hits of one kind as one signal; what exceeds the kinds a record can hold, as one signal a category."""
    groups: dict[tuple[str, str], list[Span]] = {}
    scores: dict[tuple[str, str], float] = {}
    for hit in sorted(hits, key=lambda hit: -hit.score):
        group = hit.category, hit.detail
        if group not in groups and len(groups) >= _KINDS:
            group = hit.category, "further terms"
        groups.setdefault(group, []).append(Span(max(hit.start - before, 0), hit.end - before))
        scores.setdefault(group, hit.score)
    for spans in groups.values():
        spans.sort()
    return tuple(
        Signal(
            category=category,
            score=scores[category, detail],
            spans=tuple(spans[:_SPANS]),
            detail=detail if len(spans) <= _SPANS else f"{detail}, and {len(spans) - _SPANS} more",
        )
        for (category, detail), spans in sorted(groups.items(), key=lambda group: group[1][0])
    )


def _family(reading: Reading) -> Reading:
    """Which terms a reading is searched for."""
    if reading is Reading.LEET:
        return Reading.LATIN
    return Reading.HANGUL if reading is Reading.JAMO else reading


def _compiled(pattern: Pattern) -> Any:
    """The pattern as RE2 compiled it (the library has no types); its own words go into the error, not to stderr."""
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern.pattern, options)
    except re2.error as error:
        raise FilterUnavailable("lexicon.bad_pattern", file=pattern.place, key=pattern.name, reason=error) from error


def _any_of(patterns: Sequence[Pattern]) -> Any:
    """One pattern that matches where any of them does; None where there is none, or they are too large together."""
    options = re2.Options()
    options.log_errors = False
    options.never_capture = True
    try:
        return re2.compile("|".join(f"(?:{pattern.pattern})" for pattern in patterns), options) if patterns else None
    except re2.error:
        return None


def _strongest(hits: list[_Hit]) -> list[_Hit]:
    """Of overlapping hits of one category the strongest, then the longest; in order of place."""
    kept: list[_Hit] = []
    last: dict[str, int] = {}
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end)):
        index = last.get(hit.category)
        if index is not None and hit.start < kept[index].end:
            rival = kept[index]
            if (hit.score, hit.end - hit.start) > (rival.score, rival.end - rival.start):
                kept[index] = hit
            continue
        last[hit.category] = len(kept)
        kept.append(hit)
    return sorted(kept, key=lambda hit: (hit.start, hit.end))
