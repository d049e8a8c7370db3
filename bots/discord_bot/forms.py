"""Forms people fill in: another wording, a reason, a note. Each has fixed ids, and hands over what was written."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

import discord

from moderation.reasons import REASONS
from moderation.words import catalogue
from personas.feedback import REASONS as WISHES

_OPEN: Final = 1_800.0
"""Seconds a form that nobody sends is remembered."""
_LONGEST: Final = 4_000
"""Characters that Discord takes in a field."""
_COMMENT: Final = 1_000
_WISH: Final = 200

Handler = Callable[..., Awaitable[None]]


class _Form(discord.ui.Modal):
    """A form whose texts are in the catalogue under `discord.form_NAME`. `about` is of this one form only: Discord's
    answers are told apart by it."""

    def __init__(self, name: str, about: str, language: str) -> None:
        self._language = language
        super().__init__(title=self.say(f"form_{name}"), custom_id=f"talchum:form:{name}:{about}", timeout=_OPEN)

    def say(self, key: str) -> str:
        """A text of the catalogue."""
        return catalogue("bots").say(f"discord.{key}", self._language)

    def field(self, key: str, *, longest: int, default: str = "", required: bool = True) -> discord.ui.TextInput[Any]:
        """Put a field for a longer text under its label."""
        field: discord.ui.TextInput[Any] = discord.ui.TextInput(
            style=discord.TextStyle.paragraph,
            custom_id=key,
            max_length=longest,
            default=default[:longest] or None,
            required=required,
        )
        self.add_item(discord.ui.Label(text=self.say(f"field_{key}"), component=field))
        return field


class EditForm(_Form):
    """What the persona said, to be worded otherwise."""

    def __init__(self, reply: str, text: str, language: str, handler: Handler) -> None:
        """`handler(interaction, text)`."""
        super().__init__("edit", reply, language)
        self._handler = handler
        self._text = self.field("text", longest=_LONGEST, default=text)

    async def on_submit(self, interaction: discord.Interaction) -> None:
        """Hand it over."""
        await self._handler(interaction, self._text.value)


class ReportForm(_Form):
    """Why a reply is reported."""

    def __init__(self, message: str, language: str, handler: Handler) -> None:
        """`handler(interaction, reason, comment)`."""
        super().__init__("report", message, language)
        self._handler = handler
        options = [discord.RadioGroupOption(label=self.say(f"reason_{name}"), value=name) for name in REASONS]
        self._reason: discord.ui.RadioGroup[Any] = discord.ui.RadioGroup(custom_id="reason", options=options)
        self.add_item(discord.ui.Label(text=self.say("field_reason"), component=self._reason))
        self._comment = self.field("comment", longest=_COMMENT, required=False)

    async def on_submit(self, interaction: discord.Interaction) -> None:
        """Hand it over."""
        reason = self._reason.value or REASONS[-1]
        await self._handler(interaction, reason, self._comment.value)


class FeedbackForm(_Form):
    """What is wrong with a reply."""

    def __init__(self, reply: str, language: str, handler: Handler) -> None:
        """`handler(interaction, reason, words)`."""
        super().__init__("feedback", reply, language)
        self._handler = handler
        say = catalogue("bots").say
        options = [
            discord.RadioGroupOption(label=say(f"feedback.reason_{name}", language), value=name) for name in WISHES
        ]
        self._reason: discord.ui.RadioGroup[Any] = discord.ui.RadioGroup(custom_id="reason", options=options)
        self.add_item(discord.ui.Label(text=self.say("field_reason"), component=self._reason))
        self._words = self.field("wish", longest=_WISH, required=False)

    async def on_submit(self, interaction: discord.Interaction) -> None:
        """Hand it over."""
        await self._handler(interaction, self._reason.value or WISHES[-1], self._words.value)


class NoteForm(_Form):
    """What a moderator has to say to a decision, or whoever it is about."""

    def __init__(self, verb: str, exchange: str, language: str, handler: Handler) -> None:
        """`handler(interaction, note)`."""
        super().__init__(verb, exchange, language)
        self._handler = handler
        key = {"answer": "answer", "appeal": "disagree"}.get(verb, "note")
        self._note = self.field(key, longest=_COMMENT, required=verb in {"note", "answer"})

    async def on_submit(self, interaction: discord.Interaction) -> None:
        """Hand it over."""
        await self._handler(interaction, self._note.value)
