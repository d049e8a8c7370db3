"""Who and what there is: people, guilds, channels, messages, webhooks, commands, interactions. No wire, no events.

Ids are snowflakes a millisecond apart, counted from the start of the world: never equal, in order, and near enough to
the present for a client that reads a time out of them. The first is a multiple of 60 milliseconds, so that guilds fall
on the same shards in every run.

Permissions follow Discord's order: the bits of everyone and of the member's one role, the owner and administrators
above all, then the overwrites of the channel (of a thread: of its parent) for everyone and for the member. Not
emulated: several roles of a member, their order, timeouts, age-restricted access, forums, voice, group DMs.
"""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, IntFlag
from typing import Any, Final

Json = dict[str, Any]

_EPOCH: Final = 1_420_070_400_000
_THREADS: Final = (11, 12)


class Permission(IntFlag):
    """The bits that are looked at; `ALL` has every bit Discord knows, and more."""

    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    MANAGE_WEBHOOKS = 1 << 29
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    CREATE_PRIVATE_THREADS = 1 << 36
    SEND_MESSAGES_IN_THREADS = 1 << 38


_P = Permission
NOTHING: Final = Permission(0)
ALL: Final = Permission((1 << 50) - 1)
EVERYDAY: Final = (
    _P.VIEW_CHANNEL | _P.SEND_MESSAGES | _P.EMBED_LINKS | _P.ATTACH_FILES | _P.READ_MESSAGE_HISTORY
    | _P.ADD_REACTIONS | _P.USE_APPLICATION_COMMANDS | _P.CREATE_PUBLIC_THREADS | _P.SEND_MESSAGES_IN_THREADS
)  # fmt: skip
"""What everyone may do in a new guild."""

_IN_DM: Final = EVERYDAY & ~(_P.CREATE_PUBLIC_THREADS | _P.SEND_MESSAGES_IN_THREADS)


class ChannelKind(IntEnum):
    TEXT = 0
    DM = 1
    PUBLIC_THREAD = 11
    PRIVATE_THREAD = 12


class MessageFlag(IntFlag):
    EPHEMERAL = 1 << 6
    LOADING = 1 << 7
    COMPONENTS_V2 = 1 << 15


@dataclass(slots=True, kw_only=True, eq=False)
class User:
    id: int
    name: str
    bot: bool = False
    closed: bool = False
    """Takes no direct messages."""

    @property
    def mention(self) -> str:
        return f"<@{self.id}>"


@dataclass(slots=True, kw_only=True, eq=False)
class Member:
    user: User
    role: int
    """Id of the one role it has."""
    permissions: Permission
    """Of that role; everyone's are added."""


@dataclass(slots=True, kw_only=True, eq=False)
class Guild:
    id: int
    name: str
    owner: User
    everyone: Permission = EVERYDAY
    members: dict[int, Member] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True, eq=False)
class Channel:
    id: int
    kind: ChannelKind
    guild: Guild | None = None
    name: str = ""
    parent: "Channel | None" = None
    recipient: User | None = None
    """Of a DM: who talks with the bot."""
    creator: User | None = None
    """Of a thread."""
    overwrites: dict[int, tuple[Permission, Permission]] = field(default_factory=dict)
    """Allowed and denied, by the id of a user or (for everyone) of the guild."""
    joined: set[int] = field(default_factory=set)
    """Of a thread: the ids of its members."""
    archived: bool = False
    locked: bool = False

    @property
    def thread(self) -> bool:
        return self.kind in _THREADS


@dataclass(slots=True, kw_only=True, eq=False)
class Webhook:
    id: int
    token: str
    name: str
    channel: Channel
    creator: User
    application: int | None
    """Whose it is; None: made by a person in the settings of the channel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """What somebody uploads."""

    name: str
    data: bytes
    kind: str = "application/octet-stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What stood in a message at one time."""

    content: str
    embeds: list[Json]
    components: list[Json]


@dataclass(slots=True, kw_only=True, eq=False)
class Message:
    id: int
    channel: Channel
    author: User
    """Of what came through a webhook by REST: the bot."""
    content: str = ""
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    flags: int = 0
    nonce: str | int | None = None
    reference: int | None = None
    """Id of the message it replies to, in the same channel."""
    mentions: list[User] = field(default_factory=list)
    """Who was pinged: what stands in the text, as far as `allowed_mentions` lets it."""
    everyone: bool = False
    """Whether everyone was pinged."""
    allowed_mentions: Json | None = None
    """As the bot sent it."""
    webhook: Webhook | None = None
    name: str | None = None
    """The name a webhook gave the author of this message."""
    interaction: "Interaction | None" = None
    written: datetime
    edited: datetime | None = None
    deleted: bool = False
    reactions: list[str] = field(default_factory=list)
    """Emoji the bot put under it."""
    versions: list[Version] = field(default_factory=list)
    """Everything it ever showed, oldest first."""

    @property
    def ephemeral(self) -> bool:
        return bool(self.flags & MessageFlag.EPHEMERAL)

    @property
    def loading(self) -> bool:
        return bool(self.flags & MessageFlag.LOADING)

    def keep(self) -> None:
        """Add what it shows now to `versions`."""
        self.versions.append(Version(content=self.content, embeds=self.embeds, components=self.components))


class InteractionKind(IntEnum):
    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    MODAL = 5


@dataclass(slots=True, kw_only=True, eq=False)
class Interaction:
    id: int
    token: str
    kind: InteractionKind
    channel: Channel
    user: User
    data: Json
    message: Message | None = None
    """The one whose component was used, or whose component opened the modal."""
    born: float
    """When it was sent, on the clock of the event loop, in seconds."""
    answered: int | None = None
    """Callback type of the first response."""
    original: Message | None = None
    """What `@original` is."""
    followups: list[Message] = field(default_factory=list)
    choices: list[Json] | None = None
    """Of an autocomplete."""
    modal: Json | None = None
    expired: bool = False
    """No first response is taken any more."""
    over: bool = False
    """The token is no longer good for anything."""

    @property
    def done(self) -> bool:
        """Answered, and with content where the answer was deferred."""
        return self.answered is not None and not (self.original and self.original.loading)


class World:
    """Everything there is. Its methods only keep and look up; who hears of it is decided elsewhere."""

    def __init__(self, *, now: Callable[[], datetime]) -> None:
        self.now = now
        start = round(now().timestamp() * 1000) - _EPOCH
        self._ids = itertools.count(start - start % 60)
        self.bot = User(id=self.snowflake(), name="Talchum", bot=True)
        """Its id is the application's too."""
        self.users: dict[int, User] = {self.bot.id: self.bot}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.messages: dict[int, Message] = {}
        """Deleted ones too."""
        self.webhooks: dict[int, Webhook] = {}
        self.interactions: dict[int, Interaction] = {}
        self.commands: dict[int | None, list[Json]] = {None: []}
        """Registered, by guild; None: everywhere."""
        self.files: dict[str, File] = {}
        """Uploaded, by the path below `cdn`."""
        self.cdn = ""
        """Address of the files."""

    def snowflake(self) -> int:
        """A new id."""
        return next(self._ids) << 22

    def token(self) -> str:
        """Of a webhook or an interaction."""
        return f"t0k3n-{self.snowflake()}"

    def add_user(self, name: str, *, closed: bool = False) -> User:
        user = User(id=self.snowflake(), name=name, closed=closed)
        self.users[user.id] = user
        return user

    def add_guild(self, name: str, *, owner: User, bot: Permission = EVERYDAY, number: int | None = None) -> Guild:
        """With the bot in it. Its shard is `id >> 22` modulo the number of shards; `number` is its id, if given."""
        guild = Guild(id=number or self.snowflake(), name=name, owner=owner)
        assert guild.id not in self.guilds
        self.guilds[guild.id] = guild
        self.join(guild, owner)
        self.join(guild, self.bot, bot)
        return guild

    def join(self, guild: Guild, user: User, permissions: Permission = NOTHING) -> Member:
        member = Member(user=user, role=self.snowflake(), permissions=permissions)
        guild.members[user.id] = member
        return member

    def add_channel(self, guild: Guild, name: str) -> Channel:
        return self._added(Channel(id=self.snowflake(), kind=ChannelKind.TEXT, guild=guild, name=name))

    def add_thread(
        self, parent: Channel, name: str, creator: User, *, private: bool = False, number: int | None = None
    ) -> Channel:  # fmt: skip
        """`number` is the id of the message it starts from, if it starts from one."""
        kind = ChannelKind.PRIVATE_THREAD if private else ChannelKind.PUBLIC_THREAD
        thread = Channel(
            id=number or self.snowflake(), kind=kind, guild=parent.guild, name=name, parent=parent, creator=creator
        )
        thread.joined.add(creator.id)
        return self._added(thread)

    def dm(self, user: User) -> Channel:
        """Where the bot and `user` talk; made when there is none."""
        for channel in self.channels.values():
            if channel.recipient is user:
                return channel
        return self._added(Channel(id=self.snowflake(), kind=ChannelKind.DM, recipient=user))

    def upload(self, file: File) -> Json:
        """Keep a file; the attachment that it is on the wire."""
        number = str(self.snowflake())
        path = f"{number}/{file.name}"
        self.files[path] = file
        url = f"{self.cdn}/{path}"
        about = {"filename": file.name, "size": len(file.data), "content_type": file.kind}
        return {"id": number, **about, "url": url, "proxy_url": url}

    def add_webhook(self, channel: Channel, name: str, creator: User, *, application: int | None) -> Webhook:
        webhook = Webhook(
            id=self.snowflake(),
            token=self.token(),
            name=name,
            channel=channel,
            creator=creator,
            application=application,
        )
        self.webhooks[webhook.id] = webhook
        return webhook

    def forget_channel(self, channel: Channel) -> None:
        """With its threads, messages and webhooks."""
        for thread in [thread for thread in self.channels.values() if thread.parent is channel]:
            self.forget_channel(thread)
        del self.channels[channel.id]
        for message in self.history(channel):
            message.deleted = True
        for webhook in self.webhooks_of(channel):
            del self.webhooks[webhook.id]

    def history(self, channel: Channel) -> list[Message]:
        """What anybody can read there, oldest first."""
        return [
            message
            for message in self.messages.values()
            if message.channel is channel and not message.deleted and not message.ephemeral
        ]

    def from_bot(self, channel: Channel | None = None) -> list[Message]:
        """What the bot sent, by itself, as a webhook or to an interaction, deleted and ephemeral or not."""
        return [
            message
            for message in self.messages.values()
            if channel in (None, message.channel) and message.author is self.bot
        ]

    def webhooks_of(self, channel: Channel) -> list[Webhook]:
        return [webhook for webhook in self.webhooks.values() if webhook.channel is channel]

    def threads(self, guild: Guild) -> Iterator[Channel]:
        return (channel for channel in self.channels.values() if channel.guild is guild and channel.thread)

    def permissions(self, channel: Channel, user: User) -> Permission:
        """What `user` may do in `channel`; nothing where it cannot see it."""
        guild = channel.guild
        if guild is None:
            return _IN_DM if user in (channel.recipient, self.bot) else NOTHING
        member = guild.members.get(user.id)
        if member is None:
            return NOTHING
        bits = guild.everyone | member.permissions
        if guild.owner is user or bits & _P.ADMINISTRATOR:
            return ALL
        for target in (guild.id, user.id):
            allowed, denied = (channel.parent or channel).overwrites.get(target, (NOTHING, NOTHING))
            bits = bits & ~denied | allowed
        if channel.kind is ChannelKind.PRIVATE_THREAD and not (user.id in channel.joined or bits & _P.MANAGE_THREADS):
            return NOTHING
        if not bits & self.writing(channel):
            bits &= ~(_P.EMBED_LINKS | _P.ATTACH_FILES | _P.MENTION_EVERYONE)
        return bits if bits & _P.VIEW_CHANNEL else NOTHING

    @staticmethod
    def writing(channel: Channel) -> Permission:
        """What one needs to write there."""
        return _P.SEND_MESSAGES_IN_THREADS if channel.thread else _P.SEND_MESSAGES

    def _added(self, channel: Channel) -> Channel:
        self.channels[channel.id] = channel
        return channel
