"""The world on the wire, as the bot gets it in answers and updates."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from bots.fakes.telegram_server.world import (
    GENERAL,
    BusinessConnection,
    Chat,
    File,
    Json,
    Kind,
    Member,
    Message,
    Status,
    User,
    World,
)

RIGHTS: Final = (
    "can_manage_chat", "can_change_info", "can_delete_messages", "can_invite_users", "can_restrict_members",
    "can_promote_members", "can_manage_video_chats", "can_post_stories", "can_edit_stories", "can_delete_stories",
    "can_send_welcome_messages",
)  # fmt: skip
"""That every administrator has or has not."""
_MORE_RIGHTS: Final = {
    Kind.GROUP: ("can_pin_messages",),
    Kind.SUPERGROUP: ("can_pin_messages", "can_manage_topics"),
    Kind.CHANNEL: ("can_post_messages", "can_edit_messages"),
    Kind.PRIVATE: (),
}
_PERMISSIONS: Final = (
    "can_send_messages", "can_send_audios", "can_send_documents", "can_send_photos", "can_send_videos",
    "can_send_video_notes", "can_send_voice_notes", "can_send_polls", "can_send_other_messages",
    "can_add_web_page_previews", "can_react_to_messages",
)  # fmt: skip


def stamp(moment: datetime) -> int:
    return int(moment.timestamp())


def user(one: User) -> Json:
    payload: Json = {"id": one.id, "is_bot": one.bot, "first_name": one.name}
    if one.username:
        payload["username"] = one.username
    if one.language:
        payload["language_code"] = one.language
    return payload


def me(world: World) -> Json:
    """What getMe answers."""
    return {
        **user(world.bot),
        "can_join_groups": True,
        "can_read_all_group_messages": not world.privacy,
        "supports_guest_queries": True,
        "supports_inline_queries": False,
        "can_connect_to_business": True,
        "has_main_web_app": False,
        "has_topics_enabled": world.threaded,
        "allows_users_to_create_topics": world.threaded,
        "can_manage_bots": False,
    }


def chat(one: Chat) -> Json:
    payload: Json = {"id": one.id, "type": one.kind.value}
    if one.person is not None:
        payload["first_name"] = one.person.name
    else:
        payload["title"] = one.title
    username = one.person.username if one.person else one.username
    if username:
        payload["username"] = username
    if one.forum:
        payload["is_forum"] = True
    return payload


def chat_full(one: Chat) -> Json:
    """What getChat answers."""
    gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
    payload = {
        **chat(one),
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(gifts, False),
    }
    if one.many:
        payload["permissions"] = dict.fromkeys(_PERMISSIONS, one.writable)
        payload["permissions"]["can_send_photos"] &= one.pictures
    return payload


def member(one: Chat, of: Member) -> Json:
    """A member of a chat, or who was one."""
    payload: Json = {"user": user(of.user), "status": of.status.value}
    match of.status:
        case Status.CREATOR:
            payload["is_anonymous"] = of.anonymous
        case Status.ADMINISTRATOR:
            rights = (*RIGHTS, *_MORE_RIGHTS[one.kind])
            payload |= {name: name in of.rights or name == "can_manage_chat" for name in rights}
            payload |= {"is_anonymous": of.anonymous, "can_be_edited": False}
        case Status.KICKED:
            payload["until_date"] = 0
        case _:
            pass
    return payload


def file(one: File) -> Json:
    """What every file has."""
    return {"file_id": one.id, "file_unique_id": one.unique, "file_size": one.size}


def message(world: World, one: Message, *, nested: bool = False) -> Json:
    """As the bot sees it; what it replies to is there without what that replies to."""
    payload: Json = {"message_id": one.id, "date": stamp(one.sent), "chat": chat(one.chat)}
    if one.sender is not None:
        payload["from"] = user(one.sender)
    if one.sender_chat is not None:
        payload["sender_chat"] = chat(one.sender_chat)
    text, entities = ("caption", "caption_entities") if one.media else ("text", "entities")
    if one.text:
        payload[text] = one.text
    if one.entities:
        payload[entities] = list(one.entities)
    payload |= one.media | one.service | _traits(one)
    target = None if nested else _replied(world, one)
    if target is not None:
        payload["reply_to_message"] = message(world, target, nested=True)
    if one.quote is not None and target is not None:
        quote: Json = {"text": one.quote.text, "position": one.quote.position, "is_manual": True}
        payload["quote"] = {**quote, **({"entities": list(one.quote.entities)} if one.quote.entities else {})}
    return payload


def inaccessible(one: Message) -> Json:
    """A message that is gone, in a callback query."""
    return {"chat": chat(one.chat), "message_id": one.id, "date": 0}


def business(one: BusinessConnection) -> Json:
    return {
        "id": one.id,
        "user": user(one.user),
        "user_chat_id": one.user.id,
        "date": stamp(one.made),
        "is_enabled": one.enabled,
        "rights": {"can_reply": True} if one.can_reply else {},
    }


def _traits(one: Message) -> Json:
    """What is there only where it is so."""
    traits: Json = {
        "edit_date": stamp(one.edited) if one.edited else None,
        "media_group_id": one.album,
        "reply_markup": one.keyboard,
        "link_preview_options": one.preview,
        "message_thread_id": one.thread,
        "is_topic_message": (one.topic is not None and one.topic.id != GENERAL) or None,
        "forward_origin": one.automatic or one.origin,
        "is_automatic_forward": one.automatic is not None or None,
        "has_protected_content": one.protected or None,
        "business_connection_id": one.business,
        "sender_business_bot": user(one.instead) if one.instead else None,
        "guest_query_id": one.guest,
    }
    return {name: value for name, value in traits.items() if value is not None}


def _replied(world: World, one: Message) -> Message | None:
    """In a topic a message that replies to nothing replies to what the topic was made with."""
    target = one.reply_to
    if target is None and one.thread is not None and one.thread < one.id:
        target = world.messages.get((one.chat, one.thread))
    return None if target is None or target.deleted else target


def ids(messages: Iterable[Message]) -> list[int]:
    return [one.id for one in messages]
