"""Databases that an earlier version of SQLite's tables left."""

import asyncio
import contextlib
import sqlite3
from dataclasses import replace
from pathlib import Path

from moderation.cases import Case, CaseState, Priority, Ruling
from moderation.records import Action, Exchange, Outcome
from moderation.stores import Query
from moderation.stores.migrations import EXCHANGES, migrate
from moderation.stores.search import terms
from tests.moderation.sqlite_databases import store_at
from tests.support.exchanges import NOON, VERSION, closing, objection, opening, step


def made_before_servers(file: Path) -> None:
    """A database of the first three steps, with an exchange that was reviewed and one that is under way."""
    file.parent.mkdir()
    before = replace(EXCHANGES, steps=EXCHANGES.steps[:3])
    assert before.steps[-1][0] == "search"
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as old:
        old.execute("PRAGMA journal_mode = WAL")
        migrate(old, file, before)
        for seq, said in ((1, "안녕 국밥"), (2, "under way")):
            old.execute(
                "INSERT INTO exchange (seq, id, session, at, platform, conversation, person, message, persona,"
                " persona_version, model, policy, language, said) VALUES (?, ?, 1, ?, 'console', 'c1', 'p1', 'm1',"
                " 'halmi', 'v1', 'scripted', 'cafe', 'ko', ?)",
                (seq, f"o{seq}", NOON.isoformat(), said),
            )
            old.execute(
                "INSERT INTO objection (seq, exchange, at, stage, text, shown) VALUES (?, ?, ?, 'piece', 'draft', '')",
                (seq, seq, NOON.isoformat()),
            )
            old.execute(
                "INSERT INTO finding (objection, filter, version, category, decision, action, score, spans, detail,"
                " microseconds) VALUES (?, 'lexicon', ?, 'slur', 1, 1, 0.75, '[[0, 2], [3, 3]]', ?, 1005)",
                (seq, VERSION, "the rule, 그리고 낱말"),
            )
            old.execute("INSERT INTO search (rowid, terms) VALUES (?, ?)", (seq, " ".join(terms(f"{said} draft"))))
        old.execute("INSERT INTO closing VALUES (1, ?, 'repaired', 'shown', 4, 3, 2, 1)", (NOON.isoformat(),))
        old.execute("INSERT INTO outcome VALUES ('repaired', 1), ('clean', 41)")
        old.execute(
            "INSERT INTO review (exchange, at, actor, tool, step, before, after, note)"
            " VALUES (1, ?, 'mina', 'terminal', 'uphold', 'open', 'upheld', '메모')",
            (NOON.isoformat(),),
        )
        old.execute("UPDATE exchange SET state = 'upheld', version = 1 WHERE seq = 1")


async def test_a_database_of_before_servers_is_brought_up_without_loss(file: Path) -> None:
    await asyncio.to_thread(made_before_servers, file)

    store = store_at(file)

    kept = await store.get("o1")
    assert kept == Exchange(
        id="o1",
        opening=opening("안녕 국밥"),
        objections=(objection(),),
        closing=closing(),
        case=Case(
            id="o1",
            state=CaseState.CLOSED,
            ruling=Ruling.UPHELD,
            version=1,
            opened=NOON,
            decided_by="mina",
            exchanges=("o1",),
            reviews=(step(),),
        ),
    )
    ended = (await store.get("o2")).closing
    assert ended is not None
    assert ended.outcome is Outcome.INTERRUPTED
    assert [each.id for each in await store.list(Query(text="국밥", person="p1"))] == ["o1"]
    await store.count(Outcome.CLEAN, "s1")
    await store.count(Outcome.CLEAN)
    assert {name: count for name, count in (await store.stats()).outcomes.items() if count} == {
        "clean": 43,
        "repaired": 1,
        "interrupted": 1,
    }
    assert {name: count for name, count in (await store.stats("s1")).outcomes.items() if count} == {"clean": 1}
    await store.aclose()


async def test_what_a_database_of_before_holds_is_encrypted_at_the_first_start_and_can_be_erased(file: Path) -> None:
    await asyncio.to_thread(made_before_servers, file)
    texts = [text.encode() for text in ("국밥", "draft", "낱말", "under way", "shown", "메모")]
    assert set(await asyncio.to_thread(texts_in, file, texts)) == set(texts)

    store = store_at(file)

    assert await asyncio.to_thread(texts_in, file, texts) == [b"shown"], "the name of a column"
    columns = await store._reader.call(
        lambda db: db.execute("SELECT person, conversation, message FROM exchange").fetchall()
    )
    assert not {"p1", "c1", "m1"} & {value for row in columns for value in row}
    assert len(await store.of_person("p1", platform="console")) == 2
    assert await store.erase("p1", platform="console") == 2
    assert await store.list(Query(text="국밥")) == ()
    assert [each.note for each in (await store.get("o1")).case.by_people] == ["메모"], "the trail is the moderators'"
    await store.aclose()


def texts_in(file: Path, texts: list[bytes]) -> list[bytes]:
    content = b"".join(path.read_bytes() for path in file.parent.iterdir())
    return [text for text in texts if text in content]


async def test_what_followed_from_a_finding_is_the_same_now_that_something_can_be_held(file: Path) -> None:
    await asyncio.to_thread(made_before_servers, file)
    with contextlib.closing(sqlite3.connect(file)) as old:
        for action in (0, 3, 4, 5, 6):
            old.execute(
                "INSERT INTO finding (objection, filter, version, category, decision, action, score, spans, detail,"
                " microseconds) VALUES (1, 'f', 'v', 'c', 2, ?, 1.0, '[]', '', 0)",
                (action,),
            )
        old.commit()

    store = store_at(file)

    [objection_] = (await store.get("o1")).objections
    then = [found.action for found in objection_.findings[1:]]
    assert then == [Action.NONE, Action.DEFLECT, Action.DISCLOSE, Action.SAFE, Action.SUSPEND]
    assert (await store.get("o1")).case.priority is Priority.URGENT
    await store.aclose()
