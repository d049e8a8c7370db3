"""Keyboards of messages, and how Telegram says that they may not be.

Not emulated: buttons that open web apps, log in, pay, play, or ask for contacts, places, chats or polls.
"""

import re
from dataclasses import dataclass
from typing import Final

from bots.fakes.telegram_server.entities import units
from bots.fakes.telegram_server.refusals import NotEmulated, bad
from bots.fakes.telegram_server.world import Json

_LONGEST_DATA: Final = 64
_MOST: Final = 100
_LOOKS: Final = frozenset(("text", "style", "icon_custom_emoji_id"))
_ACTIONS: Final = frozenset(
    ("callback_data", "url", "copy_text", "switch_inline_query", "switch_inline_query_current_chat",
     "switch_inline_query_chosen_chat")
)  # fmt: skip
_URL: Final = re.compile(r"(?:(?:https?|tg|ton)://)?[^\s./]+(?:\.[^\s./]+)+[^\s]*|tg://[^\s]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Markup:
    """One of both at most."""

    inline: Json | None = None
    other: Json | None = None


def checked(fields: Json) -> Markup:
    """What `reply_markup` says; an inline keyboard without buttons is none. Raises Refusal."""
    markup: Json | None = fields.get("reply_markup")
    if markup is None:
        return Markup()
    if "inline_keyboard" not in markup:
        return _other(markup)
    rows = [[_button(button) for button in row] for row in markup["inline_keyboard"] if row]
    if sum(map(len, rows)) > _MOST:
        raise bad("reply markup is too long")
    return Markup(inline={"inline_keyboard": rows} if rows else None)


def inline(fields: Json) -> Json | None:
    """What stands under an edited message: nothing, where nothing is said. Raises Refusal."""
    return checked(fields).inline


def _other(markup: Json) -> Markup:
    rows = markup.get("keyboard", ())
    for button in (button for row in rows for button in row):
        if set(button) - _LOOKS:
            raise NotEmulated(f"a keyboard button with {sorted(set(button) - _LOOKS)}")
        if not button["text"].strip():
            raise bad("keyboard button text must be non-empty")
    if "keyboard" in markup and not any(rows):
        return Markup()
    return Markup(other=markup)


def _button(button: Json) -> Json:
    strange = set(button) - _LOOKS - _ACTIONS
    actions = set(button) & _ACTIONS
    if strange or len(actions) > 1:
        raise NotEmulated(f"an inline button with {sorted(strange or actions)}")
    if not any(button[action] != "" for action in actions):
        raise bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if not button["text"].strip():
        raise bad("inline keyboard button text must be non-empty")
    if len(button.get("callback_data", "").encode()) > _LONGEST_DATA:
        raise bad("BUTTON_DATA_INVALID")
    if "url" in button and not _URL.fullmatch(button["url"]):
        raise bad(f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")
    if "copy_text" in button and not 0 < units(button["copy_text"]["text"]) <= 256:
        raise bad("BUTTON_COPY_TEXT_INVALID")
    return button
