"""The contract of a store: what was objected to is durable before anybody sees a word of it.

One sibling file for each way to keep it: `sqlite` (the default), `memory` (tests, demonstrations). Both pass
`tests/contracts/test_stores.py`; so must the next one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from moderation.cases import Case, CaseState, Priority, Review, Reviewer, Ruling
from moderation.figures import Decided, Standing, Waiting
from moderation.records import Closing, Exchange, Objection, Opening, Outcome, Stats


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Which kept exchanges to list, newest first."""

    states: frozenset[CaseState] = frozenset()
    """Those of their cases; none: any."""
    ruling: Ruling | None = None
    """What was decided; None: anything, or nothing."""
    holder: str = ""
    """Who has claimed it; "": anybody, or nobody."""
    priority: Priority = Priority.LOW
    """At least."""
    outcome: Outcome | None = None
    """How the exchange ended; None: anyhow, or not yet."""
    opened_before: datetime | None = None
    opened_after: datetime | None = None
    """Then, or later."""
    late: tuple[datetime, ...] = ()
    """For each priority, from the lowest on, before when a case was opened that is late now; (): late or not."""
    queue: bool = False
    """Cases instead of exchanges, each by the one it began with, in the order in which they should be looked at: the
    most pressing first, and of those the oldest. Erased ones, in which nothing can be seen, are passed over."""
    text: str = ""
    """Full-text search over what was said, drafted and shown, Korean included; "" lists all. People type it: any string
    is a valid query and is matched as words, never as query syntax."""
    persona: str = ""
    rule: str = ""
    """`filter.category`, or only `filter`."""
    category: str = ""
    """Whichever filter found it."""
    server: str = ""
    """Key of the community it took place in; "": any, and private conversations too."""
    person: str = ""
    """Key of the person whose exchange it is; "": anybody's. Keys are the platform's own: name that as well."""
    platform: str = ""
    erased: bool = False
    """Only those that were erased; not together with `queue`."""
    before: str = ""
    """Id of the last exchange of the page before, in the same order."""
    limit: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What came of looking through the audit trail."""

    steps: int
    unchained: int
    """Steps kept before there was a chain: a change to them is noticed as one of the first step of the chain."""
    broken: str = ""
    """Id of the exchange whose step is the first that is not as it was written: it was changed, or one before it was
    changed, added or taken away."""
    differing: tuple[str, ...] = ()
    """Ids of cases that stand otherwise than their last step says."""
    head: str = ""
    """Digest of the last step: written down elsewhere, it shows later that none was taken away."""
    lost: bool = False
    """The digest that was written down earlier is that of no step any more."""

    @property
    def sound(self) -> bool:
        """Nothing was found."""
        return not self.broken and not self.differing and not self.lost


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Where steps were taken since somebody looked."""

    until: int
    """The number of the last step that was looked at."""
    exchanges: tuple[str, ...] = ()
    """Ids, each once, in the order of the first of these steps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expired:
    """What was kept for long enough, in exchanges."""

    texts: int
    metadata: int
    held: int
    """Whose texts would be due, but for a case that is still open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sibling:
    """A case that waits, and what says with which others it belongs together."""

    case: str
    opened: datetime
    platform: str
    server: str
    person: str
    """Tells persons apart, and need not be a key that a platform knows."""
    persona: str
    rules: frozenset[str]
    """`filter.category` of all that was found in the exchange it began with."""


class Store(Protocol):
    """Keeps flagged exchanges and counts clean ones. One event loop; every method may be awaited concurrently.

    A write that returns is durable (it survives kill -9 and power loss). A write that cannot be made raises
    `StoreBusy` (the bounded queue is full: nothing was taken) or `StoreFailed` (disk full, read-only, closed).
    Cancelling a write leaves it either done or not done, never half done.

    An exchange that was erased (`Exchange.erased`) takes part in everything, but no text enters it any more: what
    `add` and `close` bring is kept without its texts.
    """

    async def open(self, opening: Opening, first: Objection) -> str:
        """Keep a new exchange with its first objection, and a case for it, in one transaction; returns its id (short,
        typeable)."""

    async def add(self, exchange: str, objection: Objection) -> None:
        """Keep another objection of the same exchange, whose case may become more pressing. Raises UnknownExchange."""

    async def close(self, exchange: str, closing: Closing) -> None:
        """Keep how it ended, count its outcome, and queue its case, in one transaction. The first closing stands: a
        second one does nothing, so that a caller that was cancelled may close again. Raises UnknownExchange."""

    async def count(self, outcome: Outcome, server: str = "") -> None:
        """Count an exchange of which nothing is kept; `server` is where it took place, "" in private."""

    async def report(self, opening: Opening, objection: Objection, *, exchange: str = "") -> str:
        """Keep what the member `objection.by` objects to in a reply, in one transaction; returns the id of the exchange
        it stands in.

        `opening.origin` is the reply's: its platform, conversation and message are what was reported, its person is
        whose exchange it becomes where a new one is needed. It is kept in the first of these that there is:

        - `exchange`, if it is of the same platform and server and not erased, and people have not decided its case
          without what was shown: such a decision stands, and is about something else;
        - the exchange that holds an earlier report of this message, if it is the same way;
        - a new one, ended as FLAGGED with `objection.text` shown. Its outcome is not counted: that of the reply was,
          when it ended.

        Where `exchange` is erased, what was said does not come back: the new one begins without it. The same member
        reporting the same message again changes nothing. Without a message or a member nothing is taken for the same.
        """

    async def get(self, exchange: str) -> Exchange:
        """One exchange with everything kept of it. Raises UnknownExchange."""

    async def list(self, query: Query) -> tuple[Exchange, ...]:
        """Exchanges that match, newest (last kept) first. Raises UnknownExchange for an unknown `before`."""

    async def next(self, by: Reviewer, *, server: str = "", after: str = "") -> Exchange | None:
        """The first case in the order of `Query.queue` that waits and that `by` may take: not their own decision where
        that is appealed against, nothing for seniors where they are none. None where there is none.

        `server` as in `Query`. `after`: the first behind that exchange's case in this order, whatever became of it
        since; raises UnknownExchange where there is none. Erased cases are passed over.
        """

    async def review(self, exchange: str, reviews: Sequence[Review], case: Case) -> Exchange:
        """Append steps to the audit trail, in order, and leave the case of the exchange as `case` is, if its version is
        still `case.version`: all or nothing.

        The store itself gives `chain` to the steps, the next version to the case and keeps its id and exchanges.
        Returns the exchange afterwards. Raises UnknownExchange; `Overtaken` when somebody else was faster.
        """

    async def merge(self, case: Case, other: Case, review: Review) -> Exchange:
        """Let all exchanges of `other` be of `case`, and append `review` to its trail, if both have still their
        versions. `other` is no case any more, and its trail is part of that of `case`. That is left in the state in
        which `case` is, escalated where that is, and as pressing as the more pressing of both. Returns the exchange
        that `case` began with. Raises as `review`."""

    async def verify(self, earlier: str = "") -> Audit:
        """Whether the audit trail is as it was written, and every case as its trail says. Reads all of it. `earlier`
        is an `Audit.head` of before, or "": it is looked for."""

    async def news(self, after: int | None, *, limit: int = 200) -> News:
        """What happened in the trail after the step with that number, in order, `limit` steps at most: where `until` is
        `after`, nothing did. That a new case waits is not told. None, and a number that there is not (this is an older
        copy of the store): from the last step on."""

    async def waiting(self, before: Mapping[Priority, datetime], *, server: str = "") -> tuple[Waiting, ...]:
        """Cases that wait or are claimed, counted by state and priority, the most pressing first; erased ones apart.
        `before` says for each priority before when a case was opened that is late now."""

    async def decided(self, since: datetime, *, server: str = "") -> tuple[Decided, ...]:
        """Every decision since then, in the order in which they were made; of cases that were merged as of one."""

    async def of_person(self, person: str, *, platform: str) -> tuple[Exchange, ...]:
        """Everything kept of a person, oldest first; nothing for the person "".

        Of an exchange of somebody else it is what this person reported in it, and nothing that others said or decided
        (`moderation.stores.erasure.reported_by`).
        """

    async def erase(self, person: str, *, platform: str) -> int:
        """Overwrite every text of that person's, so that it is in no file any more; returns how many exchanges
        `of_person` had. Nothing happens to the person "".

        Gone are: what was said, drafted and shown, the terms it was found by, where the findings stood and what they
        quoted, the keys of person, conversation and message, and from exchanges of others the comments and the key of
        the one who reported. What stays names nobody: ids, rules, decisions, states, counts, tokens, times; so
        statistics remain true. So does the audit trail: its notes are the moderators' own, and append-only. An exchange
        under way goes on as an erased one. A store that encrypts destroys the person's key, so that nothing of theirs
        can be read in copies that were made before.

        Takes as long as copying the whole store. Raises StoreFailed (`stores.traces`) where the texts are overwritten
        but copies may linger in the files, say because somebody else reads; they are removed by the next `erase` or
        when the store is opened next. So they are where this is cancelled.
        """

    async def due(self, *, texts: datetime, metadata: datetime) -> Expired:
        """What `expire` would do."""

    async def expire(self, *, texts: datetime, metadata: datetime) -> Expired:
        """Overwrite what was kept for long enough.

        Of exchanges in which the last thing happened before `texts` (or a step was taken in their case) the texts:
        said, drafted, shown, quoted, reported. Of those before `metadata` all that `erase` takes, so that they are
        erased. Exchanges whose case is not closed keep everything, and so does the audit trail; counts stay true.
        `metadata` is not after `texts`. Several transactions: cancelled, some of it is done.
        """

    async def move(self, old: str, new: str) -> None:
        """A community has the key `new` now: whatever was kept or counted in the server `old` is of that one. Does
        nothing the second time, nor for the key ""."""

    async def stats(self, server: str = "") -> Stats:
        """Counts over everything, or over one server alone."""

    async def standing(self) -> Standing:
        """How many cases there are of each state and ruling; those that do not occur are counted as 0."""

    async def siblings(self, limit: int) -> tuple[Sibling, ...]:
        """Cases that are queued, of persons of whom another one is with the same persona in the same place; the oldest
        first, out of the first `limit` of the queue. Erased ones, and those of nobody, are passed over."""

    async def aclose(self) -> None:
        """Finish the writes that were taken, then release files and threads. Idempotent."""
