"""Every store, and what is asked of one."""

from collections.abc import Callable
from pathlib import Path

import pytest

from moderation.stores import Query, Store
from moderation.stores.masking import MaskingStore
from moderation.stores.memory import MemoryStore
from moderation.stores.sqlite import SqliteStore
from tests.support.exchanges import NOON, by
from tests.support.keys import keys_beside

Make = Callable[..., Store]


def make_sqlite(folder: Path, ids: Callable[[], str]) -> Store:
    file = folder / "talchum.db"
    return SqliteStore.at(file, keys=keys_beside(file), clock=lambda: NOON, ids=ids)


def make_memory(folder: Path, ids: Callable[[], str]) -> Store:
    return MemoryStore(ids=ids)


def make_masking(folder: Path, ids: Callable[[], str]) -> Store:
    """Where nothing private is said, it is the store behind it."""
    return MaskingStore(MemoryStore(ids=ids), lambda text: ())


ALL = [make_memory, make_sqlite, make_masking]
NAMES = ["memory", "sqlite", "masking"]
MAKERS = pytest.mark.parametrize("make", ALL, ids=NAMES)


async def found(store: Store, text: str) -> list[str]:
    return [exchange.id for exchange in await store.list(Query(text=text))]


async def answers_other_than(store: Store, expected: list[str], queries: list[str]) -> dict[str, list[str]]:
    """The queries that find something else."""
    return {query: ids for query in queries if (ids := await found(store, query)) != expected}


async def walked(store: Store, server: str = "") -> list[str]:
    """Every case that is put before somebody who leaves each for later."""
    seen: list[str] = []
    while case := await store.next(by(), server=server, after=seen[-1] if seen else ""):
        seen.append(case.id)
    return seen
