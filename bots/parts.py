"""The parts that commands can do without a persona: the store, the review desk, the guard.

With `bots.app` the composition root: the only places that name concrete classes. Apart from it, so that
`talchum review` does not wait for models it never asks.
"""

import asyncio
import secrets
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from bots.config import Settings
from bots.review_commands import ReviewCommands
from bots.state import State
from bots.state.memory import MemoryState
from bots.state.sqlite import SqliteState
from moderation.filters import Filter
from moderation.guard import Guard
from moderation.policy import Policy
from moderation.review import ReviewDesk
from moderation.stores import Store
from moderation.stores.memory import MemoryStore
from moderation.stores.sqlite import SqliteStore

_ID_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""No letter that can be taken for a digit or another letter: people type ids."""


def new_id() -> str:
    """Six random letters and digits."""
    return "".join(secrets.choice(_ID_LETTERS) for _ in range(6))


def utc_now() -> datetime:
    """The time, aware, in UTC."""
    return datetime.now(UTC)


@asynccontextmanager
async def open_store(settings: Settings) -> AsyncGenerator[Store, None]:
    """The store of these settings. Raises StoreUnavailable."""
    store = await asyncio.to_thread(lambda: SqliteStore.at(settings.store, clock=utc_now, ids=new_id))
    try:
        yield store
    finally:
        await store.aclose()


def open_scratch() -> Store:
    """A store that leaves nothing behind."""
    return MemoryStore(ids=new_id)


@asynccontextmanager
async def open_state(settings: Settings, *, lasting: bool = True) -> AsyncGenerator[State, None]:
    """The state of these settings, or one that ends with this. Raises StoreUnavailable."""
    state: State
    if lasting:
        state = await asyncio.to_thread(lambda: SqliteState.at(settings.state, clock=utc_now))
    else:
        state = MemoryState(clock=utc_now)
    try:
        yield state
    finally:
        await state.aclose()


@asynccontextmanager
async def open_review(settings: Settings) -> AsyncGenerator[ReviewCommands, None]:
    """The review desk alone, beside whatever else has the store open. Raises StoreUnavailable."""
    async with open_store(settings) as store:
        yield ReviewCommands(ReviewDesk(store, clock=utc_now), language=settings.language)


@asynccontextmanager
async def open_guard(settings: Settings, filters: Sequence[Filter] = ()) -> AsyncGenerator[Guard, None]:
    """The guard of these settings over `filters`, or over all there are. Raises PolicyError, FilterUnavailable."""
    policy = await asyncio.to_thread(Policy.load, settings.policy.file)
    loaded = filters or await asyncio.to_thread(_filters, settings, policy.limits.encodings)
    if filters:
        policy = policy.narrowed(judge.id for judge in filters)
    guard = Guard(loaded, policy, monotonic=time.monotonic)
    try:
        yield guard
    finally:
        guard.close()


def _filters(settings: Settings, encodings: int) -> tuple[Filter, ...]:
    """What ships, and what settings switch on: a transformer, presidio. Raises FilterUnavailable."""
    from moderation.filters.detoxify import ENGLISH, MULTILINGUAL, Detoxify
    from moderation.filters.presidio import Presidio
    from moderation.filters.registry import load_filters

    filters: list[Filter] = list(load_filters(lists=settings.lexicon.lists, encodings=encodings))
    if (section := settings.detoxify) is not None:
        languages = MULTILINGUAL if section.languages == "multilingual" else ENGLISH
        filters.append(
            Detoxify.load(section.checkpoint, sha256=section.sha256, config=section.config, languages=languages)
        )
    if settings.presidio is not None:
        filters.append(Presidio.load(settings.presidio.languages))
    return tuple(filters)
