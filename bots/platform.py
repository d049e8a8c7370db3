"""The contract of a platform: it shows cleared passages and cards, and hands over what people write.

A platform cannot draft, judge or keep anything by itself: it is given a `Router`. To add one: a folder `bots/NAME_bot`
with a class that has these two members, built in `bots.app` alone; `tests/contracts/test_platforms.py` runs over it.
"""

from collections.abc import AsyncIterator
from typing import Protocol

from bots.cards import Card
from personas.messages import Event, Message


class Router(Protocol):
    """What a platform may ask for. Safe to use from any number of tasks of one event loop."""

    def reply(self, message: Message) -> AsyncIterator[Event]:
        """The reply to a message, as `PersonaRuntime.respond` gives it; raises Busy before the first event.

        Iterate to the end or close (`contextlib.aclosing`).
        """

    async def command(self, line: str, message: Message) -> Card:
        """What a command that a person typed ("/why x3f9") comes to; `message` says who and where. Errors are cards."""


class Platform(Protocol):
    """One way people meet personas."""

    @property
    def name(self) -> str:
        """Its name in records: "console", "discord" ..."""

    async def serve(self, router: Router) -> None:
        """Carry messages until there are no more, or until cancelled; leaves no half-shown reply behind."""
