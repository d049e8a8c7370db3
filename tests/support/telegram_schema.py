"""Writes `schema.json` of the fake Telegram: the methods and types of the Bot API that it knows, as aiogram's models
have them.

Run it with any Python that has aiogram, and commit what it writes; nothing else needs aiogram:

    python tests/support/telegram_schema.py

A type is written as `Integer`, `Float`, `String`, `Boolean`, `InputFile`, `"a constant"`, the name of a type,
`[of what]` for an array, and `a|b` where one of several will do. A type that is only named and not described stands in
no request or answer of this server. Deprecated fields are left out: to use one is a mistake here.
"""

import json
import types
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

_METHODS: Final = """
    AnswerCallbackQuery AnswerGuestQuery Close DeleteMessage DeleteMessages DeleteMyCommands DeleteWebhook
    EditMessageCaption EditMessageReplyMarkup EditMessageText GetBusinessConnection GetChat GetChatAdministrators
    GetChatMember GetChatMemberCount GetFile GetMe GetMyCommands GetMyDescription GetMyName GetMyShortDescription
    GetUpdates GetWebhookInfo LeaveChat LogOut SendChatAction SendDocument SendMessage SendMessageDraft SendPhoto
    SetMessageReaction SetMyCommands SetMyDescription SetMyName SetMyShortDescription SetWebhook
"""
_TYPES: Final = """
    AcceptedGiftTypes BotCommand BotCommandScopeAllChatAdministrators BotCommandScopeAllGroupChats
    BotCommandScopeAllPrivateChats BotCommandScopeChat BotCommandScopeChatAdministrators BotCommandScopeChatMember
    BotCommandScopeDefault BotDescription BotName BotShortDescription BusinessBotRights BusinessConnection
    BusinessMessagesDeleted CallbackQuery Chat ChatFullInfo ChatMemberAdministrator ChatMemberBanned ChatMemberLeft
    ChatMemberMember ChatMemberOwner ChatMemberRestricted ChatMemberUpdated ChatPermissions CopyTextButton Document File
    ForceReply ForumTopicClosed ForumTopicCreated ForumTopicEdited ForumTopicReopened InaccessibleMessage
    InlineKeyboardButton InlineKeyboardMarkup InlineQueryResultArticle InputTextMessageContent KeyboardButton
    LinkPreviewOptions Location LoginUrl Message MessageEntity MessageOriginChannel MessageOriginUser
    MessageReactionUpdated PhotoSize Poll PollOption ReactionTypeCustomEmoji ReactionTypeEmoji ReplyKeyboardMarkup
    ReplyKeyboardRemove ReplyParameters ResponseParameters SentGuestMessage Sticker SwitchInlineQueryChosenChat
    TextQuote Update User Video Voice WebAppInfo WebhookInfo
"""
_PLAIN: Final = {
    bool: "Boolean",
    int: "Integer",
    float: "Float",
    str: "String",
    datetime: "Integer",
    timedelta: "Integer",
}


def expression(annotation: Any) -> str:
    """The type as `schema.json` writes it; empty for aiogram's mark of a default."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return expression(arguments[0])
    if origin in (Union, types.UnionType):
        parts = [expression(part) for part in arguments if part is not type(None)]
        return "|".join(dict.fromkeys("|".join(filter(None, parts)).split("|")))
    if origin is list:
        return f"[{expression(arguments[0])}]"
    if origin is Literal:
        return "|".join("Boolean" if value is True else f'"{getattr(value, "value", value)}"' for value in arguments)
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    names = [base.__name__ for base in annotation.__mro__]
    if "Default" in names:
        return ""
    if "InputFile" in names:
        return "InputFile"
    return "String" if "str" in names else str(annotation.__name__)


def fields(model: Any) -> dict[str, Any]:
    """Its fields, those that have to be there apart; a constant is always there."""
    found: dict[str, dict[str, str]] = {"required": {}, "optional": {}}
    for name, field in model.model_fields.items():
        if not (field.json_schema_extra or {}).get("deprecated"):
            kind = expression(field.annotation)
            constant = get_origin(field.annotation) is Literal
            found["required" if constant or field.is_required() else "optional"][field.alias or name] = kind
    return {part: dict(sorted(members.items())) for part, members in found.items() if members}


def schema() -> dict[str, Any]:
    library, methods, known = import_module("aiogram"), import_module("aiogram.methods"), import_module("aiogram.types")
    models = {model.__api_method__: model for model in (getattr(methods, name) for name in _METHODS.split())}
    every = {getattr(getattr(methods, name), "__api_method__", None) for name in methods.__all__}
    return {
        "version": library.__api_version__,
        "methods": {
            name: {**fields(model), "returns": expression(model.__returning__)} for name, model in models.items()
        },
        "other_methods": sorted(name for name in every if isinstance(name, str) and name not in models),
        "types": {name: fields(getattr(known, name)) for name in _TYPES.split()},
    }


def written(found: dict[str, Any]) -> str:
    """One method or type a line."""
    lines = [f'"version": {json.dumps(found["version"])}', f'"other_methods": {json.dumps(found["other_methods"])}']
    for part in ("methods", "types"):
        entries = ",\n".join(f"{json.dumps(name)}: {json.dumps(entry)}" for name, entry in found[part].items())
        lines.append(f'"{part}": {{\n{entries}\n}}')
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    (Path(__file__).parents[2] / "bots/fakes/telegram_server/schema.json").write_text(
        written(schema()), encoding="utf-8"
    )
