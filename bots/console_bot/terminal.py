"""The terminal as a platform: lines in, cleared passages and cards out."""

import asyncio
import signal
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import aclosing, contextmanager
from datetime import datetime

from bots.console_bot.screen import Screen
from bots.inbox import Busy
from bots.platform import Router
from personas.messages import Event, Finished, Message, Passage, Withdrawal

PLATFORM = "console"
Lines = AsyncIterator[str]
"""What a person types, line by line, without line ends."""


class Terminal:
    """One person at one terminal (or a script at its standard input)."""

    def __init__(self, lines: Lines, screen: Screen, *, person: str, now: Callable[[], datetime]) -> None:
        self._lines = lines
        self._screen = screen
        self._person = person
        self._now = now
        self._persona = ""
        self._count = 0
        self.failures = 0
        """Replies that came to nothing because a model or the store failed."""

    @property
    def name(self) -> str:
        """See `Platform.name`."""
        return PLATFORM

    async def serve(self, router: Router) -> None:
        """Until there are no more lines, or /quit. Ctrl-C ends the reply that is under way, not the program."""
        self._meet(router)
        async for line in self._lines:
            message = self._message(line)
            if line.startswith("/"):
                card = await router.command(line, message)
                self._screen.card(card)
                if card.leave:
                    return
                if card.met:
                    self._meet(router)
            elif line.strip():
                await self._answer(router, message)

    def _meet(self, router: Router) -> None:
        meeting = router.meet(PLATFORM)
        self._persona = meeting.persona
        if meeting.warning:
            self._screen.card(meeting.warning)
        if meeting.greeting:
            self._screen.speaker(self._persona)
            self._screen.passage(meeting.greeting)
            self._screen.end()

    async def _answer(self, router: Router, message: Message) -> None:
        """Show one reply in a task of its own, which Ctrl-C cancels."""
        task = asyncio.create_task(self._show(router.reply(message)))
        with _interrupts(task):
            try:
                await asyncio.wait([task])
            finally:
                task.cancel()
                await asyncio.wait([task])
        if task.cancelled():
            self._screen.notice("console.cancelled")
        else:
            task.result()

    async def _show(self, events: AsyncGenerator[Event, None]) -> None:
        self._screen.speaker(self._persona)
        try:
            async with aclosing(events) as reply:
                async for event in reply:
                    match event:
                        case Passage():
                            self._screen.passage(event)
                        case Withdrawal():
                            self._screen.withdrawn()
                            self._screen.speaker(self._persona)
                        case Finished():
                            self.failures += event.failure is not None
                            self._screen.finished(event)
        except Busy:
            self._screen.notice("console.busy")

    def _message(self, line: str) -> Message:
        self._count += 1
        return Message(
            platform=PLATFORM,
            conversation=PLATFORM,
            person=self._person,
            name="",
            text=line,
            at=self._now(),
            id=str(self._count),
        )


@contextmanager
def _interrupts(task: "asyncio.Task[None]") -> Iterator[None]:
    """Ctrl-C cancels `task` while this is open."""
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, task.cancel)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGINT)
