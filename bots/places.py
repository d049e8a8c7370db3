"""What holds in a place: settings of servers, categories, channels and threads, the narrower before the wider.

A scope is named by a key PLATFORM:KIND:ID, say `discord:channel:42`, with KIND one of server, category, channel,
thread, dm.
"""

import asyncio
import dataclasses
import enum
import re
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final, Literal, TypeVar, get_type_hints

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from bots.cadence import DEFAULT, LAWS, strictest
from bots.errors import UsageError
from bots.state import Entry, State
from moderation.validation import Expectation, Misfit, first_problem
from moderation.words import LANGUAGES
from personas.manners import AUDIENCES, LEVELS

K = TypeVar("K")
V = TypeVar("V")

_KIND: Final = "place"
"""Of the entries."""
_LONGEST: Final = 100
"""Characters of a name."""
_MOST: Final = 20
"""Names of one setting."""
_ALL: Final = 100_000
_CHANNEL: Final = re.compile(r"(?:[a-z]+:[a-z]+:)?-?[0-9]{1,20}(?:/[0-9]{1,20})?")
"""The platform's own id, of a topic of Telegram with it after a stroke, perhaps as a key."""
_ENOUGH: Final = 10**15
"""No limit needs more: a thousand million units of money."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where people talk."""

    platform: str
    scopes: tuple[str, ...]
    """Keys from the widest to the narrowest: server, category, channel, thread; one for a conversation in private."""
    private: bool = False
    """A conversation with one person alone."""
    adult: bool = False
    """The platform lets only adults in."""

    def __post_init__(self) -> None:
        if not self.scopes:
            raise ValueError("a place is somewhere")

    @property
    def conversation(self) -> str:
        """The narrowest scope."""
        return self.scopes[-1]

    @property
    def server(self) -> str:
        """The widest scope, or "" in private."""
        return "" if self.private else self.scopes[0]

    @property
    def community(self) -> str:
        """The widest scope: whose own personas may speak here."""
        return self.scopes[0]

    @property
    def channel(self) -> str:
        """The narrowest scope that is not a thread: threads are opened by anybody and share what their channel has."""
        return next((scope for scope in reversed(self.scopes) if kind_of(scope) != "thread"), self.scopes[0])


class Mode(enum.StrEnum):
    """Which messages are answered, wherever a persona may speak."""

    MENTION = "mention"
    """Mentions, replies and wake words."""
    EVERY = "every"
    CHANCE = "chance"
    """As MENTION, and now and then another."""


def _name(given: str) -> str:
    if len(given) > _LONGEST:
        raise Misfit(UsageError("places.expect_short", most=_LONGEST))
    return given


def _channel(given: str) -> str:
    if given and not _CHANNEL.fullmatch(given):
        raise Misfit(UsageError("places.expect_channel"))
    return given


def _names(given: tuple[str, ...]) -> tuple[str, ...]:
    if len(given) > _MOST or not all(0 < len(name.strip()) <= _LONGEST for name in given):
        raise Misfit(UsageError("places.expect_names", count=_MOST, most=_LONGEST))
    return tuple(dict.fromkeys(name.strip() for name in given))


def _day(given: str) -> str:
    """A day of the calendar, as YYYY-MM-DD, or "" for none."""
    try:
        return date.fromisoformat(given).isoformat() if given else ""
    except ValueError:
        raise Misfit(UsageError("places.expect_day")) from None


def _one_of(*names: str) -> BeforeValidator:
    def check(given: object) -> object:
        if given not in names:
            raise Misfit(Expectation("validation.one_of", names=", ".join(name or '""' for name in names)))
        return given

    return BeforeValidator(check)


def _laws(given: tuple[str, ...]) -> tuple[str, ...]:
    for name in given:
        if name not in LAWS:
            raise Misfit(Expectation("validation.one_of", names=", ".join(LAWS)))
    return tuple(dict.fromkeys(given))


_Name = Annotated[str, AfterValidator(_name)]
_Channel = Annotated[str, AfterValidator(_channel)]
_Names = Annotated[tuple[str, ...], Field(strict=False), AfterValidator(_names)]
_Laws = Annotated[tuple[str, ...], Field(strict=False), AfterValidator(_laws)]
_Day = Annotated[str, AfterValidator(_day)]
_Limit = Annotated[int, Field(ge=0, le=_ENOUGH)]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceSettings:
    """What holds in one place. Limits are for one day (UTC), 0 is none; money in millionths of the price's currency."""

    persona: _Name = ""
    """Id of who speaks where nobody else is named, or "": the one of the settings."""
    personas: _Names = ()
    """Ids of those who may be addressed by name; empty: all."""
    scene: _Names = ()
    """Ids of those who are on the stage together; fewer than two: nobody is."""
    scene_turns: Annotated[int, Field(ge=1, le=6)] = 3
    """Turns that they may have in a row after a human spoke."""
    scene_chance: Annotated[float, Field(ge=0, le=1)] = 0.5
    """How often one of them reacts to another that did not call it, and again to that one."""
    mode: Annotated[Mode, Field(strict=False), _one_of(*Mode)] = Mode.MENTION
    chance: Annotated[float, Field(ge=0, le=1)] = 0.05
    """How often another message is answered in the mode CHANCE."""
    wake: _Names = ()
    """Words that call whoever speaks here."""
    threads: bool = False
    """A thread for every conversation."""
    language: Annotated[str, _one_of("", *LANGUAGES)] = ""
    """Of Talchum's own words here, or "": the one of the settings."""
    mark: bool = True
    """The name says that an AI speaks."""
    profile: Annotated[Literal["", "minors"], _one_of("", "minors")] = ""
    """Whom to be careful with. What a wider scope is careful about, no narrower one is careless about."""
    audience: Annotated[str, _one_of("", *AUDIENCES)] = ""
    """Who listens here: it chooses a speech level and a tone among those that a persona's file allows."""
    speech_level: Annotated[str, _one_of("", *LEVELS)] = ""
    """The speech level here, whatever the audience is and the file allows; "": none in particular."""
    notices: _Laws = (DEFAULT,)
    """By which laws people are told that an AI speaks (`bots.cadence`): those of wider scopes hold too."""
    memory: Annotated[Literal["off", "channel", "server"], _one_of("off", "channel", "server")] = "off"
    """Where others talk too, whether those are remembered who want that: what they say in a channel (a thread, a topic)
    there alone, or in all of a server. In private it is theirs to say."""
    paused: bool = False
    log_channel: _Channel = ""
    """Key of where the cards for moderators go. For a whole server."""
    moderators: _Names = ()
    """Keys of roles and persons who review here, besides those to whom the platform gives the right. For a whole
    server."""
    seniors: _Names = ()
    """Keys of those who also take what moderators escalate, and undo what they decided. For a whole server."""
    moment: _Day = ""
    """The day at which personas that live at a moment are here, where it is earlier than their own; "": their own."""
    answer_bots: bool = False
    loop_limit: Annotated[int, Field(ge=0, le=100)] = 5
    """Replies to bots after a human last spoke."""
    person_messages: _Limit = 0
    person_tokens: _Limit = 0
    person_money: _Limit = 0
    channel_messages: _Limit = 0
    channel_tokens: _Limit = 0
    channel_money: _Limit = 0
    server_messages: _Limit = 0
    """The limits of a server are for a whole server."""
    server_tokens: _Limit = 0
    server_money: _Limit = 0


FIELDS: Final = tuple(field.name for field in dataclasses.fields(PlaceSettings))
SERVER_WIDE: Final = frozenset(
    {"log_channel", "moderators", "seniors", "server_messages", "server_tokens", "server_money"}
)
"""Settings that only the widest scope of a place has."""
_NARROW: Final = frozenset({"category", "channel", "thread", "dm"})
"""Kinds of scopes that are never a whole server."""


class Places:
    """The settings of all places. Used from one event loop, of the only process that changes them: but what somebody
    set in private is theirs, and may be erased from another process."""

    def __init__(self, state: State, defaults: PlaceSettings, *, remembered: int = 4_096) -> None:
        """`defaults` hold where nothing else was set; `remembered` is for how many scopes the state is asked once."""
        self._state = state
        self._defaults = defaults
        self._limit = remembered
        self._known: OrderedDict[str, Mapping[str, Any]] = OrderedDict()
        self._merged: OrderedDict[tuple[str, ...], PlaceSettings] = OrderedDict()
        """What holds where the scopes are these, as long as nothing changes: a message asks a dozen times."""
        self._changes = 0
        self._changing = asyncio.Lock()
        hints = get_type_hints(PlaceSettings, include_extras=True)
        self._checks = {name: TypeAdapter[Any](hints[name], config=ConfigDict(strict=True)) for name in FIELDS}

    def adopt(self, defaults: PlaceSettings) -> None:
        """Have other defaults hold from now on."""
        self._defaults = defaults
        self._changed()

    async def of(self, place: Place) -> PlaceSettings:
        """What holds in `place`. Raises StoreBusy, StoreFailed."""
        changes = self._changes
        narrowing = await self._own(place.scopes)
        merged = self._merged.get(place.scopes) if changes == self._changes else None
        if merged is None:
            explained = self._explained(place, narrowing)
            merged = PlaceSettings(**{name: value for name, (value, _) in explained.items()})
            if changes == self._changes and not any(map(_theirs, place.scopes)):
                _remember(self._merged, {place.scopes: merged}, self._limit)
        return merged

    async def explain(self, place: Place) -> Mapping[str, tuple[Any, str]]:
        """Every setting's value in `place`, and the scope it comes from, or "" for the defaults."""
        return self._explained(place, await self._own(place.scopes))

    def _explained(self, place: Place, narrowing: Mapping[str, Mapping[str, Any]]) -> Mapping[str, tuple[Any, str]]:
        explained = {name: (getattr(self._defaults, name), "") for name in FIELDS}
        for scope, own in narrowing.items():
            for name, value in own.items():
                if name in SERVER_WIDE and scope != place.scopes[0]:
                    continue
                if name == "profile" and explained[name][0]:
                    continue
                before = explained[name][0]
                explained[name] = (_besides(before, value) if name == "notices" else value, scope)
        laws, scope = explained["notices"]
        if strictest(laws).mark:
            explained["mark"] = (True, scope)
        return explained

    async def change(self, scope: str, person: str = "", /, **changes: object) -> None:
        """Set settings of a scope, all or none; None takes one back, so that the wider scope's holds again.

        `person` is the key of whoever is alone in a scope in private: its settings are theirs. Raises UsageError where
        there is no such setting, a value is not what it must be, or the setting is for a whole server and the scope
        is none.
        """
        wanted = self._checked(scope, changes)
        async with self._changing:
            there = await self._state.get(_KIND, scope)
            own = {**(there.value if there else {}), **wanted}
            value = {name: given for name, given in own.items() if given is not None}
            if value:
                owner = person or (there.person if there else "")
                entry = Entry(kind=_KIND, key=scope, value=value, person=owner, group=_desk(value))
                await self._state.put(entry)
            else:
                await self._state.drop(_KIND, scope)
            self._changed()
            self._known.pop(scope, None)

    async def move(self, old: str, new: str) -> None:
        """What is set in the scope `old` holds in `new` from now on, where nothing is set yet; cards for moderators
        that went there go to `new`. Does nothing the second time."""
        async with self._changing:
            there = await self._state.get(_KIND, old)
            if there and await self._state.put_new(dataclasses.replace(there, key=new)):
                await self._state.drop(_KIND, old)
            platform, desk = old.partition(":")[0], _id_in(new)
            for entry in await self._state.list(_KIND, group=_id_in(old), limit=_ALL):
                if entry.key.startswith(f"{platform}:"):
                    value = {**entry.value, "log_channel": desk}
                    await self._state.put(dataclasses.replace(entry, value=value, group=desk))
            self._changed()
            self._known.clear()

    async def sending_to(self, platform: str, channel: str) -> tuple[str, ...]:
        """Keys of the servers of a platform that have their cards for moderators go to `channel`, in order. Raises
        StoreBusy, StoreFailed."""
        entries = await self._state.list(_KIND, group=channel, limit=_ALL) if channel else ()
        return tuple(sorted(entry.key for entry in entries if entry.key.startswith(f"{platform}:")))

    async def where(self, platform: str, fits: Callable[[PlaceSettings], bool]) -> tuple[str, ...]:
        """Keys of the places of a platform, those in private apart, in which something is set so that it `fits`, oldest
        first. Raises StoreBusy, StoreFailed."""
        entries = await self._state.list(_KIND, limit=_ALL)
        keys = [entry.key for entry in reversed(entries) if entry.key.startswith(f"{platform}:")]
        scopes = [key for key in keys if kind_of(key) != "dm"]
        found = [await self.of(Place(platform=platform, scopes=(scope,))) for scope in scopes]
        return tuple(scope for scope, own in zip(scopes, found, strict=True) if fits(own))

    def _changed(self) -> None:
        """What is being read now may be what stood there before."""
        self._changes += 1
        self._merged.clear()

    async def _own(self, scopes: tuple[str, ...]) -> Mapping[str, Mapping[str, Any]]:
        """What is set in each of `scopes`, in their order."""
        own = {scope: self._known[scope] for scope in scopes if scope in self._known}
        for scope in own:
            self._known.move_to_end(scope)
        unknown = [scope for scope in scopes if scope not in own]
        if unknown:
            changes = self._changes
            found = await self._state.many(_KIND, unknown)
            read = {scope: _read(found[scope].value) if scope in found else {} for scope in unknown}
            own.update(read)
            if changes == self._changes:  # or it may be what stood there before a change
                lasting = {scope: value for scope, value in read.items() if not _theirs(scope)}
                _remember(self._known, lasting, self._limit)
        return {scope: own[scope] for scope in scopes}

    def _checked(self, scope: str, changes: Mapping[str, object]) -> dict[str, object]:
        """`changes` as they are kept. Raises UsageError."""
        for name in changes:
            if name not in FIELDS:
                raise UsageError("places.unknown", name=name, known=", ".join(FIELDS))
            if name in SERVER_WIDE and kind_of(scope) in _NARROW:
                raise UsageError("places.server_wide", name=name)
        return {name: None if given is None else self._check(name, given) for name, given in changes.items()}

    def _check(self, name: str, given: object) -> object:
        try:
            return self._checks[name].validate_python(given)
        except ValidationError as error:
            _, expected = first_problem(error)
            raise UsageError("places.wrong", name=name, expected=expected) from None


def _remember(known: OrderedDict[K, V], read: Mapping[K, V], limit: int) -> None:
    known.update(read)
    while len(known) > limit:
        known.popitem(last=False)


def _besides(before: tuple[str, ...], names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*before, *names)))


def kind_of(scope: str) -> str:
    """The kind in the key of a scope, or "" where it has none."""
    _, _, rest = scope.partition(":")
    kind, separator, _ = rest.partition(":")
    return kind if separator else ""


def _theirs(scope: str) -> bool:
    """Whether what is set there is a person's, so that it is asked for each time: it may be erased from elsewhere."""
    return kind_of(scope) == "dm"


def _desk(value: Mapping[str, Any]) -> str:
    """Where cards for moderators go: places are listed by it."""
    return _id_in(str(value.get("log_channel", "")))


def _id_in(key: str) -> str:
    """The platform's own id in a key."""
    return key.rpartition(":")[2]


def _read(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """What was kept of a scope, as it was given; settings that this version does not have are left out."""
    own = {name: given for name, given in value.items() if name in FIELDS}
    return {
        name: Mode(given) if name == "mode" else tuple(given) if isinstance(given, list) else given
        for name, given in own.items()
    }
