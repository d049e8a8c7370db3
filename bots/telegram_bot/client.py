"""The client: what Telegram tells, handed to those who act on it."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import telegram
from telegram.constants import ChatMemberStatus, ChatType
from telegram.error import TelegramError
from telegram.ext import ExtBot

from bots import logs
from bots.amending import Amending
from bots.bursts import Bursts
from bots.cards import Card
from bots.outlets import Pace
from bots.performing import Performer
from bots.platform import Router
from bots.pressing import Presser
from bots.streaming import Sleep
from bots.telegram_bot.acknowledging import excuse
from bots.telegram_bot.brought import Brought
from bots.telegram_bot.commands import Menu
from bots.telegram_bot.declining import decline_business, decline_guest
from bots.telegram_bot.delivering import Spot, deliver
from bots.telegram_bot.dialect import TelegramDialect, showing
from bots.telegram_bot.listening import ALBUM, LONGEST_ALBUM, Company, Listener
from bots.telegram_bot.moving import note_move
from bots.telegram_bot.pacing import Limits
from bots.telegram_bot.pressing import TelegramAsker
from bots.telegram_bot.prompts import prompt_of
from bots.telegram_bot.questions import Questions
from bots.telegram_bot.roles import Roles
from bots.telegram_bot.seen import Seen
from bots.telegram_bot.translate import PLATFORM, calls, id_in, is_machine, logged, place_in, shown_id, written
from moderation.errors import Deflect

_log = logging.getLogger(__name__)

ALLOWED: Final = (
    "message",
    "edited_message",
    "callback_query",
    "my_chat_member",
    "business_connection",
    "guest_message",
)
"""What Telegram is to tell. What a business account hears is not asked for."""
_SHUT: Final = frozenset({ChatMemberStatus.LEFT, ChatMemberStatus.BANNED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Where Telegram brings updates to, in place of being asked for them."""

    url: str
    """What Telegram calls: https, a proxy in front of us answers there."""
    secret: str
    """What proves that a call is Telegram's."""
    listen: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a client works with."""

    router: Router
    language: str
    """Of our own words where neither a person nor a place has one."""
    pace: Pace
    name_line: bool
    """Whether a persona's name stands above its words."""
    draft_interval: timedelta
    burst: timedelta
    """Silence after which a burst of messages is over."""
    longest_burst: timedelta
    webhook: Webhook | None
    """None: updates are asked for."""
    limits: Limits
    """How much is sent."""
    now: Callable[[], datetime]
    monotonic: Callable[[], float]
    sleep: Sleep


class TelegramClient:
    """Acts on updates. Used from one event loop."""

    def __init__(self, bot: ExtBot[None], around: Surroundings) -> None:
        """`bot` is initialized: it knows who it is."""
        self.bot = bot
        self.offset: int | None = None
        """The number of the update to ask Telegram for next: all before it were taken. None: none came yet."""
        self.reached = False
        """Whether Telegram answered when it was asked last."""
        self._router = around.router
        self._seen = Seen()
        self._brought = Brought(around.router.replies.errands)
        self._questions = Questions(bot, around.router.replies.errands, now=around.now, sleep=around.sleep)
        self._around = around
        self._in_hand: set[asyncio.Task[None]] = set()
        self._beside: set[asyncio.Task[None]] = set()
        self._roles = Roles(bot, monotonic=around.monotonic)
        self._dialect = self._speaking(around)
        self.performer = self._performing(around)
        self._presser = Presser(around.router, self.performer, platform=PLATFORM, now=around.now)
        self._amending = self._gathering(around)
        self.menu = Menu(
            around.router,
            self.performer,
            self._presser,
            self._amending,
            username=bot.username,
            language=around.language,
            now=around.now,
        )
        self._listener = self._listening(around)

    def _speaking(self, around: Surroundings) -> TelegramDialect:
        return TelegramDialect(
            self.bot,
            around.router,
            self._roles,
            language=around.language,
            named=around.name_line,
            interval=around.draft_interval,
            moved=self.moved,
            sleep=around.sleep,
        )

    def _performing(self, around: Surroundings) -> Performer:
        return Performer(
            self._dialect,
            around.router,
            pace=around.pace,
            language=around.language,
            monotonic=around.monotonic,
            sleep=around.sleep,
            whole=True,
            showing=showing,
        )

    def _gathering(self, around: Surroundings) -> Amending[telegram.Message]:
        return Amending(
            around.router,
            self.performer,
            Bursts(sleep=around.sleep, idle=around.burst, longest=around.longest_burst),
            now=around.now,
            heard=self._dialect.hear,
        )

    def _listening(self, around: Surroundings) -> Listener:
        company = Company(
            bot=self.bot,
            router=around.router,
            performer=self.performer,
            roles=self._roles,
            amending=self._amending,
            albums=Bursts(sleep=around.sleep, idle=ALBUM, longest=LONGEST_ALBUM),
            passing=around.pace.passing,
            language=around.language,
            sleep=around.sleep,
            later=self._later,
            shut=self._left,
        )
        return Listener(company)

    @property
    def busy(self) -> bool:
        """Whether something that came is being handled."""
        return bool(self._in_hand)

    async def mend(self) -> None:
        """What a process that died left behind, once after every start, before `resume` and anything new: messages
        whose reply does not stand anywhere are to be answered after all. Half-shown replies are marked, which Telegram
        may put off: beside the rest, until `drain`. Raises StoreBusy and StoreFailed."""
        replies = self._router.replies
        unfinished = await replies.unfinished(PLATFORM)
        for record in unfinished:
            if record.message and not record.shown:
                await replies.release(PLATFORM, record.message)
        self._run(self.performer.mend(unfinished), self._beside)

    async def bring(self, update: telegram.Update) -> "asyncio.Task[None] | None":
        """Begin to handle an update; None where that began already. When this returns Telegram may forget it: what
        somebody said is kept until it was handled. A command or a press is not: it is made anew more easily than
        undone. Raises StoreBusy and StoreFailed: it is to come again then."""
        number = update.update_id
        if not self._seen.begin(number):
            return None
        if not (_talk(update) or update.edited_message):
            return self._start(self._handle(update))
        try:
            await self._brought.keep(update)
        except Deflect:
            self._seen.refuse(number)
            raise
        return self._start(self._finish(update))

    async def resume(self) -> None:
        """Handle what was brought and not handled when the program ended, once after every start. It may come again,
        where Telegram was not told that it was taken."""
        for update in await self._brought.left(self.bot):
            if self._seen.begin(update.update_id):
                self._start(self._finish(update))

    def watch(self) -> None:
        """Begin to take away what nobody answered, and have Telegram show the commands, until `drain`."""
        self._run(self._questions.watch(), self._beside)
        self._run(self.menu.publish(self.bot), self._beside)

    async def _finish(self, update: telegram.Update) -> None:
        """Handle what is kept. Only what the end of the program cuts short stays: a defect would come again at every
        start, and hold what came after it."""
        ends = False
        try:
            await self._handle(update)
        except asyncio.CancelledError:
            ends = True
            raise
        finally:
            if not ends:
                await self._brought.done(update.update_id)

    async def drain(self) -> None:
        """End what is under way, each reply brought to where it stands whole. For the end of the program."""
        tasks = [*self._in_hand, *self._beside]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def tell(self, person: str, card: Card, language: str) -> bool:
        """See `Platform.tell`."""
        try:
            await deliver(self.bot, Spot(chat=int(id_in(person))), card, language)
        except (ValueError, TelegramError, OSError) as error:  # most of them never began a private chat
            _log.info("somebody was not told: error=%s", type(error).__name__)
            return False
        return True

    async def moved(self, old: int, new: int) -> None:
        """A group became a supergroup: what holds there, and what was said, follows."""
        _log.info("a group became a supergroup: old=%d new=%d", old, new)
        self._roles.forget(old)
        await self._questions.forget(old)  # what stands in the old group can be changed no more
        await note_move(self._router, old, new)
        await self._router.moved(place_in(old, private=False), place_in(new, private=False), channel=str(new))

    def _once(self, update: telegram.Update) -> str:
        """By what a press, a command or an answer to a question is claimed, as Telegram may bring it twice; "": what is
        said is claimed by its answer."""
        if update.callback_query:
            return f"press {update.callback_query.id}"
        message = update.message
        if message is None or not self._for_menu(message):
            return ""
        asked = prompt_of(message.reply_to_message, self.bot.username)
        commanded = written(message).startswith("/")
        return f"command {shown_id(message.chat.id, message.message_id)}" if commanded or asked else ""

    async def _handle(self, update: telegram.Update) -> None:
        try:
            once = self._once(update)
            if not once or await self._router.replies.claim(PLATFORM, once):
                await self._act(update)
        except (TelegramError, OSError) as error:
            _log.warning("an update came to nothing: error=%s", logs.place_of(error))
        except Deflect as error:  # who may do what, and what was done already, is not known: nothing is done
            _log.critical("the state failed: error=%s", error)
            if update.callback_query or (update.message and self._meant(update.message)):
                await excuse(update, self.bot, self._around.language)

    async def _act(self, update: telegram.Update) -> None:
        query = update.callback_query
        brought = query.message if query else update.message.reply_to_message if update.message else None
        if isinstance(brought, telegram.Message) and brought.from_user == self.bot.bot:
            self._dialect.see(brought)
        if update.message:
            await self._message(update, update.message)
        elif update.edited_message:
            await self._listener.amended(update.edited_message)
        elif update.callback_query:
            await self._pressed(update, update.callback_query)
        elif update.my_chat_member:
            await self._member(update.my_chat_member)
        elif update.business_connection:
            await decline_business(self.bot, update.business_connection, self._around.language)
        elif update.guest_message:
            await decline_guest(self.bot, update.guest_message, self._around.language)

    def _meant(self, message: telegram.Message) -> bool:
        """Whether somebody waits for an answer to a message, as far as it tells by itself."""
        alone = message.chat.type == ChatType.PRIVATE
        return not is_machine(message) and (alone or self._for_menu(message) or calls(message, self.bot.bot))

    async def _message(self, update: telegram.Update, message: telegram.Message) -> None:
        if message.migrate_to_chat_id:
            await self.moved(message.chat.id, message.migrate_to_chat_id)
        elif message.chat.type == ChatType.CHANNEL:
            return
        elif not (self._for_menu(message) and await self.menu.command(update, await self._asker(update))):
            await self._listener.heard(message)

    def _for_menu(self, message: telegram.Message) -> bool:
        """Whether a message may be a command, or the answer to a question of ours."""
        replied = message.reply_to_message
        answer = replied is not None and replied.from_user == self.bot.bot
        return not is_machine(message) and (written(message).startswith("/") or answer)

    async def _pressed(self, update: telegram.Update, query: telegram.CallbackQuery) -> None:
        message = query.message
        if message is None:
            await query.answer()
            return
        # The reply's own message brings along what it answers, which bots cannot look up.
        replied = message.reply_to_message if isinstance(message, telegram.Message) else None
        if replied is not None and written(replied):
            self._dialect.remind(shown_id(replied.chat.id, replied.message_id), written(replied))
        await self.menu.pressed(update, await self._asker(update))

    async def _asker(self, update: telegram.Update) -> TelegramAsker:
        around = self._around
        return await TelegramAsker.of(
            update,
            self.bot,
            self._router,
            self._presser,
            roles=self._roles,
            questions=self._questions,
            language=around.language,
            now=around.now,
        )

    async def _member(self, change: telegram.ChatMemberUpdated) -> None:
        """What the bot itself may do somewhere changed."""
        self._roles.forget(change.chat.id)
        if change.new_chat_member.status in _SHUT:
            await self._left(change.chat.id)

    async def _left(self, chat: int) -> None:
        """The bot was blocked or put out: nothing of its replies there can be reached any more."""
        _log.info("shut out: chat=%s", logged(chat))
        for private in (True, False):
            await self._router.replies.leave(place_in(chat, private=private).conversation)
        await self._questions.forget(chat)
        await self._brought.forget(chat)

    def _later(self, what: Coroutine[Any, Any, None]) -> None:
        self._start(what)

    def _start(self, what: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """Run something that is waited for at the end of the program; a defect in it is logged."""
        return self._run(what, self._in_hand)

    def _run(self, what: Coroutine[Any, Any, None], among: "set[asyncio.Task[None]]") -> "asyncio.Task[None]":
        task = asyncio.create_task(what)
        among.add(task)
        task.add_done_callback(among.discard)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: "asyncio.Task[None]") -> None:
        if task.cancelled() or (error := task.exception()) is None:
            return
        if isinstance(error, Deflect):
            _log.critical("the state failed: error=%s", error)
        else:
            _log.error("a defect: error=%s", logs.place_of(error))


def _talk(update: telegram.Update) -> bool:
    """Whether somebody said something, which is no command."""
    return update.message is not None and not written(update.message).startswith("/")
