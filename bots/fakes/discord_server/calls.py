"""One request as a route gets it: taken apart, allowed or refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from bots.fakes.discord_server import bodies, refusals
from bots.fakes.discord_server.service import Service
from bots.fakes.discord_server.world import Channel, Json, Message, Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """`arguments` are the segments of the path where its pattern has a `*`."""

    service: Service
    arguments: Sequence[str]
    query: Mapping[str, str]
    body: Any
    uploads: Sequence[Json]

    @property
    def fields(self) -> Json:
        """The body, an object. Raises Refusal for anything else."""
        if self.body is None:
            return {}
        if not isinstance(self.body, dict):
            raise refusals.form((), "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
        return self.body

    def id(self, place: int) -> int:
        """That argument as an id. Raises Refusal."""
        return snowflake(self.arguments[place])

    def channel(self, place: int, *needed: Permission) -> Channel:
        """That argument as a channel in which the bot has the permissions. Raises Refusal."""
        found = self.service.world.channels.get(self.id(place))
        if found is None:
            raise refusals.unknown("Channel")
        bits = self.service.world.permissions(found, self.service.world.bot)
        if not bits:
            raise refusals.missing_access()
        if any(not bits & permission for permission in needed):
            raise refusals.missing_permissions()
        return found

    def message(self, place: int, channel: Channel) -> Message:
        """That argument as a message that can be read in `channel`. Raises Refusal."""
        found = self.service.world.messages.get(self.id(place))
        if found is None or found.deleted or found.ephemeral or found.channel is not channel:
            raise refusals.unknown("Message")
        return found


class Handler(Protocol):
    """What a route does, at once; None is answered with 204. Raises Refusal, with no effect then."""

    def __call__(self, call: Call) -> Json | list[Json] | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    method: str
    pattern: str
    """Below /api/v10; `*` is one segment."""
    handler: Handler
    open: bool = False
    """Needs no authorisation of the bot: there is a token in the path."""


def snowflake(text: str) -> int:
    """Raises Refusal."""
    if not (text.isascii() and text.isdigit()):
        raise refusals.form((), "NUMBER_TYPE_COERCE", f'Value "{text}" is not snowflake.')
    return int(text)


def compose(call: Call, message: Message, *, private: bool = False) -> Message:
    """`message` (not sent yet) with what the body of the call says. Raises Refusal."""
    message.allowed_mentions = bodies.mentions(call.fields)
    return bodies.compose(call.fields, call.uploads, private=private).into(message)


def revise(call: Call, message: Message) -> Message:
    """`message` (sent) with what the body of the call says. Raises Refusal."""
    composition = bodies.compose(call.fields, call.uploads, before=message)
    message.allowed_mentions = bodies.mentions(call.fields, message.allowed_mentions)
    return call.service.revise(message, composition)
