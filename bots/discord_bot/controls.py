"""The buttons under a reply and under the cards of moderators. They know by their id what they are for, so that they
work after a restart; whether somebody may press one is asked when it is pressed."""

import re
from collections.abc import Mapping
from typing import Any, Final, Protocol, Self, runtime_checkable

import discord

from bots.cards import Card
from bots.pressing import STOP
from bots.streaming import Phase
from moderation.words import catalogue

_Rows = tuple[tuple[tuple[str, str], ...], ...]
"""Verbs and signs of buttons, row by row."""
_ROWS: Final = (
    (("back", "◀"), ("again", "🔄"), ("forth", "▶"), ("more", "➡"), ("edit", "✏")),
    (("good", "👍"), ("bad", "👎"), ("delete", "🗑"), ("report", "🚩")),
)
"""Verbs and signs under a reply that is whole."""
_PHASES: Final[Mapping[Phase, _Rows]] = {
    Phase.RUNNING: (((STOP, "⏹"),),),
    Phase.DONE: _ROWS,
    Phase.LEAVES: ((("back", "◀"), ("forth", "▶")),),  # under a greeting that is one of several
}
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
_DESK: Final = "desk"
_IMPORT: Final = "import"


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

    def __init__(self, verb: str, reply: str) -> None:
        super().__init__(discord.ui.Button(emoji="⏹", custom_id=f"talchum:reply:{verb}:{reply}"))
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
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"talchum:(?P<kind>desk|import):(?P<verb>[a-z]+):(?P<id>\w+(?:#\d+)?)",
):
    """A button under a card of moderators: under a case, pressed for how it stood then, its id being ID#TURN, or under
    a persona that waits to be let in."""

    def __init__(
        self,
        kind: str,
        verb: str,
        about: str,
        *,
        label: str = "",
        style: discord.ButtonStyle = discord.ButtonStyle.secondary,
    ) -> None:
        button: discord.ui.Button[Any] = discord.ui.Button(
            label=label or verb, style=style, custom_id=f"talchum:{kind}:{verb}:{about}"
        )
        super().__init__(button)
        self.kind = kind
        self.verb = verb
        self.about = about

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction, _item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button that was pressed, whoever made it."""
        return cls(match["kind"], match["verb"], match["id"])

    async def callback(self, interaction: discord.Interaction) -> None:
        """Hand it to the client."""
        assert isinstance(interaction.client, Pressed)
        act = interaction.client.on_import if self.kind == _IMPORT else interaction.client.on_desk
        await act(interaction, self.verb, self.about)


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


class _Controls(discord.ui.View):
    """Buttons that are only written down: with every edit of a reply they are sent anew, and what is pressed is known
    by its id alone (`Control`)."""

    def __init__(self, rows: _Rows, reply: str) -> None:
        super().__init__(timeout=None)
        self._rows = [_row([_button(verb, sign, reply) for verb, sign in row]) for row in rows]

    def to_components(self) -> list[dict[str, Any]]:
        """As Discord is told."""
        return self._rows


def _row(buttons: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": discord.ComponentType.action_row.value, "components": buttons}


def _button(verb: str, sign: str, reply: str) -> dict[str, Any]:
    return {
        "type": discord.ComponentType.button.value,
        "style": discord.ButtonStyle.secondary.value,
        "custom_id": f"talchum:reply:{verb}:{reply}",
        "emoji": {"name": sign},
    }


def controls(phase: Phase, reply: str) -> discord.ui.View:
    """The buttons under a reply, perhaps none: of webhooks, an edit without a view would leave the old ones there."""
    return _Controls(_PHASES.get(phase, ()), reply)


def desk_rows(card: Card, language: str) -> list[discord.ui.ActionRow[Any]]:
    """The buttons under a case, or under a persona that waits to be let in."""
    say = catalogue("bots").say
    case = (_DESK, f"{card.exchange}#{card.turn}", "discord.desk_")
    kind, about, labels = (_IMPORT, card.pending, "imports.button_") if card.pending else case

    def button(verb: str) -> DeskButton:
        style = _LOOKS.get(verb, discord.ButtonStyle.secondary)
        return DeskButton(kind, verb, about, label=say(f"{labels}{verb}", language), style=style)

    return [discord.ui.ActionRow(*map(button, row)) for row in card.acts]


def disagree_row(exchange: str, language: str) -> discord.ui.ActionRow[Any]:
    """The button for whoever wants somebody else to look at what was held against them."""
    return discord.ui.ActionRow(Disagree(exchange, label=catalogue("bots").say("discord.disagree", language)))
