"""Somebody on Discord who pressed, filled in or commanded something."""

import logging

import discord

from bots.cards import Card
from bots.discord_bot.cards import layouts
from bots.discord_bot.forms import EditForm, FeedbackForm, NoteForm, ReportForm
from bots.discord_bot.responding import Responder
from bots.discord_bot.translate import caller_of
from bots.platform import Caller
from bots.pressing import Presser
from bots.records import Record

_log = logging.getLogger(__name__)


class DiscordAsker:
    """Meets `bots.pressing.Asker`, for one interaction."""

    def __init__(self, interaction: discord.Interaction, responder: Responder, presser: Presser) -> None:
        self._interaction = interaction
        self._responder = responder
        self._presser = presser
        self._told = False
        """Whether there was an answer to read."""

    @property
    def language(self) -> str:
        """See `Asker.language`."""
        return self._responder.language(self._interaction)

    @property
    def pressed(self) -> str:
        """See `Asker.pressed`."""
        message = self._interaction.message
        return str(message.id) if message and not message.flags.ephemeral else ""

    @property
    def unseen(self) -> bool:
        """See `Asker.unseen`."""
        return self._interaction.message is not None and self._interaction.message.flags.ephemeral

    def caller(self, text: str = "", *, persona: str = "", message: str = "") -> Caller:
        """See `Asker.caller`."""
        return caller_of(self._interaction, text, persona=persona, message=message)

    async def wait(self) -> None:
        """See `Asker.wait`."""
        await self._responder.wait(self._interaction)

    async def done(self) -> None:
        """See `Asker.done`."""
        await self._responder.done(self._interaction, told=self._told)

    async def say(self, key: str, **fields: object) -> None:
        """See `Asker.say`."""
        self._told = True
        await self._responder.say(self._interaction, key, **fields)

    async def card(self, card: Card) -> None:
        """See `Asker.card`."""
        self._told = True
        await self._responder.card(self._interaction, card)

    async def undress(self) -> None:
        """See `Asker.undress`."""
        await self._interaction.response.edit_message(view=None)

    async def refresh(self, card: Card) -> None:
        """See `Asker.refresh`."""
        message = self._interaction.message
        if message is None:
            return
        (*_, last) = layouts(card, self.language)
        try:
            if message.flags.ephemeral:  # only the answer to the press reaches it
                await self._interaction.edit_original_response(view=last)
                return
            await message.edit(view=last, allowed_mentions=discord.AllowedMentions.none())
        except discord.HTTPException as error:
            _log.debug("a card was not refreshed: code=%d", error.code)

    async def ask_edit(self, record: Record, text: str) -> None:
        """See `Asker.ask_edit`."""

        async def edited(interaction: discord.Interaction, wording: str) -> None:
            await self._presser.edited(self._of(interaction), record.id, wording)

        await self._interaction.response.send_modal(EditForm(self._about(record.id), text, self.language, edited))

    async def ask_feedback(self, record: Record) -> None:
        """See `Asker.ask_feedback`."""

        async def rated(interaction: discord.Interaction, reason: str, words: str) -> None:
            await self._presser.rated(self._of(interaction), record.id, reason, words)

        await self._interaction.response.send_modal(FeedbackForm(self._about(record.id), self.language, rated))

    async def ask_report(self, message: str, text: str) -> None:
        """See `Asker.ask_report`."""

        async def reported(interaction: discord.Interaction, reason: str, comment: str) -> None:
            await self._presser.reported(self._of(interaction), message, text, reason, comment)

        await self._interaction.response.send_modal(ReportForm(self._about(message), self.language, reported))

    async def ask_note(self, verb: str, exchange: str) -> None:
        """See `Asker.ask_note`."""

        async def noted(interaction: discord.Interaction, note: str) -> None:
            await self._presser.noted(self._of(interaction), verb, exchange, note)

        await self._interaction.response.send_modal(NoteForm(verb, self._about(exchange), self.language, noted))

    async def ask_wording(self, exchange: str, text: str) -> None:
        """See `Asker.ask_wording`."""

        async def worded(interaction: discord.Interaction, wording: str) -> None:
            await self._presser.noted(self._of(interaction), "edit", exchange, wording)

        await self._interaction.response.send_modal(EditForm(self._about(exchange), text, self.language, worded))

    def _about(self, what: str) -> str:
        """What a form is about, and whose it is: two people may have the same one open."""
        return f"{what}:{self._interaction.id}"

    def _of(self, interaction: discord.Interaction) -> "DiscordAsker":
        return DiscordAsker(interaction, self._responder, self._presser)
