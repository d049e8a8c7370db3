"""The contract of a store: what was objected to is durable before anybody sees a word of it.

One sibling file for each way to keep it: `sqlite` (the default), `memory` (tests, demonstrations). Both pass
`tests/contracts/test_stores.py`; so must the next one.
"""

from dataclasses import dataclass
from typing import Protocol

from moderation.records import CaseState, Closing, Exchange, Objection, Opening, Outcome, Review, Stats


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Which kept exchanges to list, newest first."""

    state: CaseState | None = None
    """None: any."""
    text: str = ""
    """Full-text search over what was said, drafted and shown, Korean included; "" lists all. People type it: any string
    is a valid query and is matched as words, never as query syntax."""
    persona: str = ""
    rule: str = ""
    """`filter.category`, or only `filter`."""
    before: str = ""
    """Id of the last exchange of the page before."""
    limit: int = 20


class Store(Protocol):
    """Keeps flagged exchanges and counts clean ones. One event loop; every method may be awaited concurrently.

    A write that returns is durable (it survives kill -9 and power loss). A write that cannot be made raises
    `StoreBusy` (the bounded queue is full: nothing was taken) or `StoreFailed` (disk full, read-only, closed).
    Cancelling a write leaves it either done or not done, never half done.
    """

    async def open(self, opening: Opening, first: Objection) -> str:
        """Keep a new exchange with its first objection in one transaction; returns its id (short, typeable)."""

    async def add(self, exchange: str, objection: Objection) -> None:
        """Keep another objection of the same exchange. Raises UnknownExchange."""

    async def close(self, exchange: str, closing: Closing) -> None:
        """Keep how it ended, and count its outcome, in one transaction. The first closing stands: a second one does
        nothing, so that a caller that was cancelled may close again. Raises UnknownExchange."""

    async def count(self, outcome: Outcome) -> None:
        """Count an exchange of which nothing is kept."""

    async def get(self, exchange: str) -> Exchange:
        """One exchange with everything kept of it. Raises UnknownExchange."""

    async def list(self, query: Query) -> tuple[Exchange, ...]:
        """Exchanges that match, newest (last kept) first. Raises UnknownExchange for an unknown `before`."""

    async def review(self, exchange: str, review: Review, *, version: int) -> Exchange:
        """Append a step to the audit trail and move the case to `review.after`, if its version is still `version`.

        Returns the exchange afterwards. Raises UnknownExchange; `InvalidTransition` when somebody else was faster.
        """

    async def stats(self) -> Stats:
        """Counts over everything."""

    async def aclose(self) -> None:
        """Finish the writes that were taken, then release files and threads. Idempotent."""
