"""What tests of presses on Telegram have in common."""

from typing import Any

from moderation.stores import Query
from moderation.words import catalogue
from tests.bots.telegram.menu_stage import Stage
from tests.support.stage import reply_of, scripted

MAYBE = reply_of("MAYBE so.")


def model(*replies: Any) -> Any:
    return scripted(*(replies or [reply_of(f"Reply {number}.") for number in range(1, 9)]))


def said(language: str, key: str, **fields: object) -> str:
    return catalogue("bots").say(key, language, **fields)


async def kept(stage: Stage) -> Any:
    [exchange] = await stage.opened.store.list(Query())
    return exchange
