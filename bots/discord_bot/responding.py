"""Answers to interactions: cards, for the eyes of whoever asked, within the three seconds Discord gives."""

import logging
from dataclasses import replace
from typing import Final

import discord

from bots.cards import Card, Tone
from bots.discord_bot.cards import file_of, layouts
from bots.discord_bot.faults import EXPIRED
from bots.discord_bot.translate import caller_of, language_of
from bots.platform import Caller, Router
from moderation.words import catalogue

_log = logging.getLogger(__name__)

_LARGEST: Final = 8 * 1024 * 1024
"""Bytes of an upload that are read."""


class Responder:
    """Answers. Used from one event loop."""

    def __init__(self, router: Router, *, language: str) -> None:
        """`language` is the one of our own words where neither a person nor a place has one."""
        self._router = router
        self._language = language

    def language(self, interaction: discord.Interaction) -> str:
        """The language of whoever asks."""
        return language_of(interaction.locale) or language_of(interaction.guild_locale) or self._language

    async def typed(
        self, interaction: discord.Interaction, line: str, *, file: discord.Attachment | None = None
    ) -> Card:
        """Answer with the card of a command, which is given back."""
        await self.wait(interaction)
        caller = caller_of(interaction, line)
        if file is not None:
            if file.size > _LARGEST:
                card = self._card("discord.too_large", interaction, most=_LARGEST // 1024 // 1024)
                await self.card(interaction, card)
                return card
            caller = replace(caller, file=await file.read(), file_name=file.filename)
        return await self.run(interaction, line, caller)

    async def run(self, interaction: discord.Interaction, line: str, caller: Caller) -> Card:
        """Answer with the card of a command in the name of `caller`."""
        card = await self._router.command(line, caller)
        await self.card(interaction, card)
        return card

    async def say(self, interaction: discord.Interaction, key: str, **fields: object) -> None:
        """Answer with a sentence of ours."""
        await self.card(interaction, self._card(key, interaction, **fields))

    async def card(self, interaction: discord.Interaction, card: Card) -> None:
        """Answer with a card, or add one to the answer. Only whoever asked sees it."""
        file = file_of(card)
        views = layouts(card, self.language(interaction))
        for number, view in enumerate(views, start=1):
            files = [file] if file is not None and number == len(views) else []
            try:
                if interaction.response.is_done():
                    await interaction.followup.send(view=view, ephemeral=True, files=files)
                else:
                    await interaction.response.send_message(view=view, ephemeral=True, files=files)
            except discord.HTTPException as error:
                if error.code != EXPIRED:
                    raise
                # Too late: what was asked for is done, only its card cannot be shown any more.
                _log.warning("an interaction was answered too late: code=%d", error.code)
                return

    async def wait(self, interaction: discord.Interaction) -> None:
        """Ask for time: what follows may take more than three seconds."""
        if interaction.response.is_done():
            return
        try:
            # Under a reply of ours nothing has to think aloud: what happens is seen there. Nor does it in a card that
            # one person sees, which can only be changed by the answer to the press.
            message = interaction.message
            under = message is not None and (message.flags.ephemeral or not _is_card(message))
            await interaction.response.defer(ephemeral=True, thinking=not under)
        except discord.HTTPException as error:
            if error.code != EXPIRED:
                raise
            _log.warning("an interaction came too late: code=%d", error.code)

    async def done(self, interaction: discord.Interaction, *, told: bool) -> None:
        """No more is said. Of a command that was promised an answer and `told` none, the promise is taken back."""
        try:
            if not interaction.response.is_done():
                await interaction.response.defer()
            elif not told and interaction.type is discord.InteractionType.application_command:
                await interaction.delete_original_response()
        except discord.HTTPException as error:
            _log.debug("an answer stays open: code=%d", error.code)

    def _card(self, key: str, interaction: discord.Interaction, **fields: object) -> Card:
        return Card(title=catalogue("bots").say(key, self.language(interaction), **fields), tone=Tone.BAD)


def _is_card(message: discord.Message) -> bool:
    return message.flags.components_v2
