"""Rows made by rule: what labelled sets lack, and the hostile sentence beside each kind of it.

`templates.toml` is about insults, hate and stereotypes, `claims.toml` about the heads that no labelled set teaches;
`sayings.toml` has single sentences for all of them.
"""

import importlib.resources
import itertools
import math
import re
import tomllib
import zlib
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from moderation.models.corpus import HEADS, OWN, Row

FILES: Final = ("templates.toml", "claims.toml", "sayings.toml")
MOST: Final = 60
"""Rows of one template at most, where its frame does not say otherwise with `take`."""
_GOLDEN: Final = 0.618
"""Share of a cycle that one step takes."""

_PASSAGES: Final = 1500
"""Of each language: sentences of templates in a row, so that length alone does not tell a harmless text."""
_SENTENCES: Final[Mapping[str, int]] = MappingProxyType({"en": 7, "ko": 3})
"""Of a passage at most: as many as fill a window."""
_HOSTILE: Final[Mapping[str, int]] = MappingProxyType({"ko": 3})
"""One passage in this many has a hostile sentence in it. None where short windows find it anyhow: there such passages
would only teach that long texts are hostile."""

_SLOT: Final = re.compile(r"\{(\w+)\}")
_PARTICLE: Final = re.compile(r"(?<=([가-힣]))(은/는|이/가|을/를|예요/이에요|와/과|아/야|로/으로|([가-힣]+)/이\3)")
_AFTER_CONSONANT: Final = frozenset({"은", "이", "을", "이에요", "과", "아", "으로"})
_FIRST_SYLLABLE: Final = 0xAC00
_TAILS: Final = 28
_RIEUL: Final = 8


def template_rows(*, kept: bool = False) -> Iterator[Row]:
    """Every template with its fillers, in the order of the file: those to train with, or those kept for measuring.

    Whole templates are kept back, not rows: what is measured with them is wording that no training row has. The rows to
    train with end in passages of several. No text comes twice from a file. A file's slots are known to those after it.
    """
    slots: dict[str, dict[str, Sequence[str]]] = {}
    for name in FILES:
        file = importlib.resources.files("moderation.models") / name
        for lang, section in tomllib.loads(file.read_text(encoding="utf-8")).items():
            known = slots.setdefault(lang, {})
            known.update(section.get("slots", {}))
            frames = [frame for frame in section["frames"] if frame.get("kept", False) is kept]
            rows = list({row.text: row for frame in frames for row in _rows(lang, frame, known)}.values())
            yield from rows
            if not kept and name == FILES[0]:
                yield from _passages(lang, rows)


def _rows(lang: str, frame: Mapping[str, Any], slots: Mapping[str, Sequence[str]]) -> Iterator[Row]:
    targets = dict.fromkeys(HEADS, False) if frame.get("calm", False) else frame["targets"]
    for template in frame["texts"]:
        for text in _fill(template, slots, frame.get("take", MOST)):
            label = any(targets.values())
            yield Row(text=text, label=label, lang=lang, source=OWN, targets=targets, group=template)


def _passages(lang: str, rows: Sequence[Row]) -> Iterator[Row]:
    """Harmless sentences in a row, with a hostile one in the midst of some: that one says what the passage is."""
    calm = _spread([row for row in rows if len(row.targets) == len(HEADS) and not row.label])
    hostile = _spread([row for row in rows if row.label])
    every = _HOSTILE.get(lang, _PASSAGES + 1)
    for number in range(1, _PASSAGES + 1):
        length = 2 + number % (_SENTENCES[lang] - 1)
        sentences = list(itertools.islice(calm, length))
        said = sentences[0]
        if number % every == 0:
            said = sentences[number // every % length] = next(hostile)
        text = " ".join(sentence.text for sentence in sentences)
        yield Row(text=text, label=said.label, lang=lang, source=OWN, targets=said.targets, group=said.group)


def _spread(rows: Sequence[Row]) -> Iterator[Row]:
    """Without end, neighbours far apart in `rows`."""
    stride = _stride(len(rows))
    return (rows[number * stride % len(rows)] for number in itertools.count())


def _stride(total: int) -> int:
    """A step that goes through all places of a cycle of `total` and never bunches up."""
    return next(step for step in itertools.count(max(1, int(total * _GOLDEN))) if math.gcd(step, total) == 1)


def _fill(template: str, slots: Mapping[str, Sequence[str]], most: int) -> Iterator[str]:
    """At most `most` fillings of `template`, spread over all that there are; each template begins elsewhere."""
    names = list(dict.fromkeys(_SLOT.findall(template)))
    total = math.prod(len(slots[name]) for name in names)
    start, stride = zlib.crc32(template.encode()), _stride(total)
    for number in range(min(most, total)):
        text, place = template, (start + number * stride) % total
        for name in names:
            place, which = divmod(place, len(slots[name]))
            text = text.replace("{" + name + "}", slots[name][which])
        text = fit_particles(text)
        yield text[0].upper() + text[1:]


def fit_particles(text: str) -> str:
    """Each pair of Korean particles in `text`, 은/는 or 라고/이라고, made the one that fits the syllable before it."""
    return _PARTICLE.sub(_particle, text)


def _particle(match: re.Match[str]) -> str:
    syllable, pair, longer_by_one = match.groups()
    tail = (ord(syllable) - _FIRST_SYLLABLE) % _TAILS
    closed = tail != 0 and not (pair == "로/으로" and tail == _RIEUL)
    one, other = pair.split("/")
    if longer_by_one:
        return other if closed else one
    return one if (one in _AFTER_CONSONANT) is closed else other
