"""Replies on a chat platform: shown, noted, told to the moderators, taken away again, mended after a crash.

What differs between platforms is their `Dialect`; the order of things is the same for all.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Final

from bots.cards import Card
from bots.desk_cards import DeskCards
from bots.dialects import Board, Dialect
from bots.errors import Missing
from bots.inbox import Busy
from bots.outlets import Pace, Pacers
from bots.places import Place
from bots.platform import Caller, Meeting, Router
from bots.records import Record, Variants
from bots.replies import MOST
from bots.showing import Begin, said
from bots.softly import softly
from bots.streaming import Gone, Phase, Showing, Shown, Sleep, Writer
from moderation.errors import Deflect
from moderation.words import catalogue
from personas.messages import Cue, Passage, Withdrawal

_log = logging.getLogger(__name__)

Tell = Callable[[Card], Awaitable[None]]
"""Shows a card to the person it concerns."""

_TEXTS: Final = 500
"""Replies whose text is known without asking the platform."""


def _as_it_is(_: Board, writer: Writer) -> Showing:
    return writer


class Performer:
    """Shows replies. Used from one event loop, for any number of channels at once."""

    def __init__(
        self,
        dialect: Dialect,
        router: Router,
        *,
        pace: Pace,
        language: str,
        monotonic: Callable[[], float],
        sleep: Sleep,
        whole: bool = False,
        showing: Callable[[Board, Writer], Showing] = _as_it_is,
    ) -> None:
        """`monotonic` gives seconds, `sleep` waits for so many; `language` is the one of our own words where a place
        has none. `whole` is as with `Writer`; `showing` may put something around the writer of a reply."""
        self._dialect = dialect
        self.desk = DeskCards(dialect, router, language=language)
        """The cards for the moderators."""
        self._failures: tuple[type[BaseException], ...] = (*dialect.broken, Gone, Missing)
        self._router = router
        self._pace = pace
        self._language = language
        self._pacers = Pacers(pace.interval, monotonic=monotonic, sleep=sleep)
        self._sleep = sleep
        self._whole = whole
        self._showing = showing
        self._running: dict[str, Showing] = {}
        self._held: dict[str, asyncio.Event] = {}
        self._ending: dict[str, asyncio.Event] = {}
        """Of the replies under way, until it is noted how they stand."""
        self._texts: OrderedDict[str, str] = OrderedDict()

    async def answer(
        self,
        caller: Caller,
        channel: str,
        tell: Tell,
        *,
        persona: str,
        quoted: object = None,
        cue: Cue = Cue.ANSWER,
    ) -> Shown | None:
        """Show the reply to what somebody wrote in `channel`, or, with `Cue.REACT`, to what another persona said there;
        None where there was none.

        Raises Busy, Gone, Missing, and what the dialect calls broken.
        """
        record = await self._begun(caller, channel, persona=persona, message=caller.message.id)
        board = await self._dialect.board(replace(record, reacts=cue is Cue.REACT), quoted=quoted)
        reply = partial(self._router.reply, _about(record, caller), cue)
        shown = await self._show(board, reply, tell, caller=caller)
        if shown is not None and shown.messages and not shown.gone:
            await self._undress(board.record)
        return shown

    async def again(self, record: Record, caller: Caller, tell: Tell, *, cue: Cue) -> Shown | None:
        """Have the reply said another way in its place, or to what the person amended, or continued. Errors as with
        `answer`.

        What was no part of the conversation (help in a crisis, words in place of a reply) is not repeated: the message
        is answered anew, in the place of what the conversation has of this reply, if it has anything.
        """
        text = await self.text_of(record)
        anew = cue is Cue.AMEND
        board = await self._reopened(replace(record, author="", exchange="" if anew else record.exchange))
        begin = partial(self._router.reply, _about(record, caller), cue)
        if not anew and record.remembered:
            begin = partial(begin, last=(caller.message.text, text))
        kept = f"{text}\n" if cue is Cue.CONTINUE else ""
        return await self._show(board, begin, tell, caller=caller, standing=text, kept=kept)

    async def greet(self, caller: Caller, channel: str, meeting: Meeting, *, pictured: bool = False) -> Shown | None:
        """Have a persona greet; `pictured` is as with `Dialect.board`. Errors as with `answer`."""
        record = await self._begun(caller, channel, persona=meeting.id, message="")
        texts = meeting.greetings[:MOST]
        if len(texts) > 1:
            record = replace(record, leaves=True)
            await self._router.replies.vary(record, Variants(texts=texts, authors=("",) * len(texts)))
        board = await self._dialect.board(record, pictured=pictured)
        shown = await self._show(board, said(meeting.greeting), _nobody)
        await self._undress(board.record)
        return shown

    async def decline(
        self, caller: Caller, channel: str, tell: Tell, *, persona: str, quoted: object = None
    ) -> Shown | None:
        """Have a persona say that what was sent holds no words for it. Errors as with `answer`."""
        record = await self._begun(caller, channel, persona=persona, message=caller.message.id, aside=True)
        board = await self._dialect.board(record, quoted=quoted)
        shown = await self._show(board, lambda late: self._router.decline(caller), tell)  # noqa: ARG005 - not judged
        if shown is not None:
            await self._undress(board.record)
        return shown

    async def retell(self, record: Record, passage: Passage, *, author: str, kept: str = "") -> Shown | None:
        """Have the reply read otherwise behind `kept`: another variant, or what `author` worded. Errors as with
        `answer`."""
        text = await self.text_of(record)
        board = await self._reopened(replace(record, author=author))
        return await self._show(board, said(passage), _nobody, standing=text, kept=kept)

    async def take_back(self, record: Record) -> bool:
        """Take every message of a reply away; whether that was possible."""
        if writer := self._running.get(record.id):
            writer.stop()
        try:
            board = await self._dialect.board(record)
            for message in record.shown:
                await board.remove(message)
        except self._failures as error:
            _log.warning("a reply was not taken back: reply=%s error=%s", record.id, type(error).__name__)
            return False
        await self._router.replies.forget(record)
        self._texts.pop(record.id, None)
        return True

    @contextmanager
    def held(self, record: Record) -> Iterator[None]:
        """While this is open nobody else changes a reply. Raises Busy where somebody does already."""
        if record.id in self._held or record.id in self._running:
            raise Busy
        self._held[record.id] = released = asyncio.Event()
        try:
            yield
        finally:
            del self._held[record.id]
            released.set()

    def stop(self, record: Record) -> bool:
        """End a reply where it stands; whether it was under way."""
        writer = self._running.get(record.id)
        if writer is not None:
            writer.stop()
        return writer is not None

    async def halt(self, record: Record) -> Record | None:
        """End a reply where it stands, and wait until nobody changes it any more; how it stands then, or None where
        nothing of it does."""
        self.stop(record)
        while change := self._ending.get(record.id) or self._held.get(record.id):
            await change.wait()
        return await self._router.replies.get(record.id)

    @property
    def broken(self) -> tuple[type[Exception], ...]:
        """See `Dialect.broken`."""
        return self._dialect.broken

    def under_way(self, record: Record) -> bool:
        """Whether it is being shown now."""
        return record.id in self._running

    def forget(self, record: Record) -> None:
        """Somebody took a message of it away: where it is under way, it ends."""
        self.stop(record)
        self._texts.pop(record.id, None)

    async def text_of(self, record: Record) -> str:
        """What a reply reads: as it was shown, or, after a restart, as it stands there."""
        if record.id in self._texts:
            return self._texts[record.id]
        board = await self._dialect.board(record)
        return "\n".join([await board.read(message) for message in record.shown])

    async def place(self, record: Record) -> Place:
        """See `Dialect.place`."""
        return await self._dialect.place(record)

    async def said_in(self, record: Record) -> str:
        """See `Dialect.said_in`."""
        return await self._dialect.said_in(record)

    async def mend(self, unfinished: Sequence[Record]) -> None:
        """What a process that died left half-shown is marked as that, once after every start, beside what people do
        with it meanwhile; what should not stand there any more is taken back, or stays noted for the next start."""
        for record in unfinished:
            with softly(_log, "a reply is not mended yet"), suppress(Busy), self.held(record):
                now = await self._router.replies.get(record.id)
                if now is None or not now.running:
                    continue
                try:
                    if now.withdrawn:
                        await self._show(await self._dialect.board(now), said(Withdrawal()), _nobody)
                        continue
                    now = await self._mark(now)
                except self._failures as error:
                    _log.warning("a reply was not mended: reply=%s error=%s", record.id, type(error).__name__)
                    if now.withdrawn and not isinstance(error, Gone):
                        continue
                await self._close(replace(now, running=False))

    async def note(self, caller: Caller, exchange: str) -> None:
        """A card for the moderators, where they want one, about an exchange that was kept."""
        if exchange:
            await self.desk.note(caller, exchange)

    async def post_card(self, place: Place, card: Card) -> bool:
        """See `DeskCards.post`."""
        return await self.desk.post(place, card)

    async def _begun(self, caller: Caller, channel: str, *, persona: str, message: str, aside: bool = False) -> Record:
        return await self._router.replies.begin(
            platform=self._dialect.name,
            conversation=caller.place.conversation,
            server=caller.place.server,
            persona=persona,
            person=caller.message.person,
            message=message,
            channel=channel,
            aside=aside,
        )

    async def _reopened(self, record: Record) -> Board:
        """The board of a reply that is to change: noted as under way, so that a crash in the middle is mended."""
        record = replace(record, running=True)
        await self._router.replies.keep(record)
        return await self._dialect.board(record)

    async def _show(
        self,
        board: Board,
        begin: Begin,
        tell: Tell,
        *,
        caller: Caller | None = None,
        standing: str = "",
        kept: str = "",
    ) -> Shown | None:
        """Show a reply, note how the reply stands, and tell the moderators of `caller`, however that ends."""
        writer = await self._writer(board, caller)
        reply = board.record.id
        self._running[reply] = showing = self._showing(board, writer)
        self._ending[reply] = ended = asyncio.Event()
        shown: Shown | None = None
        try:
            shown = await showing.show(
                begin(late=showing.late), card=tell, standing=board.standing(standing), kept=kept
            )
        finally:
            self._running.pop(reply, None)
            try:
                # Where the program ends here, the record must say so too.
                await asyncio.shield(self._settle(board, shown, writer))
            finally:
                if self._ending.get(reply) is ended:
                    del self._ending[reply]
                ended.set()
            await self._told(caller, writer, within=self._pace.grace if shown is None else None)
        return shown if shown.messages or shown.finished else None

    async def _writer(self, board: Board, caller: Caller | None) -> Writer:
        async def unable() -> None:
            """Whatever becomes of this process, it is known what stands there, and to people too."""
            known = writer.exchange or board.record.exchange
            board.record = replace(board.record, exchange=known, withdrawn=True)
            await self._close(board.record)
            await self._told(caller, writer)

        writer = Writer(
            board,
            pace=self._pacers.of(board.record.channel).turn,
            typing_every=self._pace.typing,
            grace=self._pace.grace,
            withdrawn=await self._in_place(board.record),
            sleep=self._sleep,
            whole=self._whole,
            unable=unable,
        )
        return writer

    async def _in_place(self, record: Record) -> str:
        """What stands where words of a reply were taken back; nothing where nobody misses a new reaction."""
        if record.reacts and (record.withdrawn or not record.shown):
            return ""
        return catalogue("bots").say("showing.withdrawn", await self._language_of(record))

    async def _language_of(self, record: Record) -> str:
        settings = await self._router.settings(await self._dialect.place(record))
        return settings.language or self._language

    async def _told(self, caller: Caller | None, writer: Writer, *, within: timedelta | None = None) -> None:
        """What was objected to is told to the moderators, however the reply ended."""
        if caller is not None:
            with softly(_log, "the moderators were not told"), suppress(TimeoutError):
                async with asyncio.timeout(within.total_seconds() if within else None):
                    await self.note(caller, writer.exchange)

    async def _settle(self, board: Board, shown: Shown | None, writer: Writer) -> None:
        """Note how a reply stands. Where writing it failed it is left as under way: the next start mends it."""
        messages = tuple(message for message, _ in shown.messages) if shown else board.record.shown
        board.record = record = replace(
            board.record,
            running=not writer.settled and bool(messages),
            withdrawn=writer.urgent,
            shown=messages,
            exchange=writer.exchange or board.record.exchange,
            outcome=writer.finished.outcome.value if writer.finished else board.record.outcome,
        )
        self._texts.pop(record.id, None)
        if shown is not None and shown.text:
            self._texts[record.id] = shown.text
            while len(self._texts) > _TEXTS:
                self._texts.popitem(last=False)
        await self._close(record)

    async def _close(self, record: Record) -> None:
        try:
            if record.shown:
                await self._router.replies.keep(record)
            else:
                await self._router.replies.forget(record)
        except Deflect as error:
            _log.critical("how a reply stands was not kept: reply=%s error=%s", record.id, error)

    async def _undress(self, record: Record) -> None:
        """Only the last message of a persona has buttons."""
        before = await self._router.replies.before(record)
        if before is None or not before.shown:
            return
        try:
            await (await self._dialect.board(before)).undress(before.shown[-1])
        except self._failures as error:
            _log.debug("old buttons stay: error=%s", type(error).__name__)

    async def _mark(self, record: Record) -> Record:
        """Say under a half-shown reply that it is one; where nothing of it was shown there is nothing to say."""
        board = await self._dialect.board(record)
        await board.recover()
        if not board.record.shown:
            return board.record
        last = board.record.shown[-1]
        mark = catalogue("bots").say("showing.interrupted", await self._language_of(record))
        marked = board.marked(await board.read(last), mark)
        await board.edit(last, marked, Phase.PLAIN if await self._router.replies.after(record) else Phase.DONE)
        return board.record


def _about(record: Record, caller: Caller) -> Caller:
    """The caller, with what the reply is known by."""
    return replace(caller, message=replace(caller.message, reply=record.id))


async def _nobody(_: Card) -> None:
    """Nothing to tell, and nobody to tell it to."""
