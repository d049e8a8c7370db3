"""Rows made by rule from `templates.toml`: what labelled sets lack, and the hostile sentence beside each kind of it."""

import importlib.resources
import itertools
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from moderation.models.corpus import OWN, Row

_SLOT: Final = re.compile(r"\{(\w+)\}")
_PARTICLE: Final = re.compile(r"(?<=([가-힣]))(은/는|이/가|을/를|예요/이에요|야/이야|로/으로)")
_AFTER_CONSONANT: Final = frozenset({"은", "이", "을", "이에요", "이야", "으로"})
_FIRST_SYLLABLE: Final = 0xAC00
_TAILS: Final = 28
_RIEUL: Final = 8


def template_rows() -> Iterator[Row]:
    """Every template with every filler, in the order of the file."""
    file = importlib.resources.files("moderation.models") / "templates.toml"
    for lang, section in tomllib.loads(file.read_text(encoding="utf-8")).items():
        for frame in section["frames"]:
            targets = frame["targets"]
            for text in itertools.chain.from_iterable(_fill(text, section["slots"]) for text in frame["texts"]):
                yield Row(text=text, label=any(targets.values()), lang=lang, source=OWN, targets=targets)


def _fill(template: str, slots: Mapping[str, Sequence[str]]) -> Iterator[str]:
    names = list(dict.fromkeys(_SLOT.findall(template)))
    for values in itertools.product(*(slots[name] for name in names)):
        text = template
        for name, value in zip(names, values, strict=True):
            text = text.replace("{" + name + "}", value)
        yield fit_particles(text[0].upper() + text[1:])


def fit_particles(text: str) -> str:
    """Each pair of Korean particles in `text`, 은/는, made the one that fits the syllable before it."""
    return _PARTICLE.sub(_particle, text)


def _particle(match: re.Match[str]) -> str:
    syllable, pair = match.groups()
    tail = (ord(syllable) - _FIRST_SYLLABLE) % _TAILS
    closed = tail != 0 and not (pair == "로/으로" and tail == _RIEUL)
    one, other = pair.split("/")
    return one if (one in _AFTER_CONSONANT) is closed else other
