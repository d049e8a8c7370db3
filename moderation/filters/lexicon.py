"""The word-list filter: finds listed terms however they are disguised, and says where.

A term is looked for in every reading of the text (`moderation.normalise`) with one pass of an Aho-Corasick automaton a
reading. What the automaton finds is then judged: are the letters really those (a repeated letter needs its repetition),
does a word begin and end there, is what stands between the letters a disguise or just two words, and is the place
part of a word that is allowed. Everything depends on the text up to the end of the hit and the next character only, so
that a reply judged sentence by sentence is judged as strictly as the whole.
"""

import bisect
import hashlib
import importlib.resources
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final

import ahocorasick_rs
import re2

from moderation.errors import FilterUnavailable
from moderation.matching import Found, Term, allowance, match_allowed, match_term, terms_of
from moderation.normalise import FOLD_VERSION, Plain, Reading, View, fold
from moderation.records import Candidate, Signal, Span, Stage
from moderation.wordlists import CATEGORIES, Entry, Pattern, WordLists, read_word_lists

_TAIL: Final = 200
"""How much of what was shown is read again, in code points; no hit is longer."""
_MASKED: Final = 0.85
_MASKED_TOKEN: Final = re.compile(r"[a-z*#@$%&!^+=~._\-]{4,24}")
_MASKS: Final = frozenset("*#@$%&!^+=~._-")
_WILD: Final = frozenset("*#%")
_VOWELS: Final = frozenset("aeiouy")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hit:
    """A place in the original, before it is cut to the judged part."""

    start: int
    end: int
    score: float
    category: str
    detail: str


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


class Lexicon:
    """Filter `lexicon`. Immutable; `examine` may run in several threads at once. Time is linear in the text."""

    def __init__(self, lists: WordLists) -> None:
        """Raises FilterUnavailable for a term without letters and for a pattern RE2 cannot match."""
        terms = [term for entry in lists.entries for term in terms_of(entry)]
        terms += [allowance(word) for word in lists.allowed]
        self._automata = {
            family: _Automaton(term for term in terms if term.family is family)
            for family in (Reading.LATIN, Reading.HANGUL, Reading.MIXED)
        }
        self._patterns = tuple((pattern, _compiled(pattern)) for pattern in lists.patterns)
        self._pattern_set = re2.Set.SearchSet()
        for pattern in lists.patterns:
            self._pattern_set.Add(pattern.pattern)
        if lists.patterns:
            self._pattern_set.Compile()
        self._shapes = _shapes(lists.entries)
        identity = f"{FOLD_VERSION}:{lists.digest}"
        self._version = hashlib.sha256(identity.encode()).hexdigest()[:12]

    @classmethod
    def load(cls, folder: Traversable | Path | None = None, *, extra: Sequence[Path] = ()) -> "Lexicon":
        """The filter with every list of `folder` (the packaged ones by default), then the files `extra`.

        A community's own terms and allowed words are further files of the same format. Raises FilterUnavailable.
        """
        place = folder if folder is not None else importlib.resources.files("moderation") / "data" / "lexicon"
        files = [file for file in place.iterdir() if file.name.endswith(".toml")] if place.is_dir() else []
        if not files:
            raise FilterUnavailable("lexicon.no_lists", folder=place.name)
        return cls(read_word_lists([*sorted(files, key=lambda file: file.name), *extra]))

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
        """One signal a hit that ends in `candidate.text`, in order of place; one of score 0.0 where there is none."""
        tail = candidate.shown[-_TAIL:]
        before = len(tail)
        hits = [hit for hit in self._hits(tail + candidate.text) if hit.end > before]
        if not hits:
            return (Signal(category="profanity", score=0.0),)
        return tuple(
            Signal(
                category=hit.category,
                score=hit.score,
                spans=(Span(max(hit.start - before, 0), hit.end - before),),
                detail=hit.detail,
            )
            for hit in hits
        )

    def _hits(self, text: str) -> list[_Hit]:
        folded = fold(text)
        joined: list[_Hit] = []
        apart: list[_Hit] = []
        allowed: list[tuple[int, int]] = []
        allowed_apart: list[tuple[int, int]] = []
        for view in folded.views:
            for term, start in self._automata[_family(view.reading)].find(view):
                span = view.span(start, start + len(term.key))
                if term.entry is None:
                    gaps = match_allowed(term, view, start)
                    if gaps is not None:
                        (allowed_apart if gaps else allowed).append(span)
                elif span[1] - span[0] <= _TAIL:
                    found = match_term(term, view, start)
                    if found is not None:
                        (apart if found.apart else joined).append(_hit(term.entry, span, found))
        joined.extend(self._masked(folded.plain))
        hits = _outside(allowed, joined) + _outside(allowed + allowed_apart, apart)
        hits.extend(self._matched(folded.plain))
        return _strongest(hits)

    def _masked(self, plain: Plain) -> Iterator[_Hit]:
        """Words with stars and the like for letters: f**k, sh#t, b@stard."""
        if _MASKS.isdisjoint(plain.key):
            return
        for token in _MASKED_TOKEN.finditer(plain.key):
            word = token.group().rstrip("._-!~=+").lstrip("._-!~=+&^*#%@$")
            if len(word) < 4 or _MASKS.isdisjoint(word) or _MASKS.issuperset(word):
                continue
            start = token.start() + token.group().index(word)
            for entry, spelling in self._shapes.get((len(word), word[0]), ()):
                if _fits(word, spelling):
                    span = plain.starts[start], plain.ends[start + len(word) - 1]
                    yield _hit(entry, span, Found(confidence=_MASKED, apart=False, how="masked"))
                    break

    def _matched(self, plain: Plain) -> Iterator[_Hit]:
        if not self._patterns:
            return
        for index in self._pattern_set.Match(plain.key) or ():
            pattern, compiled = self._patterns[index]
            for match in compiled.finditer(plain.key):
                first, last = match.span()
                if first < last and plain.ends[last - 1] - plain.starts[first] <= _TAIL:
                    yield _Hit(
                        start=plain.starts[first],
                        end=plain.ends[last - 1],
                        score=pattern.severity,
                        category=pattern.category,
                        detail=f"pattern {pattern.name!r}",
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


def _hit(entry: Entry, span: tuple[int, int], found: Found) -> _Hit:
    return _Hit(
        start=span[0],
        end=span[1],
        score=round(entry.severity * found.confidence, 3),
        category=entry.category,
        detail=f"{entry.term!r} ({entry.language}, {found.how})",
    )


def _shapes(entries: Sequence[Entry]) -> dict[tuple[int, str], tuple[tuple[Entry, str], ...]]:
    """Single Latin words strong enough to be masked, by length and first letter, strongest first."""
    shapes: dict[tuple[int, str], list[tuple[Entry, str]]] = {}
    for entry in sorted(entries, key=lambda entry: -entry.severity):
        term = entry.term
        if entry.severity >= 0.5 and len(term) >= 4 and term.isascii() and term.isalpha():
            shapes.setdefault((len(term), term[0]), []).append((entry, term))
    return {key: tuple(group) for key, group in shapes.items()}


def _fits(masked: str, word: str) -> bool:
    """Whether `masked` is `word` with some letters hidden: vowels behind any sign, others only behind stars."""
    seen = 0
    for sign, letter in zip(masked, word, strict=True):
        if sign == letter:
            seen += 1
        elif sign not in _MASKS or (sign not in _WILD and letter not in _VOWELS):
            return False
    return seen >= 2 and seen < len(word)


def _outside(allowed: list[tuple[int, int]], hits: list[_Hit]) -> list[_Hit]:
    """The hits that lie in none of the allowed places."""
    if not allowed or not hits:
        return hits
    places = sorted(allowed)
    starts = [start for start, _ in places]
    reach: list[int] = []
    for _, end in places:
        reach.append(max(end, reach[-1]) if reach else end)
    return [hit for hit in hits if not _within(hit, starts, reach)]


def _within(hit: _Hit, starts: list[int], reach: list[int]) -> bool:
    index = bisect.bisect_right(starts, hit.start) - 1
    return index >= 0 and reach[index] >= hit.end


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
