"""Whether a message is meant for a persona, and for which: pure, the same on every platform."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bots.places import Mode, PlaceSettings

_ASIDE: Final = re.compile(r"\(\((?:(?!\(\().)*?\)\)", re.DOTALL)
"""What people say to each other beside the play: ((brb))."""
_APART: Final = "//"
"""Begins a message that is beside the play as a whole."""
_KOREAN_NAME: Final = re.compile(r"[가-힣]{3}")
_TITLES: Final = frozenset({"the", "a", "an", "old", "captain", "lord", "lady", "king", "queen", "sir", "mr", "mrs"})
"""What names begin with that nobody is called by."""
_HANGUL: Final = re.compile(r"[가-힣]")


Nicknames = Mapping[str, tuple[str, ...]]
"""What else somebody is called, by id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A message that somebody wrote where personas may listen."""

    text: str
    """Without the mention of the bot itself."""
    called: bool = False
    """The bot was mentioned."""
    answers: str = ""
    """Id of the persona whose message it replies to, or ""."""
    at_home: bool = False
    """In a conversation that is only for a persona: in private, or in a thread of its own."""
    machine: bool = False
    """A bot or a webhook wrote it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """A message that is to be answered."""

    persona: str
    """Id."""
    text: str
    """What was said in the play."""


def attend(
    heard: Heard,
    settings: PlaceSettings,
    names: Mapping[str, str],
    default: str,
    *,
    chance: Callable[[], float],
    nicknames: Nicknames | None = None,
) -> Attention | None:
    """Who is to answer what was heard, or None where nobody is.

    `names` are the display names of those who may be addressed here, by id; `default` is who speaks where nobody is
    named; `chance` gives a number in [0, 1). A name counts where it stands as a word of its own, the first one if
    several do; Korean names may have a particle after them. A first name nobody else here has will do. In a reply to a
    persona's message another one is called only where its name begins or ends what was said. `nicknames` are what else
    they are called.
    """
    if heard.machine and not settings.answer_bots:
        return None
    text = spoken(heard.text)
    if heard.text.strip() and not text:
        return None
    named = addressed(text, names, nicknames)
    answers = heard.answers if heard.answers in names else ""
    if answers and named and not _at_an_end(text, (names[named], *(nicknames or {}).get(named, ()))):
        named = answers  # said about somebody else, to whom it replies
    called = heard.called or bool(heard.answers) or heard.at_home or _awake(text, settings.wake)
    by_chance = settings.mode is Mode.CHANCE and bool(text) and chance() < settings.chance
    if not called and not by_chance and not (settings.mode is Mode.EVERY and text):
        return None
    return Attention(persona=named or answers or default, text=text)


def spoken(text: str) -> str:
    """`text` without what is beside the play; "" where nothing is left."""
    return "" if text.lstrip().startswith(_APART) else _ASIDE.sub(" ", text).strip()


def addressed(text: str, names: Mapping[str, str], nicknames: Nicknames | None = None) -> str:
    """The id of whoever is named first in `text`, of two at one place the longer name; "" for nobody."""
    return next(iter(called_in(text, names, nicknames)), "")


def called_in(text: str, names: Mapping[str, str], nicknames: Nicknames | None = None) -> tuple[str, ...]:
    """The ids of all who are named in `text`, in order, of two at one place the longer name first."""
    shorts = [_short(name) for name in names.values()]
    places = []
    for persona, name in names.items():
        short = _short(name)
        calls = {name, short} if short and shorts.count(short) == 1 else {name}
        calls.update((nicknames or {}).get(persona, ()))
        found = [(_word(called).search(text), called) for called in calls]
        places += [(match.start(), -len(called), persona) for match, called in found if match]
    return tuple(dict.fromkeys(persona for _, _, persona in sorted(places)))


def _short(name: str) -> str:
    """What somebody of this name is called: the first name of two, or a Korean name without that of the family; ""
    where there is no such."""
    if _KOREAN_NAME.fullmatch(name):
        return name[1:]
    first, _, rest = name.partition(" ")
    return first if rest and first.isalpha() and first.istitle() and first.casefold() not in _TITLES else ""


def _at_an_end(text: str, names: Sequence[str]) -> bool:
    """Whether somebody is spoken to by one of `names` where what is said begins or ends."""
    calls = "|".join(re.escape(called) for name in names for called in (name, _short(name)) if called)
    return bool(re.search(rf"^\W*(?:{calls})|(?:{calls})[아야]?\W*$", text, re.IGNORECASE))


def _awake(text: str, words: tuple[str, ...]) -> bool:
    return any(_word(word).search(text) for word in words)


def _word(word: str) -> re.Pattern[str]:
    """`word` as it stands in a sentence: whole, but for Korean particles, which stand behind Latin letters too."""
    end = "" if _HANGUL.fullmatch(word[-1:]) else r"(?![^\W가-힣])"
    return re.compile(rf"(?<!\w){re.escape(word)}{end}", re.IGNORECASE)
