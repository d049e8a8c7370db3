"""What became of a reply about which people decided, and how they are told."""

import enum
from collections.abc import Iterable
from dataclasses import dataclass, replace

from bots.cards import Card, Tone
from moderation.words import catalogue


class Result(enum.StrEnum):
    """What became of one reply."""

    SHOWN = "shown"
    REFUSED = "refused"
    LATER = "later"
    """It cannot be done now, and is tried again."""
    GONE = "gone"
    REPLACED = "replaced"
    """The persona said something else there since."""
    MASKED = "masked"
    ERASED = "erased"
    OLD = "old"
    LOCKED = "locked"
    NOBODY = "nobody"
    """The persona may not speak there any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What became of one reply, and which rules kept it from being shown."""

    result: Result
    rules: tuple[str, ...] = ()


def followed(card: Card, done: Iterable[Done], language: str) -> Card:
    """A card about a decision, with what became of it."""
    told = dict.fromkeys(
        catalogue("bots").say(f"commands.after_{each.result}", language, rules=", ".join(each.rules)) for each in done
    )
    well = all(each.result in (Result.SHOWN, Result.REFUSED, Result.LATER) for each in done)
    return replace(card, hint=" ".join(told), tone=card.tone if well else Tone.BAD)
