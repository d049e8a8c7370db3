"""What people open by a command and press: who speaks here, what holds here, what is kept of them, the language.

A panel belongs to whoever opened it, and is written anew at every press.
"""

from dataclasses import replace
from typing import Final

from telegram import InlineKeyboardMarkup

from bots.cards import Card, Row, Tone
from bots.lines import line_of
from bots.places import Mode
from bots.platform import Role, Router
from bots.pressing import Presser
from bots.telegram_bot import keyboards
from bots.telegram_bot.delivering import Secrecy
from bots.telegram_bot.keyboards import PAGE, Press
from bots.telegram_bot.pressing import TelegramAsker
from moderation.words import LANGUAGES, catalogue

_SETTABLE: Final = frozenset({"mode", "language", "mark", "paused", "answer_bots", "profile", "audience"})

_SPEAKS: Final = "▸"
"""Stands in the list before whoever speaks."""


class Panels:
    """Opens panels and acts on their presses. Used from one event loop."""

    def __init__(self, router: Router, presser: Presser) -> None:
        self._router = router
        self._presser = presser

    async def personas(self, asker: TelegramAsker) -> None:
        """Who can speak here: the page with whoever does."""
        card, keyboard = await self._page(asker)
        await replace(asker, secrecy=Secrecy.OPEN).panel(card, keyboard)

    async def persona_pressed(self, asker: TelegramAsker, press: Press) -> None:
        """Another page, or another persona."""
        if press.verb == "page" and press.what.isdecimal():
            await asker.put(*await self._page(asker, int(press.what)))
        elif press.verb == "use":
            people = self._router.personas(asker.base.place)
            chosen = keyboards.persona_of(press.what, people)
            if not chosen:
                await asker.say("telegram.stale")
                return
            card = await self._presser.typed(asker, line_of("persona", "use", chosen))
            if card.met:
                await asker.put(*await self._page(asker))
                await asker.done()
                await self._presser.meet(asker, asker.channel)

    async def settings(self, asker: TelegramAsker) -> None:
        """What holds here."""
        card, keyboard = await self._settings(asker)
        await replace(asker, secrecy=Secrecy.OPEN).panel(card, keyboard)

    async def setting_pressed(self, asker: TelegramAsker, press: Press) -> None:
        """Something holds here from now on."""
        name, _, value = press.what.partition("=")
        if press.verb != "set" or name not in _SETTABLE:
            await asker.say("telegram.stale")
            return
        done = await self._router.command(line_of("talchum", "settings", name, value), asker.caller())
        if done.tone is Tone.BAD:
            await asker.card(done)
            return
        await asker.put(*await self._settings(asker))
        await asker.card(done)
        await self.remark(asker)

    async def remark(self, asker: TelegramAsker) -> None:
        """Where personas should hear everything in a group, say what that needs."""
        if asker.base.place.private or asker.bot.can_read_all_group_messages:
            return
        if (await self._router.settings(asker.base.place)).mode is not Mode.MENTION:
            await asker.say("telegram.mode_needs_reading")

    async def privacy(self, asker: TelegramAsker) -> None:
        """What is kept of the person."""
        card = await self._router.command("/privacy show", asker.caller())
        keyboard = keyboards.privacy(owner=asker.number, language=asker.language)
        await replace(asker, secrecy=Secrecy.SECRET).panel(card, None if card.tone is Tone.BAD else keyboard)

    async def forget(self, asker: TelegramAsker) -> None:
        """Whether everything is really to be erased; asked of somebody who alone can say yes."""
        if not asker.number:
            await asker.say("commands.privacy_whose")
            return
        keyboard = keyboards.erase(owner=asker.number, language=asker.language)
        await asker.panel(self._card("erase_title", asker), keyboard)

    async def privacy_pressed(self, asker: TelegramAsker, press: Press) -> None:
        """Something is done with what is kept of the person."""
        secret = replace(asker, secrecy=Secrecy.SECRET)
        if press.verb == "export":
            await self._presser.typed(secret, "/privacy export")
        elif press.verb == "consents":
            await asker.put(*await self._consents(asker))
        elif press.verb == "consent":
            done = await self._router.command(line_of("privacy", "consent", *press.what.split("=")), asker.caller())
            await asker.put(*await self._consents(asker))
            await asker.card(replace(done, rows=(), hint=""))
        elif press.verb == "erase":
            keyboard = keyboards.erase(owner=asker.number, language=asker.language)
            await asker.put(self._card("erase_title", asker), keyboard)
        elif press.verb == "sure":
            await asker.put(await self._router.command("/privacy erase yes", asker.caller()), None)
        else:
            await asker.say("telegram.stale")

    async def consents(self, asker: TelegramAsker) -> None:
        """What the person allows."""
        card, keyboard = await self._consents(asker)
        await replace(asker, secrecy=Secrecy.SECRET).panel(card, keyboard)

    async def languages(self, asker: TelegramAsker) -> None:
        """In which language we answer here."""
        keyboard = keyboards.languages(asker.language, owner=asker.number)
        await replace(asker, secrecy=Secrecy.OPEN).panel(self._card("language_title", asker), keyboard)

    async def language_pressed(self, asker: TelegramAsker, press: Press) -> None:
        """A language was chosen."""
        done = await self.speak(asker, press.what)
        if done.tone is Tone.BAD:
            await asker.card(done)
        else:
            await asker.put(done, keyboards.languages(press.what, owner=asker.number))

    async def speak(self, asker: TelegramAsker, language: str) -> Card:
        """Answer in `language` here from now on; what came of it. Alone with the bot, that is for everybody to say."""
        if language not in LANGUAGES:
            told = catalogue("bots").say("telegram.language_expected", asker.language, known=", ".join(LANGUAGES))
            return Card(title=told, tone=Tone.BAD)
        caller = asker.caller()
        caller = replace(caller, role=Role.ADMIN) if caller.place.private else caller
        card = await self._router.command(line_of("talchum", "settings", "language", language), caller)
        if card.tone is Tone.BAD:
            return card
        return Card(title=catalogue("bots").say("telegram.language_done", language), tone=Tone.GOOD)

    async def _consents(self, asker: TelegramAsker) -> tuple[Card, InlineKeyboardMarkup | None]:
        card = await self._router.command("/privacy consent", asker.caller())
        keyboard = keyboards.consents(owner=asker.number, language=asker.language)
        return replace(card, hint=""), None if card.tone is Tone.BAD else keyboard

    async def _page(self, asker: TelegramAsker, page: int | None = None) -> tuple[Card, InlineKeyboardMarkup]:
        """One page of who can speak here; None: the one with whoever does."""
        people = self._router.personas(asker.base.place)
        card = await self._router.command("/persona list", asker.caller())
        speaking = next((number for number, row in enumerate(card.rows) if row.label.startswith(_SPEAKS)), 0)
        page = min(speaking // PAGE if page is None else page, max(0, len(people) - 1) // PAGE)
        speaker = people[speaking][0] if people else ""
        keyboard = keyboards.personas(people, page, speaker, owner=asker.number, language=asker.language)
        return replace(card, rows=card.rows[page * PAGE : (page + 1) * PAGE], hint=""), keyboard

    async def _settings(self, asker: TelegramAsker) -> tuple[Card, InlineKeyboardMarkup | None]:
        """What holds here, and the number by which cards for moderators find this chat; or why that is not shown."""
        card = await self._router.command("/talchum settings", asker.caller())
        if card.tone is Tone.BAD:
            return card, None
        now = await self._router.settings(asker.base.place)
        number = Row(label=catalogue("bots").say("telegram.chat_number", asker.language), text=asker.channel)
        keyboard = keyboards.settings(now, owner=asker.number, language=asker.language)
        return replace(card, rows=(number, *card.rows)), keyboard

    def _card(self, key: str, asker: TelegramAsker) -> Card:
        return Card(title=catalogue("bots").say(f"telegram.{key}", asker.language))
