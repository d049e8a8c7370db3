"""What the SQLite store reads. Every function runs inside a transaction that its caller began: it sees one moment.

`exchange` is an id, `seq` a row number.
"""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from moderation.errors import UnknownExchange
from moderation.records import CaseState, Exchange, Finding, Objection, Outcome, Review, RuleStats, Stage, Stats
from moderation.stores import Query, rows
from moderation.stores.rows import keep, revive
from moderation.stores.search import phrases


def find(connection: sqlite3.Connection, exchange: str) -> int:
    """The seq of an exchange. Raises UnknownExchange."""
    row = connection.execute("SELECT seq FROM exchange WHERE id = ?", (keep(exchange),)).fetchone()
    if row is None:
        raise UnknownExchange("stores.unknown", id=exchange)
    return int(row[0])


def select(connection: sqlite3.Connection, query: Query) -> list[int]:
    """The seqs of what matches, newest first. Raises UnknownExchange for an unknown `before`."""
    wheres = ["1"]
    values: dict[str, object] = {"limit": max(0, query.limit)}
    if query.before:
        wheres.append("seq < :before")
        values["before"] = find(connection, query.before)
    if query.state is not None:
        wheres.append("state = :state")
        values["state"] = query.state.value
    if query.persona:
        wheres.append("persona = :persona")
        values["persona"] = keep(query.persona)
    if query.rule:
        wheres.append(
            "seq IN (SELECT o.exchange FROM finding f JOIN objection o ON o.seq = f.objection"
            " WHERE f.filter = :rule OR f.filter || '.' || f.category = :rule)"
        )
        values["rule"] = keep(query.rule)
    if wanted := phrases(query.text):
        wheres.append("seq IN (SELECT rowid FROM search WHERE search MATCH :match)")
        values["match"] = " AND ".join(f'"{" ".join(phrase)}"*' for phrase in wanted)
    sql = " ".join(("SELECT seq FROM exchange WHERE", " AND ".join(wheres), "ORDER BY seq DESC LIMIT :limit"))
    return [seq for (seq,) in connection.execute(sql, values)]


def load(connection: sqlite3.Connection, seqs: Sequence[int]) -> tuple[Exchange, ...]:
    """Exchanges with everything kept of them, in the order of `seqs`: five queries, however many exchanges."""
    wanted = json.dumps(list(seqs))
    objections = _objections(connection, wanted)
    closings = {
        seq: rows.closing(row)
        for seq, *row in connection.execute(
            "SELECT exchange, at, outcome, shown, tokens_in, tokens_cached, tokens_out, tokens_overshoot"
            " FROM closing WHERE exchange IN (SELECT value FROM json_each(?))",
            (wanted,),
        )
    }
    reviews: dict[int, list[Review]] = defaultdict(list)
    for seq, *row in connection.execute(
        "SELECT exchange, at, actor, tool, step, before, after, note FROM review"
        " WHERE exchange IN (SELECT value FROM json_each(?)) ORDER BY seq",
        (wanted,),
    ):
        reviews[seq].append(rows.review(row))
    exchanges = {
        seq: Exchange(
            id=revive(exchange),
            opening=rows.opening(row),
            objections=tuple(objections[seq]),
            closing=closings.get(seq),
            state=CaseState(state),
            version=version,
            reviews=tuple(reviews[seq]),
        )
        for seq, exchange, state, version, *row in connection.execute(
            "SELECT seq, id, state, version, at, platform, conversation, person, message, persona, persona_version,"
            " model, policy, language, said FROM exchange WHERE seq IN (SELECT value FROM json_each(?))",
            (wanted,),
        )
    }
    return tuple(exchanges[seq] for seq in seqs)


def stats(connection: sqlite3.Connection) -> Stats:
    """Counts over everything; outcomes and states that did not occur are counted as 0."""
    outcomes = dict(connection.execute("SELECT name, count FROM outcome"))
    states = dict(connection.execute("SELECT state, count(*) FROM exchange GROUP BY state"))
    rules = connection.execute(
        "WITH objected AS (SELECT DISTINCT f.filter, f.category, o.exchange"
        " FROM finding f JOIN objection o ON o.seq = f.objection)"
        " SELECT r.filter, r.category, count(*), sum(e.state = ?), sum(e.state = ?)"
        " FROM objected r JOIN exchange e ON e.seq = r.exchange GROUP BY r.filter, r.category ORDER BY 1, 2",
        (CaseState.UPHELD.value, CaseState.OVERTURNED.value),
    )
    return Stats(
        outcomes={outcome.value: outcomes.get(outcome.value, 0) for outcome in Outcome},
        states={state.value: states.get(state.value, 0) for state in CaseState},
        rules={
            f"{revive(name)}.{revive(category)}": RuleStats(objected=objected, upheld=upheld, overturned=overturned)
            for name, category, objected, upheld, overturned in rules
        },
    )


def _objections(connection: sqlite3.Connection, wanted: str) -> dict[int, list[Objection]]:
    findings: dict[int, list[Finding]] = defaultdict(list)
    for objection, *row in connection.execute(
        "SELECT f.objection, f.filter, f.version, f.category, f.decision, f.action, f.score, f.spans, f.detail,"
        " f.microseconds FROM finding f JOIN objection o ON o.seq = f.objection"
        " WHERE o.exchange IN (SELECT value FROM json_each(?)) ORDER BY f.seq",
        (wanted,),
    ):
        findings[objection].append(rows.finding(row))
    objections: dict[int, list[Objection]] = defaultdict(list)
    for exchange, seq, at, stage, text, shown in connection.execute(
        "SELECT exchange, seq, at, stage, text, shown FROM objection"
        " WHERE exchange IN (SELECT value FROM json_each(?)) ORDER BY seq",
        (wanted,),
    ):
        objections[exchange].append(
            Objection(
                at=datetime.fromisoformat(at),
                stage=Stage(stage),
                text=revive(text),
                shown=revive(shown),
                findings=tuple(findings[seq]),
            )
        )
    return objections
