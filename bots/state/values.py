"""What every state does alike: values as JSON, and what it refuses."""

import json
from datetime import UTC, datetime
from typing import Any


def packed(value: object) -> str:
    """`value` as JSON. Its characters stand for themselves, lone surrogates too. Raises TypeError, ValueError."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def unpacked(text: str) -> Any:
    """The inverse of `packed`."""
    return json.loads(text)


def require(person: str) -> None:
    """Refuse "", which is not a person: what belongs to nobody would be erased. Raises ValueError."""
    if not person:
        raise ValueError("a person is meant, not nobody")


def month_of(at: datetime) -> datetime:
    """The beginning of its month, in UTC."""
    return at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
