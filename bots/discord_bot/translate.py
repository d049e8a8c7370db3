"""Pure: what discord.py hands over -> our values."""

import re
from datetime import UTC
from typing import Final

import discord

from bots.attention import Heard
from bots.places import Place
from bots.platform import Caller, Role
from bots.records import Record
from personas.messages import Message

PLATFORM: Final = "discord"

Channel = (
    discord.TextChannel
    | discord.VoiceChannel
    | discord.StageChannel
    | discord.Thread
    | discord.DMChannel
    | discord.PartialMessageable
)
"""Where people can write to a bot."""

_MENTION: Final = re.compile(r"<@!?(\d+)>")
_NAMED: Final = re.compile(r"<@([!&]?)(\d+)>")


def person_key(person: discord.abc.Snowflake) -> str:
    """The key of a person: no other platform's."""
    return f"{PLATFORM}:user:{person.id}"


def role_key(role: discord.abc.Snowflake) -> str:
    """The key of a role of a server."""
    return f"{PLATFORM}:role:{role.id}"


def badges_of(person: discord.User | discord.Member) -> frozenset[str]:
    """The keys of a person and of their roles; not of the one that everybody has."""
    roles = person.roles if isinstance(person, discord.Member) else ()
    return frozenset({person_key(person), *(role_key(role) for role in roles if not role.is_default())})


def named_in(text: str) -> str:
    """The roles and people mentioned in what somebody typed, as keys between commas; the rest as it stands."""
    keys = _NAMED.sub(lambda found: f"{PLATFORM}:{'role' if found[1] == '&' else 'user'}:{found[2]} ", text)
    return ", ".join(part for part in re.split(r"[\s,]+", keys) if part)


def id_in(key: str) -> str:
    """Discord's own id in a key."""
    return key.rpartition(":")[2]


def link_to(record: Record, message: str = "") -> str:
    """Where a message of that channel stands: the first of the reply itself, or the one of the id `message`."""
    return f"https://discord.com/channels/{id_in(record.server) or '@me'}/{record.channel}/{message or record.shown[0]}"


def place_of(channel: object) -> Place:
    """The place a channel, a thread or a conversation in private is."""
    if isinstance(channel, discord.Thread):
        parent = channel.parent
        scopes = _scopes(channel.guild.id, parent.category_id if parent else None, channel.parent_id)
        adult = channel.is_nsfw()
        return Place(platform=PLATFORM, scopes=(*scopes, thread_key(channel.id)), adult=adult)
    if isinstance(channel, discord.abc.GuildChannel):
        scopes = _scopes(channel.guild.id, channel.category_id, channel.id)
        # Categories and forums themselves are never written to; what is, says whether it is age-restricted.
        return Place(platform=PLATFORM, scopes=scopes, adult=bool(getattr(channel, "nsfw", False)))
    if guild := getattr(channel, "guild", None):  # one that the gateway has not told us of
        return Place(platform=PLATFORM, scopes=_scopes(guild.id, None, getattr(channel, "id", 0)))
    return Place(platform=PLATFORM, scopes=(f"discord:dm:{getattr(channel, 'id', 0)}",), private=True)


def logged(channel: object) -> str:
    """A channel as the log names it: one in private is as good as the person."""
    return "private" if place_of(channel).private else str(getattr(channel, "id", 0))


def thread_key(thread: int) -> str:
    """The conversation that a thread is; one that was opened under a message bears its id."""
    return f"{PLATFORM}:thread:{thread}"


def _scopes(guild: int, category: int | None, channel: int) -> tuple[str, ...]:
    between = (f"discord:category:{category}",) if category else ()
    return (f"discord:server:{guild}", *between, f"discord:channel:{channel}")


def role_of(person: discord.User | discord.Member) -> Role:
    """What somebody may do in a server, by Discord's own permissions: Manage Server, or Manage Messages.

    Those of the whole server: what a channel grants beyond them (people own their threads and voice channels) makes
    nobody a moderator of what the server keeps.
    """
    if not isinstance(person, discord.Member):
        return Role.MEMBER
    permissions = person.guild_permissions
    if permissions.manage_guild:
        return Role.ADMIN
    return Role.MODERATOR if permissions.manage_messages else Role.MEMBER


def language_of(locale: discord.Locale | None) -> str:
    """The language of a person's client as far as we speak it; "" otherwise: the place decides."""
    if locale is discord.Locale.korean:
        return "ko"
    return "en" if locale in {discord.Locale.american_english, discord.Locale.british_english} else ""


def heard_of(message: discord.Message, me: discord.ClientUser, *, answers: str) -> Heard:
    """What was written, as `attend` wants it; `answers` is the persona whose message it replies to, or ""."""
    managed = message.guild.self_role if message.guild else None
    called = me in message.mentions or (managed is not None and managed in message.role_mentions)
    channel = message.channel
    alone = isinstance(channel, discord.DMChannel) or (
        isinstance(channel, discord.Thread) and channel.owner_id == me.id
    )
    return Heard(
        text=text_of(message, me),
        called=called,
        answers=answers,
        at_home=alone,
        machine=message.author.bot or message.webhook_id is not None,
    )


def wordless(message: discord.Message) -> bool:
    """Whether a message holds something that cannot be read: a file, a sticker, a voice, a poll, somebody else's words
    passed on."""
    held = message.attachments or message.stickers or message.poll or message.message_snapshots
    return bool(held) or message.flags.voice  # of what is not ours to read Discord leaves out all but the flag


def text_of(message: discord.Message, me: discord.ClientUser) -> str:
    """The text as people read it: names in place of mentions, the bot's own left out."""
    names = {user.id: f"@{user.display_name}" for user in message.mentions if user.id != me.id}
    roles = {role.id: f"@{role.name}" for role in message.role_mentions}
    managed = message.guild.self_role if message.guild else None
    if managed is not None:
        roles[managed.id] = ""
    text = _MENTION.sub(lambda found: names.get(int(found[1]), ""), message.content)
    return re.sub(r"<@&(\d+)>", lambda found: roles.get(int(found[1]), ""), text).strip()


def message_of(message: discord.Message, text: str, *, persona: str = "") -> Message:
    """A message of ours; `text` is what of it was said to the persona."""
    place = place_of(message.channel)
    return Message(
        platform=PLATFORM,
        conversation=place.conversation,
        person=person_key(message.author),
        name=message.author.display_name,
        text=text,
        at=message.created_at.astimezone(UTC),
        id=str(message.id),
        server=place.server,
        persona=persona,
    )


def caller_of(interaction: discord.Interaction, text: str = "", *, persona: str = "", message: str = "") -> Caller:
    """Whoever uses a command, a button or a form; `message` is the id of the message it is about."""
    place = place_of(interaction.channel)
    person = interaction.user
    return Caller(
        message=Message(
            platform=PLATFORM,
            conversation=place.conversation,
            person=person_key(person),
            name=person.display_name,
            text=text,
            at=interaction.created_at.astimezone(UTC),
            id=message or str(interaction.id),
            server=place.server,
            persona=persona,
        ),
        place=place,
        role=role_of(person),
        badges=badges_of(person),
        language=language_of(interaction.locale),
    )


def heard_by(message: discord.Message) -> Caller:
    """The author of a message, who may have a role there."""
    return Caller(
        message=message_of(message, message.content),
        place=place_of(message.channel),
        role=role_of(message.author),
        badges=badges_of(message.author),
    )
