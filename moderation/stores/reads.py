"""What the SQLite store reads. Every function runs inside a transaction that its caller began: it sees one moment.

`exchange` is an id, `seq` a row number.
"""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from moderation.cases import GUARD, OPEN, CaseState, Priority, Ruling
from moderation.errors import UnknownExchange
from moderation.records import Exchange, Finding, Objection, Origin, Outcome, RuleStats, Stage, Stats
from moderation.stores import Query, casework, figures, rows, searching
from moderation.stores.rows import keep, revive
from moderation.stores.search import phrases


def find(connection: sqlite3.Connection, exchange: str) -> int:
    """The seq of an exchange. Raises UnknownExchange."""
    row = connection.execute("SELECT seq FROM exchange WHERE id = ?", (keep(exchange),)).fetchone()
    if row is None:
        raise UnknownExchange("stores.unknown", id=exchange)
    return int(row[0])


def select(connection: sqlite3.Connection, query: Query) -> list[int]:
    """The seqs of what matches, newest first, or as a queue. Raises UnknownExchange for an unknown `before`."""
    wheres, values = _conditions(connection, query)
    order = "e.seq DESC"
    if query.queue:
        wheres += ["e.seq = c.seq", casework.READABLE]
        order = "c.priority DESC, c.seq"
    where = " AND ".join(wheres)
    if phrases(query.text):
        return searching.select(connection, query, where, order, values)
    # CROSS: cases in the order of their index, as few of them as the page needs, whatever else is asked for.
    queued = "casefile c CROSS JOIN exchange e ON e.seq = c.seq"
    whole = "exchange e JOIN casefile c ON c.seq = e.lead"
    # Few of all that were ever erased are of a case that waits: these first.
    erased = "casefile c CROSS JOIN exchange e ON e.lead = c.seq"
    tables = queued if query.queue else erased if query.erased else whole
    sql = " ".join(("SELECT e.seq FROM", tables, "WHERE", where, "ORDER BY", order, "LIMIT :limit"))
    return [seq for (seq,) in connection.execute(sql, values)]


def _conditions(connection: sqlite3.Connection, query: Query) -> tuple[list[str], dict[str, object]]:
    wheres: list[str] = ["1"]
    values: dict[str, object] = {"limit": max(0, query.limit)}
    if query.before:
        wheres.append(_BEHIND if query.queue else "e.seq < :before")
        values["before"] = find(connection, query.before)
    _of_cases(query, wheres, values)
    for column in ("persona", "server", "person", "platform"):
        values[column] = keep(getattr(query, column))
        if values[column]:
            wheres.append(_OF_PERSON if column == "person" else f"e.{column} = :{column}")
    wheres += ["e.erased"] if query.erased else []
    if query.queue and query.server:
        wheres.append("c.server = :server")
    if query.outcome is not None:
        wheres.append("EXISTS (SELECT 1 FROM closing k WHERE k.exchange = e.seq AND k.outcome = :outcome)")
        values["outcome"] = query.outcome.value
    if query.rule:
        wheres.append(_OF_RULE)
        values["rule"] = keep(query.rule)
    if query.category:
        wheres.append(_OF_CATEGORY)
        values["category"] = keep(query.category)
    return wheres, values


def _of_cases(query: Query, wheres: list[str], values: dict[str, object]) -> None:
    if query.states:
        wheres.append("c.state IN (SELECT value FROM json_each(:states))")
        values["states"] = json.dumps(sorted(query.states))
        if query.states == {CaseState.DECIDED}:
            wheres.append(
                "c.seq IN (SELECT seq FROM casefile WHERE state = 'decided')"
            )  # few, by an index of their own
        if query.states <= OPEN:
            wheres.append("c.waiting = 1")
    if query.ruling is not None:
        wheres.append("c.ruling = :ruling")
        values["ruling"] = query.ruling.value
    if query.holder:
        wheres.append("c.holder = :holder")
        values["holder"] = keep(query.holder)
    if query.priority > Priority.LOW:
        wheres.append("c.priority >= :priority")
        values["priority"] = query.priority.value
    if query.opened_before:
        wheres.append("c.opened < :opened_before")
        values["opened_before"] = query.opened_before.isoformat()
    if query.opened_after:
        wheres.append("c.opened >= :opened_after")
        values["opened_after"] = query.opened_after.isoformat()
    if query.late:
        wheres.append("c.opened < json_extract(:late, '$[' || c.priority || ']')")
        values["late"] = json.dumps([at.isoformat() for at in query.late])


_SEEN: Final = "SELECT b.{column} FROM casefile b JOIN exchange x ON x.lead = b.seq WHERE x.seq = :before"
_BEHIND: Final = (
    f"c.priority <= ({_SEEN.format(column='priority')})"
    f" AND (c.priority < ({_SEEN.format(column='priority')}) OR c.seq > ({_SEEN.format(column='seq')}))"
)
_OF_PERSON: Final = "e.person IN (SELECT value FROM json_each(owners_of(:platform, :person)))"
_OF_RULE: Final = (
    "e.seq IN (SELECT o.exchange FROM finding f JOIN objection o ON o.seq = f.objection"
    " WHERE f.filter = :rule OR f.filter || '.' || f.category = :rule)"
)


_OF_CATEGORY: Final = (
    "e.seq IN (SELECT o.exchange FROM finding f JOIN objection o ON o.seq = f.objection WHERE f.category = :category)"
)


def load(connection: sqlite3.Connection, seqs: Sequence[int]) -> tuple[Exchange, ...]:
    """Exchanges with everything kept of them, in the order of `seqs`: some queries, however many exchanges."""
    wanted = json.dumps(list(seqs))
    objections = _objections(connection, wanted)
    closings = {
        seq: rows.closing(row)
        for seq, *row in connection.execute(
            "SELECT exchange, c.at, outcome, unseal(e.person, shown), tokens_in, tokens_cached, tokens_out,"
            " tokens_overshoot FROM closing c JOIN exchange e ON e.seq = c.exchange"
            " WHERE exchange IN (SELECT value FROM json_each(?))",
            (wanted,),
        )
    }
    leads = dict(
        connection.execute("SELECT seq, lead FROM exchange WHERE seq IN (SELECT value FROM json_each(?))", (wanted,))
    )
    cases = dict(zip(leads.values(), casework.load(connection, leads.values()), strict=True))
    exchanges = {
        seq: Exchange(
            id=revive(exchange),
            opening=rows.opening(row),
            objections=tuple(objections[seq]),
            closing=closings.get(seq),
            case=cases[leads[seq]],
            erased=bool(erased),
        )
        for seq, exchange, erased, *row in connection.execute(
            "SELECT seq, id, erased, at, platform, unseal(person, conversation), name_of(person),"
            " unseal(person, message), server, persona, persona_version, model, policy, language,"
            " unseal(person, said) FROM exchange"
            " WHERE seq IN (SELECT value FROM json_each(?))",
            (wanted,),
        )
    }
    return tuple(exchanges[seq] for seq in seqs)


def of_person(connection: sqlite3.Connection, person: str, platform: str) -> list[int]:
    """The seqs of a person's exchanges, oldest first."""
    rows_found = connection.execute(
        "SELECT seq FROM exchange WHERE ? != '' AND person IN (SELECT value FROM json_each(owners_of(?, ?)))"
        " ORDER BY seq",
        (keep(person), keep(platform), keep(person)),
    )
    return [seq for (seq,) in rows_found]


def reports_of(connection: sqlite3.Connection, person: str, platform: str) -> list[tuple[int, int]]:
    """What a person reported in exchanges of others: the seqs of exchange and objection, oldest first."""
    return connection.execute(
        "SELECT o.exchange, o.seq FROM objection o JOIN exchange e ON e.seq = o.exchange"
        " WHERE o.reporter IN (SELECT value FROM json_each(owners_of(:platform, :person))) AND :person != ''"
        " AND e.person NOT IN (SELECT value FROM json_each(owners_of(:platform, :person)))"
        " ORDER BY o.exchange, o.seq",
        {"person": keep(person), "platform": keep(platform)},
    ).fetchall()


def reported(connection: sqlite3.Connection, origin: Origin, by: str = "") -> list[str]:
    """The exchanges that hold reports of a message, or those `by` somebody, in the order of the first in each."""
    rows = connection.execute(
        "SELECT e.id FROM report r JOIN objection o ON o.seq = r.objection JOIN exchange e ON e.seq = o.exchange"
        " WHERE r.message = mark(:message) AND r.conversation = mark(:conversation) AND r.platform = :platform"
        " AND e.server = :server"
        " AND (:by = '' OR o.reporter IN (SELECT value FROM json_each(owners_of(:platform, :by))))"
        " GROUP BY e.seq ORDER BY min(r.objection)",
        {
            "message": keep(origin.message),
            "conversation": keep(origin.conversation),
            "platform": keep(origin.platform),
            "server": keep(origin.server),
            "by": keep(by),
        },
    )
    return [revive(exchange) for (exchange,) in rows]


def stats(connection: sqlite3.Connection, server: str) -> Stats:
    """Counts over everything, or over one server; outcomes and states that did not occur are counted as 0."""
    where = {"server": keep(server), "upheld": Ruling.UPHELD.value, "overturned": Ruling.OVERTURNED.value}
    where["guard"] = keep(GUARD.name)  # what nobody decided in time is no judgement
    outcomes = dict(
        connection.execute(
            "SELECT name, sum(count) FROM outcome WHERE (:server = '' OR server = :server) GROUP BY name", where
        )
    )
    standing = figures.standing(connection, server)
    rules = connection.execute(
        "WITH objected AS (SELECT DISTINCT f.filter, f.category, o.exchange"
        " FROM finding f JOIN objection o ON o.seq = f.objection)"
        " SELECT r.filter, r.category, count(*), coalesce(sum(c.ruling = :upheld AND c.decided_by != :guard), 0),"
        " coalesce(sum(c.ruling = :overturned), 0)"
        " FROM objected r JOIN exchange e ON e.seq = r.exchange JOIN casefile c ON c.seq = e.lead"
        " WHERE (:server = '' OR e.server = :server)"
        " GROUP BY r.filter, r.category ORDER BY 1, 2",
        where,
    )
    return Stats(
        outcomes={outcome.value: outcomes.get(outcome.value, 0) for outcome in Outcome},
        states=standing.states,
        rulings=standing.rulings,
        rules={
            f"{revive(name)}.{revive(category)}": RuleStats(objected=objected, upheld=upheld, overturned=overturned)
            for name, category, objected, upheld, overturned in rules
        },
    )


def _objections(connection: sqlite3.Connection, wanted: str) -> dict[int, list[Objection]]:
    findings: dict[int, list[Finding]] = defaultdict(list)
    for objection, *row in connection.execute(
        "SELECT f.objection, f.filter, f.version, f.category, f.decision, f.action, f.score, f.spans,"
        " unseal(iif(o.reporter != '', o.reporter, e.person), f.detail), f.microseconds"
        " FROM finding f JOIN objection o ON o.seq = f.objection JOIN exchange e ON e.seq = o.exchange"
        " WHERE o.exchange IN (SELECT value FROM json_each(?)) ORDER BY f.seq",
        (wanted,),
    ):
        findings[objection].append(rows.finding(row))
    objections: dict[int, list[Objection]] = defaultdict(list)
    for exchange, seq, at, stage, text, shown, by in connection.execute(
        "SELECT o.exchange, o.seq, o.at, stage, unseal(e.person, text), unseal(e.person, shown), name_of(reporter)"
        " FROM objection o JOIN exchange e ON e.seq = o.exchange"
        " WHERE o.exchange IN (SELECT value FROM json_each(?)) ORDER BY o.seq",
        (wanted,),
    ):
        objections[exchange].append(
            Objection(
                at=datetime.fromisoformat(at),
                stage=Stage(stage),
                text=revive(text),
                shown=revive(shown),
                findings=tuple(findings[seq]),
                by=revive(by),
            )
        )
    return objections
