"""Backups of the databases, and what comes back of them."""

import asyncio
import base64
import json
import shutil
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from bots.config import Settings
from bots.parts import keys_of, open_state, open_store
from bots.state import Entry
from bots.upkeep import STATE, BackupError, back_up, databases, restore
from moderation.errors import StoreUnavailable
from moderation.stores import Query, upkeep
from moderation.stores.keys import KEYRING, MASTER
from moderation.stores.upkeep import EXCHANGES, troubles
from moderation.words import Explained
from tests.support.exchanges import NOON, closing, objection, opening


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.load(b"", {"TALCHUM_DATA": str(tmp_path / "data")})


def lived_in(settings: Settings, *people: str) -> None:
    async def live() -> None:
        async with open_store(settings) as store, open_state(settings) as state:
            for person in people:
                kept = await store.open(opening(f"{person} 국밥 said", person=person), objection(f"{person} drafted"))
                await store.close(kept, closing(shown=f"{person} was shown"))
                await state.put(Entry(kind="reply", key=person, value={"text": f"{person} wrote"}, person=person))

    asyncio.run(live())


def told(settings: Settings, text: str = "") -> set[str]:
    """Who is in both databases."""

    async def read() -> set[str]:
        async with open_store(settings) as store, open_state(settings) as state:
            said = {each.opening.origin.person for each in await store.list(Query(text=text))}
            wrote = {each.person for each in await state.list("reply")}
            assert {"p1", "p2", "p3"} & said == wrote or text
            return said

    return asyncio.run(read())


def erased(settings: Settings, person: str) -> None:
    async def erase() -> None:
        async with open_store(settings) as store, open_state(settings) as state:
            await store.erase(person, platform="console")
            await state.erase(person)

    asyncio.run(erase())


def test_what_was_backed_up_comes_back_and_can_be_searched(settings: Settings, tmp_path: Path) -> None:
    lived_in(settings, "p1", "p2")
    file = tmp_path / "backup.zip"

    assert back_up(settings, file, at=NOON) == file.stat().st_size
    lived_in(settings, "p3")
    done = restore(settings, file, replacing=True)

    assert done.at == NOON
    assert told(settings) == {"p1", "p2"}
    assert told(settings, "국밥") == {"p1", "p2"}
    assert file.stat().st_mode & 0o077 == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup.zip", "data", "data-keys"]
    assert sorted(path.name for path in settings.data.iterdir()) == ["state.db", "talchum.db"]


def test_a_backup_is_made_while_everything_is_in_use(settings: Settings, tmp_path: Path) -> None:
    async def use() -> int:
        async with open_store(settings) as store, open_state(settings) as state:
            await store.open(opening(), objection())
            await state.put(Entry(kind="reply", key="b", value={}, person="p1"))

            async def write() -> None:
                for _ in range(30):
                    await store.open(opening(), objection())

            await asyncio.gather(write(), asyncio.to_thread(back_up, settings, tmp_path / "backup.zip", at=NOON))
            return len(await store.list(Query(limit=99)))

    assert asyncio.run(use()) == 31
    restore(settings, tmp_path / "backup.zip", replacing=True)
    assert told(settings) == {"p1"}


def test_what_happens_while_a_backup_is_made_leaves_nothing_in_it_that_names_what_is_not(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lived_in(settings, "p1")
    copy = upkeep.copy

    async def meanwhile() -> None:
        async with open_store(settings) as store, open_state(settings) as state:
            kept = await store.open(opening(person="p1"), objection())
            await state.put(Entry(kind="appeal", key=kept, value={"exchange": kept}, person="p1"))

    def copying(source: Path, target: Path) -> None:
        copy(source, target)
        asyncio.run(meanwhile())

    monkeypatch.setattr(upkeep, "copy", copying)
    back_up(settings, tmp_path / "backup.zip", at=NOON)
    monkeypatch.undo()
    restore(settings, tmp_path / "backup.zip", replacing=True)

    async def read() -> tuple[set[str], set[str]]:
        async with open_store(settings) as store, open_state(settings) as state:
            named = {str(entry.value["exchange"]) for entry in await state.list("appeal")}
            return named, {each.id for each in await store.list(Query())}

    named, there = asyncio.run(read())
    assert named <= there


def test_with_another_master_key_no_backup_is_made_and_the_one_of_before_stays(
    settings: Settings, tmp_path: Path
) -> None:
    lived_in(settings, "p1")
    file, master = tmp_path / "backup.zip", settings.keys / MASTER
    back_up(settings, file, at=NOON)
    before = file.read_bytes()
    master.write_bytes(base64.b64encode(bytes(32)))

    with pytest.raises(StoreUnavailable) as refused:
        back_up(settings, file, at=NOON)
    (settings.keys / KEYRING).unlink()
    with pytest.raises(StoreUnavailable) as keyless:
        back_up(settings, file, at=NOON)

    assert (refused.value.key, keyless.value.key) == ("keys.wrong", "keys.wrong")
    assert file.read_bytes() == before


def test_whoever_is_erased_is_erased_from_backups_made_before(settings: Settings, tmp_path: Path) -> None:
    lived_in(settings, "p1", "p2")
    file, keys = tmp_path / "backup.zip", tmp_path / "keys.copy"
    back_up(settings, file, at=NOON, keys=keys)
    erased(settings, "p1")

    restore(settings, file, replacing=True, keys=keys)

    assert told(settings) == {"", "p2"}
    assert told(settings, "p1") == set()


def test_nothing_of_a_backup_is_legible_without_the_keys_not_even_what_words_there_were(
    settings: Settings, tmp_path: Path
) -> None:
    lived_in(settings, "secretperson")
    file = tmp_path / "backup.zip"
    back_up(settings, file, at=NOON)

    with zipfile.ZipFile(file) as archive:
        content = b"".join(archive.read(name) for name in archive.namelist())
        archive.extract("talchum.db", tmp_path / "out")

    words = ("secretperson", "국밥", "drafted", "wrote", *map(keys_of(settings).term, ("국", "국밥", "drafted")))
    assert [word for word in words if word.encode() in content] == []
    with sqlite3.connect(tmp_path / "out" / "talchum.db") as copy:
        assert copy.execute("SELECT count(*) FROM search").fetchone() == (0,)
    copy.close()


def test_on_a_new_machine_a_backup_needs_the_master_key_and_the_keys_of_people(
    settings: Settings, tmp_path: Path
) -> None:
    lived_in(settings, "p1")
    file, copied = tmp_path / "backup.zip", tmp_path / "keys.copy"
    back_up(settings, file, at=NOON, keys=copied)
    there = Settings.load(b"", {"TALCHUM_DATA": str(tmp_path / "there" / "data")})

    with pytest.raises(StoreUnavailable) as masterless:
        restore(there, file)
    assert not there.data.exists()
    there.keys.mkdir(parents=True)
    shutil.copy(settings.keys / "master.key", there.keys)
    with pytest.raises(StoreUnavailable) as keyless:
        restore(there, file)
    assert databases(there) == {}
    done = restore(there, file, keys=copied)

    assert (masterless.value.key, keyless.value.key) == ("keys.missing", "keys.lost")
    assert done.keys > 0
    assert told(there) == {"p1"}


def damaged(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0xFF
    file.write_bytes(content)


def rewritten(file: Path, manifest: Callable[[dict[str, object]], object]) -> None:
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["backup.json"] = json.dumps(manifest(json.loads(parts["backup.json"]))).encode()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


@pytest.mark.parametrize(
    ("spoil", "key"),
    [
        (damaged, "store.damaged"),
        (lambda file: file.write_bytes(file.read_bytes()[:-100]), "store.damaged"),
        (lambda file: file.write_text("Dear diary"), "store.damaged"),
        (lambda file: file.unlink(), "store.no_file"),
        (lambda file: rewritten(file, lambda old: {**old, "format": 2}), "store.newer_backup"),
        (lambda file: rewritten(file, lambda _: ["no", "manifest"]), "store.no_backup"),
        (lambda file: rewritten(file, lambda old: {**old, "files": {"../escaped.db": ""}}), "store.damaged"),
        (lambda file: rewritten(file, lambda old: {**old, "files": {"talchum.db": "0" * 64}}), "store.damaged"),
        (lambda file: rewritten(file, lambda old: {**old, "keys": "others"}), "keys.wrong"),
    ],
    ids=["flipped", "cut", "diary", "gone", "newer", "foreign", "escaping", "mixed", "other-keys"],
)
def test_what_is_no_whole_backup_of_ours_changes_nothing(
    settings: Settings, tmp_path: Path, spoil: Callable[[Path], None], key: str
) -> None:
    lived_in(settings, "p1")
    file = tmp_path / "backup.zip"
    back_up(settings, file, at=NOON)
    spoil(file)
    before = settings.store.read_bytes()

    with pytest.raises(Explained) as refused:
        restore(settings, file, replacing=True)

    assert refused.value.key == key
    assert str(file) in refused.value.explain("ko")
    assert settings.store.read_bytes() == before
    assert sorted(path.name for path in settings.data.iterdir()) == ["state.db", "talchum.db"]


def test_what_is_there_is_replaced_only_when_asked_for_and_never_while_it_is_used(
    settings: Settings, tmp_path: Path
) -> None:
    lived_in(settings, "p1")
    file = tmp_path / "backup.zip"
    back_up(settings, file, at=NOON)

    with pytest.raises(BackupError) as there:
        restore(settings, file)

    async def use() -> None:
        async with open_store(settings):
            with pytest.raises(BackupError) as running:
                await asyncio.to_thread(restore, settings, file, replacing=True)
            assert running.value.key == "store.running"

    asyncio.run(use())
    assert there.value.key == "store.there"


def test_a_backup_replaces_a_backup_but_no_other_file(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="no database"):
        back_up(settings, tmp_path / "backup.zip", at=NOON)
    lived_in(settings, "p1")
    back_up(settings, tmp_path / "backup.zip", at=NOON, keys=tmp_path / "keys.copy")
    back_up(settings, tmp_path / "backup.zip", at=NOON, keys=tmp_path / "keys.copy")

    for name in ("letter.txt", "keys.copy"):
        other = tmp_path / name
        other.touch()
        before = other.read_bytes()
        with pytest.raises(BackupError, match="another kind of file"):
            back_up(settings, other, at=NOON)
        assert other.read_bytes() == before
    with pytest.raises(BackupError, match="another kind of file"):
        back_up(settings, tmp_path / "backup.zip", at=NOON, keys=tmp_path / "letter.txt")


def test_what_is_whole_is_said_to_be_and_what_is_not_is_found(settings: Settings) -> None:
    lived_in(settings, "p1", "p2")
    keys = keys_of(settings)
    natures = {settings.store: EXCHANGES, settings.state: STATE}
    assert [troubles(file, keys, nature) for file, nature in natures.items()] == [[], []]

    with sqlite3.connect(settings.store) as store:
        store.execute("UPDATE exchange SET said = x'01' || randomblob(40) WHERE seq = 1")
        store.execute("UPDATE objection SET text = (SELECT said FROM exchange WHERE seq = 2) WHERE seq = 1")
    store.close()
    with sqlite3.connect(settings.state) as state:
        state.execute("UPDATE entry SET person = '0123456789abcdef' WHERE seq = 1")
    state.close()

    assert [line.partition(":")[0] for line in troubles(settings.store, keys, EXCHANGES)] == ["exchange", "objection"]
    assert troubles(settings.state, keys, STATE) == ["entry: a key is missing"]
    with sqlite3.connect(settings.store) as store:
        store.execute("PRAGMA foreign_keys = OFF")
        store.execute("DELETE FROM exchange WHERE seq = 2")
    store.close()
    assert "foreign key" in troubles(settings.store, keys, EXCHANGES)[0]
    content = bytearray(settings.store.read_bytes())
    content[4096 * 3 : 4096 * 12] = bytes(4096 * 9)
    settings.store.write_bytes(content)
    assert troubles(settings.store, keys, EXCHANGES) != []
