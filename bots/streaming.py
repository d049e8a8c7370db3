"""One reply on a chat platform, as it comes: messages that grow, and more of them where one is too small.

Two tasks: one reads the reply, so that a slow platform never keeps it waiting; the other brings what stands on the
platform nearer to what was read, one call at a time, as often as the pace of the channel allows. Nothing is queued
between them: the latest text wins.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Sequence
from contextlib import aclosing, suppress
from datetime import timedelta
from typing import Any, Final

from bots.cards import Card
from bots.outlets import Gone, Outlet, Pacer, Phase, Sleep
from bots.pieces import cut
from bots.showing import Showing, Shown
from bots.standing import Message, Standing, Wanted
from personas.ending import end_of
from personas.messages import Event, Finished, Kept, Passage, PassageKind, Withdrawal

__all__ = ["Gone", "Outlet", "Pacer", "Phase", "Showing", "Shown", "Sleep", "Writer", "joined"]

_log = logging.getLogger(__name__)

_CARDS: Final = 16  # of one reply may wait for the platform before its reading does
_PAUSES: Final = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0, 120.0, 120.0)
"""Seconds before what could not be taken back is tried again: longer in all than platforms are away, or want us to
wait."""
_LANDED: Final = 5.0
"""Seconds after which a call that was broken off has had its effect, if ever it has one."""


class Writer:
    """Shows one reply. `show` it once; `stop` may be called at any time, by any task of the same event loop."""

    settled = False
    """Whether every message stands as it should, or is gone, and the reply is over."""
    urgent = False
    """Whether words that were withdrawn may be standing there."""
    exchange = ""
    """See `Shown.exchange`."""
    finished: Finished | None = None
    """See `Shown.finished`."""
    _withdrawn = _gone = _stopped = False
    _over = False
    """Nothing more is taken from the reply."""
    _hurried = False
    """There is little time: nothing waits for the pace."""
    _given_up = False
    """What is urgent was tried as often as anything is."""

    def __init__(
        self,
        outlet: Outlet,
        *,
        pace: Callable[[], Coroutine[Any, Any, None]],
        withdrawn: str,
        typing_every: timedelta,
        grace: timedelta,
        sleep: Sleep = asyncio.sleep,
        whole: bool = False,
        unable: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """`pace` is `Pacer.turn` of the channel, awaited before every post, edit and removal, but those in haste.
        `withdrawn` stands in the place of words taken back ("": nothing does); `grace` is for putting messages right
        once cancelled.
        `whole`: messages are touched only when nothing more is taken from the reply; until then there is the sign.
        `unable` is awaited whenever words could not be taken back, and are to be taken back later."""
        self._outlet, self._pace = outlet, pace
        self._placeholder = withdrawn
        self._typing_every = typing_every
        self._grace, self._sleep = grace, sleep
        self._whole, self._unable = whole, unable
        self._board = Standing(outlet)
        self._news = asyncio.Event()
        """Something happened that the writing task may have to act on."""
        self._reading: asyncio.Task[None] | None = None
        self._turn: asyncio.Task[None] | None = None
        self._sign: asyncio.Task[None] | None = None
        self._doubt: asyncio.Task[None] | None = None
        """Until what was broken off, but had reached the platform, has had its effect."""
        self._cards: asyncio.Queue[tuple[Card, bool]] = asyncio.Queue(_CARDS)
        """Cards, and whether words came before them."""
        self._card: tuple[Card, bool] | None = None
        self._text = self._kept = ""
        """What should be read there, and the beginning of it that is no part of the reply."""
        self._begun = True
        """Whether what stands there is to be changed: words came, or words are to be taken back."""

    async def show(
        self,
        events: AsyncGenerator[Event | Card, None],
        *,
        card: Callable[[Card], Awaitable[None]],
        standing: Sequence[tuple[str, str]] = (),
        kept: str = "",
    ) -> Shown:
        """Show the reply; `card` is awaited for every card in it, in order, by the task that uses the outlet.

        `standing` are the messages (id and text) of a reply that this one takes the place of: they stay as they are
        until its first words come. `kept` is what they read where it goes on after that.

        However the reply ends, `events` is closed and the messages are put right: the pieces of the words that were
        read, DONE under the last and PLAIN under the others. Then an error of `events` is raised. One of the outlet or
        of `card` ends the reading, and is raised when `events` is closed; Gone is not raised: nothing more is called,
        but that what has to be taken back is, again and again where that fails. A cancellation is passed on when the
        messages are put right, for which nothing waits for the pace, or after the grace.
        """
        says = _phased([text for _, text in standing], Phase.DONE)
        self._board.messages = [Message(message, said) for (message, _), said in zip(standing, says, strict=True)]
        self._kept = self._text = kept
        self._begun = not standing
        async with aclosing(events):  # once more, for a task that was cancelled before it began to read
            self._reading = reading = self._later(self._read(events))
            if self._over:
                self._end()
            writing = asyncio.create_task(self._write(card))
            try:
                await asyncio.wait([writing])
            except asyncio.CancelledError:
                await self._hurry(reading, writing)
                raise
            finally:
                self._end()
                await end_of(reading)
                stands = self._board.amiss(self._wanted()) is None
                self.settled = not self.urgent and (self._gone or stands)
        return self._outcome(reading, writing)

    def _outcome(self, reading: "asyncio.Task[None]", writing: "asyncio.Task[None]") -> Shown:
        if error := writing.exception():
            raise error from _failure(reading)
        if not reading.cancelled() or not (self._stopped or self._gone):
            reading.result()
        return Shown(
            messages=tuple((message.id, message.says[0]) for message in self._board.messages),
            text=self._text,
            finished=self.finished,
            withdrawn=self._withdrawn,
            gone=self._gone,
            stopped=self._stopped,
            exchange=self.exchange,
        )

    def stop(self) -> None:
        """Read no further: what was read stays. Does nothing after the end of the reply."""
        if not self._over:
            self._stopped = True
            self._end()

    def late(self, event: Event) -> None:
        """What becomes of the reply, told while `events` is closed early: perhaps its words may not stand."""
        self._take(event)

    def _end(self) -> None:
        self._over = True
        if self._reading and not self._reading.cancelling():  # twice would cut its tidying up short
            self._reading.cancel()
        self._news.set()

    async def _hurry(self, reading: "asyncio.Task[None]", writing: "asyncio.Task[None]") -> None:
        """Let both come to their end, the writing within the grace, whoever cancels the caller meanwhile."""
        self._hurried = True
        self._end()
        timer = asyncio.create_task(self._sleep(self._grace.total_seconds()))
        while not (writing.done() or timer.done()):
            with suppress(asyncio.CancelledError):
                await asyncio.wait([writing, timer], return_when=asyncio.FIRST_COMPLETED)
        self._board.closed = True
        timer.cancel()
        writing.cancel()
        for task in (timer, writing, reading):
            with suppress(asyncio.CancelledError):  # once more: it is passed on in any case
                await end_of(task)
            if error := _failure(task):
                _log.warning("a cancelled reply ended badly: error=%s", type(error).__name__)

    async def _read(self, events: AsyncGenerator[Event | Card, None]) -> None:
        try:
            async with aclosing(events):
                async for event in events:
                    if self._over:  # a reply that goes on although it was cancelled
                        break
                    if isinstance(event, Card):
                        await self._cards.put((event, self._text != self._kept))
                        self._news.set()
                    else:
                        self._take(event)
        finally:
            self._over = True
            self._news.set()

    def _take(self, event: Event) -> None:
        match event:
            case Passage():
                self._text = joined(self._text, event)
                self._begun = True
            case Withdrawal():
                self._text = self._kept
                self._begun = self._withdrawn = True
                self.urgent = not self._whole
            case Finished():
                self.finished = event
            case Kept():
                self.exchange = event.exchange
        self._news.set()

    async def _write(self, card: Callable[[Card], Awaitable[None]]) -> None:
        try:
            try:
                await self._keep_up(card)
            finally:
                self._end()
                for task in filter(None, (self._turn, self._sign, self._doubt)):
                    task.cancel()
                if self._reading:  # words may be withdrawn at its end
                    await asyncio.wait([self._reading])
                if self.urgent and not (self._given_up or self._board.closed):
                    await self._take_back()
        except Gone:
            self._gone = True

    async def _keep_up(self, card: Callable[[Card], Awaitable[None]]) -> None:
        """Do what is most urgent, one thing at a time, until all is as it should be and nothing more will come."""
        while True:
            wanted = self._wanted()
            number = self._board.amiss(wanted)
            amiss = number is not None
            if self.urgent:
                await self._take_back()
            elif due := self._due_card(amiss=amiss):
                await card(due)
            elif self._doubt and self._doubt.done():
                self._doubt = None
                self._board.doubt()
                continue
            elif number is not None and (self._hurried or (self._turn and self._turn.done())):
                await self._mend(number, wanted)
            elif amiss and not self._turn:
                self._turn = self._later(self._pace())
                await asyncio.sleep(0)  # a turn that is free is there at once
                continue
            elif self._read_out and not amiss and (self._hurried or not self._doubt):
                return
            elif self._sign_ended():
                await self._unless_urgent(self._outlet.typing())
            else:
                self._news.clear()
                await self._news.wait()
                continue
            if self._turn and self._turn.done():  # used, or too old by now: others had theirs since
                self._turn.result()
                self._turn = None

    @property
    def _read_out(self) -> bool:
        """Whether nothing more can come of the reply, not even that its words may not stand."""
        return self._reading is not None and self._reading.done()

    @property
    def _held(self) -> bool:
        return self._whole and not self._read_out

    def _wanted(self) -> Wanted:
        if not self._begun or self._held:
            return [message.says for message in self._board.messages]
        limits = self._outlet.limit, self._outlet.first_limit
        pieces = cut(self._text, limits[0], first=limits[1])
        if not pieces and self._withdrawn and self._board.messages:
            pieces = cut(self._placeholder, limits[0], first=limits[1])[:1]
        return _phased(pieces, Phase.DONE if self._over else Phase.RUNNING)

    async def _mend(self, number: int, wanted: Wanted) -> None:
        call = self._board.mend(number, wanted)
        if self._board.adds(number, wanted):
            await call  # its message would not be known, and could not be taken back
        elif not await self._unless_urgent(call):
            self._doubt = self._later(self._sleep(_LANDED))

    async def _unless_urgent(self, call: Coroutine[Any, Any, None]) -> bool:
        """Make a call, which is broken off where words are to be taken back: it may wait for its platform for long.
        Whether it came to its end."""
        task = await self._made(call, may_wait=False)
        if not task.cancelled():
            task.result()
        return not task.cancelled()

    async def _take_back(self) -> None:
        """Nothing is as urgent: a call that fails is made again, ever less often. Raises the last error, and Gone."""
        pauses = iter(_PAUSES)
        while True:
            calls, pause = await self._made(self._try_to_take_back()), next(pauses, None)
            if not self.urgent or self._board.closed or pause is None:
                break
            if self._unable:
                await self._unable()
            await self._rest(pause)
        self._given_up = self.urgent
        calls.result()

    async def _try_to_take_back(self) -> None:
        wanted, self.urgent = self._wanted(), False
        try:
            await self._board.take_back(wanted)
        finally:  # other words may have been withdrawn meanwhile
            self.urgent = self.urgent or not self._board.cleared(wanted)

    async def _rest(self, seconds: float) -> None:
        """Wait; where time becomes short meanwhile, no longer."""
        hurried = self._hurried
        pause = self._later(self._sleep(_PAUSES[0] if hurried else seconds))
        try:
            while not pause.done() and self._hurried == hurried:
                self._news.clear()
                await self._news.wait()
        finally:
            pause.cancel()

    async def _made(self, call: Coroutine[Any, Any, None], *, may_wait: bool = True) -> "asyncio.Task[None]":
        """A call, once it has ended, in whichever way; one that may not wait is cancelled when something is urgent."""
        task = self._later(call)
        try:
            while not task.done() and (may_wait or not self.urgent):
                self._news.clear()
                await self._news.wait()
        finally:
            task.cancel()
            await end_of(task)
        return task

    def _due_card(self, *, amiss: bool) -> Card | None:
        """The next card, if it is time for it: not before the first message where words came first, nor in a hurry."""
        if not self._card and not self._cards.empty():
            self._card = self._cards.get_nowait()
        card, after_words = self._card or (None, False)
        waits = after_words and not self._board.messages and (amiss or self._held)
        if waits or (amiss and self._hurried):
            return None
        self._card = None
        return card

    def _sign_ended(self) -> bool:
        """Whether the sign of writing is to be shown (again); the time until the next is counted from now."""
        if self._over or (self._turn and self._board.messages) or (self._sign and not self._sign.done()):
            return False
        self._sign = self._later(self._sleep(self._typing_every.total_seconds()))
        return True

    def _later(self, what: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        task = asyncio.create_task(what)
        task.add_done_callback(lambda _: self._news.set())
        return task


def joined(text: str, passage: Passage) -> str:
    """`text` with a passage behind it; words of another kind than generated ones begin a line of their own."""
    begun = text.rpartition("\n")[2].strip()
    own_line = "\n" if begun and passage.kind is not PassageKind.GENERATED else ""
    return text + own_line + passage.text


def _phased(texts: Sequence[str], last: Phase) -> Wanted:
    return [*((text, Phase.PLAIN) for text in texts[:-1]), *((text, last) for text in texts[-1:])]


def _failure(task: "asyncio.Task[None]") -> BaseException | None:
    return None if task.cancelled() else task.exception()
