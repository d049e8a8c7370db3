"""Routes below /channels, and of the bot itself: messages, typing, threads, webhooks, direct messages, commands.

Not emulated: pins, reactions of others and whether an emoji exists, bulk deletion, editing channels (but for opening an
archived thread), forums, announcements, invites, the slow mode.
"""

from typing import Final

from bots.fakes.discord_server import bodies, calls, commands, payloads, refusals
from bots.fakes.discord_server.calls import Call, Route
from bots.fakes.discord_server.world import Channel, ChannelKind, Json, Message, Permission

_P = Permission
_MOST_WEBHOOKS: Final = 15
_PAGE: Final = 50


def me(call: Call) -> Json:
    own = payloads.user(call.service.world.bot)
    return {**own, "verified": True, "mfa_enabled": False, "locale": "en-US", "flags": 0}


def application(call: Call) -> Json:
    return payloads.application(call.service.world, flags=call.service.gateway.application_flags)


def open_dm(call: Call) -> Json:
    person = call.service.world.users.get(calls.snowflake(str(call.fields.get("recipient_id"))))
    if person is None:
        raise refusals.unknown("User")
    return payloads.channel(call.service.world.dm(person))


def get_channel(call: Call) -> Json:
    return payloads.channel(call.channel(0))


def edit_channel(call: Call) -> Json:
    """Only to open a thread that is archived."""
    channel = call.channel(0)
    if not channel.thread or call.fields != {"archived": False}:
        raise refusals.NotEmulated("editing a channel")
    call.channel(0, _P.MANAGE_THREADS if channel.locked else call.service.world.writing(channel))
    call.service.archive(channel, archived=False, locked=channel.locked)
    return payloads.channel(channel)


def list_messages(call: Call) -> list[Json]:
    channel = call.channel(0)
    if not call.service.world.permissions(channel, call.service.world.bot) & _P.READ_MESSAGE_HISTORY:
        return []
    after, before = int(call.query.get("after", 0)), int(call.query.get("before", 1 << 63))
    found = [message for message in call.service.world.history(channel) if after < message.id < before]
    limit = int(call.query.get("limit", _PAGE))
    page = found[:limit] if "after" in call.query else found[-limit:]
    return [call.service.shown(message) for message in reversed(page)]


def get_message(call: Call) -> Json:
    return call.service.shown(call.message(1, call.channel(0, _P.READ_MESSAGE_HISTORY)))


def create_message(call: Call) -> Json:
    service, body = call.service, call.fields
    channel = call.channel(0)
    _writable(call, channel)
    bodies.known(body, bodies.MESSAGE)
    nonce = bodies.nonce(body)
    if nonce is not None and body.get("enforce_nonce"):
        for sent in service.world.from_bot():
            if sent.nonce == nonce:
                return service.shown(sent)
    message = Message(
        id=service.world.snowflake(),
        channel=channel,
        author=service.world.bot,
        nonce=nonce,
        reference=_reference(call, channel),
        written=service.world.now(),
    )
    calls.compose(call, message)
    if channel.archived:
        service.archive(channel, archived=False)
    return service.shown(service.post(message))


def edit_message(call: Call) -> Json:
    channel = call.channel(0)
    message = call.message(1, channel)
    if message.author is not call.service.world.bot or message.webhook is not None:
        raise refusals.not_yours()
    if channel.archived:
        raise refusals.archived()
    bodies.known(call.fields, bodies.EDIT)
    return call.service.shown(calls.revise(call, message))


def delete_message(call: Call) -> None:
    channel = call.channel(0)
    message = call.message(1, channel)
    if message.author is not call.service.world.bot or message.webhook is not None:
        if channel.guild is None:
            raise refusals.not_in_a_dm()
        call.channel(0, _P.MANAGE_MESSAGES)
    call.service.delete(message)


def react(call: Call) -> None:
    channel = call.channel(0, _P.READ_MESSAGE_HISTORY)
    message = call.message(1, channel)
    emoji = call.arguments[2]
    if emoji not in message.reactions:
        call.channel(0, _P.ADD_REACTIONS)
        message.reactions.append(emoji)
        call.service.seen(message)


def take_reaction_back(call: Call) -> None:
    message = call.message(1, call.channel(0))
    if call.arguments[2] in message.reactions:
        message.reactions.remove(call.arguments[2])


def typing(call: Call) -> None:
    _writable(call, call.channel(0))


def join_thread(call: Call) -> None:
    channel = call.channel(0)
    if not channel.thread:
        raise refusals.wrong_channel_type()
    channel.joined.add(call.service.world.bot.id)


def create_thread(call: Call) -> Json:
    body = call.fields
    bodies.known(body, frozenset(("name", "type", "auto_archive_duration", "rate_limit_per_user", "invitable")))
    private = body.get("type", ChannelKind.PRIVATE_THREAD) == ChannelKind.PRIVATE_THREAD
    channel = call.channel(0, _P.CREATE_PRIVATE_THREADS if private else _P.CREATE_PUBLIC_THREADS)
    return _thread(call, channel, private=private)


def create_thread_from_message(call: Call) -> Json:
    channel = call.channel(0, _P.CREATE_PUBLIC_THREADS)
    start = call.message(1, channel)
    bodies.known(call.fields, frozenset(("name", "auto_archive_duration", "rate_limit_per_user")))
    if start.id in call.service.world.channels:
        raise refusals.has_thread()
    return _thread(call, channel, start=start)


def create_webhook(call: Call) -> Json:
    world = call.service.world
    channel = call.channel(0, _P.MANAGE_WEBHOOKS)
    if channel.kind is not ChannelKind.TEXT:
        raise refusals.wrong_channel_type()
    bodies.known(call.fields, frozenset(("name", "avatar")))
    name = bodies.author_name(call.fields.get("name"), "name")
    if len(world.webhooks_of(channel)) >= _MOST_WEBHOOKS:
        raise refusals.too_many_webhooks()
    made = call.service.add_webhook(channel, name, world.bot, application=world.bot.id)
    return payloads.webhook(made, seen_by=world.bot.id)


def list_webhooks(call: Call) -> list[Json]:
    world = call.service.world
    channel = call.channel(0, _P.MANAGE_WEBHOOKS)
    return [payloads.webhook(webhook, seen_by=world.bot.id) for webhook in world.webhooks_of(channel)]


def get_commands(call: Call) -> list[Json]:
    return call.service.world.commands.get(_guild_of(call), [])


def put_commands(call: Call) -> list[Json]:
    if not isinstance(call.body, list):
        raise refusals.form((), "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
    return commands.registered(call.service.world, call.body, _guild_of(call))


def _guild_of(call: Call) -> int | None:
    """Where the commands are for; None: everywhere. Raises Refusal."""
    if call.id(0) != call.service.world.bot.id:
        raise refusals.Refusal(403, 20012, "You are not authorized to perform this action on this application")
    if len(call.arguments) == 1:
        return None
    if call.id(1) not in call.service.world.guilds:
        raise refusals.missing_access()
    return call.id(1)


def _writable(call: Call, channel: Channel) -> None:
    """Raises Refusal where the bot cannot write."""
    call.channel(0, call.service.world.writing(channel))
    if channel.recipient is not None and channel.recipient.closed:
        raise refusals.closed()


def _reference(call: Call, channel: Channel) -> int | None:
    reference: Json | None = call.fields.get("message_reference")
    if reference is None:
        return None
    if reference.get("type", 0) != 0:
        raise refusals.NotEmulated("forwarding a message")
    if not call.service.world.permissions(channel, call.service.world.bot) & _P.READ_MESSAGE_HISTORY:
        raise refusals.cannot_reply()
    target = call.service.world.messages.get(calls.snowflake(str(reference.get("message_id"))))
    if target is None or target.deleted or target.ephemeral or target.channel is not channel:
        if reference.get("fail_if_not_exists", True):
            code = "MESSAGE_REFERENCE_UNKNOWN_MESSAGE"
            raise refusals.form(("message_reference",), code, "Unknown message")
        return None
    return target.id


def _thread(call: Call, parent: Channel, *, private: bool = False, start: Message | None = None) -> Json:
    name = call.fields.get("name")
    if not name:
        raise refusals.required(("name",))
    if len(name) > 100:
        raise refusals.too_long(("name",), 100)
    if parent.kind is not ChannelKind.TEXT:
        raise refusals.wrong_channel_type()
    bot = call.service.world.bot
    return payloads.channel(call.service.add_thread(parent, name, bot, private=private, start=start))


ROUTES: Final = (
    Route(method="GET", pattern="/users/@me", handler=me),
    Route(method="POST", pattern="/users/@me/channels", handler=open_dm),
    Route(method="GET", pattern="/oauth2/applications/@me", handler=application),
    Route(method="GET", pattern="/applications/@me", handler=application),
    Route(method="GET", pattern="/applications/*/commands", handler=get_commands),
    Route(method="PUT", pattern="/applications/*/commands", handler=put_commands),
    Route(method="GET", pattern="/applications/*/guilds/*/commands", handler=get_commands),
    Route(method="PUT", pattern="/applications/*/guilds/*/commands", handler=put_commands),
    Route(method="GET", pattern="/channels/*", handler=get_channel),
    Route(method="PATCH", pattern="/channels/*", handler=edit_channel),
    Route(method="GET", pattern="/channels/*/messages", handler=list_messages),
    Route(method="POST", pattern="/channels/*/messages", handler=create_message),
    Route(method="GET", pattern="/channels/*/messages/*", handler=get_message),
    Route(method="PATCH", pattern="/channels/*/messages/*", handler=edit_message),
    Route(method="DELETE", pattern="/channels/*/messages/*", handler=delete_message),
    Route(method="PUT", pattern="/channels/*/messages/*/reactions/*/@me", handler=react),
    Route(method="DELETE", pattern="/channels/*/messages/*/reactions/*/@me", handler=take_reaction_back),
    Route(method="POST", pattern="/channels/*/typing", handler=typing),
    Route(method="POST", pattern="/channels/*/threads", handler=create_thread),
    Route(method="POST", pattern="/channels/*/messages/*/threads", handler=create_thread_from_message),
    Route(method="PUT", pattern="/channels/*/thread-members/@me", handler=join_thread),
    Route(method="POST", pattern="/channels/*/webhooks", handler=create_webhook),
    Route(method="GET", pattern="/channels/*/webhooks", handler=list_webhooks),
)
