"""Pure: what python-telegram-bot hands over -> our values."""

import re
from datetime import UTC, datetime
from typing import Final

import telegram
from telegram.constants import ChatType

from bots.attention import Heard
from bots.places import Place
from bots.platform import Caller, Role
from bots.records import Record
from personas.messages import Message

PLATFORM: Final = "telegram"
GROUPS: Final = frozenset({ChatType.GROUP, ChatType.SUPERGROUP})

_SUPERGROUP: Final = "-100"
"""Begins the ids of supergroups and channels; what follows is the id that links use."""


def person_key(author: telegram.User | telegram.Chat, chat: telegram.Chat) -> str:
    """The key of a person, or of the channel somebody writes as: no other platform's. "" for an administrator who hides
    behind the group: nobody can tell which one it is."""
    return "" if hides(author, chat) else f"{PLATFORM}:user:{author.id}"


def hides(author: telegram.User | telegram.Chat | None, chat: telegram.Chat) -> bool:
    """Whether somebody writes in a group as that group, which only its administrators can."""
    return isinstance(author, telegram.Chat) and author.id == chat.id


def id_in(key: str) -> str:
    """Telegram's own id in a key."""
    return key.rpartition(":")[2]


def author_of(message: telegram.Message) -> telegram.User | telegram.Chat | None:
    """Who wrote a message: an administrator who hides writes as the group, some write as their channel."""
    return message.sender_chat or message.from_user


def name_of(author: telegram.User | telegram.Chat) -> str:
    """What people call them."""
    return author.full_name or str(author.id)


def logged(chat: int) -> str:
    """A chat as the log names it: the number of a private one is that of the person."""
    return str(chat) if chat < 0 else "private"


def topic_of(message: telegram.Message) -> int:
    """The topic a message stands in, or 0: a thread of replies in a group without topics is none."""
    return message.message_thread_id or 0 if message.is_topic_message else 0


def place_of(where: telegram.Message | telegram.Chat) -> Place:
    """The place that a chat, or the topic a message stands in, is."""
    if isinstance(where, telegram.Chat):
        return place_in(where.id, private=where.type == ChatType.PRIVATE)
    return place_in(where.chat.id, topic_of(where), private=where.chat.type == ChatType.PRIVATE)


def place_in(chat: int, topic: int = 0, *, private: bool) -> Place:
    """The same by ids."""
    scope = f"{PLATFORM}:dm:{chat}" if private else f"{PLATFORM}:server:{chat}"
    inner = (f"{PLATFORM}:thread:{chat}/{topic}",) if topic else ()
    return Place(platform=PLATFORM, scopes=(scope, *inner), private=private)


def channel_of(message: telegram.Message) -> str:
    """Where a reply to a message stands, as `Record.channel` has it: CHAT or CHAT/TOPIC."""
    topic = topic_of(message)
    return f"{message.chat.id}/{topic}" if topic else str(message.chat.id)


def burst_of(message: telegram.Message) -> tuple[str, str, int]:
    """What messages of one person there have in common. Two administrators who hide are not taken for one."""
    author = author_of(message) or message.chat
    alone = message.message_id if hides(author, message.chat) else 0
    return channel_of(message), person_key(author, message.chat), alone


def address_of(channel: str) -> tuple[int, int]:
    """Chat and topic (0: none) in a `Record.channel`. Raises ValueError."""
    chat, _, topic = channel.partition("/")
    return int(chat), int(topic or 0)


def shown_id(chat: int, message: int) -> str:
    """A message as `Record.shown` and claims name it: ids of messages say nothing without their chat."""
    return f"{chat}:{message}"


def ids_in(shown: str) -> tuple[int, int]:
    """Chat and message. Raises ValueError."""
    chat, _, message = shown.partition(":")
    return int(chat), int(message)


def link_to(record: Record) -> str:
    """Where a reply stands, or "": only messages of supergroups have an address."""
    if not record.shown:
        return ""
    chat, _, message = record.shown[0].partition(":")
    return f"https://t.me/c/{chat.removeprefix(_SUPERGROUP)}/{message}" if chat.startswith(_SUPERGROUP) else ""


def language_of(user: telegram.User | None) -> str:
    """The language of a person's app as far as we speak it; "" otherwise: the place decides."""
    code = (user.language_code or "" if user else "").lower().partition("-")[0]
    return code if code in {"en", "ko"} else ""


def written(message: telegram.Message) -> str:
    """What somebody wrote: the text, or what stands under a picture; "" where they pass on what was said elsewhere,
    which is neither their word nor their command."""
    return "" if _passed_on(message) else message.text or message.caption or ""


def wordless(message: telegram.Message) -> bool:
    """Whether a message holds something that cannot be read: a sticker, a voice, a picture, a poll, a place, somebody
    else's words passed on."""
    return bool(message.effective_attachment or message.checklist) or _passed_on(message)


def _passed_on(message: telegram.Message) -> bool:
    """Whether a message is forwarded. Telegram does not always tell whose words it holds; nobody's are taken for those
    of whoever forwards it."""
    return message.forward_origin is not None


def text_of(message: telegram.Message, me: telegram.User) -> str:
    """The text as people read it, the mention of the bot itself left out."""
    text = written(message)
    return (
        re.sub(rf"(?<!\w)@{re.escape(me.username)}(?!\w)", "", text, flags=re.IGNORECASE).strip()
        if me.username
        else text
    )


def calls(message: telegram.Message, me: telegram.User) -> bool:
    """Whether a message mentions the bot; what is passed on mentions nobody here."""
    if _passed_on(message):
        return False
    entities = {**message.parse_entities(), **message.parse_caption_entities()}
    name = f"@{me.username}".lower()
    return any(
        (entity.type == entity.MENTION and text.lower() == name)
        or (entity.type == entity.TEXT_MENTION and entity.user is not None and entity.user.id == me.id)
        for entity, text in entities.items()
    )


def is_machine(message: telegram.Message) -> bool:
    """Whether another bot wrote a message; administrators who hide and people who write as a channel are none."""
    user = message.from_user
    return message.sender_chat is None and (user is None or user.is_bot)


def heard_of(message: telegram.Message, me: telegram.User, *, answers: str) -> Heard:
    """What was written, as `attend` wants it; `answers` is the persona whose message it replies to, or ""."""
    return Heard(
        text=text_of(message, me),
        called=calls(message, me),
        answers=answers,
        at_home=message.chat.type == ChatType.PRIVATE,
        machine=is_machine(message),
    )


def message_of(message: telegram.Message, text: str, *, persona: str = "") -> Message:
    """A message of ours; `text` is what of it was said to the persona."""
    place = place_of(message)
    author = author_of(message) or message.chat
    return Message(
        platform=PLATFORM,
        conversation=place.conversation,
        person=person_key(author, message.chat),
        name=name_of(author),
        text=text,
        at=message.date.astimezone(UTC),
        id=shown_id(message.chat.id, message.message_id),
        server=place.server,
        persona=persona,
    )


def heard_by(message: telegram.Message, role: Role, text: str = "", *, persona: str = "") -> Caller:
    """The author of a message; `role` is theirs there."""
    return Caller(
        message=message_of(message, text, persona=persona),
        place=place_of(message),
        role=role,
        language=language_of(message.from_user) if message.chat.type == ChatType.PRIVATE else "",
    )


def caller_of(
    update: telegram.Update, text: str = "", *, role: Role, now: datetime, persona: str = "", message: str = ""
) -> Caller:
    """Whoever typed a command or pressed a button; `message` is the id (`shown_id`) of the message it is about.

    Raises ValueError for an update that nobody sent, or to nowhere.
    """
    query, typed = update.callback_query, update.effective_message
    author = query.from_user if query else author_of(typed) if typed else None
    chat = update.effective_chat
    if author is None or chat is None:
        raise ValueError("nobody calls")
    reachable = typed if isinstance(typed, telegram.Message) else None
    place = place_of(reachable or chat)
    own = query.id if query else shown_id(chat.id, typed.message_id) if typed else str(update.update_id)
    return Caller(
        message=Message(
            platform=PLATFORM,
            conversation=place.conversation,
            person=person_key(author, chat),
            name=name_of(author),
            text=text,
            at=now,
            id=message or own,
            server=place.server,
            persona=persona,
        ),
        place=place,
        role=role,
        language=language_of(update.effective_user),
    )
