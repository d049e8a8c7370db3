"""One call of a method as its handler gets it: taken apart, allowed or refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final, Protocol

from bots.fakes.telegram_server import refusals
from bots.fakes.telegram_server.refusals import bad, forbidden
from bots.fakes.telegram_server.service import Service, rights_of
from bots.fakes.telegram_server.world import Chat, Json, Kind, Message, Status, User

_NAMES: Final = {Kind.GROUP: "group", Kind.SUPERGROUP: "supergroup", Kind.CHANNEL: "channel"}


class Access(IntEnum):
    """What a method needs a chat for; each is more than the one before."""

    READ = 0
    EDIT = 1
    MEMBERS = 2
    WRITE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A part of a form."""

    name: str
    kind: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """`fields` are the parameters, held to the schema."""

    service: Service
    method: str
    fields: Json
    files: Mapping[str, Upload]

    def chat(self, access: Access, name: str = "chat_id") -> Chat:
        """The chat that is named, where the bot may do that. Raises Refusal."""
        found = self.known(name)
        if found is None:
            raise bad("chat not found")
        if found.kind is Kind.PRIVATE:
            self._private(found, access)
        elif found.kind is Kind.GROUP:
            self._group(found, access)
        else:
            self._supergroup(found, access)
        return found

    def known(self, name: str = "chat_id") -> Chat | None:
        """The chat that is named, if there is one; of a person who never wrote: one that is made for asking."""
        world, value = self.service.world, self.fields.get(name)
        if isinstance(value, str):
            usernames = {f"@{chat.username}".lower(): chat for chat in world.chats.values() if chat.username}
            return usernames.get(value.lower())
        if value not in world.chats and value in world.users and value != world.bot.id:
            return world.private(world.users[value])
        return world.chats.get(value or 0)

    def message(self, chat: Chat, what: str, name: str = "message_id") -> Message:
        """The message that is named. Raises Refusal: "`what` not found"."""
        found = self.service.world.messages.get((chat, self.fields.get(name, 0)))
        if found is None or found.deleted:
            raise bad(f"{what} not found")
        return found

    def user(self, name: str = "user_id") -> User:
        """The person that is named. Raises Refusal."""
        found = self.service.world.users.get(self.fields[name])
        if found is None:
            raise bad("user not found")
        return found

    def may(self, chat: Chat, right: str) -> bool:
        """Whether the bot is an administrator with that right there."""
        return rights_of(chat, self.service.world.bot).get(right, False)

    def writable(self, chat: Chat) -> None:
        """Raises Refusal where the bot may be, but not write."""
        if chat.kind is Kind.CHANNEL and not self.may(chat, "can_post_messages"):
            raise bad("need administrator rights in the channel chat")
        if not chat.writable and not chat.status(self.service.world.bot).above:
            raise bad("not enough rights to send text messages to the chat")

    def _private(self, chat: Chat, access: Access) -> None:
        person = chat.person
        assert person is not None
        if access is Access.READ or access is Access.MEMBERS:
            if not person.started:
                raise bad("chat not found")
            return
        if person.deactivated:
            raise forbidden("user is deactivated")
        if person.bot:
            raise forbidden("bot can't send messages to bots")
        if not person.started:
            raise forbidden("bot can't initiate conversation with a user")
        if person.blocked:
            raise forbidden("bot was blocked by the user")

    def _group(self, chat: Chat, access: Access) -> None:
        if chat.upgraded is not None and access >= Access.MEMBERS:
            raise refusals.upgraded(chat.upgraded.id)
        if access is not Access.READ and chat.upgraded is None:
            self._member(chat)

    def _supergroup(self, chat: Chat, access: Access) -> None:
        if chat.username is None or access is not Access.READ or chat.status(self.service.world.bot) is Status.KICKED:
            self._member(chat)

    def _member(self, chat: Chat) -> None:
        status, name = chat.status(self.service.world.bot), _NAMES[chat.kind]
        if status is Status.KICKED:
            raise forbidden(f"bot was kicked from the {name} chat")
        if status is Status.LEFT:
            raise forbidden(f"bot is not a member of the {name} chat")


class Handler(Protocol):
    """What a method does, at once, and what it answers. Raises Refusal, with no effect then."""

    def __call__(self, call: Call) -> Any: ...
