"""What the SQLite store counts for the figures of the desk. All of it runs inside a transaction of its caller's."""

import json
import sqlite3
from collections.abc import Mapping
from datetime import datetime

from moderation.cases import CaseState, Priority
from moderation.figures import Waiting
from moderation.stores.rows import keep


def waiting(connection: sqlite3.Connection, before: Mapping[Priority, datetime], server: str) -> tuple[Waiting, ...]:
    """See `Store.waiting`."""
    rows = connection.execute(
        "SELECT c.state, c.priority, count(*), sum(c.opened < json_extract(:before, '$[' || c.priority || ']')),"
        " min(c.opened) FROM casefile c JOIN exchange e ON e.seq = c.seq"
        " WHERE c.waiting = 1 AND NOT e.erased AND (:server = '' OR c.server = :server) GROUP BY 1, 2 ORDER BY 2 DESC, 1",
        {"server": keep(server), "before": json.dumps([before[each].isoformat() for each in Priority])},
    )
    return tuple(
        Waiting(
            state=CaseState(state),
            priority=Priority(priority),
            count=count,
            late=late,
            oldest=datetime.fromisoformat(oldest),
        )
        for state, priority, count, late, oldest in rows
    )
