"""Who and what there is: people, chats, topics, messages, files, queries. No wire, no updates.

Ids are as at Telegram: those of people need more than 32 bits, a private chat has the id of its person, a group a
negative one, a supergroup and a channel one below -1000000000000. Messages are counted for each supergroup and channel
by itself, and for all private chats and groups together, from the same number: an id says nothing without its chat.

Not emulated: restrictions of single members, slow mode, chats that are linked to each other.
"""

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

Json = dict[str, Any]

ANONYMOUS_ADMIN: Final = 1_087_968_824
"""Who is named as the sender where an administrator is anonymous; `sender_chat` is the group then."""
CHANNEL_SENDER: Final = 136_817_688
"""Who is named as the sender where somebody writes as a channel."""
GENERAL: Final = 1
"""Topic that every forum has. Its messages do not say that they are in a topic."""


class Kind(StrEnum):
    PRIVATE = "private"
    GROUP = "group"
    SUPERGROUP = "supergroup"
    CHANNEL = "channel"


class Status(StrEnum):
    CREATOR = "creator"
    ADMINISTRATOR = "administrator"
    MEMBER = "member"
    LEFT = "left"
    KICKED = "kicked"

    @property
    def there(self) -> bool:
        return self not in (Status.LEFT, Status.KICKED)

    @property
    def above(self) -> bool:
        """Creator or administrator."""
        return self in (Status.CREATOR, Status.ADMINISTRATOR)


@dataclass(slots=True, kw_only=True, eq=False)
class User:
    id: int
    name: str
    username: str | None = None
    bot: bool = False
    language: str | None = None
    """IETF tag that the person's app reports."""
    started: bool = False
    """Has written to the bot in private: before, it cannot write first."""
    blocked: bool = False
    """Has blocked the bot."""
    deactivated: bool = False


@dataclass(slots=True, kw_only=True, eq=False)
class Member:
    user: User
    status: Status
    anonymous: bool = False
    rights: frozenset[str] = frozenset()
    """Of an administrator: names of `ChatMemberAdministrator` that are true."""


@dataclass(slots=True, kw_only=True, eq=False)
class Topic:
    id: int
    """That of the message it was made with; 1 for "General"."""
    name: str
    closed: bool = False
    deleted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is shown to a person while an answer is being written."""

    id: int
    text: str
    entities: tuple[Json, ...]
    at: float
    """When it came, on the clock of the server, in seconds."""


@dataclass(slots=True, kw_only=True, eq=False)
class Chat:
    id: int
    kind: Kind
    title: str = ""
    person: User | None = None
    """Of a private chat."""
    username: str | None = None
    """Of a public one."""
    members: dict[int, Member] = field(default_factory=dict)
    writable: bool = True
    """Members may write, not administrators alone."""
    pictures: bool = True
    """Members may send photos."""
    forum: bool = False
    topics: dict[int, Topic] = field(default_factory=dict)
    upgraded: "Chat | None" = None
    """What a group became."""
    actions: list[tuple[str, int | None]] = field(default_factory=list)
    """What the bot said it was doing, and the topic."""
    drafts: list[Draft] = field(default_factory=list)
    """All that were ever sent, oldest first."""
    draft: Draft | None = None
    """The one that is shown, unless it is too old."""
    counter: "itertools.count[int]" = field(default_factory=lambda: itertools.count(100))
    """Of ids of its messages."""

    @property
    def many(self) -> bool:
        """A group or a supergroup."""
        return self.kind in (Kind.GROUP, Kind.SUPERGROUP)

    def status(self, user: User) -> Status:
        member = self.members.get(user.id)
        return member.status if member else Status.LEFT


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What a message showed at one time."""

    text: str
    entities: tuple[Json, ...]
    keyboard: Json | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    text: str
    entities: tuple[Json, ...]
    position: int
    """In UTF-16 units."""


@dataclass(slots=True, kw_only=True, eq=False)
class Message:
    id: int
    chat: Chat
    sender: User | None
    """None for a channel post."""
    sent: datetime
    text: str = ""
    """Or the caption, where there is `media`."""
    entities: tuple[Json, ...] = ()
    media: Json = field(default_factory=dict)
    """`photo`, `document`, `sticker` … as on the wire."""
    album: str | None = None
    keyboard: Json | None = None
    """Inline; another kind stands in `reply_keyboard`."""
    reply_keyboard: Json | None = None
    preview: Json | None = None
    """Link preview options."""
    reply_to: "Message | None" = None
    quote: Quote | None = None
    thread: int | None = None
    """Topic in a forum; root of the replies in another supergroup."""
    topic: Topic | None = None
    sender_chat: Chat | None = None
    automatic: Json | None = None
    """`forward_origin`, where a channel's post came to its group by itself."""
    origin: Json | None = None
    """`forward_origin`, where somebody passed it on."""
    business: str | None = None
    """Business connection it came or went through."""
    instead: User | None = None
    """The bot that wrote it in the place of `sender`."""
    guest: str | None = None
    """Query of a guest that it is."""
    protected: bool = False
    silent: bool = False
    """Sent without a notification."""
    service: Json = field(default_factory=dict)
    """`new_chat_members`, `migrate_to_chat_id` … as on the wire."""
    edited: datetime | None = None
    deleted: bool = False
    reactions: dict[int, list[Json]] = field(default_factory=dict)
    """By user."""
    versions: list[Version] = field(default_factory=list)
    """Everything it ever showed, oldest first."""

    def keep(self) -> None:
        """Add what it shows now to `versions`."""
        self.versions.append(Version(text=self.text, entities=self.entities, keyboard=self.keyboard))

    @property
    def buttons(self) -> list[Json]:
        """Of the inline keyboard, in reading order."""
        return [button for row in (self.keyboard or {}).get("inline_keyboard", ()) for button in row]


@dataclass(slots=True, kw_only=True, eq=False)
class File:
    id: str
    unique: str
    path: str
    name: str
    kind: str
    """MIME type."""
    data: bytes
    size: int
    """What Telegram says it is; of a large one that a test makes up, more than there is in `data`."""


@dataclass(slots=True, kw_only=True, eq=False)
class CallbackQuery:
    """A button was pressed."""

    id: str
    user: User
    message: Message
    data: str
    answer: Json | None = None
    """Parameters of answerCallbackQuery."""
    expired: bool = False


@dataclass(slots=True, kw_only=True, eq=False)
class GuestQuery:
    """Somebody named the bot where it is no member."""

    id: str
    message: Message
    answer: Json | None = None
    """The result it was answered with."""
    expired: bool = False


@dataclass(slots=True, kw_only=True, eq=False)
class BusinessConnection:
    """An account that lets the bot answer in its place."""

    id: str
    user: User
    made: datetime
    can_reply: bool = True
    enabled: bool = True
    chats: dict[int, Chat] = field(default_factory=dict)
    """With its customers; they are not the bot's own chats with them."""


class World:
    """Everything there is. Its methods only keep and look up; who hears of it is decided elsewhere."""

    def __init__(self, *, now: Callable[[], datetime]) -> None:
        self.now = now
        self._numbers = itertools.count(1)
        self._shared = itertools.count(100)
        self.users: dict[int, User] = {}
        self.bot = self.add_user("Talchum", username="talchum_bot", bot=True)
        self.privacy = True
        """The bot hears in groups only what is meant for it."""
        self.threaded = False
        """Private chats with the bot have topics, and people make them; there is none that is "General"."""
        self.hears_bots = False
        """The bot hears other bots in groups."""
        for number, name, username in (
            (ANONYMOUS_ADMIN, "Group", "GroupAnonymousBot"),
            (CHANNEL_SENDER, "Channel", "Channel_Bot"),
        ):
            self.users[number] = User(id=number, name=name, username=username, bot=True)
        self.chats: dict[int, Chat] = {}
        self.messages: dict[tuple[Chat, int], Message] = {}
        """Deleted ones too."""
        self.files: dict[str, File] = {}
        """By id."""
        self.web: dict[str, bytes] = {}
        """What Telegram finds at an address, which it is given in place of a file."""
        self.callbacks: dict[str, CallbackQuery] = {}
        self.guests: dict[str, GuestQuery] = {}
        self.businesses: dict[str, BusinessConnection] = {}

    def number(self) -> int:
        """One that was not given before."""
        return next(self._numbers)

    def add_user(
        self, name: str, *, username: str | None = None, bot: bool = False, language: str | None = "en"
    ) -> User:
        user = User(
            id=7_000_000_000 + self.number(),
            name=name,
            username=username,
            bot=bot,
            language=None if bot else language,
            started=bot,
        )
        self.users[user.id] = user
        return user

    def private(self, user: User) -> Chat:
        """Where the bot and `user` talk; made when there is none."""
        if user.id not in self.chats:
            members = {one.id: Member(user=one, status=Status.MEMBER) for one in (user, self.bot)}
            chat = Chat(id=user.id, kind=Kind.PRIVATE, person=user, members=members, counter=self._shared)
            self.chats[chat.id] = chat
        return self.chats[user.id]

    def add_chat(self, kind: Kind, title: str, *, owner: User, bot: Status, username: str | None = None) -> Chat:
        """A group, supergroup or channel, with the bot in it as `bot` says."""
        small = kind is Kind.GROUP
        number = -4_000_000_000 - self.number() if small else -1_002_000_000_000 - self.number()
        chat = Chat(id=number, kind=kind, title=title, username=username)
        if small:
            chat.counter = self._shared
        self.chats[chat.id] = chat
        self.join(chat, owner, Status.CREATOR)
        self.join(chat, self.bot, bot)
        return chat

    @staticmethod
    def join(chat: Chat, user: User, status: Status = Status.MEMBER, rights: Iterable[str] = ()) -> Member:
        member = Member(user=user, status=status, rights=frozenset(rights))
        chat.members[user.id] = member
        return member

    def forum(self, chat: Chat) -> bool:
        """Whether it has topics. Of a private chat the bot is told only that all have, about itself."""
        return chat.forum or (chat.kind is Kind.PRIVATE and self.threaded)

    def add_file(self, name: str, kind: str, data: bytes, *, size: int | None = None) -> File:
        number = self.number()
        folder = kind.partition("/")[0]
        file = File(
            id=f"BQACAgIAAxkBAAI{number:06}",
            unique=f"AgAD{number:06}",
            path=f"{folder}/file_{number}.{name.rpartition('.')[2]}",
            name=name,
            kind=kind,
            data=data,
            size=len(data) if size is None else size,
        )
        self.files[file.id] = file
        return file

    def keep(self, message: Message) -> Message:
        """It is there, and showed what it shows."""
        message.keep()
        self.messages[message.chat, message.id] = message
        return message

    def history(self, chat: Chat) -> list[Message]:
        """What stands there, oldest first."""
        return [message for message in self.messages.values() if message.chat is chat and not message.deleted]

    def from_bot(self, chat: Chat | None = None) -> list[Message]:
        """What the bot sent, there or anywhere, deleted or not, without service messages."""
        return [
            message
            for message in self.messages.values()
            if self.bot in (message.sender, message.instead) and chat in (None, message.chat) and not message.service
        ]
