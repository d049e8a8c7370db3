"""What tests of commands on Telegram have in common."""

from collections.abc import Sequence
from typing import Any

from bots.fakes.telegram_server import Message
from tests.bots.telegram.menu_stage import Stage
from tests.support.stage import reply_of, scripted


def model(*replies: Any) -> Any:
    return scripted(*(replies or [reply_of(f"Reply {number}.") for number in range(1, 9)]))


def korean(text: str) -> bool:
    return any("가" <= char <= "힣" for char in text)


def text(messages: Sequence[Message]) -> str:
    return "\n".join(message.text for message in messages)


def _place(stage: Stage) -> Any:
    from bots.telegram_bot.translate import place_in

    return place_in(stage.group.id, private=False)
