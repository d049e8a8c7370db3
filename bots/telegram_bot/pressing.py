"""Somebody on Telegram who pressed, answered or commanded something."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Self

import telegram
from telegram import ForceReply, InlineKeyboardMarkup
from telegram.constants import ChatType, ParseMode
from telegram.error import BadRequest, TelegramError

from bots.cards import Card, Row, Tone
from bots.pieces import units
from bots.places import Place
from bots.platform import Caller, Role, Router
from bots.pressing import Presser
from bots.ranks import ranked
from bots.records import Record
from bots.telegram_bot.acknowledging import Answer, spot_of
from bots.telegram_bot.cards import Sheet, escape, named, sheets
from bots.telegram_bot.delivering import QUIET_PREVIEW, Secrecy, Spot, deliver, send, shut_out
from bots.telegram_bot.faults import says
from bots.telegram_bot.keyboards import disagree, reasons, wishes
from bots.telegram_bot.moving import number_now
from bots.telegram_bot.prompts import Prompt, sign
from bots.telegram_bot.questions import Questions
from bots.telegram_bot.roles import Roles
from bots.telegram_bot.translate import (
    author_of,
    caller_of,
    hides,
    id_in,
    ids_in,
    place_in,
    shown_id,
)
from moderation.words import catalogue

_log = logging.getLogger(__name__)

_ALERT: Final = 200
"""UTF-16 units of an answer to a press."""
_QUOTABLE: Final = 3_600
"""UTF-16 units of a text that is shown again where it is to be worded otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramAsker:
    """Meets `bots.pressing.Asker`, for one update. Used by one task."""

    bot: telegram.Bot
    router: Router
    presser: Presser
    roles: Roles
    questions: Questions
    base: Caller
    """Who it is, where they act, and what they may do there."""
    language: str
    """See `Asker.language`."""
    spot: Spot
    number: int
    """Telegram's of the person; 0 for somebody who hides behind a group or a channel."""
    hidden: bool
    """An administrator who hides behind the group, known (by a press) or not: nobody else is to learn who it is."""
    card_at: str = ""
    """The card that was acted on, as "CHAT:MESSAGE", or ""."""
    secrecy: Secrecy = Secrecy.QUIET
    quick: bool = False
    """What is asked for takes no time, so that Telegram's answer to the press can be ours."""
    names: dict[str, str] = field(default_factory=dict)
    """What those who look after the group are called, by their keys."""
    answer: Answer = field(default_factory=lambda: Answer(None))

    @classmethod
    async def of(
        cls,
        update: telegram.Update,
        bot: telegram.Bot,
        router: Router,
        presser: Presser,
        *,
        roles: Roles,
        questions: Questions,
        language: str,
        now: Callable[[], datetime],
    ) -> Self:
        """Whoever an update is from. `language` is the one of our own words where neither a place nor a person has one.
        Raises ValueError for an update that nobody sent, StoreBusy and StoreFailed."""
        query, message = update.callback_query, update.effective_message
        chat = update.effective_chat
        author = query.from_user if query else author_of(message) if message else None
        if chat is None or author is None:
            raise ValueError("nobody asks")
        roles.doubt(chat, author)
        base = caller_of(update, role=await roles.of(chat, author), now=now())
        hidden = hides(author, chat) or await roles.hides(chat.id, author.id)
        settings = await router.settings(base.place)
        chosen = settings.language or base.language
        base = replace(base, language=chosen, hidden=hidden, badges=await roles.badges(chat.id, author.id))
        return cls(
            bot=bot,
            router=router,
            presser=presser,
            roles=roles,
            questions=questions,
            base=ranked(base, settings),
            language=chosen or language,
            spot=spot_of(chat, message, pressed=query is not None),
            number=author.id if isinstance(author, telegram.User) else 0,
            hidden=hidden,
            card_at=f"{chat.id}:{message.message_id}" if query and message else "",
            names=await roles.names(chat.id),
            answer=Answer(query),
        )

    @property
    def pressed(self) -> str:
        """See `Asker.pressed`."""
        return self.card_at

    @property
    def unseen(self) -> bool:
        """See `Asker.unseen`."""
        return self.card_at.partition(":")[0] == str(self.number)

    @property
    def channel(self) -> str:
        """Where it is, as `Record.channel` has it."""
        return f"{self.spot.chat}/{self.spot.topic}" if self.spot.topic else str(self.spot.chat)

    @property
    def alone(self) -> bool:
        """In the private chat of person and bot."""
        return self.number == self.spot.chat

    def caller(self, text: str = "", *, persona: str = "", message: str = "") -> Caller:
        """See `Asker.caller`."""
        said = replace(self.base.message, text=text, persona=persona, id=message or self.base.message.id)
        return replace(self.base, message=said)

    async def at(self, place: Place, *, anew: bool = False) -> "TelegramAsker":
        """The same person, acting on what is in another place, with what they may do there. What they may do beyond
        others is always what Telegram says now; `anew`: so it is where it said a while ago that this is nothing."""
        if place == self.base.place and not (anew and place.server and self.base.role is Role.MEMBER):
            return self
        role, badges, names = Role.MEMBER, frozenset[str](), dict[str, str]()
        if place.server:
            chat = await number_now(self.router, int(id_in(place.server)))
            if id_in(place.server) != str(chat):  # a group, which had no topics, when it was named
                place = place_in(chat, private=False)
            group = telegram.Chat(chat, ChatType.SUPERGROUP)
            author = (
                telegram.User(self.number, "", is_bot=False)
                if self.number
                else group
                if self.hidden and chat == self.spot.chat
                else None
            )
            if anew:
                self.roles.forget(chat)
            self.roles.doubt(group, author)
            role = await self.roles.of(group, author)
            badges, names = await self.roles.badges(chat, self.number), await self.roles.names(chat)
        said = replace(self.base.message, conversation=place.conversation, server=place.server)
        base = replace(self.base, message=said, place=place, role=role, badges=badges)
        return replace(self, base=ranked(base, await self.router.settings(place)), names=names)

    async def as_seen_there(self) -> "TelegramAsker":
        """The same person, named as little as in the chat of the card that is acted on."""
        try:
            chat, _ = ids_in(self.card_at)
        except ValueError:
            return self
        hidden = self.hidden or await self.roles.hides(chat, self.number)
        return replace(self, hidden=hidden, base=replace(self.base, hidden=hidden))

    async def wait(self) -> None:
        """See `Asker.wait`. From here on there is no alert any more."""
        if not self.quick:
            await self.answer.give(self.bot)

    async def done(self) -> None:
        """See `Asker.done`."""
        await self.answer.give(self.bot)

    async def say(self, key: str, **fields: object) -> None:
        """See `Asker.say`."""
        await self.card(Card(title=self._say(key, **fields), tone=Tone.BAD))

    async def card(self, card: Card) -> None:
        """See `Asker.card`."""
        short = not (card.rows or card.hint or card.file or card.exchange) and 0 < units(card.title) <= _ALERT
        if short and self.answer.open:
            await self.answer.give(
                self.bot, named(card.title, self._names, self.language), alert=card.tone is not Tone.GOOD
            )
        else:
            own = disagree(card.disagree, owner=self.number, language=self.language) if card.disagree else None
            await self.panel(card, own)

    async def panel(self, card: Card, keyboard: InlineKeyboardMarkup | None) -> None:
        """Answer with a card that has a keyboard under it."""
        secrecy = Secrecy.SECRET if card.file else self.secrecy
        if self.alone or secrecy is Secrecy.OPEN or not (self.number or secrecy is Secrecy.SECRET):
            await self._deliver(self.spot, card, keyboard)
        elif await self._alone(card, keyboard):
            await self._tell_where()
        elif secrecy is Secrecy.QUIET:
            await self._deliver(self.spot, card, keyboard)
        else:
            await replace(self, secrecy=Secrecy.OPEN).say("telegram.private_first", username=self.bot.username)
        await self.answer.give(self.bot)

    async def undress(self) -> None:
        """See `Asker.undress`."""
        if self.card_at:
            chat, message = ids_in(self.card_at)
            try:
                await self.bot.edit_message_reply_markup(chat_id=chat, message_id=message, reply_markup=None)
            except BadRequest as error:
                _log.debug("old buttons stay: error=%s", type(error).__name__)

    async def refresh(self, card: Card) -> None:
        """See `Asker.refresh`."""
        await self.put(card, None)

    async def put(self, card: Card, keyboard: InlineKeyboardMarkup | None) -> None:
        """Put a card, and a keyboard under it, in place of what was acted on. What is too long for that is answered
        with."""
        if not self.card_at:
            return
        texts = self._sheets(card, keyboard)
        if len(texts) > 1:
            await self.panel(card, keyboard)
            return
        chat, message = ids_in(self.card_at)
        await (self._asked(self.card_at) if keyboard else self.questions.gone(self.card_at))
        try:
            await self.bot.edit_message_text(
                texts[0].text,
                chat_id=chat,
                message_id=message,
                parse_mode=ParseMode.HTML,
                reply_markup=texts[0].keyboard,
                link_preview_options=QUIET_PREVIEW,
            )
        except BadRequest as error:  # it stands like that already, or is gone
            level = logging.DEBUG if says(error, "not modified", "not found") else logging.WARNING
            _log.log(level, "a card was not changed: error=%s", type(error).__name__)

    async def close(self) -> None:
        """Take away what was acted on; where it is too old for that, its buttons."""
        if self.card_at and not await self.remove(*ids_in(self.card_at)):
            await self.undress()

    async def remove(self, chat: int, message: int) -> bool:
        """Take a message away; whether that was possible."""
        await self.questions.gone(shown_id(chat, message))
        try:
            return await self.bot.delete_message(chat, message)
        except TelegramError as error:
            _log.debug("a message stays: error=%s", type(error).__name__)
            return False

    async def ask_edit(self, record: Record, text: str) -> None:
        """See `Asker.ask_edit`."""
        row = Row(label=self._say("telegram.ask_edit_now"), text=text)
        rows = (row,) if units(text) <= _QUOTABLE else ()
        card = Card(title=self._say("telegram.ask_edit"), rows=rows)
        await self._ask(card, verb="edit", about=record.id)

    async def ask_feedback(self, record: Record) -> None:
        """See `Asker.ask_feedback`. What is chosen comes as a press of `keyboards.FEEDBACK`."""
        keyboard = wishes(record.id, owner=self.number, language=self.language)
        await self.panel(Card(title=self._say("feedback.title")), keyboard)

    async def ask_feedback_words(self, reply: str) -> None:
        """Ask what should be different; the answer goes to `Presser.rated`."""
        await self._ask(Card(title=self._say("feedback.ask_words")), verb="bad", about=reply)

    async def ask_report(self, message: str, text: str) -> None:
        """See `Asker.ask_report`. What is chosen comes as a press of `keyboards.REPORT`."""
        keyboard = reasons(message, owner=self.number, language=self.language)
        rows = (Row(label="", text=text, secret=True),) if units(text) <= _QUOTABLE else ()
        await self.panel(Card(title=self._say("telegram.report_title"), rows=rows), keyboard)

    async def ask_report_words(self, message: str) -> None:
        """Ask what the moderators should know; the answer goes to `Presser.reported`."""
        await self._ask(Card(title=self._say("telegram.ask_report")), verb="report", about=message)

    async def ask_note(self, verb: str, exchange: str) -> None:
        """See `Asker.ask_note`."""
        title = self._say(f"telegram.ask_{verb}", id=exchange.partition("#")[0])
        await self._ask(Card(title=title), verb=verb, about=exchange)

    async def ask_wording(self, exchange: str, text: str) -> None:
        """See `Asker.ask_wording`. What was kept back is not said among members."""
        kept = Card(title=exchange, rows=(Row(label="", text=text, secret=True),))
        await replace(self, secrecy=Secrecy.SECRET).card(kept)
        await self._ask(Card(title=self._say("telegram.ask_wording", id=exchange)), verb="wording", about=exchange)

    async def _ask(self, card: Card, *, verb: str, about: str) -> None:
        """Ask the person, where they are, something that they answer by a reply.

        Whoever hides here is not named, and any who hide may answer, as what they may is asked anew. What is about
        another chat they are asked in private: only there their answer says who they are.
        """
        place = self.base.place
        away = int(id_in(place.server)) if place.server and id_in(place.server) != str(self.spot.chat) else 0
        elsewhere = self.hidden and away != 0
        owner = 0 if self.hidden and not away else self.number
        prompt = Prompt(verb=verb, owner=owner, about=about, chat=away, card=self.card_at)
        whom = "" if self.alone or self.hidden else self._called()
        (sheet, *_) = self._sheets(card, None)
        force = ForceReply(selective=True, input_field_placeholder=self._say("telegram.placeholder"))
        question = Sheet(text=sign(prompt, self.bot.username) + whom + sheet.text)
        try:
            sent = await send(self.bot, Spot(chat=self.number) if elsewhere else self.spot, question, force=force)
            await self._asked(shown_id(sent.chat.id, sent.message_id), panel=False)
        except TelegramError as error:
            if not elsewhere or not shut_out(error):
                raise
            await self.say("telegram.private_first", username=self.bot.username)
        await self.done()

    async def _asked(self, shown: str, *, panel: bool = True) -> None:
        """A message asks something of the person from now on."""
        await self.questions.asked(shown, self.base.message.person, panel=panel)

    def _called(self) -> str:
        """The person by name, so that Telegram opens the answer for them, and for nobody else."""
        name = escape(self.base.message.name)
        return f'<a href="tg://user?id={self.number}">{name}</a>\n' if self.number else f"{name}\n"

    async def _alone(self, card: Card, keyboard: InlineKeyboardMarkup | None) -> bool:
        """Answer in the private chat; whether there is one."""
        if not self.number:
            return False
        try:
            await self._deliver(Spot(chat=self.number), card, keyboard)
        except TelegramError as error:
            if not shut_out(error):
                raise
            return False
        return True

    async def _tell_where(self) -> None:
        """Where a command got its answer, once."""
        if self.answer.query is None and not self.answer.told:
            self.answer.told = True
            await self._deliver(self.spot, Card(title=self._say("telegram.sent_private")), None)
        await self.answer.give(self.bot, self._say("telegram.sent_private"))

    async def _deliver(self, spot: Spot, card: Card, keyboard: InlineKeyboardMarkup | None) -> None:
        sent = await deliver(
            self.bot,
            spot,
            card,
            self.language,
            keyboard=keyboard,
            server=self.base.place.server,
            names=self._names,
        )
        if keyboard:
            await self._asked(shown_id(sent[-1].chat.id, sent[-1].message_id))

    def _sheets(self, card: Card, keyboard: InlineKeyboardMarkup | None) -> tuple[Sheet, ...]:
        return sheets(card, self.language, keyboard=keyboard, server=self.base.place.server, names=self._names)

    @property
    def _names(self) -> dict[str, str]:
        own = {} if self.hidden else {self.base.message.person: self.base.message.name}
        return {**self.names, **own}

    def _say(self, key: str, **fields: object) -> str:
        return catalogue("bots").say(key, self.language, **fields)


def place_of_record(record: Record) -> Place:
    """Where a reply stands, by its record alone."""
    chat, _, topic = record.channel.partition("/")
    return place_in(int(chat), int(topic or 0), private=not record.server)
