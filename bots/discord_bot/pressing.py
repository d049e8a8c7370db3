"""Buttons and forms: under replies, for those who may press them; under cases, for moderators."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from typing import Final

import discord

from bots.cards import Card, Tone
from bots.discord_bot.cards import layouts
from bots.discord_bot.controls import STOP
from bots.discord_bot.forms import EditForm, NoteForm, ReportForm
from bots.discord_bot.responding import Responder, line_of
from bots.discord_bot.translate import PLATFORM, Channel, caller_of
from bots.errors import Missing
from bots.inbox import Busy
from bots.performing import Performer
from bots.platform import Caller, Role, Router
from bots.replies import Record, Variants
from bots.streaming import Gone, Shown
from personas.messages import Cue

_log = logging.getLogger(__name__)

CUES: Final = {"again": Cue.AGAIN, "more": Cue.CONTINUE}
_TOO_OLD: Final = "showing.too_old"
_STEPS: Final = {"back": -1, "forth": 1}


class Presser:
    """Acts on what was pressed. Used from one event loop."""

    def __init__(
        self, router: Router, performer: Performer, responder: Responder, *, now: Callable[[], datetime]
    ) -> None:
        self._router = router
        self._performer = performer
        self._responder = responder
        self._now = now

    async def control(self, interaction: discord.Interaction, verb: str, reply: str) -> None:
        """A button under a reply."""
        record = await self._router.replies.get(reply)
        if refusal := await self._refusal(interaction, record, verb):
            if refusal == _TOO_OLD:
                # It does nothing any more, so it goes.
                await interaction.response.edit_message(view=None)
            await self._responder.say(interaction, refusal)
        elif record is None:
            return
        elif verb == STOP:
            await interaction.response.defer()
            self._performer.stop(record)
        elif verb in CUES:
            await self.cue(interaction, record, CUES[verb])
        elif verb in _STEPS:
            await self._leaf(interaction, record, _STEPS[verb])
        elif verb == "edit":
            await interaction.response.send_modal(
                EditForm(
                    record.id,
                    await self._performer.text_of(record),
                    self._responder.language(interaction),
                    self._edited,
                )
            )
        elif verb == "delete":
            await self._delete(interaction, record)
        elif verb == "report":
            await self.report(interaction, record.shown[0], await self._performer.text_of(record))

    async def cue(self, interaction: discord.Interaction, record: Record, cue: Cue) -> None:
        """Have a reply said again, or continued; the answer to the interaction is what happens to the reply."""
        await interaction.response.defer(ephemeral=True)
        before = await self._performer.text_of(record)
        caller = await self._again(interaction, record)

        async def tell(card: Card) -> None:
            await self._responder.card(interaction, card)

        shown = await self._trying(interaction, self._performer.again(record, caller, tell, cue=cue))
        if shown is None:
            return
        if cue is Cue.AGAIN and shown.text:
            variants = await self._router.replies.variants(record)
            texts = (*(variants.texts or (before,)), shown.text)
            await self._router.replies.vary(record, Variants(texts=texts, current=len(texts) - 1))
        if shown.finished:
            await self._performer.note(caller, shown.finished.exchange)

    async def cued(self, interaction: discord.Interaction, cue: Cue) -> None:
        """The last reply here said again, or continued, as by its button."""
        record = await self._router.replies.newest(caller_of(interaction).place.conversation)
        if record is None:
            await self._responder.say(interaction, "showing.nothing_said")
        elif refusal := await self._refusal(interaction, record, "again"):
            await self._responder.say(interaction, refusal)
        else:
            await self.cue(interaction, record, cue)

    async def meet(self, interaction: discord.Interaction) -> None:
        """Another persona speaks from now on, or anew: it greets."""
        caller = caller_of(interaction)
        meeting = await self._router.meet(caller)
        if meeting.warning:
            await self._responder.card(interaction, meeting.warning)
        if meeting.greeting and isinstance(interaction.channel, Channel):
            await self._trying(interaction, self._performer.greet(caller, str(interaction.channel.id), meeting))

    async def report_message(self, interaction: discord.Interaction, message: discord.Message | None) -> None:
        """Ask why a reply is reported: the one that stands in `message`, or the last one here."""
        replies = self._router.replies
        if message is None:
            record = await replies.newest(caller_of(interaction).place.conversation)
        else:
            record = await replies.of_message(PLATFORM, str(message.id))
        text = await self._performer.text_of(record) if record and record.shown else ""
        await self.report(interaction, record.shown[0] if record and text else "", text)

    async def report(self, interaction: discord.Interaction, message: str, text: str) -> None:
        """Ask why the reply in `message` is reported; `text` is what it reads, "" where it is no reply."""
        if not text:
            await self._responder.say(interaction, "showing.not_a_reply")
            return
        form = ReportForm(message, text, self._responder.language(interaction), self._reported)
        await interaction.response.send_modal(form)

    async def desk(self, interaction: discord.Interaction, verb: str, exchange: str) -> None:
        """A button under a case."""
        if verb in {"note", "overturn", "withdraw"}:
            if caller_of(interaction).role < Role.MODERATOR:
                await self._responder.say(interaction, "showing.not_yours")
                return
            form = NoteForm(verb, exchange, self._responder.language(interaction), self._noted)
            await interaction.response.send_modal(form)
            return
        line = f"/review show {exchange} reveal" if verb == "reveal" else f"/review {verb} {exchange}"
        card = await self._responder.typed(interaction, line)
        if verb != "reveal":
            await self._refresh(interaction, card, exchange)

    async def _noted(self, interaction: discord.Interaction, verb: str, exchange: str, note: str) -> None:
        card = await self._responder.typed(interaction, line_of("review", verb, exchange, note))
        await self._refresh(interaction, card, exchange)

    async def _refresh(self, interaction: discord.Interaction, done: Card, exchange: str) -> None:
        """The card that was acted on shows how the case stands now."""
        message = interaction.message
        if message is None or message.flags.ephemeral or done.tone is Tone.BAD:
            return
        card = await self._router.command(f"/review brief {exchange}", caller_of(interaction))
        (*_, last) = layouts(card, self._responder.language(interaction))
        try:
            await message.edit(view=last, allowed_mentions=discord.AllowedMentions.none())
        except discord.HTTPException as error:
            _log.debug("a card was not refreshed: code=%d", error.code)

    async def _reported(
        self, interaction: discord.Interaction, message: str, text: str, reason: str, comment: str
    ) -> None:
        await self._responder.wait(interaction)
        caller = replace(caller_of(interaction, message=message), about=text)
        card = await self._responder.run(interaction, line_of("report", reason, comment), caller)
        await self._performer.note(caller, card.news)

    async def _edited(self, interaction: discord.Interaction, reply: str, text: str) -> None:
        record = await self._router.replies.get(reply)
        if refusal := await self._refusal(interaction, record, "edit"):
            await self._responder.say(interaction, refusal)
        elif record is not None:
            await interaction.response.defer()
            before = await self._performer.text_of(record)
            variants = await self._router.replies.variants(record)
            texts = (*(variants.texts or (before,)), text)
            await self._put(interaction, record, Variants(texts=texts, current=len(texts) - 1))

    async def _leaf(self, interaction: discord.Interaction, record: Record, by: int) -> None:
        """Show the variant before or after."""
        variants = await self._router.replies.variants(record)
        at = variants.current + by
        if not 0 <= at < len(variants.texts):
            await self._responder.say(interaction, "showing.no_variant")
            return
        await interaction.response.defer()
        await self._put(interaction, record, replace(variants, current=at))

    async def _put(self, interaction: discord.Interaction, record: Record, variants: Variants) -> None:
        """Have the reply read as a text that is not fresh from a model: it passes the guard like any other."""
        caller = await self._again(interaction, record)
        passage = await self._router.clear(variants.texts[variants.current], caller)
        if isinstance(passage, Card):
            await self._responder.card(interaction, passage)
            return
        if await self._trying(interaction, self._performer.retell(record, passage)):
            await self._router.revise(caller, passage.text)
            await self._router.replies.vary(record, variants)

    async def _delete(self, interaction: discord.Interaction, record: Record) -> None:
        await interaction.response.defer(ephemeral=True)
        caller = await self._again(interaction, record)
        if await self._performer.take_back(record):
            await self._router.revise(caller, "")
        else:
            await self._responder.say(interaction, "showing.not_possible")

    async def _refusal(self, interaction: discord.Interaction, record: Record | None, verb: str) -> str:
        """Why a button does nothing for this person now, as a key of words; "" where it does.

        Everybody may report, as long as we know whose words they are.
        """
        if record is None or not (verb == "report" or record.live(self._now())):
            return _TOO_OLD
        if verb == "report":
            return ""
        caller = caller_of(interaction)
        if caller.message.person != record.person and caller.role < Role.MODERATOR:
            return "showing.not_yours"
        if verb == STOP:
            return ""
        if self._performer.under_way(record):
            return "showing.under_way"
        newest = await self._router.replies.newest(record.conversation, record.persona)
        # What is not the end of the conversation any more can be taken away, not told otherwise.
        return "" if verb == "delete" or newest is None or newest.id == record.id else "showing.newer_turn"

    async def _again(self, interaction: discord.Interaction, record: Record) -> Caller:
        """Whoever pressed, about the turn that the reply answers."""
        said = await self._performer.said_in(record)
        return caller_of(interaction, said, persona=record.persona, message=record.message)

    async def _trying(self, interaction: discord.Interaction, work: Awaitable[Shown | None]) -> Shown | None:
        """The outcome of `work`; what keeps it from being done is told."""
        try:
            return await work
        except Busy:
            await self._responder.say(interaction, "showing.busy")
        except Missing as error:
            words = error.explain(self._responder.language(interaction))
            await self._responder.card(interaction, Card(title=words, tone=Tone.BAD))
        except Gone:
            await self._responder.say(interaction, _TOO_OLD)
        return None
