"""The world with its updates: every change goes through here, and the bot hears of it if it is meant to.

In private the bot hears everything; in a channel where it is an administrator; in a group what is meant for it, or all
where privacy mode is off or it is an administrator. Meant for it are commands that name it, commands that name nobody
where no other bot is there or it spoke last, what mentions it, and replies to it. Service messages it always hears, its
own messages never, other bots only where that is switched on (`World.hears_bots`). Deletions make no update at all.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bots.fakes.telegram_server import payloads
from bots.fakes.telegram_server.entities import Formatted, cut
from bots.fakes.telegram_server.journal import Journal
from bots.fakes.telegram_server.schema import Schema
from bots.fakes.telegram_server.updates import Queue, Updates
from bots.fakes.telegram_server.world import (
    ANONYMOUS_ADMIN,
    CHANNEL_SENDER,
    Chat,
    Draft,
    Json,
    Kind,
    Member,
    Message,
    Status,
    User,
    World,
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Service:
    """What methods and people work on."""

    world: World
    journal: Journal
    updates: Updates
    schema: Schema
    clock: Callable[[], float]
    """In seconds, from anywhere."""
    problems: list[str] = field(default_factory=list)
    """What a test has to know: use of something that is not emulated, and the like."""
    watchers: list[Callable[[Chat, Message | Draft], None]] = field(default_factory=list)
    """Told of every message and every draft that is new, or shows something else, and where."""

    def emit(self, kind: str, body: Json, queue: Queue) -> None:
        """An update, if the bot wants to hear of such."""
        wrong = self.schema.update({"update_id": 0, kind: body})
        self.problems.extend(f"an update of this server's own: {one}" for one in wrong)
        self.updates.add(kind, body, queue)

    def post(self, message: Message) -> Message:
        """A new message."""
        self.world.keep(message)
        if message.sender is self.world.bot and message.chat.kind is Kind.PRIVATE:
            message.chat.draft = None
        self.seen(message.chat, message)
        self._tell("", message)
        return message

    def revise(
        self, message: Message, formatted: Formatted, *, keyboard: Json | None, preview: Json | None = None
    ) -> Message:
        """The message shows something else."""
        message.text, message.entities = formatted.text, formatted.entities
        message.keyboard, message.preview = keyboard, preview
        message.edited = self.world.now()
        message.keep()
        self.seen(message.chat, message)
        self._tell("edited_", message)
        return message

    def seen(self, chat: Chat, shown: Message | Draft) -> None:
        """It shows something there that it did not show."""
        for watcher in self.watchers:
            watcher(chat, shown)

    def system(self, chat: Chat, sender: User | None, **about: Any) -> Message:
        """A service message: what happened in the chat."""
        message = Message(id=next(chat.counter), chat=chat, sender=sender, sent=self.world.now(), service=about)
        return self.post(message)

    def enrol(
        self,
        chat: Chat,
        user: User,
        status: Status,
        by: User,
        rights: Iterable[str] = (),
        *,
        anonymous: bool = False,
    ) -> Member:
        """`user` has another status in the chat from now on."""
        world = self.world
        before = chat.members.get(user.id) or Member(user=user, status=Status.LEFT)
        after = world.join(chat, user, status, rights)
        after.anonymous = anonymous
        own = user is world.bot
        if own or chat.status(world.bot).above:
            body = {
                "chat": payloads.chat(chat),
                "from": payloads.user(by),
                "date": payloads.stamp(world.now()),
                "old_chat_member": payloads.member(chat, before),
                "new_chat_member": payloads.member(chat, after),
            }
            kind = "my_chat_member" if own else "chat_member"
            self.emit(kind, body, (kind, chat.id if own else user.id))
        self.journal.stir()
        return after

    def hears(self, message: Message) -> bool:
        """Whether the bot gets an update about it."""
        world, chat, sender = self.world, message.chat, message.sender
        if sender is world.bot or message.instead is world.bot:
            return False
        if message.guest or chat.kind is Kind.PRIVATE:
            return True
        status = chat.status(world.bot)
        if not status.there:
            return False
        if chat.kind is Kind.CHANNEL:
            return status.above
        if message.service:
            return True
        special = (ANONYMOUS_ADMIN, CHANNEL_SENDER)
        if sender is not None and sender.bot and sender.id not in special and not world.hears_bots:
            return False
        return status.above or not world.privacy or self.meant(message)

    def meant(self, message: Message) -> bool:
        """Whether it is for the bot, in a group."""
        bot = self.world.bot
        name = f"@{bot.username}".lower()
        if message.reply_to is not None and message.reply_to.sender is bot:
            return True
        for one in message.entities:
            part = cut(message.text, one["offset"], one["length"]).lower()
            if one["type"] == "mention" and part == name:
                return True
            if one["type"] == "text_mention" and one["user"]["id"] == bot.id:
                return True
            if one["type"] == "bot_command" and (part.endswith(name) or ("@" not in part and self._alone(message))):
                return True
        return False

    def _alone(self, message: Message) -> bool:
        """Whether a command that names nobody is for this bot."""
        chat, bot = message.chat, self.world.bot
        if not any(one.user.bot and one.user is not bot and one.status.there for one in chat.members.values()):
            return True
        spoke = [one for one in self.world.history(chat) if one.sender is not None and one.sender.bot]
        return bool(spoke) and spoke[-1].sender is bot

    def _tell(self, change: str, message: Message) -> None:
        if not self.hears(message):
            return self.journal.stir()
        kind = "channel_post" if message.chat.kind is Kind.CHANNEL else "message"
        queue: Queue = ("chat", message.chat.id)
        if message.business:
            kind, queue = "business_message", ("business", message.chat.id)
        if message.guest:
            kind = "guest_message"
        return self.emit(change + kind, payloads.message(self.world, message), queue)


def rights_of(chat: Chat, user: User) -> Mapping[str, bool]:
    """What an administrator may do; the creator may do everything, others nothing."""
    member = chat.members.get(user.id)
    if member is None or not member.status.above:
        return {}
    more = ("can_pin_messages", "can_manage_topics", "can_post_messages", "can_edit_messages")
    everything = (*payloads.RIGHTS, *more)
    return {right: member.status is Status.CREATOR or right in member.rights for right in everything}
