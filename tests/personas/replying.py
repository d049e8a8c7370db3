"""What tests of a reply share: a repair that works, and what was kept of it."""

from moderation.records import Exchange
from moderation.stores import Query
from tests.support.stage import Set

REPAIR = {"p_ok": 1.0, "ok": "I mend nets.", "bad": "BAD again."}


async def kept(stage: Set) -> tuple[Exchange, ...]:
    return await stage.store.list(Query())
