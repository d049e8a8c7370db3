"""Pure: how the persona's last replies differ from how its author lets it talk. It reminds, and never objects.

A single reply may well be long or loud; only a window of them tells. What is measured is what can be measured without a
model: length, endings, marks, questions, openings. The measure is the persona's own demonstrations.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from personas.persona import Persona

WINDOW: Final = 10
"""Replies that are looked at."""
_LEAST_REPLIES: Final = 4
_LEAST_DEMONSTRATIONS: Final = 3
MOST: Final = 2
"""Things that are named at once: small models lose the person in long reminders."""

_SENTENCE: Final = re.compile(r"[^.!?\u2026\n]+[.!?\u2026]*")
_EMOJI: Final = re.compile("[\u2600-\u27bf\U0001f300-\U0001faff]|[\u314b\u314e\u3160\u315c]{2,}")
_MARKUP: Final = re.compile(r"^\s{0,3}(?:[-*•] |\d{1,2}[.)] |#{1,4} |\|)|\*\*[^*\n]{1,80}\*\*", re.MULTILINE)
_OPENING: Final = re.compile(r"\w+")
_LEVELS: Final[tuple[tuple[str, re.Pattern[str]], ...]] = tuple(
    (name, re.compile(f"(?:{endings})[.!?~\u2026]*$"))
    for name, endings in (
        ("formal", "니다|니까|시오"),
        ("polite", "요|죠"),
        ("hao", "[오소]|구려|시다|리다"),
        ("hage", "[네게세]|는가|은가|인가|던가|구먼|구만|나"),
        ("plain", "[다라냐니자]"),
        ("casual", "[어아해야지래줘와봐돼여까데]"),
    )
)
"""Coarse kinds of Korean endings, tried in this order: enough to see a habit change."""
Feature = Callable[[Sequence[str]], float]


def drift(persona: Persona, replies: Sequence[str]) -> tuple[str, ...]:
    """In what the newest of `replies` have drifted from the demonstrations of `persona`, the furthest first: keys
    `drift_…` of `words/prompting.toml` without that beginning. Nothing where either is too few to tell.
    """
    own = [demonstration.reply for demonstration in persona.demonstrations]
    seen = [reply for reply in replies if reply.strip()][-WINDOW:]
    if len(own) < _LEAST_DEMONSTRATIONS or len(seen) < _LEAST_REPLIES:
        return ()
    found = sorted(_drifts(own, seen, korean=persona.language == "ko"), key=lambda entry: -entry[1])
    return tuple(name for name, _ in found[:MOST])


def _drifts(own: Sequence[str], seen: Sequence[str], *, korean: bool) -> Iterator[tuple[str, float]]:
    """Name and how far it went: 1.0 is where it begins to be worth a word."""
    ratio = _length(seen) / max(1.0, _length(own))
    yield from (entry for entry in (("long", ratio / 2.2), ("short", 0.35 / max(ratio, 0.01))) if entry[1] >= 1)
    for name, feature, allowed in (
        ("emoji", _share(_EMOJI), 0.5),
        ("markup", _share(_MARKUP), 0.3),
        ("loud", _loud, 0.4),
        ("opening", _opening, 0.5),
    ):
        excess = (feature(seen) - feature(own)) / allowed
        if excess >= 1:
            yield name, excess
    lacking = (_share(re.compile(r"\?"))(own) - _share(re.compile(r"\?"))(seen)) / 0.5
    if lacking >= 1:
        yield "questions", lacking
    if korean and (missing := _other_endings(own, seen) / 0.5) >= 1:
        yield "endings", missing


def _length(texts: Sequence[str]) -> float:
    return sum(map(len, texts)) / len(texts)


def _share(pattern: re.Pattern[str]) -> Feature:
    """How many of the texts have it."""
    return lambda texts: sum(pattern.search(text) is not None for text in texts) / len(texts)


def _sentences(texts: Sequence[str]) -> list[str]:
    return [sentence.strip() for text in texts for sentence in _SENTENCE.findall(text) if sentence.strip()]


def _loud(texts: Sequence[str]) -> float:
    sentences = _sentences(texts)
    return sum(sentence.endswith("!") for sentence in sentences) / max(1, len(sentences))


def _opening(texts: Sequence[str]) -> float:
    """The share of the commonest first word."""
    first = Counter(match.group().lower() for text in texts if (match := _OPENING.search(text)))
    return max(first.values(), default=0) / len(texts)


def _other_endings(own: Sequence[str], seen: Sequence[str]) -> float:
    """How much rarer the commonest kind of ending has become among sentences whose kind can be told."""
    habit, now = Counter(_levels(own)), Counter(_levels(seen))
    if not habit or not now:
        return 0.0
    level, count = habit.most_common(1)[0]
    return count / habit.total() - now[level] / now.total()


def _levels(texts: Sequence[str]) -> Iterator[str]:
    for sentence in _sentences(texts):
        level = next((name for name, pattern in _LEVELS if pattern.search(sentence)), "")
        if level:
            yield level
