"""Times as SQLite keeps them: microseconds since 1970."""

from datetime import UTC, datetime, timedelta
from typing import Final

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)


def instant(at: datetime) -> int:
    """An aware time as it is kept. Raises TypeError for one that is not."""
    return (at - EPOCH) // MICROSECOND


def moment(kept: int) -> datetime:
    """The inverse of `instant`."""
    return EPOCH + kept * MICROSECOND
