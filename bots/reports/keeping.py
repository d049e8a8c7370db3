"""What is kept, read page by page."""

from collections.abc import AsyncIterator
from typing import Final

from moderation.records import Exchange
from moderation.stores import Query, Store

_PAGE: Final = 200


async def everything_kept(store: Store) -> AsyncIterator[Exchange]:
    """Every kept exchange, newest first. Raises StoreBusy, StoreFailed."""
    before = ""
    while page := await store.list(Query(before=before, limit=_PAGE)):
        for exchange in page:
            yield exchange
        before = page[-1].id
