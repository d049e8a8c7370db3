"""The contract of a platform: it shows cleared passages and cards, and hands over what people write.

A platform cannot draft, judge or keep anything by itself: it is given a `Router`. To add one: a folder `bots/NAME_bot`
with a class that has these members, built in `bots.app` alone; `tests/contracts/test_platforms.py` runs over it.
"""

import enum
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from bots.attention import Attention, Heard
from bots.cards import Card
from bots.places import Place, PlaceSettings
from bots.records import Record
from bots.replies import Replies
from moderation.cases import Rank
from personas.handover import Late, nobody
from personas.messages import Cue, Event, Message, Passage


class Role(enum.IntEnum):
    """What somebody may do; a higher one may do all that a lower one may."""

    MEMBER = 0
    MODERATOR = 1
    """Reviews what was kept of the community, chooses who speaks where."""
    SENIOR = 2
    """Takes what moderators escalate, and undoes what they decided."""
    ADMIN = 3
    """Sets what holds in the community."""
    OWNER = 4
    """Runs the program: sees every community's."""

    @property
    def rank(self) -> Rank:
        """What they may do with cases."""
        return Rank(min(self, Rank.ADMIN))


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Somebody who wants something, and where. The platform vouches for it at every call."""

    message: Message
    """Who, in which conversation; its text is what was typed, where something was."""
    place: Place
    role: Role = Role.MEMBER
    badges: frozenset[str] = frozenset()
    """Keys by which a community may have named them as somebody who looks after it: theirs, those of their roles."""
    language: str = ""
    """The person's own language where the platform tells it: cards are written in it. "": the one of the place."""
    about: str = ""
    """The text a command is about: of the reply that is reported."""
    file: bytes = b""
    """What came with a command."""
    file_name: str = ""
    hidden: bool = False
    """They look after the community without its people knowing who they are."""

    @property
    def actor(self) -> str:
        """Under whose key it is noted what they decide or word: their own, or, of somebody who hides or whom the
        platform does not tell apart, that of everybody who looks after the community so."""
        return f"hidden:{self.place.community}" if self.hidden or not self.message.person else self.message.person

    def is_person(self, key: str) -> bool:
        """Whether it is surely they whose key that is."""
        return bool(key) and key == self.message.person


@dataclass(frozen=True, slots=True, kw_only=True)
class Mask:
    """How a persona appears."""

    name: str
    picture: str = ""
    """Address of its picture, or ""."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """Who speaks in a conversation, and how it begins."""

    id: str
    """Of the persona."""
    mask: Mask
    greeting: Passage | None
    greetings: tuple[str, ...]
    """That one and the others it has, to leaf through."""
    warning: Card | None
    """What a person should know first: say, that the model in use does not speak the language of somebody there."""


class Placed(enum.Enum):
    """What became of something that was to be put in its place."""

    DONE = "done"
    NOT = "not"
    """Nothing is to be put there after all."""
    GONE = "gone"
    """There is no such place any more."""
    LATER = "later"
    """The platform cannot do it now, or somebody is changing what stands there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filling:
    """What is put in the place of a reply."""

    passage: Passage
    over: tuple[str, ...] = ()
    """Words of ours one of which the reply may end with: only they are replaced then."""


Fill = Callable[[Place], Awaitable[Filling | None]]
"""Makes what is to be put there, now that the place is known, or None."""


class Router(Protocol):
    """What a platform may ask for. Safe to use from any number of tasks of one event loop."""

    @property
    def replies(self) -> Replies:
        """What stands where."""

    async def settings(self, place: Place) -> PlaceSettings:
        """What holds in a place."""

    async def standing(self, caller: Caller) -> Role:
        """What somebody may do where they are, by the platform or because the community named them."""

    async def listen(self, heard: Heard, place: Place) -> Attention | None:
        """Which persona is to answer what was heard there, or None where nobody is."""

    def reply(
        self, caller: Caller, cue: Cue = Cue.ANSWER, *, last: tuple[str, str] | None = None, late: Late = nobody
    ) -> AsyncGenerator[Event | Card, None]:
        """The reply to the message of `caller`, as `PersonaRuntime.respond` gives it, and cards before it that the
        person should see (a notice, a limit); raises Busy before the first event. Without `Finished` there is no reply,
        only the cards that say why.

        `last` is what the last turn said and what it got, as the platform has them, for a `cue` that needs them and a
        window that was lost. Iterate to the end or close (`contextlib.aclosing`): then what was shown is judged as a
        whole, and where it may not stand `late` is given what is to be done, before the iterator is closed.
        """

    async def reacts(self, caller: Caller) -> str:
        """The id of the persona that reacts to what another one on the same stage has just said where `caller`, who set
        it off, is; "" for nobody. `reply` gives it with `Cue.REACT`: it ends without `Finished` as soon as
        a human speaks there. To be asked again after each that came to its end."""

    def decline(self, caller: Caller) -> AsyncGenerator[Event | Card, None]:
        """What the persona says to something that holds no words (a sticker, a voice message, a picture), with cards
        before it as with `reply`; raises Busy before the first event. No model is asked, and none of it is a part of
        the conversation. Iterate to the end or close."""

    async def clear(self, text: str, caller: Caller) -> Passage | Card:
        """`text`, which a person wrote, as the persona's last reply, or why not (`PersonaRuntime.clear`)."""

    async def revise(self, caller: Caller, text: str) -> None:
        """The persona's last reply there reads `text` now ("": it is gone); for replies that follow."""

    async def unsay(self, caller: Caller) -> None:
        """What the caller said in a message (by its id) was taken away: it is forgotten with the reply it got, and what
        was remembered of it too. Raises Busy."""

    async def command(self, line: str, caller: Caller) -> Card:
        """What a command that a person typed ("/why x3f9") comes to. Errors are cards."""

    async def released(self, exchange: str) -> bool:
        """Have what was decided about a reply that is held carried out, if anything was; whether nothing is to be
        waited for any more. For a platform that asks for it, as nobody goes through what is decided in its process."""

    async def meet(self, caller: Caller) -> Meeting:
        """Begin a conversation, or go on in it after its persona changed (`Card.met`)."""

    async def introduce(self, caller: Caller, *, asked: bool) -> Card | None:
        """The notice that an AI speaks there, which the next reply need not give again; None where it was given lately
        and nobody `asked` for it."""

    def mask(self, persona: str, community: str) -> Mask:
        """How a persona appears; for an unknown id a name nobody has."""

    async def picture(self, persona: str, community: str) -> bytes:
        """The picture of the card in which a persona came to a community, for platforms that take more than an address
        (`Mask.picture`); b"" for none."""

    def personas(self, place: Place) -> tuple[tuple[str, str], ...]:
        """Id and name of everybody who may speak in a place."""

    async def moved(self, old: Place, new: Place, *, channel: str) -> None:
        """A place has another key now, and its conversation goes on: settings, replies, figures of the day, notices
        and, of a community, its own personas and its cases follow, and so do cards for moderators that went there. The
        platform finds it by `channel`. Does nothing the second time."""

    async def sending_to(self, platform: str, channel: str) -> tuple[str, ...]:
        """Keys of the servers of a platform that have their cards for moderators go to `channel`, in order."""

    async def recall(self, name: str) -> str:
        """What a platform noted under a name, or "": small facts of its own, never what somebody said."""

    async def remember(self, name: str, value: str, *, lasts: timedelta | None = None) -> None:
        """Note something under a name, for `recall` after a restart, for as long as it `lasts`; None: for ever."""


class Platform(Protocol):
    """One way people meet personas."""

    @property
    def name(self) -> str:
        """Its name in records: "console", "discord" ..."""

    @property
    def connected(self) -> bool:
        """Whether it is reached at this moment."""

    async def serve(self, router: Router) -> None:
        """Carry messages until there are no more, or until cancelled; leaves no half-shown reply behind."""

    async def put(self, record: Record, fill: Fill, *, author: str = "") -> Placed:
        """Have a reply read otherwise where it stands, or, where it stands in no message, in a new one; it is noted as
        `record` is. `author` is the key of whoever worded it, or "". What stands there already is not written again."""

    async def take_back(self, record: Record) -> bool:
        """Take a reply away wherever it stands; whether that was possible."""

    async def tell_moderators(self, place: Place, card: Card) -> bool:
        """Put a card where the moderators of a community look (`PlaceSettings.log_channel`); whether it stands there.
        Raises StoreBusy, StoreFailed."""

    async def renew(self, caller: Caller, case: str) -> bool:
        """Have the card that the moderators of the community of `caller` have of a case read as that stands now; False:
        that cannot be done now, and is to be tried again."""

    async def tell(self, person: str, card: Card, language: str) -> bool:
        """Show a card to the person with that key alone; whether that was possible."""
