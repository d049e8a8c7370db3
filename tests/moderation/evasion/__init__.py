"""A second disguise suite, written after the rules were tuned on the first: other disguises, other words, other lines.

Beside one sentence it has words split across messages of one person. `cases(language)` gives everything, always the
same, in two halves: rules are tuned on one, the other is looked at when they are done.
"""

import itertools
import random
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.moderation.disguises import HALVES, Half, Kind
from tests.moderation.evasion.english import ENGLISH
from tests.moderation.evasion.korean import KOREAN
from tests.moderation.evasion.ways import Way

SEED: Final = 20261125
LANGUAGES: Final = ("en", "ko")
_WAYS: Final[dict[str, tuple[Way, ...]]] = {"en": ENGLISH, "ko": KOREAN}
_FOLDER: Final = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the suite, with what the same person wrote before it."""

    text: str
    earlier: tuple[str, ...] = ()
    kind: Kind
    how: str
    half: Half


def cases(language: str) -> tuple[Line, ...]:
    """Every line of `language`, in the order of its file."""
    table = tomllib.loads((_FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
    made: list[tuple[tuple[str, ...], Kind, str]] = []
    made += [((text,), "disguised", how) for text, how in _disguised(language, table)]
    made += [((text,), "disguised", "by hand") for text in table["hand"]]
    made += [(tuple(messages), "disguised", "messages") for messages in table["messages"]]
    made += [(messages, "disguised", "messages") for messages in _split(table)]
    made += [((text,), "innocent", "by hand") for text in table["innocent"]]
    made += [((text,), "innocent", "composed") for part in table["composed"] for text in _composed(part)]
    made += [(tuple(messages), "innocent", "messages") for messages in table["innocent_messages"]]
    made += [((text,), "identity", "by hand") for text in table["identity"]]
    made += [((text,), "identity", "composed") for part in table["identities"] for text in _composed(part)]
    chance = random.Random(SEED)
    return tuple(
        Line(text=messages[-1], earlier=messages[:-1], kind=kind, how=how, half=HALVES[chance.random() < 0.5])
        for messages, kind, how in dict.fromkeys(made)
    )


def _disguised(language: str, table: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Each term in each way, in a frame."""
    for way in _WAYS[language]:
        for term in table["terms"]:
            chance = random.Random(f"{SEED}:{way.__name__}:{term}")
            hidden = way(term, chance)
            if hidden not in ("", term):
                yield chance.choice(table["frames"]).format(hidden), way.__name__


def _split(table: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """Each term of few letters in as many messages; longer ones in two or three parts."""
    for term in table["split"]:
        chance = random.Random(f"{SEED}:{term}")
        parts = list(term) if len(term) <= 4 else _parts(term, chance)
        before, after = chance.choice(table["around"])
        yield (*([before] if before and len(parts) < 4 else []), *parts[:-1], parts[-1] + after)


def _parts(term: str, chance: random.Random) -> list[str]:
    cuts = sorted(chance.sample(range(1, len(term)), chance.choice([1, 2])))
    return [term[first:last] for first, last in itertools.pairwise([0, *cuts, len(term)])]


def _composed(part: dict[str, list[str]]) -> Iterator[str]:
    """Every frame of a part with every word, and pairs of words where a frame has two places."""
    words = part["words"]
    for at, frame in enumerate(part["frames"]):
        for number, word in enumerate(words):
            others = part.get("others", words)
            yield frame.format(word, others[(number + at) % len(others)])
