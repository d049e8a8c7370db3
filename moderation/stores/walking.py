"""Everything a store keeps, a page at a time."""

from collections.abc import AsyncGenerator
from typing import Final

from moderation.records import Exchange
from moderation.stores import Query, Store

_PAGE: Final = 200


async def walk(store: Store, server: str = "") -> AsyncGenerator[Exchange, None]:
    """Every kept exchange, newest first; of one community, or of all. What is kept meanwhile is not among them."""
    last = ""
    while page := await store.list(Query(server=server, before=last, limit=_PAGE)):
        for exchange in page:
            yield exchange
        last = page[-1].id
