"""The world with its gateway: every change goes through here, and whoever should hear of it does.

Content of a message reaches a session without the message content intent (and REST without its approval) only where
the bot wrote it, was mentioned, or it stands in a DM; a message of a webhook counts as written by somebody else.
Ephemeral messages make no event.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from bots.fakes.discord_server import components, payloads
from bots.fakes.discord_server.bodies import Composition
from bots.fakes.discord_server.gateway import NO_INTENTS, Event, Gateway, Intent, about_messages
from bots.fakes.discord_server.journal import Journal
from bots.fakes.discord_server.world import (
    NOTHING,
    Channel,
    ChannelKind,
    Guild,
    Interaction,
    Json,
    Message,
    Permission,
    User,
    Webhook,
    World,
)

_MENTION: Final = re.compile(r"<@!?(\d+)>")
_EVERYONE: Final = re.compile(r"@(everyone|here)\b")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Service:
    """What routes and people work on."""

    world: World
    journal: Journal
    gateway: Gateway
    approved: Intent
    problems: list[str] = field(default_factory=list)
    """What a test has to know: use of something that is not emulated, and the like."""
    watchers: list[Callable[[Message], None]] = field(default_factory=list)
    """Told of every message that is new, or shows something else."""

    def post(self, message: Message) -> Message:
        """A new message."""
        self._mention(message)
        self.world.messages[message.id] = message
        self.seen(message)
        self._tell("MESSAGE_CREATE", message)
        return message

    def revise(self, message: Message, composition: Composition) -> Message:
        """The message shows something else."""
        self._mention(composition.into(message))
        message.edited = self.world.now()
        self.seen(message)
        self._tell("MESSAGE_UPDATE", message)
        return message

    def seen(self, message: Message) -> None:
        """It shows something that it did not show."""
        for watcher in self.watchers:
            watcher(message)

    def delete(self, message: Message) -> None:
        message.deleted = True
        if message.ephemeral:
            return self.journal.stir()
        data = {"id": str(message.id), "channel_id": str(message.channel.id), **_guild(message.channel)}
        return self._emit("MESSAGE_DELETE", data, message.channel, about_messages(message.channel))

    def add_channel(self, guild: Guild, name: str) -> Channel:
        channel = self.world.add_channel(guild, name)
        self._emit("CHANNEL_CREATE", payloads.channel(channel), channel, Intent.GUILDS)
        return channel

    def add_thread(
        self, parent: Channel, name: str, creator: User, *, private: bool = False, start: Message | None = None
    ) -> Channel:
        thread = self.world.add_thread(parent, name, creator, private=private, number=start.id if start else None)
        self._emit("THREAD_CREATE", {**payloads.channel(thread), "newly_created": True}, thread, Intent.GUILDS)
        return thread

    def delete_channel(self, channel: Channel) -> None:
        """With everything in it."""
        payload = payloads.channel(channel)
        self.world.forget_channel(channel)
        self._emit("THREAD_DELETE" if channel.thread else "CHANNEL_DELETE", payload, channel, Intent.GUILDS)

    def archive(self, thread: Channel, *, archived: bool = True, locked: bool = False) -> None:
        thread.archived, thread.locked = archived, locked
        self._emit("THREAD_UPDATE", payloads.channel(thread), thread, Intent.GUILDS)

    def allow(self, channel: Channel, user: User, *, more: Permission = NOTHING, less: Permission = NOTHING) -> None:
        """Overwrite what `user` may do in `channel`, in place of what was overwritten for it there."""
        channel.overwrites[user.id] = (more, less)
        self._emit("CHANNEL_UPDATE", payloads.channel(channel), channel, Intent.GUILDS)

    def add_webhook(self, channel: Channel, name: str, creator: User, *, application: int | None = None) -> Webhook:
        """`application`: of a bot that makes one; None: a person makes it in the settings of the channel."""
        webhook = self.world.add_webhook(channel, name, creator, application=application)
        self._webhooks_changed(channel)
        return webhook

    def delete_webhook(self, webhook: Webhook) -> None:
        del self.world.webhooks[webhook.id]
        self._webhooks_changed(webhook.channel)

    def start(self, interaction: Interaction) -> Interaction:
        """A person did something: the bot has to answer."""
        self.world.interactions[interaction.id] = interaction
        self._emit("INTERACTION_CREATE", payloads.interaction(self.world, interaction), interaction.channel, NO_INTENTS)
        return interaction

    def readable(self, message: Message) -> bool:
        """Whether the bot may read it without the message content intent."""
        own = message.author is self.world.bot and message.webhook is None
        return own or message.channel.kind is ChannelKind.DM or self.world.bot in message.mentions

    def shown(self, message: Message) -> Json:
        """The message as REST gives it to the bot."""
        payload = payloads.message(self.world, message)
        whole = self.approved & Intent.MESSAGE_CONTENT
        return payload if whole else self._blanked(message, payload)

    def _mention(self, message: Message) -> None:
        """Who is pinged by its text, as far as its `allowed_mentions` and the author's permissions go."""
        world, allowed = self.world, message.allowed_mentions
        parse = {"users", "everyone"} if allowed is None else set(allowed.get("parse", ()))
        named = set() if allowed is None else {int(one) for one in allowed.get("users") or ()}
        text = "\n".join((message.content, *components.texts(message.components)))
        found = dict.fromkeys(int(one) for one in _MENTION.findall(text))
        message.mentions = [
            world.users[one] for one in found if one in world.users and ("users" in parse or one in named)
        ]
        target = world.messages.get(message.reference or 0)
        replied = allowed is None or allowed.get("replied_user", False)
        if target is not None and replied and target.webhook is None and target.author not in message.mentions:
            message.mentions.append(target.author)
        may = world.permissions(message.channel, message.author) & Permission.MENTION_EVERYONE
        message.everyone = bool("everyone" in parse and may and _EVERYONE.search(text))

    def _blanked(self, message: Message, payload: Json) -> Json:
        target = self.world.messages.get(message.reference or 0)
        if payload.get("referenced_message") and target is not None and not self.readable(target):
            payload = {**payload, "referenced_message": payloads.blank(payload["referenced_message"])}
        return payload if self.readable(message) else payloads.blank(payload)

    def _tell(self, name: str, message: Message) -> None:
        channel = message.channel
        if message.ephemeral or not self.world.permissions(channel, self.world.bot) & Permission.VIEW_CHANNEL:
            return self.journal.stir()
        data = payloads.message_event(self.world, message)
        without = self._blanked(message, data)
        return self._emit(name, data, channel, about_messages(channel), without)

    def _webhooks_changed(self, channel: Channel) -> None:
        data = {"channel_id": str(channel.id), **_guild(channel)}
        self._emit("WEBHOOKS_UPDATE", data, channel, Intent.WEBHOOKS)

    def _emit(self, name: str, data: Json, channel: Channel, needs: Intent, without: Json | None = None) -> None:
        self.gateway.dispatch(Event(name=name, data=data, guild=channel.guild, needs=needs, without_content=without))


def _guild(channel: Channel) -> Json:
    return {"guild_id": str(channel.guild.id)} if channel.guild else {}
