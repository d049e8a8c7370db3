"""Who asks the review desk for what, and how each verb goes: one table of who may do what."""

import shlex
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeAlias

from bots.cards import Card, Row
from bots.errors import NotAllowed, UsageError
from bots.exposure import Exposure
from bots.mutes import Mutes
from bots.state import State
from moderation.cases import Rank, Reviewer
from moderation.words import catalogue

if TYPE_CHECKING:
    from bots.own_words import OwnWords

RANKS: Final[Mapping[str, Rank]] = MappingProxyType(
    {
        "help": Rank.MODERATOR,
        "list": Rank.MODERATOR,
        "next": Rank.MODERATOR,
        "show": Rank.MODERATOR,
        "brief": Rank.MODERATOR,
        "claim": Rank.MODERATOR,
        "renew": Rank.MODERATOR,
        "release": Rank.MODERATOR,
        "escalate": Rank.MODERATOR,
        "uphold": Rank.MODERATOR,
        "overturn": Rank.MODERATOR,
        "reopen": Rank.MODERATOR,
        "approve": Rank.MODERATOR,
        "reject": Rank.MODERATOR,
        "edit": Rank.MODERATOR,
        "draft": Rank.MODERATOR,
        "note": Rank.MODERATOR,
        "answer": Rank.MODERATOR,
        "withdraw": Rank.MODERATOR,
        "merge": Rank.MODERATOR,
        "search": Rank.MODERATOR,
        "stats": Rank.MODERATOR,
        "mute": Rank.MODERATOR,
        "unmute": Rank.MODERATOR,
        "mutes": Rank.MODERATOR,
        "new": Rank.MODERATOR,
        "blur": Rank.MODERATOR,
        "bulk": Rank.SENIOR,
        "undo": Rank.SENIOR,
        "export": Rank.SENIOR,
        "lexicon": Rank.ADMIN,
    }
)
"""The lowest rank that may use each verb."""

REVIEW: Final = "/review"
"""What is typed before a verb, where nothing else is said."""
_NAMED: Final = 10

_UNTOLD: Final = frozenset({"brief"})
"""What platforms ask for, and nobody types."""
_SHOWN: Final = 40
"""Letters of a verb that there is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """Who asks, and for which community."""

    who: Reviewer
    server: str | None
    """None: for all."""
    seen: str = ""
    """The turn of the case as it was seen by whoever pressed a button; "": they typed."""
    typed: str = REVIEW
    """What they type before a verb."""

    def line(self, *words: str) -> str:
        """What they can type to have that done."""
        return f"{self.typed} {shlex.join(words)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What moderators reach for beside the desk itself."""

    state: State
    now: Callable[[], datetime]
    ids: Callable[[], str]
    """Makes ids that people type."""
    mutes: Mutes
    exposure: Exposure
    words: "OwnWords | None" = None
    """None where there is no guard that could hear of them."""
    speaker: Callable[[str, str], object] | None = None
    """Raises Unknown where no persona of an id may speak in a community; None where nobody knows."""


Verb: TypeAlias = Callable[[list[str], By], Awaitable[Card]]
"""What a verb does with the words behind it."""


def permit(verb: str, rank: Rank, language: str) -> None:
    """Raises NotAllowed where somebody is of too low a rank for a verb."""
    if rank < RANKS[verb]:
        role = catalogue("bots").say(f"commands.role_{RANKS[verb].name.lower()}", language)
        raise NotAllowed("commands.not_allowed", role=role)


def help_card(rank: Rank, language: str) -> Card:
    """All that somebody of a rank can type, a line for each verb."""
    say = catalogue("bots").say
    verbs = (verb for verb, least in RANKS.items() if least <= rank and verb not in _UNTOLD)
    rows = tuple(Row(label=_verb(verb, language), text=say(f"review_help.{verb}", language)) for verb in verbs)
    return Card(title=say("review_help.title", language), rows=rows)


def wrong(verb: str, language: str) -> UsageError:
    """How one verb goes."""
    return UsageError("commands.usage", usage=f"{REVIEW} {_verb(verb, language)}")


def unknown(verb: str) -> UsageError:
    """Where the verbs there are can be read."""
    return UsageError("review_help.unknown", verb=verb[:_SHOWN], review=REVIEW)


def counted(ids: Sequence[str]) -> str:
    """How many cases, and which."""
    more = f" + {len(ids) - _NAMED}" if len(ids) > _NAMED else ""
    return f"{len(ids)}: {', '.join(ids[:_NAMED])}{more}" if ids else "0"


def _verb(verb: str, language: str) -> str:
    return catalogue("bots").say(f"desk.usage_{verb}", language)
