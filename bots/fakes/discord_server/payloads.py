"""The world as Discord writes it: objects of the REST API and of the gateway, version 10.

Whole objects with every key discord.py asks for; of the rest only what a persona bot may look at. Pictures are always
null, and times are of the world's clock.
"""

from collections.abc import Iterable
from typing import Final

from bots.fakes.discord_server.world import (
    Channel,
    ChannelKind,
    Guild,
    Interaction,
    Json,
    Member,
    Message,
    Permission,
    User,
    Webhook,
    World,
)

_UNSET: Final = (
    "icon", "splash", "discovery_splash", "banner", "description", "afk_channel_id", "vanity_url_code",
    "application_id", "system_channel_id", "rules_channel_id", "public_updates_channel_id", "max_presences",
)  # fmt: skip
_ZERO: Final = (
    "verification_level", "default_message_notifications", "explicit_content_filter", "mfa_level", "nsfw_level",
    "premium_tier", "premium_subscription_count", "system_channel_flags",
)  # fmt: skip
_NONE: Final = (
    "features", "emojis", "stickers", "presences", "voice_states", "stage_instances", "guild_scheduled_events",
    "soundboard_sounds",
)  # fmt: skip
"""What a plain guild has nothing in."""

_REPLY: Final = 19
_COMMAND_REPLY: Final = 20


def user(of: User) -> Json:
    return {
        "id": str(of.id),
        "username": of.name.lower(),
        "discriminator": "0",
        "global_name": None if of.bot else of.name,
        "avatar": None,
        "bot": of.bot,
        "public_flags": 0,
    }


def application(world: World, *, flags: int) -> Json:
    return {
        "id": str(world.bot.id),
        "name": world.bot.name,
        "description": "",
        "icon": None,
        "bot_public": True,
        "bot_require_code_grant": False,
        "owner": user(next((guild.owner for guild in world.guilds.values()), world.bot)),
        "team": None,
        "verify_key": "00",
        "flags": flags,
    }


def member(of: Member, *, whole: bool = True) -> Json:
    """With its user unless that stands beside it."""
    return {
        "roles": [str(of.role)],
        "nick": None,
        "avatar": None,
        "joined_at": "2026-01-01T00:00:00+00:00",
        "premium_since": None,
        "deaf": False,
        "mute": False,
        "pending": False,
        "flags": 0,
        "communication_disabled_until": None,
        **({"user": user(of.user)} if whole else {}),
    }


def _role(number: int, name: str, permissions: Permission, position: int) -> Json:
    return {
        "id": str(number),
        "name": name,
        "permissions": str(int(permissions)),
        "position": position,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": position > 0,
        "mentionable": False,
        "flags": 0,
        "icon": None,
        "unicode_emoji": None,
    }


def channel(of: Channel) -> Json:
    if of.thread:
        return _thread(of)
    if of.kind is ChannelKind.DM:
        assert of.recipient is not None
        return {"id": str(of.id), "type": of.kind, "last_message_id": None, "recipients": [user(of.recipient)]}
    assert of.guild is not None
    overwrites = [
        {"id": str(target), "type": int(target != of.guild.id), "allow": str(int(allow)), "deny": str(int(deny))}
        for target, (allow, deny) in of.overwrites.items()
    ]
    return {
        "id": str(of.id),
        "type": of.kind,
        "guild_id": str(of.guild.id),
        "name": of.name,
        "position": 0,
        "permission_overwrites": overwrites,
        "parent_id": None,
        "topic": None,
        "nsfw": False,
        "rate_limit_per_user": 0,
        "last_message_id": None,
        "flags": 0,
    }


def _thread(of: Channel) -> Json:
    assert of.guild is not None
    assert of.parent is not None
    assert of.creator is not None
    return {
        "id": str(of.id),
        "type": of.kind,
        "guild_id": str(of.guild.id),
        "name": of.name,
        "parent_id": str(of.parent.id),
        "owner_id": str(of.creator.id),
        "last_message_id": None,
        "rate_limit_per_user": 0,
        "message_count": 0,
        "member_count": len(of.joined),
        "total_message_sent": 0,
        "applied_tags": [],
        "flags": 0,
        "thread_metadata": {
            "archived": of.archived,
            "auto_archive_duration": 1440,
            "archive_timestamp": "2026-01-01T00:00:00+00:00",
            "locked": of.locked,
            "create_timestamp": "2026-01-01T00:00:00+00:00",
        },
    }


def guild(world: World, of: Guild, *, everybody: bool) -> Json:
    """As in GUILD_CREATE: the members are the bot alone, unless it may know `everybody`."""
    roles = [_role(of.id, "@everyone", of.everyone, 0)]
    roles += [_role(m.role, m.user.name, m.permissions, place) for place, m in enumerate(of.members.values(), 1)]
    here = [c for c in world.channels.values() if c.guild is of and not c.thread]
    return {
        **dict.fromkeys(_UNSET),
        **dict.fromkeys(_ZERO, 0),
        **{name: list[Json]() for name in _NONE},
        "id": str(of.id),
        "name": of.name,
        "owner_id": str(of.owner.id),
        "afk_timeout": 300,
        "preferred_locale": "en-US",
        "max_members": 500_000,
        "roles": roles,
        "member_count": len(of.members),
        "large": False,
        "unavailable": False,
        "joined_at": "2026-01-01T00:00:00+00:00",
        "members": [member(m) for m in of.members.values() if everybody or m.user is world.bot],
        "channels": [channel(c) for c in here],
        "threads": [channel(c) for c in world.threads(of) if not c.archived],
        "premium_progress_bar_enabled": False,
    }


def webhook(of: Webhook, *, seen_by: int) -> Json:
    """Without the token where it is of another application than `seen_by`."""
    assert of.channel.guild is not None
    own = of.application in (None, seen_by)
    return {
        "id": str(of.id),
        "type": 1,
        "channel_id": str(of.channel.id),
        "guild_id": str(of.channel.guild.id),
        "name": of.name,
        "avatar": None,
        "application_id": str(of.application) if of.application else None,
        "user": user(of.creator),
        **({"token": of.token} if own else {}),
    }


def _author(of: Message) -> Json:
    if of.webhook is None:
        return user(of.author)
    name = of.name or of.webhook.name
    return {**user(of.author), "id": str(of.webhook.id), "username": name, "global_name": None, "bot": True}


def _interaction(of: Interaction) -> Json:
    named = {"name": of.data["name"]} if "name" in of.data else {}
    return {
        "id": str(of.id),
        "type": of.kind,
        "user": user(of.user),
        "authorizing_integration_owners": {},
        **named,
    }


def message(world: World, of: Message, *, nested: bool = False) -> Json:
    """Whole, for somebody who may read it (`blank` takes the content out); the one it replies to one level deep."""
    kind = _COMMAND_REPLY if of.interaction else _REPLY if of.reference else 0
    payload: Json = {
        "id": str(of.id),
        "channel_id": str(of.channel.id),
        "author": _author(of),
        "content": of.content,
        "timestamp": of.written.isoformat(),
        "edited_timestamp": of.edited.isoformat() if of.edited else None,
        "tts": False,
        "mention_everyone": of.everyone,
        "mentions": [user(mentioned) for mentioned in of.mentions],
        "mention_roles": [],
        "attachments": of.attachments,
        "embeds": of.embeds,
        "components": of.components,
        "pinned": False,
        "type": kind,
        "flags": of.flags,
    }
    if of.nonce is not None:
        payload["nonce"] = of.nonce
    if of.webhook is not None:
        payload["webhook_id"] = str(of.webhook.id)
    if of.interaction is not None:
        payload |= {"interaction_metadata": _interaction(of.interaction), "webhook_id": str(world.bot.id)}
    if of.reference is not None:
        payload["message_reference"] = {
            "type": 0,
            "channel_id": str(of.channel.id),
            "message_id": str(of.reference),
            **_where(of.channel),
        }
        if not nested:
            target = world.messages[of.reference]
            payload["referenced_message"] = None if target.deleted else message(world, target, nested=True)
    return payload


def message_event(world: World, of: Message) -> Json:
    """As in MESSAGE_CREATE and MESSAGE_UPDATE: with the place and the member."""
    place = of.channel.guild
    payload = message(world, of) | {"channel_type": of.channel.kind} | _where(of.channel)
    if place is not None and of.webhook is None and of.author.id in place.members:
        payload["member"] = member(place.members[of.author.id], whole=False)
    return payload


def blank(payload: Json) -> Json:
    """Without what needs the message content intent."""
    return {**payload, "content": "", "embeds": [], "attachments": [], "components": []}


def interaction(world: World, of: Interaction) -> Json:
    payload: Json = {
        "id": str(of.id),
        "application_id": str(world.bot.id),
        "type": of.kind,
        "token": of.token,
        "version": 1,
        "data": of.data,
        "channel_id": str(of.channel.id),
        "channel": channel(of.channel),
        "app_permissions": str(int(world.permissions(of.channel, world.bot))),
        "locale": "ko",
        "entitlements": [],
        "authorizing_integration_owners": {},
        "context": 0 if of.channel.guild else 1,
        "attachment_size_limit": 10 << 20,
    }
    if of.message is not None:
        payload["message"] = message(world, of.message)
    if of.channel.guild is None:
        return payload | {"user": user(of.user)}
    whole = member(of.channel.guild.members[of.user.id])
    whole["permissions"] = str(int(world.permissions(of.channel, of.user)))
    return payload | {"guild_id": str(of.channel.guild.id), "guild_locale": "en-US", "member": whole}


def callback(world: World, of: Interaction) -> Json:
    """What a first response is answered with."""
    about: Json = {"id": str(of.id), "type": of.kind}
    shown = of.original if of.answered in (4, 5, 7) else None
    if shown is None:
        return {"interaction": about}
    about |= {
        "response_message_id": str(shown.id),
        "response_message_loading": shown.loading,
        "response_message_ephemeral": shown.ephemeral,
    }
    return {"interaction": about, "resource": {"type": of.answered, "message": message(world, shown)}}


def ids(of: Iterable[Guild]) -> list[Json]:
    """As in READY: guilds that are still to come."""
    return [{"id": str(guild.id), "unavailable": True} for guild in of]


def _where(place: Channel) -> Json:
    return {"guild_id": str(place.guild.id)} if place.guild else {}
