"""Whether a person sincerely asks if they talk to a machine: then the truthful answer comes first.

Doubt is resolved towards the truth: a question that could be meant within a scene stays in it only where the scene
shows, only where it names no machine, and only once.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from moderation.filters.character.asides import asides
from moderation.filters.character.folding import Folded, fold
from moderation.filters.character.phrases import Hit, Phrases, load_phrases
from moderation.normalise.said import SAID_VERSION, said, unmarked
from moderation.normalise.text import FoldedText
from moderation.records import Candidate, Signal, Span, Stage

_FILES: Final = ("questions", "context", "squeezed")
_CODE: Final = f"3, said {SAID_VERSION}"
"""Grows when the rules written in code change: it is part of the version."""

_IN_QUOTE: Final = 0.2
_IN_SCENE: Final = 0.35
_MACHINE_IN_SCENE: Final = 0.6
"""A scene seldom needs the word "chatbot": doubt, so the truth."""
_SINCERE: Final = 0.95
_AGAIN: Final = 0.95
_ASKED: Final = 0.3
"""From this score on an earlier turn counts as asking."""

_LETTER: Final = re.compile(r"[^\W_]")
_HANGUL: Final = re.compile("[\uac00-\ud7a3]")
_LINE: Final = re.compile(r"[^\n]+")
_LOOKALIKES: Final = str.maketrans("013457@$!аеорсухіαοι", "oieastasiaeopcyxiaoi")
"""Digits, signs and foreign letters that stand in for Latin ones."""


class Identity:
    """Scores a person's turn as an identity question. Immutable; safe to share between threads."""

    id = "identity"
    categories = frozenset({"question"})
    stages = frozenset({Stage.INPUT})

    def __init__(self, questions: Phrases, context: Phrases, squeezed: Phrases) -> None:
        self._questions = questions
        self._context = context
        self._squeezed = squeezed
        joined = questions.version + context.version + squeezed.version + _CODE
        self.version = hashlib.sha256(joined.encode()).hexdigest()[:12]

    @classmethod
    def load(cls) -> "Identity":
        """With the rules of the package. Raises FilterUnavailable: file, key, what was expected."""
        return cls(*(load_phrases("identity", name) for name in _FILES))

    def examine(self, candidate: Candidate) -> Sequence[Signal]:
        """One signal a place that asks, or one of score 0.0; from 0.5 on the truthful answer is due. Linear."""
        name = candidate.brief.name
        signals = _apart(self._asked(candidate.text, name))
        again = any(
            signal.score is not None and signal.score >= _ASKED
            for earlier in candidate.earlier
            for signal in self._asked(earlier, name)
        )
        if again:
            signals = tuple(_insisting(signal) for signal in signals)
        return signals or (Signal(category="question", score=0.0),)

    def _asked(self, text: str, name: str) -> Iterator[Signal]:
        """The questions in the lines of `text`; where there is none, in its words, whatever blanks and laughter are
        between and around them."""
        lines = unmarked(FoldedText(text))
        for words in (lines, said(lines)):
            found = [_placed(signal, words) for signal in self._read(words.text, name)]
            if found:
                yield from found
                return

    def _read(self, text: str, name: str) -> Iterator[Signal]:
        folded = _addressed(fold(text), name)
        hits = list(self._questions.find(folded))
        if not hits:
            yield from self._disguised(folded)
            return
        marks = {tag for hit in self._context.find(folded) for tag in hit.rule.tags}
        aside = asides(folded.text)
        scene = "scene" in marks or any(
            kind == "action" and not _out_loud(folded.text, start) for kind, start, _ in aside
        )
        for hit in hits:
            quoted = any(
                kind in {"quote", "action"} and start <= hit.start and hit.end <= end for kind, start, end in aside
            )
            score = _score(hit, quoted=quoted, scene=scene, sincere="sincere" in marks)
            yield Signal(category="question", score=score, spans=(folded.span(hit.start, hit.end),), detail=hit.rule.id)

    def _disguised(self, folded: Folded) -> Iterator[Signal]:
        """The question with its letters set apart or swapped."""
        for match in _LINE.finditer(folded.text):
            letters = "".join(_LETTER.findall(match.group().lower().translate(_LOOKALIKES)))
            for hit in self._squeezed.find(fold(letters)):
                span = folded.span(match.start(), match.end())
                yield Signal(category="question", score=hit.rule.score, spans=(span,), detail=hit.rule.id)


def _placed(signal: Signal, words: FoldedText) -> Signal:
    """With its places in the text that `words` are of."""
    return replace(signal, spans=tuple(Span(*words.place(span.start, span.end)) for span in signal.spans))


def _addressed(folded: Folded, name: str) -> Folded:
    """With the persona's name read as "you", so that "Is Mira a bot?" is a question to Mira. Every place stays."""
    you = "당신" if _HANGUL.search(name) else "you"
    if len(name) < len(you) or name.lower() not in folded.text.lower():
        return folded
    text = re.sub(re.escape(name), you.rjust(len(name)), folded.text, flags=re.IGNORECASE)
    return Folded(text, text.encode("utf-8"), folded.starts)


def _out_loud(text: str, start: int) -> bool:
    """Whether an aside is a remark outside the scene: "(( … ))" or plain parentheses, not an *action*."""
    return text[start] == "("


def _score(hit: Hit, *, quoted: bool, scene: bool, sincere: bool) -> float:
    machine = "machine" in hit.rule.tags
    if sincere:
        return _SINCERE
    if quoted:
        return _IN_QUOTE
    if scene:
        return min(hit.rule.score, _MACHINE_IN_SCENE if machine else _IN_SCENE)
    return hit.rule.score


def _apart(signals: Iterable[Signal]) -> tuple[Signal, ...]:
    """By place; of those that overlap only the surest: rules overlap on purpose, a question is asked once."""
    kept: list[Signal] = []
    for signal in sorted(signals, key=lambda signal: signal.spans):
        if not kept or kept[-1].spans[0].end <= signal.spans[0].start:
            kept.append(signal)
        elif (signal.score or 0.0) > (kept[-1].score or 0.0):
            kept[-1] = signal
    return tuple(kept)


def _insisting(signal: Signal) -> Signal:
    """A question asked before and asked again is meant."""
    if signal.score is None or signal.score < _ASKED:
        return signal
    return Signal(
        category=signal.category,
        score=max(signal.score, _AGAIN),
        spans=signal.spans,
        detail=f"{signal.detail}, again",
    )
