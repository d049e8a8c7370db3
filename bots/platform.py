"""The contract of a platform: it shows cleared passages and cards, and hands over what people write.

A platform cannot draft, judge or keep anything by itself: it is given a `Router`. To add one: a folder `bots/NAME_bot`
with a class that has these two members, built in `bots.app` alone; `tests/contracts/test_platforms.py` runs over it.
"""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Protocol

from bots.cards import Card
from personas.messages import Event, Message, Passage


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """Who speaks in a conversation, and how it begins."""

    persona: str
    """Display name."""
    greeting: Passage | None
    warning: Card | None
    """What a person should know first: say, that the model in use does not speak the persona's language."""


class Router(Protocol):
    """What a platform may ask for. Safe to use from any number of tasks of one event loop."""

    def reply(self, message: Message) -> AsyncGenerator[Event, None]:
        """The reply to a message, as `PersonaRuntime.respond` gives it; raises Busy before the first event.

        Iterate to the end or close (`contextlib.aclosing`).
        """

    async def command(self, line: str, message: Message) -> Card:
        """What a command that a person typed ("/why x3f9") comes to; `message` says who and where. Errors are cards."""

    def meet(self, conversation: str) -> Meeting:
        """Begin a conversation, or go on in it after its persona changed (`Card.met`)."""


class Platform(Protocol):
    """One way people meet personas."""

    @property
    def name(self) -> str:
        """Its name in records: "console", "discord" ..."""

    async def serve(self, router: Router) -> None:
        """Carry messages until there are no more, or until cancelled; leaves no half-shown reply behind."""
