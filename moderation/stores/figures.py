"""What the SQLite store counts for the figures of the desk, inside transactions of its caller's."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from moderation.cases import RULINGS, CaseState, Priority, ReviewStep, Ruling
from moderation.figures import Decided, Standing, Waiting, decision
from moderation.stores import Sibling, casework
from moderation.stores.rows import keep, revive


def waiting(connection: sqlite3.Connection, before: Mapping[Priority, datetime], server: str) -> tuple[Waiting, ...]:
    """See `Store.waiting`."""
    rows = connection.execute(
        "SELECT c.state, c.priority, count(*), sum(c.opened < json_extract(:before, '$[' || c.priority || ']')),"  # noqa: S608 - ours
        " min(c.opened) FROM casefile c JOIN exchange e ON e.seq = c.seq"
        f" WHERE c.waiting = 1 AND {casework.READABLE} AND (:server = '' OR c.server = :server)"
        " GROUP BY 1, 2 ORDER BY 2 DESC, 1",
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


def standing(connection: sqlite3.Connection, server: str) -> Standing:
    """See `Store.standing`; of one server, or of all."""
    states, rulings = (casework.counted(connection, column, server) for column in ("state", "ruling"))
    return Standing(
        states={state.value: states.get(state.value, 0) for state in CaseState},
        rulings={ruling.value: rulings.get(ruling.value, 0) for ruling in Ruling},
    )


def siblings(connection: sqlite3.Connection, limit: int) -> tuple[Sibling, ...]:
    """See `Store.siblings`. The queue is read by its index, and of it only as much as is asked for."""
    rows = connection.execute(
        "WITH waiting AS (SELECT c.seq, c.opened, e.id, e.platform, e.server, e.person, e.persona FROM casefile c"
        " CROSS JOIN exchange e ON e.seq = c.seq WHERE c.waiting = 1 AND c.state = :queued AND NOT e.erased"
        " ORDER BY c.priority DESC, c.seq LIMIT :limit),"
        " counted AS (SELECT *, count(*) OVER (PARTITION BY platform, server, person, persona) AS alike FROM waiting)"
        " SELECT seq, id, opened, platform, server, person, persona FROM counted"
        " WHERE alike > 1 AND name_of(person) != '' ORDER BY opened, seq",
        {"queued": CaseState.QUEUED.value, "limit": limit},
    ).fetchall()
    found: dict[int, set[str]] = defaultdict(set)
    for seq, name, category in connection.execute(
        "SELECT o.exchange, f.filter, f.category FROM objection o JOIN finding f ON f.objection = o.seq"
        " WHERE o.exchange IN (SELECT value FROM json_each(?))",
        (json.dumps([seq for seq, *_ in rows]),),
    ):
        found[seq].add(f"{revive(name)}.{revive(category)}")
    return tuple(
        Sibling(
            case=revive(case),
            opened=datetime.fromisoformat(opened),
            platform=revive(platform),
            server=revive(server),
            person=person,
            persona=revive(persona),
            rules=frozenset(found[seq]),
        )
        for seq, case, opened, platform, server, person, persona in rows
    )


def decided(connection: sqlite3.Connection, since: datetime, server: str) -> tuple[Decided, ...]:
    """See `Store.decided`."""
    rows = connection.execute(
        "SELECT r.seq, e.lead, r.at, r.actor, r.step FROM review r JOIN exchange e ON e.seq = r.exchange"
        " JOIN casefile c ON c.seq = e.lead"
        " WHERE r.step IN (SELECT value FROM json_each(:steps)) AND r.at >= :since"
        " AND (:server = '' OR c.server = :server) ORDER BY r.seq",
        {"steps": json.dumps(list(RULINGS)), "since": since.isoformat(), "server": keep(server)},
    ).fetchall()
    cases = json.dumps(sorted({lead for _, lead, *_ in rows}))
    about, rules, claims = _about(connection, cases), _rules(connection, cases), _claims(connection, cases)
    last, changes = {lead: seq for seq, lead, *_ in rows}, _changes(connection, cases)
    return tuple(
        decision(
            case=about[lead][0],
            at=datetime.fromisoformat(at),
            by=revive(actor),
            ruling=RULINGS[ReviewStep(step)],
            standing=(about[lead][1] if last[lead] == seq else None),
            claims=[claimed for before, claimed in claims[lead] if before < seq],
            since=[taken for after, taken in changes[lead] if after > seq],
            persona=about[lead][2],
            rules=rules[lead],
        )
        for seq, lead, at, actor, step in rows
    )


def _about(connection: sqlite3.Connection, cases: str) -> dict[int, tuple[str, Ruling | None, str]]:
    """Id, ruling and persona of cases."""
    rows = connection.execute(
        "SELECT c.seq, e.id, c.ruling, e.persona FROM casefile c JOIN exchange e ON e.seq = c.seq"
        " WHERE c.seq IN (SELECT value FROM json_each(?))",
        (cases,),
    )
    return {
        seq: (revive(case), Ruling(ruling) if ruling else None, revive(persona)) for seq, case, ruling, persona in rows
    }


def _rules(connection: sqlite3.Connection, cases: str) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for lead, name, category in connection.execute(
        "SELECT DISTINCT e.lead, f.filter, f.category FROM finding f JOIN objection o ON o.seq = f.objection"
        " JOIN exchange e ON e.seq = o.exchange WHERE e.lead IN (SELECT value FROM json_each(?))",
        (cases,),
    ):
        found[lead].append(f"{revive(name)}.{revive(category)}")
    return found


def _claims(connection: sqlite3.Connection, cases: str) -> dict[int, list[tuple[int, datetime]]]:
    """Where in the trail of each case, and when, it was claimed, in order."""
    found: dict[int, list[tuple[int, datetime]]] = defaultdict(list)
    for lead, seq, at in connection.execute(
        "SELECT e.lead, r.seq, r.at FROM review r JOIN exchange e ON e.seq = r.exchange"
        " WHERE r.step = 'claim' AND e.lead IN (SELECT value FROM json_each(?)) ORDER BY r.seq",
        (cases,),
    ):
        found[lead].append((seq, datetime.fromisoformat(at)))
    return found


def _changes(connection: sqlite3.Connection, cases: str) -> dict[int, list[tuple[int, ReviewStep]]]:
    """Where in the trail of each case it was decided, or a decision was taken back, in order."""
    found: dict[int, list[tuple[int, ReviewStep]]] = defaultdict(list)
    for lead, seq, taken in connection.execute(
        "SELECT e.lead, r.seq, r.step FROM review r JOIN exchange e ON e.seq = r.exchange"
        " WHERE r.step IN (SELECT value FROM json_each(?)) AND e.lead IN (SELECT value FROM json_each(?))"
        " ORDER BY r.seq",
        (json.dumps([*RULINGS, ReviewStep.REOPEN]), cases),
    ):
        found[lead].append((seq, ReviewStep(taken)))
    return found
