"""What is shown of one reply, and whoever shows it."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from bots.cards import Card
from personas.handover import Late
from personas.messages import Event, Finished


class Begin(Protocol):
    """Begins a reply: what `Router.reply` is, or something like it."""

    def __call__(self, *, late: Late) -> AsyncGenerator[Event | Card, None]:
        """Its events; `late` is as there."""


def said(*events: Event | None) -> Begin:
    """What is said at once, as far as there is anything."""

    async def begin(*, late: Late) -> AsyncGenerator[Event | Card, None]:  # noqa: ARG001 - all of it is judged
        for event in events:
            if event is not None:
                yield event

    return begin


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What stands on the platform after a reply, and how it ended."""

    messages: tuple[tuple[str, str], ...]
    """Id and text, in order; without what was found to be gone."""
    text: str
    """What the messages read together."""
    finished: Finished | None
    """None: the reading ended before the reply did."""
    withdrawn: bool
    """Whether words were taken back on the way."""
    gone: bool
    stopped: bool
    exchange: str = ""
    """Id of the kept exchange, or "": known even where the reply did not come to its end."""


class Showing(Protocol):
    """Shows one reply: a `Writer`, or something around one."""

    async def show(
        self,
        events: AsyncGenerator[Event | Card, None],
        *,
        card: Callable[[Card], Awaitable[None]],
        standing: Sequence[tuple[str, str]] = (),
        kept: str = "",
    ) -> Shown:
        """See `Writer.show`."""

    def stop(self) -> None:
        """See `Writer.stop`."""

    def late(self, event: Event) -> None:
        """See `Writer.late`."""
