"""The messages of one reply as they stand on a chat platform, put right call by call."""

from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from itertools import zip_longest

from bots.outlets import Gone, Outlet, Phase

Wanted = Sequence[tuple[str, Phase]]
"""What the messages of a reply should say, and the controls under them."""


@dataclass(slots=True)
class Message:
    """One of them."""

    id: str
    says: tuple[str, Phase]
    sure: bool = True
    """Whether it does: a call that failed, or was broken off, may have been carried out all the same."""

    def reads(self, should: tuple[str, Phase] | None) -> bool:
        """Whether it surely says just that."""
        return self.sure and self.says == should


class Standing:
    """Used by one task at a time."""

    def __init__(self, outlet: Outlet) -> None:
        self._outlet = outlet
        self.messages: list[Message] = []
        self.closed = False
        """Nothing more is called: there is no time left."""

    def amiss(self, wanted: Wanted) -> int | None:
        """The number of the first message that is not as it should be."""
        pairs = enumerate(zip_longest(self.messages, wanted))
        return next((number for number, (message, should) in pairs if not (message and message.reads(should))), None)

    def cleared(self, wanted: Wanted) -> bool:
        """Whether nothing stands there that is not wanted; what is wanted may be missing."""
        number = self.amiss(wanted)
        return number is None or number >= len(self.messages)

    def adds(self, number: int, wanted: Wanted) -> bool:
        """Whether to put that one right is to post it."""
        return len(self.messages) <= number < len(wanted)

    def doubt(self) -> None:
        """None of them is sure any more."""
        for message in self.messages:
            message.sure = False

    async def mend(self, number: int, wanted: Wanted) -> None:
        """Put the message of that number, which is the first that is amiss, right."""
        if self.adds(number, wanted):
            self.messages.append(Message(await self._outlet.post(*wanted[number]), wanted[number]))
        elif number == len(wanted):
            await self._remove(self.messages[-1])
        else:
            message = self.messages[number]
            with self._found(message):
                await self._edit(message, *wanted[number])

    async def take_back(self, wanted: Wanted) -> None:
        """Leave nothing that is not wanted; what stands as it should is left alone. Every call is made, even where one
        before it failed."""
        async with AsyncExitStack() as calls:  # the last one comes first
            for message, should in zip_longest(list(self.messages), wanted[: len(self.messages)]):
                if should:
                    calls.push_async_callback(self._retract, message, *should)
                else:
                    calls.push_async_callback(self._remove, message)

    async def _retract(self, message: Message, text: str, phase: Phase) -> None:
        """Put other words in the place of those of a message. One that nobody can change any more may stand there all
        the same, as its voice alone is gone: it is taken away."""
        try:
            await self._edit(message, text, phase)
        except Gone:
            await self._remove(message)
            raise

    async def _edit(self, message: Message, text: str, phase: Phase) -> None:
        if self.closed or message.reads((text, phase)):
            return
        message.sure = False
        await self._outlet.edit(message.id, text, phase)
        message.says, message.sure = (text, phase), True

    async def _remove(self, message: Message) -> None:
        if self.closed:
            return
        with self._found(message):
            await self._outlet.remove(message.id)
        self.messages.remove(message)

    @contextmanager
    def _found(self, message: Message) -> Iterator[None]:
        """A call about a message, which is forgotten where it is gone."""
        try:
            yield
        except Gone:
            self.messages.remove(message)
            raise
