"""The buttons under a reply and under the cards of moderators. They know by their id what they are for, so that they
work after a restart; whether somebody may press one is asked when it is pressed."""

import re
from typing import Any, Final, Protocol, Self, runtime_checkable

import discord

from bots.pressing import STOP
from bots.streaming import Phase
from moderation.words import catalogue

_ROWS: Final = (
    (("back", "◀"), ("again", "🔄"), ("forth", "▶"), ("more", "➡"), ("edit", "✏")),
    (("delete", "🗑"), ("report", "🚩")),
)
"""Verbs and signs under a reply that is whole."""
_DESK: Final = (
    ("reveal", discord.ButtonStyle.secondary),
    ("uphold", discord.ButtonStyle.success),
    ("overturn", discord.ButtonStyle.primary),
    ("withdraw", discord.ButtonStyle.danger),
    ("note", discord.ButtonStyle.secondary),
)
"""Verbs and looks under a case."""
_DESKS: Final = {
    "": _DESK,
    "withheld": (*_DESK[:3], ("edit", discord.ButtonStyle.primary), _DESK[4]),
    "held": (
        _DESK[0],
        ("approve", discord.ButtonStyle.success),
        ("edit", discord.ButtonStyle.primary),
        ("reject", discord.ButtonStyle.danger),
        _DESK[4],
    ),
}
"""The same under one whose reply was kept back (`Card.kept`)."""


@runtime_checkable
class Pressed(Protocol):
    """The client that acts on what was pressed."""

    async def on_control(self, interaction: discord.Interaction, verb: str, reply: str) -> None:
        """A button under a reply."""

    async def on_desk(self, interaction: discord.Interaction, verb: str, exchange: str) -> None:
        """A button under a case."""


class Control(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"talchum:reply:(?P<verb>[a-z]+):(?P<id>\w+)"):
    """A button under a reply."""

    def __init__(self, verb: str, reply: str, *, sign: str = "", row: int | None = None) -> None:
        button: discord.ui.Button[Any] = discord.ui.Button(
            emoji=sign or "⏹", custom_id=f"talchum:reply:{verb}:{reply}", row=row
        )
        super().__init__(button)
        self.verb = verb
        self.reply = reply

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction, _item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button that was pressed, whoever made it."""
        return cls(match["verb"], match["id"])

    async def callback(self, interaction: discord.Interaction) -> None:
        """Hand it to the client."""
        assert isinstance(interaction.client, Pressed)
        await interaction.client.on_control(interaction, self.verb, self.reply)


class DeskButton(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"talchum:desk:(?P<verb>[a-z]+):(?P<id>\w+)"):
    """A button under a case."""

    def __init__(
        self,
        verb: str,
        exchange: str,
        *,
        label: str = "",
        style: discord.ButtonStyle = discord.ButtonStyle.secondary,
    ) -> None:
        button: discord.ui.Button[Any] = discord.ui.Button(
            label=label or verb, style=style, custom_id=f"talchum:desk:{verb}:{exchange}"
        )
        super().__init__(button)
        self.verb = verb
        self.exchange = exchange

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction, _item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button that was pressed, whoever made it."""
        return cls(match["verb"], match["id"])

    async def callback(self, interaction: discord.Interaction) -> None:
        """Hand it to the client."""
        assert isinstance(interaction.client, Pressed)
        await interaction.client.on_desk(interaction, self.verb, self.exchange)


def belongs(message: discord.Message, reply: str) -> bool:
    """Whether a message has buttons of that reply."""
    return any(
        isinstance(child, discord.Button) and (child.custom_id or "").endswith(f":{reply}")
        for row in message.components
        if isinstance(row, discord.ActionRow)
        for child in row.children
    )


def controls(phase: Phase, reply: str) -> discord.ui.View:
    """The buttons under a reply, perhaps none: of webhooks, an edit without a view would leave the old ones there."""
    view = discord.ui.View(timeout=None)
    if phase is Phase.RUNNING:
        view.add_item(Control(STOP, reply, sign="⏹"))
    if phase is not Phase.DONE:
        return view
    for number, row in enumerate(_ROWS):
        for verb, sign in row:
            view.add_item(Control(verb, reply, sign=sign, row=number))
    return view


def desk_row(exchange: str, language: str, kept: str = "") -> discord.ui.ActionRow[Any]:
    """The buttons under a case; `kept` as with `Card`."""
    say = catalogue("bots").say
    buttons = (
        DeskButton(verb, exchange, label=say(f"discord.desk_{verb}", language), style=style)
        for verb, style in _DESKS[kept]
    )
    return discord.ui.ActionRow(*buttons)
