"""The buttons under a reply and under the cards of moderators. They know by their id what they are for, so that they
work after a restart; whether somebody may press one is asked when it is pressed."""

import re
from typing import Any, Final, Protocol, Self, runtime_checkable

import discord

from bots.cards import Card
from bots.pressing import STOP
from bots.streaming import Phase
from moderation.words import catalogue

_ROWS: Final = (
    (("back", "◀"), ("again", "🔄"), ("forth", "▶"), ("more", "➡"), ("edit", "✏")),
    (("good", "👍"), ("bad", "👎"), ("delete", "🗑"), ("report", "🚩")),
)
"""Verbs and signs under a reply that is whole."""
_LEAVES: Final = (("back", "◀"), ("forth", "▶"))
"""Verbs and signs under a greeting that is one of several."""
_LOOKS: Final = {
    "claim": discord.ButtonStyle.primary,
    "uphold": discord.ButtonStyle.success,
    "overturn": discord.ButtonStyle.primary,
    "approve": discord.ButtonStyle.success,
    "edit": discord.ButtonStyle.primary,
    "reject": discord.ButtonStyle.danger,
    "withdraw": discord.ButtonStyle.danger,
}
"""How buttons under a case look; others are grey."""


@runtime_checkable
class Pressed(Protocol):
    """The client that acts on what was pressed."""

    async def on_control(self, interaction: discord.Interaction, verb: str, reply: str) -> None:
        """A button under a reply."""

    async def on_desk(self, interaction: discord.Interaction, verb: str, exchange: str) -> None:
        """A button under a case."""

    async def on_import(self, interaction: discord.Interaction, verb: str, number: str) -> None:
        """A button under a persona that waits to be let in."""

    async def on_disagree(self, interaction: discord.Interaction, exchange: str) -> None:
        """The button under an explanation."""


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


class DeskButton(
    discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"talchum:desk:(?P<verb>[a-z]+):(?P<id>\w+(?:#\d+)?)"
):
    """A button under a case, pressed for how it stood then: its id is ID#TURN."""

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


class ImportButton(
    discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"talchum:import:(?P<verb>[a-z]+):(?P<id>\w+)"
):
    """A button under a persona that waits to be let in."""

    def __init__(
        self, verb: str, number: str, *, label: str = "", style: discord.ButtonStyle = discord.ButtonStyle.secondary
    ) -> None:
        button: discord.ui.Button[Any] = discord.ui.Button(
            label=label or verb, style=style, custom_id=f"talchum:import:{verb}:{number}"
        )
        super().__init__(button)
        self.verb = verb
        self.number = number

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction, _item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button that was pressed, whoever made it."""
        return cls(match["verb"], match["id"])

    async def callback(self, interaction: discord.Interaction) -> None:
        """Hand it to the client."""
        assert isinstance(interaction.client, Pressed)
        await interaction.client.on_import(interaction, self.verb, self.number)


class Disagree(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"talchum:appeal:(?P<id>\w+)"):
    """The button under an explanation."""

    def __init__(self, exchange: str, *, label: str = "") -> None:
        button: discord.ui.Button[Any] = discord.ui.Button(
            emoji="⚖", label=label or None, custom_id=f"talchum:appeal:{exchange}"
        )
        super().__init__(button)
        self.exchange = exchange

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction, _item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button that was pressed, whoever made it."""
        return cls(match["id"])

    async def callback(self, interaction: discord.Interaction) -> None:
        """Hand it to the client."""
        assert isinstance(interaction.client, Pressed)
        await interaction.client.on_disagree(interaction, self.exchange)


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
    if phase is Phase.LEAVES:
        for verb, sign in _LEAVES:
            view.add_item(Control(verb, reply, sign=sign))
    if phase is not Phase.DONE:
        return view
    for number, row in enumerate(_ROWS):
        for verb, sign in row:
            view.add_item(Control(verb, reply, sign=sign, row=number))
    return view


def desk_rows(card: Card, language: str) -> list[discord.ui.ActionRow[Any]]:
    """The buttons under a case."""
    say, what = catalogue("bots").say, f"{card.exchange}#{card.turn}"

    def button(verb: str) -> DeskButton:
        style = _LOOKS.get(verb, discord.ButtonStyle.secondary)
        return DeskButton(verb, what, label=say(f"discord.desk_{verb}", language), style=style)

    return [discord.ui.ActionRow(*map(button, row)) for row in card.acts]


def import_rows(card: Card, language: str) -> list[discord.ui.ActionRow[Any]]:
    """The buttons under a persona that waits to be let in."""

    def button(verb: str) -> ImportButton:
        label = catalogue("bots").say(f"imports.button_{verb}", language)
        return ImportButton(verb, card.pending, label=label, style=_LOOKS.get(verb, discord.ButtonStyle.secondary))

    return [discord.ui.ActionRow(*map(button, row)) for row in card.acts]


def disagree_row(exchange: str, language: str) -> discord.ui.ActionRow[Any]:
    """The button for whoever wants somebody else to look at what was held against them."""
    return discord.ui.ActionRow(Disagree(exchange, label=catalogue("bots").say("discord.disagree", language)))
