"""Methods that write, change and take back messages, and that say that the bot is busy.

Not emulated: messages of inline mode, the 48 hours after which a message cannot be changed or deleted any more.
"""

from typing import Final

from bots.fakes.telegram_server import keyboards, payloads, sending, texts
from bots.fakes.telegram_server.calls import Access, Call, Handler
from bots.fakes.telegram_server.entities import Formatted
from bots.fakes.telegram_server.refusals import NotEmulated, bad
from bots.fakes.telegram_server.world import Chat, Draft, Json, Kind, Message

_ACTIONS: Final = frozenset(
    ("typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document",
     "choose_sticker", "find_location", "record_video_note", "upload_video_note")
)  # fmt: skip
_NOT_MODIFIED: Final = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
_MOST_DELETED: Final = 100


def send_message(call: Call) -> Json:
    formatted = texts.message_text(call.fields)
    return sending.post(call, sending.place(call), formatted)


def edit_text(call: Call) -> Json:
    if "rich_message" in call.fields:
        raise NotEmulated("rich messages")
    formatted = texts.message_text(call.fields, edit=True)
    keyboard = keyboards.inline(call.fields)
    message = _editable(call)
    if message.media:
        raise bad("there is no text in the message to edit")
    return _revised(call, message, formatted, keyboard, call.fields.get("link_preview_options"))


def edit_caption(call: Call) -> Json:
    formatted = texts.caption(call.fields)
    keyboard = keyboards.inline(call.fields)
    message = _editable(call)
    if not message.media:
        raise bad("there is no caption in the message to edit")
    return _revised(call, message, formatted, keyboard)


def edit_keyboard(call: Call) -> Json:
    keyboard = keyboards.inline(call.fields)
    message = _editable(call)
    return _revised(call, message, Formatted(text=message.text, entities=message.entities), keyboard, message.preview)


def delete_message(call: Call) -> bool:
    chat = call.chat(Access.WRITE)
    message = call.message(chat, "message to delete")
    if not _deletable(call, message):
        raise bad("message can't be deleted")
    message.deleted = True
    return True


def delete_messages(call: Call) -> bool:
    """Those that are there and can be deleted; the others are passed over."""
    numbers = call.fields["message_ids"]
    if not 0 < len(numbers) <= _MOST_DELETED:
        raise bad("too many message identifiers specified" if numbers else "message identifiers are not specified")
    chat = call.chat(Access.WRITE)
    for number in numbers:
        message = call.service.world.messages.get((chat, number))
        if message is not None and _deletable(call, message):
            message.deleted = True
    return True


def send_chat_action(call: Call) -> bool:
    """Seen for five seconds or until a message comes; here it is written down for ever."""
    if call.fields["action"] not in _ACTIONS:
        raise bad("wrong parameter action in request")
    if "business_connection_id" in call.fields:
        chat = sending.connection(call).chats.get(call.fields["chat_id"])
        if chat is None:
            raise bad("BUSINESS_PEER_INVALID")
    else:
        chat = call.chat(Access.WRITE)
    topic = sending.topic_of(call, chat)
    chat.actions.append((call.fields["action"], topic.id if topic else None))
    return True


def send_draft(call: Call) -> bool:
    """A preview of what is being written, in private only; a real message of the bot takes its place.

    What Telegram says to a draft without an id is not known.
    """
    if call.fields.get("can_stop") or call.fields.get("keep_on_stop"):
        raise NotEmulated("drafts that the person can stop")
    formatted = texts.draft_text(call.fields)
    if not call.fields["draft_id"]:
        raise bad("invalid draft_id specified")
    found = call.known()
    if found is not None and found.kind is not Kind.PRIVATE:
        raise bad("TEXTDRAFT_PEER_INVALID")
    chat = call.chat(Access.WRITE)
    sending.topic_of(call, chat)
    now = call.service.clock()
    draft = Draft(id=call.fields["draft_id"], text=formatted.text, entities=formatted.entities, at=now)
    chat.drafts.append(draft)
    chat.draft = draft
    call.service.seen(chat, draft)
    return True


HANDLERS: Final[dict[str, Handler]] = {
    "sendMessage": send_message,
    "editMessageText": edit_text,
    "editMessageCaption": edit_caption,
    "editMessageReplyMarkup": edit_keyboard,
    "deleteMessage": delete_message,
    "deleteMessages": delete_messages,
    "sendChatAction": send_chat_action,
    "sendMessageDraft": send_draft,
}


def _editable(call: Call) -> Message:
    if "inline_message_id" in call.fields:
        raise NotEmulated("messages of inline mode")
    if not (call.fields.get("chat_id") and call.fields.get("message_id")):
        raise bad("message identifier is not specified")
    if "business_connection_id" in call.fields:
        chat: Chat | None = sending.connection(call).chats.get(call.fields["chat_id"])
        if chat is None:
            raise bad("BUSINESS_PEER_INVALID")
    else:
        chat = call.chat(Access.EDIT)
    message = call.message(chat, "message to edit")
    bot = call.service.world.bot
    own = bot in (message.sender, message.instead) or (message.sender is None and chat.kind is Kind.CHANNEL)
    if not own or message.service or message.reply_keyboard is not None or chat.upgraded is not None:
        raise bad("message can't be edited")
    return message


def _revised(
    call: Call, message: Message, formatted: Formatted, keyboard: Json | None, preview: Json | None = None
) -> Json:
    before = message.text, message.entities, message.keyboard, message.preview
    if before == (formatted.text, formatted.entities, keyboard, preview):
        raise bad(_NOT_MODIFIED)
    service = call.service
    return payloads.message(service.world, service.revise(message, formatted, keyboard=keyboard, preview=preview))


def _deletable(call: Call, message: Message) -> bool:
    """Its own, anybody's in private, and others' where it is an administrator who may."""
    own = message.sender is call.service.world.bot
    private = message.chat.kind is Kind.PRIVATE
    return own or private or call.may(message.chat, "can_delete_messages")
