"""What every state does alike: values as JSON, and what it refuses."""

import json
from datetime import UTC, datetime
from typing import Any

from bots.state import Value


def packed(value: Value) -> str:
    """`value` as JSON. Its characters stand for themselves, lone surrogates too. Raises TypeError, ValueError."""
    return json.dumps(dict(value), ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def unpacked(text: str) -> Value:
    """The inverse of `packed`."""
    value: dict[str, Any] = json.loads(text)
    return value


def require(person: str) -> None:
    """Refuse "", which is not a person: what belongs to nobody would be erased. Raises ValueError."""
    if not person:
        raise ValueError("a person is meant, not nobody")


def month_of(at: datetime) -> datetime:
    """The beginning of its month, in UTC."""
    return at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
