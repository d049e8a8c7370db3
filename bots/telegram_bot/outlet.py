"""Where one reply is shown: posted with a line above it that says who speaks, edited, removed; every message is noted
before anything else happens.

A call that surely did not reach Telegram is made again, and so is one that does the same the second time (edits,
removals). A *send* whose answer was lost is never made again: Telegram may have it, and has no way to ask, nor one to
tell it that two are the same. What then follows is a line of ours that says so, with the buttons of the reply under
it: nothing is lost unnoticed, and nothing stands there twice, but for a greeting whose picture Telegram may not have
taken. For the same reason a message that Telegram took just before the program died, and that was not noted yet, is not
found again (`recover`).
"""

import logging
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Final

import telegram
from telegram.constants import ChatAction, ParseMode
from telegram.error import BadRequest, ChatMigrated, TelegramError

from bots.errors import Missing
from bots.harmless import as_said, calling_nobody
from bots.pieces import cut, units
from bots.records import Record
from bots.replies import Replies
from bots.streaming import Gone, Phase, Sleep
from bots.telegram_bot.cards import escape
from bots.telegram_bot.draft import Drafts
from bots.telegram_bot.faults import patiently, says, told, unsure
from bots.telegram_bot.formatting import bold, html_of
from bots.telegram_bot.keyboards import controls
from bots.telegram_bot.translate import address_of, ids_in, shown_id
from moderation.words import catalogue
from personas.cleaning import clean

_log = logging.getLogger(__name__)

LIMIT: Final = 4_096
"""What Telegram takes in one message, in UTF-16 units, tags not counted."""
CAPTION: Final = 1_024
"""The same under a picture."""
_NO_TEXT: Final = "there is no text in the message to edit"
_NO_PREVIEW: Final = telegram.LinkPreviewOptions(is_disabled=True)

Made = telegram.Message | bool
"""What Telegram answers."""
Moved = Callable[[int, int], Awaitable[None]]
"""A group became a supergroup: its old id, and the new one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """How a reply appears in one place."""

    head: str
    """The line above the words: who speaks; "": none."""
    others: tuple[str, ...]
    """Lines that stand above words which were shown when something else was set."""
    worded: str
    """A line that says that somebody else worded what stands there, or ""."""
    picture: str | bytes
    """The one above the words of the first message, or its address; empty: none."""
    language: str
    """Of our own words."""


class Known:
    """What is known of messages of ours beside their records; of the last of them."""

    def __init__(self, most: int = 1_000) -> None:
        self._most = most
        self._lost: deque[str] = deque(maxlen=most)
        self._texts: OrderedDict[str, str] = OrderedDict()

    def lose(self, message: str) -> None:
        """It has a line of ours in place of the words that were lost on the way."""
        self._lost.append(message)

    def lost(self, message: str) -> bool:
        """Whether it has."""
        return message in self._lost

    def see(self, message: str, text: str) -> None:
        """It reads so, as Telegram told without being asked; "": that is not known any more."""
        self._texts[message] = text
        while len(self._texts) > self._most:
            self._texts.popitem(last=False)

    def text(self, message: str) -> str:
        """What it reads, or "": not known."""
        return self._texts.get(message, "")

    def found(self, message: str) -> None:
        """It has words again."""
        if message in self._lost:
            self._lost.remove(message)


class Outlet:
    """Meets `bots.dialects.Board` for one reply. Used by one task at a time."""

    def __init__(
        self,
        bot: telegram.Bot,
        replies: Replies,
        record: Record,
        *,
        looks: Looks,
        drafts: Drafts | None,
        known: Known,
        moved: Moved,
        sleep: Sleep,
    ) -> None:
        """`drafts` show the reply to somebody who is alone with the bot while it is made.

        Raises ValueError for a record whose channel is none of Telegram's.
        """
        self._bot = bot
        self._replies = replies
        self.record = record
        self._head = looks.head
        self._others = looks.others
        self._worded = looks.worded
        self._picture = looks.picture
        self._language = looks.language
        self.drafts = drafts
        self._known = known
        self._moved = moved
        self._sleep = sleep
        self._signed = False
        self._chat, self._topic = address_of(record.channel)

    @property
    def limit(self) -> int:
        """UTF-16 units of a message."""
        return LIMIT - units(self._above(first=False))

    @property
    def first_limit(self) -> int:
        """UTF-16 units of the first message."""
        return LIMIT - units(self._above(first=True))

    async def post(self, text: str, phase: Phase) -> str:
        """A new message; its id is kept before this returns. Raises Gone, Missing, telegram.error.TelegramError."""
        if self.drafts:
            await self.drafts.end()
        try:
            message = await self._posted(text, phase)
        except ChatMigrated as error:
            await self._moved(self._chat, error.new_chat_id)
            self._chat = error.new_chat_id
            self.record = await self._replies.get(self.record.id) or self.record
            message = await self._posted(text, phase)
        shown = shown_id(message.chat.id, message.message_id)
        self.record = await self._replies.stands(self.record, shown)
        return shown

    async def edit(self, message: str, text: str, phase: Phase) -> None:
        """Make a message read otherwise. Raises Gone, Missing, telegram.error.TelegramError."""
        chat, number = ids_in(message)
        call = partial(
            self._bot.edit_message_text,
            chat_id=chat,
            message_id=number,
            reply_markup=self._controls(phase),
            link_preview_options=_NO_PREVIEW,
        )
        first = self.record.shown[:1] == (message,)
        self._known.see(message, "")  # whatever comes of it
        with _unless_so_already():
            try:
                await self._formatted(call, clean(text), first=first, repeatable=True)
            except BadRequest as error:
                if not says(error, _NO_TEXT):
                    raise
                await self._recaptioned(message, clean(text), phase, first=first)
        self._known.found(message)

    async def remove(self, message: str) -> None:
        """Take a message away; one that is gone already is fine. What Telegram does not let be deleted any more reads
        that it was taken back. Raises Gone where that is not possible either, Missing, telegram.error.TelegramError."""
        chat, number = ids_in(message)
        try:
            with suppress(Gone), told(chat):
                await self._again(partial(self._bot.delete_message, chat, number))
        except BadRequest as error:
            if not says(error, "can't be deleted"):
                raise
            await self.edit(message, catalogue("bots").say("showing.withdrawn", self._language), Phase.PLAIN)

    async def typing(self) -> None:
        """The sign that somebody writes; it lasts five seconds. In a group it is shown once: it counts like a message
        there."""
        if self._signed and not self._private:
            return
        self._signed = True
        try:
            await self._bot.send_chat_action(self._chat, ChatAction.TYPING, message_thread_id=self._topic or None)
        except TelegramError as error:
            # A sign is not worth a reply; where the chat is gone, posting will tell.
            _log.debug("no typing: error=%s", type(error).__name__)

    async def recover(self) -> None:
        """Bots cannot read what stands in a chat: there is nothing to be found."""

    async def read(self, message: str) -> str:
        """The persona's words in a message, as they stand there, without formatting. Bots cannot read what stands in a
        chat, but are told what a message reads that somebody presses or answers; of others the buttons are changed, and
        back, which is answered with the message. Raises Gone, Missing, telegram.error.TelegramError."""
        first = self.record.shown[:1] == (message,)
        if known := self._known.text(message):
            return self._words(known, first=first)
        last = self.record.shown[-1:] == (message,)
        before = await self._dressed(message, self._controls(Phase.RUNNING))
        after = await self._dressed(message, self._controls(Phase.DONE if last else Phase.PLAIN))
        found = after or before
        if found is None:
            raise Gone
        return self._words(found.text or found.caption or "", first=first)

    def _words(self, text: str, *, first: bool) -> str:
        """What stands under the lines above it, whatever was set when it was shown."""
        heads = (self._head, *self._others) if self._head else (*self._others, "")
        aboves = [_line(head) + self._beneath(first=first) for head in heads]
        return as_said(text.removeprefix(next(filter(text.startswith, aboves), "")))

    async def undress(self, message: str) -> None:
        """Take the buttons away. Raises Gone, Missing, telegram.error.TelegramError."""
        await self._dressed(message, None)

    def standing(self, text: str) -> tuple[tuple[str, str], ...]:
        """The messages that stand there, and which part of `text` each of them has ("": not known)."""
        pieces = cut(text, self.limit, first=self.first_limit)
        known = pieces if len(pieces) == len(self.record.shown) else ("",) * len(self.record.shown)
        pairs = zip(self.record.shown, known, strict=True)
        return tuple((message, "" if self._known.lost(message) else piece) for message, piece in pairs)

    def marked(self, words: str, mark: str) -> str:
        """`words` with a small line of ours under them, as far as there is room."""
        line = f"\n*{mark}*"
        room = min(self.limit, self.first_limit) - units(line)
        return (cut(words, room) or ("",))[0] + line

    @property
    def _private(self) -> bool:
        return not self.record.server

    async def _posted(self, text: str, phase: Phase) -> telegram.Message:
        first = not self.record.shown
        if first and self._picture and (under := await self._pictured(clean(text), phase)):
            return under
        call = partial(
            self._bot.send_message,
            self._chat,
            message_thread_id=self._topic or None,
            reply_markup=self._controls(phase),
            link_preview_options=_NO_PREVIEW,
            reply_parameters=self._answered() if first and not self._private else None,
        )
        try:
            return await self._formatted(call, clean(text), first=first, repeatable=False)
        except TelegramError as error:
            if not unsure(error):
                raise
            _log.warning("what became of a message is not known: reply=%s", self.record.id)
        words = catalogue("bots").say("telegram_core.unsure", self._language)
        line = await self._formatted(call, f"*{words}*", first=first, repeatable=False)
        self._known.lose(shown_id(line.chat.id, line.message_id))
        return line

    async def _pictured(self, text: str, phase: Phase) -> telegram.Message | None:
        """The words under the picture. None where they are to be posted without it: as they are too long to stand
        there, the picture comes alone; or Telegram does not take it. Where nobody knows whether it did, words that
        stand there twice are better than none."""
        fits = units(self._above(first=True) + calling_nobody(text)) <= CAPTION
        photo = partial(self._bot.send_photo, self._chat, self._picture, message_thread_id=self._topic or None)

        async def captioned(*, text: str, parse_mode: str | None = None) -> telegram.Message:
            return await photo(caption=text, parse_mode=parse_mode, reply_markup=self._controls(phase))

        try:
            if fits:
                return await self._formatted(captioned, text, first=True, repeatable=False)
            await photo(caption=self._head or None)
        except (TelegramError, Gone, Missing) as error:
            _log.warning("no picture: persona=%s error=%s", self.record.persona, type(error).__name__)
        return None

    async def _recaptioned(self, message: str, text: str, phase: Phase, *, first: bool) -> None:
        """Make what stands under a picture read otherwise, as far as there is room."""
        chat, number = ids_in(message)

        async def captioned(*, text: str, parse_mode: str | None = None) -> Made:
            return await self._bot.edit_message_caption(
                chat, number, caption=text, parse_mode=parse_mode, reply_markup=self._controls(phase)
            )

        room = CAPTION - units(self._above(first=first))
        await self._formatted(captioned, (cut(text, room) or ("",))[0], first=first, repeatable=True)

    def _answered(self) -> telegram.ReplyParameters | None:
        """The message that is answered, quoted above the first one of the reply."""
        if ":" not in self.record.message:
            return None
        chat, message = ids_in(self.record.message)
        return telegram.ReplyParameters(message, allow_sending_without_reply=True) if chat == self._chat else None

    async def _formatted(
        self, call: Callable[..., Awaitable[Made]], text: str, *, first: bool, repeatable: bool
    ) -> telegram.Message:
        """Made with HTML, or without where Telegram cannot read it."""
        rich = f"{bold(self._head)}{escape(self._beneath(first=first))}{html_of(text)}"
        plain = self._above(first=first) + calling_nobody(text)
        made_by = self._again if repeatable else _once
        with told(self._chat):
            try:
                made = await made_by(partial(call, text=rich, parse_mode=ParseMode.HTML))
            except BadRequest as error:
                if not says(error, "can't parse entities"):
                    raise
                _log.warning("Telegram does not read our HTML: reply=%s", self.record.id)
                made = await made_by(partial(call, text=plain))
        if not isinstance(made, telegram.Message):
            raise TelegramError("Invalid server response")
        return made

    async def _dressed(self, message: str, buttons: telegram.InlineKeyboardMarkup | None) -> telegram.Message | None:
        """The message with these buttons; None where it had them already."""
        chat, number = ids_in(message)
        call = partial(self._bot.edit_message_reply_markup, chat_id=chat, message_id=number, reply_markup=buttons)
        with _unless_so_already(), told(chat):
            made = await self._again(call)
            if isinstance(made, telegram.Message):
                return made
        return None

    async def _again(self, call: Callable[[], Awaitable[Made]]) -> Made:
        return await patiently(call, sleep=self._sleep)

    def _controls(self, phase: Phase) -> telegram.InlineKeyboardMarkup | None:
        """What is fixed has no buttons but those to leaf through greetings: there is nothing to say again."""
        fixed = Phase.LEAVES if self.record.leaves else Phase.PLAIN
        return controls(fixed if self.record.fixed and phase is Phase.DONE else phase, self.record.id)

    def _above(self, *, first: bool) -> str:
        """What stands above the words of a message, as it is read there."""
        return _line(self._head) + self._beneath(first=first)

    def _beneath(self, *, first: bool) -> str:
        return f"{self._worded}\n" if first and self._worded else ""


def _line(head: str) -> str:
    return f"{head}\n" if head else ""


async def _once(call: Callable[[], Awaitable[Made]]) -> Made:
    return await call()


@contextmanager
def _unless_so_already() -> Iterator[None]:
    """Passes over the refusal of an edit that would change nothing."""
    try:
        yield
    except BadRequest as error:
        if not says(error, "message is not modified"):
            raise
