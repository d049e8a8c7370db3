"""Where a new message of the bot goes: chat, topic, what it replies to, what stands under it.

Not emulated: replies to messages of other chats, effects, suggested posts, messages that only one person sees.
"""

from dataclasses import dataclass
from typing import Final

from bots.fakes.telegram_server import keyboards, texts
from bots.fakes.telegram_server.calls import Access, Call
from bots.fakes.telegram_server.entities import Formatted
from bots.fakes.telegram_server.keyboards import Markup
from bots.fakes.telegram_server.payloads import message as payload
from bots.fakes.telegram_server.refusals import NotEmulated, bad
from bots.fakes.telegram_server.world import (
    GENERAL,
    BusinessConnection,
    Chat,
    Json,
    Kind,
    Message,
    Quote,
    Topic,
    User,
)

_NOT_EMULATED: Final = (
    "allow_paid_broadcast", "direct_messages_topic_id", "ephemeral_message_parameters", "message_effect_id",
    "suggested_post_parameters",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    chat: Chat
    sender: User | None
    instead: User | None = None
    business: str | None = None
    reply_to: Message | None = None
    quote: Quote | None = None
    thread: int | None = None
    topic: Topic | None = None
    markup: Markup


def place(call: Call) -> Place:
    """Raises Refusal."""
    strange = sorted(name for name in _NOT_EMULATED if call.fields.get(name))
    if strange:
        raise NotEmulated(f"parameters {', '.join(strange)}")
    markup = keyboards.checked(call.fields)
    if "business_connection_id" in call.fields:
        return _business(call, markup)
    chat = call.chat(Access.WRITE)
    reply_to, quote = _reply(call, chat)
    topic = topic_of(call, chat)
    if topic is None and reply_to is not None:
        topic = reply_to.topic
    call.writable(chat)
    bot = call.service.world.bot
    thread = thread_of(chat, topic, reply_to)
    return Place(
        chat=chat,
        sender=None if chat.kind is Kind.CHANNEL else bot,
        reply_to=reply_to,
        quote=quote,
        thread=thread,
        topic=topic,
        markup=markup,
    )


def post(call: Call, where: Place, formatted: Formatted, media: Json | None = None) -> Json:
    """The message is there; what a method that sends answers."""
    service = call.service
    message = Message(
        id=next(where.chat.counter),
        chat=where.chat,
        sender=where.sender,
        sender_chat=where.chat if where.chat.kind is Kind.CHANNEL else None,
        sent=service.world.now(),
        text=formatted.text,
        entities=formatted.entities,
        media=media or {},
        keyboard=where.markup.inline,
        reply_keyboard=where.markup.other,
        preview=call.fields.get("link_preview_options"),
        reply_to=where.reply_to,
        quote=where.quote,
        thread=where.thread,
        topic=where.topic,
        business=where.business,
        instead=where.instead,
        protected=call.fields.get("protect_content", False),
        silent=call.fields.get("disable_notification", False),
    )
    return payload(service.world, service.post(message))


def topic_of(call: Call, chat: Chat) -> Topic | None:
    """The topic that `message_thread_id` names; "General" has to be named by not naming it. Raises Refusal."""
    number = call.fields.get("message_thread_id")
    if number is None:
        return None
    forum = call.service.world.forum(chat)
    topic = chat.topics.get(number) if forum and number != GENERAL else None
    if topic is None or topic.deleted:
        raise bad("message thread not found")
    if topic.closed and not call.may(chat, "can_manage_topics"):
        raise bad("TOPIC_CLOSED")
    return topic


def connection(call: Call) -> BusinessConnection:
    """Raises Refusal."""
    found = call.service.world.businesses.get(call.fields["business_connection_id"])
    if found is None or not found.enabled:
        raise bad("business connection not found")
    return found


def _reply(call: Call, chat: Chat) -> tuple[Message | None, Quote | None]:
    reply: Json = call.fields.get("reply_parameters") or {}
    strange = set(reply) & {"checklist_task_id", "poll_option_id", "ephemeral_message_id"}
    if strange or reply.get("chat_id", chat.id) != chat.id:
        raise NotEmulated("replies to other chats, tasks, options or messages for one person")
    if not reply.get("message_id"):
        return None, None
    target = call.service.world.messages.get((chat, reply["message_id"]))
    if target is None or target.deleted:
        if reply.get("allow_sending_without_reply"):
            return None, None
        raise bad("message to be replied not found")
    return target, texts.quoted(reply, target)


def thread_of(chat: Chat, topic: Topic | None, reply_to: Message | None) -> int | None:
    """A topic, or in a supergroup without topics what the chain of replies began with."""
    if topic is not None:
        return None if topic.id == GENERAL else topic.id
    if chat.kind is Kind.SUPERGROUP and not chat.forum and reply_to is not None:
        return reply_to.thread or reply_to.id
    return None


def _business(call: Call, markup: Markup) -> Place:
    """In the place of an account that allowed it, in one of its chats."""
    found = connection(call)
    chat = found.chats.get(call.fields["chat_id"])
    if chat is None:
        raise bad("BUSINESS_PEER_INVALID")
    if not found.can_reply:
        raise bad("BUSINESS_CONNECTION_NOT_ALLOWED")
    reply_to, quote = _reply(call, chat)
    bot = call.service.world.bot
    return Place(
        chat=chat,
        sender=found.user,
        instead=bot,
        business=found.id,
        reply_to=reply_to,
        quote=quote,
        markup=markup,
    )
