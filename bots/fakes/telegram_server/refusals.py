"""What Telegram says no with: an error code, a description, and parameters where the bot can do something about it.

The descriptions are those of the Bot API server where it is known what it says. They are also what a bot can tell the
cases apart by; python-telegram-bot cuts off "Bad Request: ", writes the first letter large and all others small.
"""

from collections.abc import Mapping
from typing import Any


class Refusal(Exception):
    """The request has no effect; the bot is told why."""

    def __init__(self, code: int, description: str, parameters: Mapping[str, int] | None = None) -> None:
        super().__init__(f"{code} {description}")
        self.code = code
        self.description = description
        self.parameters = parameters

    @property
    def body(self) -> dict[str, Any]:
        """As it goes over the wire."""
        said = {"ok": False, "error_code": self.code, "description": self.description}
        return {**said, **({"parameters": dict(self.parameters)} if self.parameters else {})}


class NotEmulated(AssertionError):
    """The bot uses something that this server does not know: a problem of the test, whatever it is answered with."""


def bad(what: str) -> Refusal:
    return Refusal(400, f"Bad Request: {what}")


def forbidden(what: str) -> Refusal:
    return Refusal(403, f"Forbidden: {what}")


def conflict(what: str) -> Refusal:
    return Refusal(409, f"Conflict: {what}")


def unauthorised() -> Refusal:
    return Refusal(401, "Unauthorized")


def not_found(what: str = "") -> Refusal:
    return Refusal(404, f"Not Found: {what}" if what else "Not Found")


def too_many(seconds: int) -> Refusal:
    return Refusal(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})


def upgraded(supergroup: int) -> Refusal:
    """The group is a supergroup now, with this id."""
    text = "Bad Request: group chat was upgraded to a supergroup chat"
    return Refusal(400, text, {"migrate_to_chat_id": supergroup})
