"""Questions that are answered by a reply to them. Pure.

Telegram has no forms, so what a question is about must be found again when its answer comes, after a restart too. It
stands in the question itself, in the address of a link behind its first sign: the reply brings the whole question
along, nothing is kept of anybody, and once the question is deleted it cannot be answered a second time.

Somebody might have a persona say such a link: an answer gets nobody more than they may do anyway, as it is asked anew
who they are and what they may.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import parse_qs, urlencode, urlsplit

from telegram import Message

LIVES: Final = timedelta(hours=1)
"""How long a question can be answered: as long as the buttons under a reply."""
_FIELDS: Final = ("ask", "by", "of", "chat", "card")
_SIGN: Final = "✏"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """What is asked, and whom."""

    verb: str
    """edit, report, bad, note, overturn, withdraw, wording."""
    owner: int
    """Telegram's number of whoever alone may answer."""
    about: str
    """The id of a reply or of an exchange, or the message that is reported."""
    chat: int = 0
    """Where the case was kept, if that is another chat; 0: here."""
    card: str = ""
    """The card that was acted on, as "CHAT:MESSAGE", or ""."""


def link(prompt: Prompt, username: str) -> str:
    """The address that holds `prompt`; where somebody opens it, it is that of the bot."""
    values = (prompt.verb, prompt.owner, prompt.about, prompt.chat, prompt.card)
    return f"https://t.me/{username}?{urlencode(dict(zip(_FIELDS, values, strict=True)))}"


def sign(prompt: Prompt, username: str) -> str:
    """The HTML that a question begins with."""
    return f'<a href="{link(prompt, username).replace("&", "&amp;")}">{_SIGN}</a> '


def prompt_of(question: Message | None, me: str) -> Prompt | None:
    """What `question` asks; None where it is no question of the bot with the username `me`."""
    if question is None or question.from_user is None or question.from_user.username != me:
        return None
    addresses = [entity.url for entity in question.entities[:4] if entity.offset == 0 and entity.url]
    return next((found for address in addresses if (found := read(address, me))), None)


def read(address: str, me: str) -> Prompt | None:
    """What an address holds, or None."""
    parts = urlsplit(address)
    given = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
    if parts.path.strip("/").lower() != me.lower() or tuple(given) != _FIELDS:
        return None
    try:
        owner, chat = int(given["by"]), int(given["chat"])
    except ValueError:
        return None
    return Prompt(verb=given["ask"], owner=owner, about=given["of"], chat=chat, card=given["card"])


def lives(question: Message, now: datetime) -> bool:
    """Whether it can still be answered."""
    return now < question.date + LIVES
