"""Speech levels: whether each Korean sentence ends as this persona ends its sentences, and whether what it says in
English belongs to a level of its own."""

import functools
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import kiwipiepy
from kiwipiepy import Kiwi

from moderation.errors import FilterUnavailable
from moderation.filters.character.asides import without
from moderation.filters.character.folding import fold, readable_tail
from moderation.filters.character.places import gathered
from moderation.filters.character.source import shipped_text, tables_of
from moderation.filters.honorifics import Token, slip
from moderation.filters.register_english import LEVELS as ENGLISH
from moderation.filters.register_english import EnglishLevels, load_english
from moderation.records import Candidate, Signal, Span, Stage

LEVELS: Final = frozenset({"hapsyo", "haeyo", "hao", "hage", "hae", "haera"})
_FILE: Final = "character/endings.toml"
_CODE: Final = "5"
"""Grows when the rules written in code change: it is part of the version."""

_SURE: Final = 0.95
_MUSING: Final = 0.6
_NEAR: Final = 0.3
_HONORIFIC: Final = 0.6

_ASIDES: Final = frozenset({"code", "quote", "action", "link"})
_BREAK: Final = re.compile(
    r"[.!?\u2026\u3002~]+[)\]\"']*|\n+|[\u3131-\u3163]{2,}|[\u2600-\u27bf\U0001f000-\U0001faff]+|\^\^+|:\)|;\)|T_T"
)
_HANGUL: Final = re.compile("[\uac00-\ud7a3]")
_CALLED: Final = re.compile(r",\s*[\uac00-\ud7a3]{1,5}[아야](?=[.!?~\u2026]*$)")
"""Somebody called by name at the end: "…, 보리야." is no ending."""
_CALLING: Final = re.compile(r"[^\uac00-\ud7a3]*([\uac00-\ud7a3]{1,5})[아야],")
"""Somebody called by name in front: "연아, …"."""
_LONGEST: Final = 200
"""Code points of a sentence that are analysed: its end, where the ending is."""
_REMEMBERED: Final = 512
"""Analyses kept: a reply as a whole has the sentences that its pieces had."""
_TAIL: Final = 120
"""Characters, those that are seen, of an unfinished sentence before the text that are analysed with it."""

_TRAILING: Final = frozenset(
    {"IC", "NNP", "NNG", "NP", "JKV", "SF", "SP", "SS", "SSO", "SSC", "SE", "SO", "SW", "W_EMOJI"}
)
"""What may stand after the last ending of a sentence: a name called out, marks."""
_MARKS: Final = frozenset({"SF", "SP", "SSC", "SE", "SO", "SW", "Z_CODA"})
"""What may stand behind the last ending without saying anything: marks, and the -ㅇ of "바쁘넹"."""
_TO_CHILDREN: Final = frozenset({"haera"})
_NAMES: Final = frozenset({"NNP", "NP"})
"""Names and "얘": not "좋아, 먹어라", nor the "친구야" that may be who listens."""
_AMBIGUOUS: Final = frozenset({"소", "나", "네", "오", "게"})
"""Endings the analyser takes for connectives even before a full stop."""


@dataclass(frozen=True, slots=True)
class _Ending:
    levels: frozenset[str]
    musing: bool


@dataclass(frozen=True, slots=True)
class Endings:
    """What endings say about the speech level. Immutable."""

    endings: dict[str, _Ending]
    words: dict[str, _Ending]
    near: tuple[frozenset[str], ...]
    version: str

    def of(self, form: str) -> "_Ending | None":
        """The longest known ending that `form` ends in."""
        for start in range(len(form)):
            found = self.endings.get(form[start:])
            if found is not None:
                return found
        return None

    def mixes(self, levels: frozenset[str], allowed: frozenset[str]) -> bool:
        """Whether one speaker mixes `levels` with `allowed`."""
        return any(levels & group and allowed & group for group in self.near)


class Register:
    """Signals sentences whose speech level is none of the persona's (`speech_level`), and such as raise the speaker or
    mix levels within themselves (`honorific`). Safe to share between threads.

    The analyser was called from four threads at once for twenty thousand analyses with the results of one thread.
    """

    id = "register"
    categories = frozenset({"speech_level", "honorific"})
    stages = frozenset({Stage.PIECE, Stage.WHOLE})

    def __init__(self, kiwi: Kiwi, endings: Endings, english: EnglishLevels) -> None:
        self._kiwi = kiwi
        self._endings = endings
        self._english = english
        self._analysed = functools.lru_cache(maxsize=_REMEMBERED)(self._analyse)
        made_of = endings.version + english.version + kiwipiepy.__version__ + _CODE
        self.version = hashlib.sha256(made_of.encode()).hexdigest()[:12]

    @classmethod
    def load(cls) -> "Register":
        """Loads the analyser: about a second, once. Raises FilterUnavailable where it or the endings are missing."""
        try:
            kiwi = Kiwi(num_workers=1, load_default_dict=False, load_multi_dict=False, load_typo_dict=False)
            kiwi.tokenize("준비됐어요.")  # The first analysis builds the rest of the model: not in somebody's reply.
        except (OSError, RuntimeError, ValueError) as error:
            raise FilterUnavailable("character.kiwi", problem=str(error)) from error
        return cls(kiwi, load_endings(), load_english())

    def examine(self, candidate: Candidate) -> Sequence[Signal]:
        """One signal for all sentences that are out of level alike, with at most fifty places, or one of score 0.0.

        Linear in the text; about 0.3 ms a sentence that is new.
        """
        wanted, language = frozenset(candidate.brief.registers), candidate.brief.language
        signals: tuple[Signal, ...] = ()
        if language == "ko" and (allowed := wanted & LEVELS):
            signals = gathered(self._signals(candidate, allowed))
        elif language == "en" and (allowed := wanted & ENGLISH):
            signals = gathered(self._in_english(candidate, allowed))
        return signals or (Signal(category="speech_level", score=0.0),)

    def level(self, sentence: str) -> frozenset[str]:
        """The levels the end of `sentence` allows; empty where it does not tell."""
        ending = self._ending(self._tokens(sentence))
        return ending.levels if ending else frozenset()

    def _signals(self, candidate: Candidate, allowed: frozenset[str]) -> Iterator[Signal]:
        tail = _unfinished(candidate.shown)
        folded = fold(tail + candidate.text)
        plain = without(folded.text, _ASIDES)
        for start, end in sentences(plain):
            span = folded.span(start, end)
            if span.end <= len(tail):
                continue
            tokens = self._tokens(plain[start:end])
            ending = self._ending(tokens)
            clipped = Span(max(0, span.start - len(tail)), span.end - len(tail))
            firm = ending.levels if ending and not ending.musing else frozenset()
            if wrong := slip(tokens, firm, asks="?" in plain[start:end]):
                yield Signal(category="honorific", score=_HONORIFIC, spans=(clipped,), detail=wrong)
            if ending is None or ending.levels & allowed or _to_a_child(plain[start:end], tokens, ending, candidate):
                continue
            score = self._score(ending, allowed)
            detail = f"{'/'.join(sorted(ending.levels))}, not {'/'.join(sorted(allowed))}"
            yield Signal(category="speech_level", score=score, spans=(clipped,), detail=detail)

    def _in_english(self, candidate: Candidate, allowed: frozenset[str]) -> Iterator[Signal]:
        tail = _unfinished(candidate.shown)
        folded = fold(tail + candidate.text)
        yield from self._english.signals(folded, without(folded.text, _ASIDES), allowed, after=len(tail))

    def _score(self, ending: _Ending, allowed: frozenset[str]) -> float:
        if self._endings.mixes(ending.levels, allowed):
            return _NEAR
        return _MUSING if ending.musing else _SURE

    def _tokens(self, sentence: str) -> Sequence[Token]:
        """Form and tag of each morpheme, without marks at the end; none where there is no Hangul."""
        return self._analysed(sentence[-_LONGEST:].strip())

    def _analyse(self, sentence: str) -> Sequence[Token]:
        text = _CALLED.sub("", sentence)
        if not _HANGUL.search(text):
            return ()
        if text[-1] not in ".?!":
            text += "."
        tokens = [(token.form, str(token.tag)) for token in self._kiwi.tokenize(text)]
        while tokens and tokens[-1][1] in _MARKS:
            tokens.pop()
        return tuple(tokens)

    def _ending(self, tokens: Sequence[Token]) -> _Ending | None:
        if not tokens:
            return None
        if len(tokens) == 1 and tokens[0][1] == "IC":
            return self._endings.words.get(tokens[0][0])
        return self._last(tokens)

    def _last(self, tokens: Sequence[Token]) -> _Ending | None:
        form, tag = tokens[-1]
        if tag == "JX" and form == "요":
            return _polite(tokens, self._endings)
        for back, (form, tag) in enumerate(reversed(tokens)):
            if tag == "EF" or (tag == "EC" and form in _AMBIGUOUS and back == 0):
                return self._endings.of(form)
            if tag not in _TRAILING or back > 2:
                return None
        return None


def _to_a_child(sentence: str, tokens: Sequence[Token], ending: _Ending, candidate: Candidate) -> bool:
    """Whether a child of the scene is told something: called by a name that nobody in the conversation has."""
    called = _CALLING.match(sentence)
    if called is None or ending.levels != _TO_CHILDREN or tokens[0][1] not in _NAMES:
        return False
    return not any(called[1] in person for person in candidate.brief.people)


def _polite(tokens: Sequence[Token], endings: Endings) -> _Ending | None:
    """요 after a noun is 해요체, or 하오체 with its copula swallowed ("나는 어부요")."""
    shared = tokens[-2][1].startswith(("N", "XSN", "M")) if len(tokens) > 1 else True
    return _Ending(frozenset({"haeyo", "hao", "hapsyo"}), musing=False) if shared else endings.of("요")


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each sentence of chat: laughter and emoji end one as well as a full stop does."""
    start = 0
    for match in _BREAK.finditer(text):
        yield from _trimmed(text, start, match.end() if match.group()[0] in ".!?\u2026\u3002" else match.start())
        start = match.end()
    yield from _trimmed(text, start, len(text))


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    piece = text[start:end]
    if _HANGUL.search(piece):
        yield start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())


def _unfinished(shown: str) -> str:
    """What was shown of the sentence (or the aside) that the text goes on with."""
    tail = readable_tail(shown, _TAIL)
    last = max((match.end() for match in _BREAK.finditer(tail)), default=0)
    return tail[last:]


def load_endings() -> Endings:
    """The endings of the package. Raises FilterUnavailable: file, key, what was expected."""
    return parse_endings(shipped_text(_FILE), _FILE)


def parse_endings(source: str, file: str) -> Endings:
    """The endings written in `source`; `file` names it in errors (FilterUnavailable)."""
    document = tables_of(source, file)
    groups = document.get("near", [])
    if not isinstance(groups, list):
        raise FilterUnavailable("character.schema", file=file, key="near", expected="[[near]] …")
    near = tuple(_levels(entry, file, f"near[{number}]") for number, entry in enumerate(groups, 1))
    return Endings(
        _table(document, "ending", file),
        _table(document, "word", file),
        near,
        hashlib.sha256(source.encode("utf-8")).hexdigest()[:12],
    )


def _table(document: dict[str, Any], key: str, file: str) -> dict[str, _Ending]:
    table: dict[str, _Ending] = {}
    entries = document.get(key)
    if not isinstance(entries, list) or not entries:
        raise FilterUnavailable("character.schema", file=file, key=key, expected=f"[[{key}]] …")
    for number, entry in enumerate(entries, 1):
        where = f"{key}[{number}]"
        ending = _Ending(_levels(entry, file, where), bool(entry.get("musing", False)))
        forms = entry.get("forms")
        if not isinstance(forms, list) or not all(isinstance(form, str) and form for form in forms):
            raise FilterUnavailable("character.schema", file=file, key=f"{where}.forms", expected='["…", …]')
        table |= dict.fromkeys(forms, ending)
    return table


def _levels(entry: object, file: str, where: str) -> frozenset[str]:
    levels = entry.get("levels") if isinstance(entry, dict) else None
    if not isinstance(levels, list) or not levels or not LEVELS.issuperset(map(str, levels)):
        expected = " | ".join(sorted(LEVELS))
        raise FilterUnavailable("character.schema", file=file, key=f"{where}.levels", expected=expected)
    return frozenset(map(str, levels))
