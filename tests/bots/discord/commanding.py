"""What tests of commands on Discord have in common."""

from typing import Any

from tests.support.discord_stage import Stage
from tests.support.stage import reply_of, scripted


def model(*replies: Any) -> Any:
    return scripted(*(replies or [reply_of(f"Reply {number}.") for number in range(1, 9)]))


async def greeted(stage: Stage, text: str = "hello") -> None:
    await stage.ann.send(stage.channel, f"{stage.me} {text}")
