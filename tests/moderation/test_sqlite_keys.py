"""The keys of a store: where they are, and what it means that they are lost, wrong or old."""

import asyncio
import base64
import shutil
import stat
from pathlib import Path

import pytest

from moderation.errors import StoreUnavailable
from moderation.records import Opening
from moderation.stores import Query
from moderation.stores.keyring import opened
from moderation.stores.keys import KEYRING, MASTER, Box, Keys
from moderation.stores.sealing import is_sealed
from moderation.stores.sqlite import SqliteStore
from tests.moderation.sqlite_databases import OPENING, store_at
from tests.support.exchanges import NOON, numbered, objection, opening
from tests.support.keys import keys_beside

ANOTHER = base64.b64encode(bytes(range(32))).decode()


def store_with(keys: Keys, file: Path) -> SqliteStore:
    return SqliteStore.at(file, keys=keys, clock=lambda: NOON, ids=numbered("b"))


async def lived_in(file: Path, begun: Opening = OPENING) -> None:
    store = store_at(file, prefix=begun.origin.person)
    await store.open(begun, objection("draft"))
    await store.aclose()


def said_in(file: Path) -> list[str]:
    async def said() -> list[str]:
        store = store_at(file)
        found = await store.list(Query())
        await store.aclose()
        return [exchange.opening.said for exchange in found]

    return asyncio.run(said())


async def test_keys_are_made_beside_the_data_and_private(file: Path) -> None:
    await lived_in(file)
    folder = keys_beside(file).folder

    assert folder == file.parent.with_name("data-keys")
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {
        MASTER: 0o600,
        KEYRING: 0o600,
    }
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert keys_beside(file).fingerprint == keys_beside(file).fingerprint


def test_another_master_key_is_refused_and_the_right_one_still_opens_everything(file: Path) -> None:
    asyncio.run(lived_in(file))
    folder = keys_beside(file).folder
    before = file.read_bytes()

    with pytest.raises(StoreUnavailable) as refused:
        store_with(Keys.at(folder, master=ANOTHER, variable="THE_KEY"), file)
    with pytest.raises(StoreUnavailable) as alone:  # with a keyring of its own
        store_with(Keys.at(folder.with_name("elsewhere"), master=ANOTHER, variable="THE_KEY"), file)

    assert refused.value.key == alone.value.key == "keys.wrong"
    for language in ("en", "ko"):
        assert "THE_KEY" in refused.value.explain(language)
    assert file.read_bytes() == before
    assert said_in(file) == [OPENING.said]


def test_a_master_key_that_is_gone_is_not_made_anew(file: Path) -> None:
    asyncio.run(lived_in(file))
    folder = keys_beside(file).folder
    key = (folder / MASTER).read_text()
    assert is_sealed(file)
    (folder / MASTER).unlink()

    for make in (True, False):  # the keyring is there; only the database is
        with pytest.raises(StoreUnavailable) as refused:
            Keys.at(folder, variable="THE_KEY", make=make)
        assert refused.value.key == "keys.missing"
        assert MASTER in refused.value.explain("ko")
        shutil.rmtree(folder, ignore_errors=make is False)
        folder.mkdir(exist_ok=True)

    assert not (folder / MASTER).exists()
    shutil.copy(file, file.with_name("copy.db"))
    with pytest.raises(StoreUnavailable, match="older than the database"):
        store_with(Keys.at(folder, master=key), file)
    assert file.with_name("copy.db").read_bytes() == file.read_bytes()


def test_an_old_copy_of_the_keyring_is_refused_and_the_new_one_still_opens_everything(file: Path) -> None:
    asyncio.run(lived_in(file))
    ring = keys_beside(file).folder / KEYRING
    old = ring.read_bytes()
    asyncio.run(lived_in(file, opening("new here", person="p2")))
    new = ring.read_bytes()

    ring.write_bytes(old)
    with pytest.raises(StoreUnavailable) as refused:
        store_at(file)
    ring.write_bytes(new)

    assert refused.value.key == "keys.lost"
    assert said_in(file) == ["new here", OPENING.said]


@pytest.mark.parametrize("text", ["", "Dear diary", base64.b64encode(bytes(31)).decode(), "é" * 44])
def test_what_is_no_key_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / MASTER).write_text(text)

    with pytest.raises(StoreUnavailable) as refused:
        Keys.at(tmp_path)

    assert refused.value.key == "keys.malformed"
    assert "44" in refused.value.explain("en")


def test_a_key_may_be_written_in_either_base64(tmp_path: Path) -> None:
    raw = b"\xff\xef\xfe" * 10 + b"\x00\x01"

    standard, safe = (
        Keys.at(tmp_path, master=form(raw).decode()) for form in (base64.b64encode, base64.urlsafe_b64encode)
    )

    assert standard.fingerprint == safe.fingerprint
    assert standard.fingerprint != Keys.at(tmp_path, master=ANOTHER).fingerprint


def test_what_is_sealed_is_never_the_same_twice_and_opens_only_whole_and_as_it_was_meant() -> None:
    box = Box(bytes(32))
    sealed = box.seal(b"text", b"p1")

    assert box.seal(b"text", b"p1") != sealed
    assert box.open(sealed, b"p1") == b"text"
    for damaged, label in ((sealed, b"p2"), (sealed[:-1], b"p1"), (b"\x02" + sealed[1:], b"p1"), (b"", b"p1")):
        with pytest.raises(ValueError, match="sealed"):
            box.open(damaged, label)
    with pytest.raises(ValueError, match="another key"):
        Box(bytes(31) + b"\x01").open(sealed, b"p1")


async def test_a_person_who_was_erased_and_comes_back_has_a_new_key(file: Path) -> None:
    store, onlooker = store_at(file), store_at(file, prefix="b")
    await store.open(opening("first"), objection())
    assert await onlooker.erase("p1", platform="console") == 1

    await store.open(opening("second"), objection())

    assert len(await store._writer.call(lambda _: store._ring.destroyed())) == 1
    for each in (store, onlooker):
        assert [exchange.opening.said for exchange in await each.of_person("p1", platform="console")] == ["second"]
        await each.aclose()


async def test_a_full_disk_under_the_keys_fails_the_write_and_nothing_else(file: Path) -> None:
    store = store_at(file)
    await store.open(OPENING, objection())
    await store._writer.call(lambda _: store._ring._connection.execute("PRAGMA max_page_count = 1"))

    results = await asyncio.gather(
        *(store.open(opening(person=f"p{number}" * 99), objection()) for number in range(60)), return_exceptions=True
    )
    assert any(isinstance(result, Exception) and "disk is full" in str(result) for result in results)

    await store._writer.call(lambda _: store._ring._connection.execute("PRAGMA max_page_count = 100000"))
    assert await store.open(opening(person="p9"), objection())
    kept = {exchange.id for exchange in await store.list(Query(limit=99))}
    assert {result for result in results if isinstance(result, str)} < kept
    await store.aclose()


async def test_two_processes_meet_in_one_master_key(tmp_path: Path) -> None:
    made = await asyncio.gather(*(asyncio.to_thread(Keys.at, tmp_path / "keys") for _ in range(8)))

    assert len({keys.fingerprint for keys in made}) == 1


def test_keys_that_were_destroyed_are_not_in_the_file_among_many_others_either(tmp_path: Path) -> None:
    keys = Keys.at(tmp_path / "keys")
    with opened(keys) as ring:
        owners = [ring.owner("exchange", "console", f"p{number}") for number in range(2_000)]
        ring.settle()
        ring.destroy(owners[:1_000])
        ring.settle()
        ring.clean()
    content = (tmp_path / "keys" / KEYRING).read_bytes()

    gone = [keys.person(f"p{number}") for number in range(1_000)]
    assert [digest for digest in gone if digest in content] == []
    assert keys.person("p1999") in content
    assert all(owner.encode() in content for owner in (owners[0], owners[-1])), "ids name nobody"
