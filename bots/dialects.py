"""What differs between chat platforms in showing replies."""

from typing import Protocol

from bots.cards import Card
from bots.outlets import Outlet
from bots.places import Place
from bots.records import Record


class Board(Outlet, Protocol):
    """The outlet of one reply, which notes every message of it (`Replies.stands`) before a call returns.

    All methods may raise Gone, Missing and what the dialect calls broken.
    """

    record: Record
    """The reply as it is noted."""

    def standing(self, text: str) -> tuple[tuple[str, str], ...]:
        """The messages that stand there, and which part of `text` each of them has ("": not known)."""

    async def read(self, message: str) -> str:
        """The persona's words in a message, as they stand there."""

    async def undress(self, message: str) -> None:
        """Take the buttons away."""

    async def recover(self) -> None:
        """Note the messages of this reply that were posted when the program ended before it could note them."""

    def marked(self, words: str, mark: str) -> str:
        """`words` with a small line of ours under them, as far as there is room."""


class Dialect(Protocol):
    """What differs between platforms."""

    @property
    def name(self) -> str:
        """Of the platform."""

    @property
    def broken(self) -> tuple[type[Exception], ...]:
        """What calls raise where the platform, or the way to it, fails."""

    async def board(self, record: Record, *, quoted: object = None, pictured: bool = False) -> Board:
        """Where a reply is shown. `quoted` is the platform's own value of the message it answers, if that was written
        just now; `pictured`: with the persona's picture, where not all its messages have it there. Raises Gone where
        there is no such channel any more."""

    async def place(self, record: Record) -> Place:
        """Where a reply stands. Raises Gone."""

    async def said_in(self, record: Record) -> str:
        """What the person wrote whom a reply answers, or "" where it cannot be read any more."""

    def link(self, record: Record) -> str:
        """The address of a reply that stands somewhere, or ""."""

    async def post(self, channel: str, card: Card, place: Place, *, language: str) -> str:
        """A card in the moderators' channel of the community that `place` is in; the id of its last message. Raises
        Gone where that channel is not one of theirs."""

    async def repost(self, channel: str, message: str, card: Card, place: Place, *, language: str) -> bool:
        """Put `card` in place of the one in a message of that channel; False where there is none any more, or too
        little room. Raises as `post`."""
