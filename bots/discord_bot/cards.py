"""Cards -> Discord's components (V2): as many messages as a card needs, nothing of it cut off."""

import io
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

import discord

from bots.cards import Card, Tone
from bots.discord_bot.controls import desk_rows, disagree_row
from bots.harmless import plain_links
from bots.pieces import cut

_ROOM: Final = 3_600
"""UTF-16 units of text in one message; Discord takes 4,000 over all its components."""
_PERSON: Final = re.compile(r"\bdiscord:(user|role):(\d+)\b")
"""A key of ours, which a client shows as a name."""
_MOMENT: Final = re.compile(r"(\d{4}-\d\d-\d\d)\u00a0(\d\d:\d\d)\u00a0UTC")
"""A time of ours (`bots.cards.moment`), which a client shows as that of whoever reads it."""
_COLOURS: Final = {
    Tone.PLAIN: discord.Colour.blurple(),
    Tone.GOOD: discord.Colour.green(),
    Tone.BAD: discord.Colour.gold(),
}


def layouts(card: Card, language: str) -> tuple[discord.ui.LayoutView, ...]:
    """The card as one view a message; the desk's buttons, where it is about a case, under the last one."""
    texts = cut(_text(card), _ROOM)
    views = []
    for number, text in enumerate(texts, start=1):
        view = discord.ui.LayoutView(timeout=None)
        items: list[discord.ui.Item[Any]] = [discord.ui.TextDisplay(text)]
        if number == len(texts) and card.file:
            items.append(discord.ui.File(f"attachment://{card.file_name}"))
        if number == len(texts) and (card.exchange or card.pending) and card.acts:
            items += [discord.ui.Separator(), *desk_rows(card, language)]
        if number == len(texts) and card.disagree:
            items += [discord.ui.Separator(), disagree_row(card.disagree, language)]
        view.add_item(discord.ui.Container(*items, accent_colour=_COLOURS[card.tone]))
        views.append(view)
    return tuple(views)


def file_of(card: Card) -> discord.File | None:
    """What a card brings along."""
    return discord.File(io.BytesIO(card.file), filename=card.file_name) if card.file else None


def _text(card: Card) -> str:
    return "\n".join(_lines(card))


def _lines(card: Card) -> Iterator[str]:
    yield f"**{_plain(card.title)}**"
    for row in card.rows:
        label = f"**{_plain(row.label)}** " if row.label else ""
        yield f"{label}{_plain(row.text)}"
    if card.hint:
        yield f"-# {_plain(card.hint)}"


def _local(found: re.Match[str]) -> str:
    try:
        return f"<t:{datetime.fromisoformat(f'{found[1]}T{found[2]}+00:00').timestamp():.0f}:f>"
    except ValueError:
        return found[0]


def _plain(text: str) -> str:
    """`text` as it is: nothing in it is formatting, a mention, a link that shows something else, or a heading."""
    plain = plain_links(discord.utils.escape_markdown(discord.utils.escape_mentions(text)))
    plain = _MOMENT.sub(_local, plain)
    return _PERSON.sub(lambda found: f"<@{'&' if found[1] == 'role' else ''}{found[2]}>", plain)
