"""Rooms on the two platforms: a channel each on Discord, a private chat each on Telegram."""

import re
from collections import Counter
from collections.abc import Hashable, Mapping, MutableMapping, Sequence
from datetime import timedelta
from typing import Any, Final, Protocol, TypeVar

from bots.fakes.discord_server import DiscordServer, Permission
from bots.fakes.discord_server.world import EVERYDAY, Channel
from bots.fakes.discord_server.world import Message as DiscordMessage
from bots.fakes.discord_server.world import User as DiscordUser
from bots.fakes.telegram_server import Chat, Draft, TelegramServer
from bots.fakes.telegram_server import Message as TelegramMessage
from bots.fakes.telegram_server.world import User as TelegramUser
from bots.load.asked import Asked
from bots.load.rooms import Room
from moderation.words import LANGUAGES, catalogue

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

_CHANNELS: Final = 200
"""Of one server."""
_KEPT: Final = 12
"""Messages of a room that are remembered: the program may come back to its last ones."""
_REPLAYED: Final = 1_000
_AGAIN: Final = re.compile(r":again:")
"""In the name of a button that only a finished reply has."""
_START: Final = timedelta(seconds=120)


class Venue(Protocol):
    """One platform with rooms in it. Used from one event loop."""

    @property
    def name(self) -> str:
        """Of the platform."""

    @property
    def rooms(self) -> Sequence[Room]:
        """All of them."""

    @property
    def variables(self) -> Mapping[str, str]:
        """What the program finds in its environment."""

    @property
    def settings(self) -> str:
        """The section of the platform, as TOML."""

    @property
    def limited(self) -> int:
        """How many calls the platform refused as too many."""

    @property
    def problems(self) -> Sequence[str]:
        """What the program did that the platform does not know."""

    async def furnish(self) -> None:
        """Once the program is there: wait until it listens, and have the right persona in each room."""

    def say(self, room: Room, asked: Asked, text: str) -> None:
        """The room's person asks it."""

    def tidy(self) -> None:
        """Forget what nobody comes back to."""


class OnDiscord:
    """Meets `Venue`. A channel each, in which one person mentions the bot; a webhook answers."""

    name = "discord"

    def __init__(self, server: DiscordServer, rooms: Sequence[Room]) -> None:
        """Furnishes the server, before anything connects to it."""
        self.rooms = rooms
        self._server = server
        self._limited = 0
        self._places: dict[Room, tuple[Channel, DiscordUser]] = {}
        self._rooms: dict[int, Room] = {}
        self._questions: dict[int, int] = {}
        self._over: dict[int, None] = {}
        world, guild = server.world, server.guild
        for number, room in enumerate(rooms):
            if number % _CHANNELS == 0:
                name, bot = f"Guild {number // _CHANNELS}", EVERYDAY | Permission.MANAGE_WEBHOOKS
                guild = world.add_guild(name, owner=server.owner, bot=bot)
            person = world.add_user(f"Person {number}")
            world.join(guild, person)
            channel = world.add_channel(guild, f"room-{number}")
            self._places[room], self._rooms[channel.id] = (channel, person), room
        server.service.watchers.append(self._seen)

    @property
    def variables(self) -> Mapping[str, str]:
        """See `Venue.variables`."""
        return {"DISCORD_TOKEN": self._server.token}

    @property
    def settings(self) -> str:
        """See `Venue.settings`."""
        server = self._server
        return f'[discord]\nbase_url = "{server.url}"\ngateway_url = "{server.gateway_url}"\nburst = 0.0\n'

    @property
    def limited(self) -> int:
        """See `Venue.limited`."""
        return self._limited + self._server.journal.invalid

    @property
    def problems(self) -> Sequence[str]:
        """See `Venue.problems`."""
        return self._server.problems

    async def furnish(self) -> None:
        """See `Venue.furnish`."""
        await self._server.until(lambda: self._server.gateway.connected() is not None, timeout=_START)

    def say(self, room: Room, asked: Asked, text: str) -> None:
        """See `Venue.say`."""
        channel, person = self._places[room]
        message = self._server.say(channel, person, text, mention_bot=True)
        self._questions[message.id] = asked.number

    def tidy(self) -> None:
        """See `Venue.tidy`."""
        server = self._server
        self._limited = self.limited
        server.journal.entries.clear()
        for session in server.gateway.sessions.values():
            session.forget(_REPLAYED)
        _forget(server.world.messages, {number: one.channel for number, one in server.world.messages.items()})
        for known in (self._questions, self._over):
            _only(known, server.world.messages)

    def _seen(self, message: DiscordMessage) -> None:
        room = self._rooms.get(message.channel.id)
        if room is None or message.deleted or message.id in self._over:
            return
        if message.author is not self._server.world.bot:
            if message.reactions and message.id in self._questions:
                room.refused(self._questions.pop(message.id))
            return
        room.showing(message.content)
        if _AGAIN.search(str(message.components)):
            self._over[message.id] = None
            room.finished(message.content)


class OnTelegram:
    """Meets `Venue`. A private chat each. Where Korean is spoken the person chooses who speaks."""

    name = "telegram"

    def __init__(self, server: TelegramServer, rooms: Sequence[Room], personas: Mapping[str, str]) -> None:
        """`personas` are ids of those who do not speak by default, by language."""
        self.rooms = rooms
        self._server = server
        self._personas = personas
        self._limited = 0
        self._busy = [catalogue("bots").say("showing.busy", language) for language in LANGUAGES]
        self._places: dict[Room, tuple[Chat, TelegramUser]] = {}
        self._rooms: dict[int, Room] = {}
        self._over: dict[tuple[Chat, int], None] = {}
        self._told: Counter[Chat] = Counter()
        """How many messages the bot wrote, so far."""
        for number, room in enumerate(rooms):
            person = server.world.add_user(f"Person {number}", language=room.language)
            person.started = True
            chat = server.world.private(person)
            self._places[room], self._rooms[chat.id] = (chat, person), room
        server.service.watchers.append(self._seen)

    @property
    def variables(self) -> Mapping[str, str]:
        """See `Venue.variables`."""
        return {"TELEGRAM_TOKEN": self._server.token}

    @property
    def settings(self) -> str:
        """See `Venue.settings`."""
        return f'[telegram]\nbase_url = "{self._server.url}"\nburst = 0.0\n'

    @property
    def limited(self) -> int:
        """See `Venue.limited`."""
        return self._limited + self._server.journal.flooded

    @property
    def problems(self) -> Sequence[str]:
        """See `Venue.problems`."""
        return self._server.problems

    async def furnish(self) -> None:
        """See `Venue.furnish`."""
        server = self._server
        await server.until(lambda: server.requests("getUpdates"), timeout=_START)
        choosing = {room: place for room, place in self._places.items() if room.language in self._personas}
        for room, (chat, person) in choosing.items():
            server.say(chat, person, f"/persona use {self._personas[room.language]}")
        await server.until(lambda: all(self._told[chat] > 1 for chat, _ in choosing.values()), timeout=_START)

    def say(self, room: Room, asked: Asked, text: str) -> None:  # noqa: ARG002 - see `Venue.say`
        """See `Venue.say`."""
        self._server.say(*self._places[room], text)

    def tidy(self) -> None:
        """See `Venue.tidy`."""
        world = self._server.world
        self._limited = self.limited
        self._server.journal.entries.clear()
        for chat, _ in self._places.values():
            chat.actions.clear()
            chat.drafts.clear()
        _forget(world.messages, {key: key[0] for key in world.messages})
        _only(self._over, world.messages)

    def _seen(self, chat: Chat, shown: TelegramMessage | Draft) -> None:
        room = self._rooms.get(chat.id)
        if room is None:
            return
        if isinstance(shown, Draft):
            room.showing(shown.text)
        elif shown.sender is self._server.world.bot and (chat, shown.id) not in self._over:
            self._told[chat] += 1
            if _AGAIN.search(str(shown.keyboard)):
                self._over[chat, shown.id] = None
                room.finished(shown.text)
            elif any(busy in shown.text for busy in self._busy):
                room.refused()


def _forget(messages: MutableMapping[K, V], places: Mapping[K, object]) -> None:
    """Only the last messages of each place stay."""
    seen: Counter[int] = Counter()
    for key in reversed(list(messages)):
        seen[id(places[key])] += 1
        if seen[id(places[key])] > _KEPT:
            del messages[key]


def _only(known: MutableMapping[K, Any], there: Mapping[K, object]) -> None:
    """Nothing is known of what is not there."""
    for key in [key for key in known if key not in there]:
        del known[key]
