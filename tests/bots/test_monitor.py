"""The port and the file by which a program that serves tells how it is."""

import asyncio
import errno
import os
import socket
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bots.addresses import host_and_port
from bots.config import Settings
from bots.doctor import Grade
from bots.errors import RefuseToStart, SettingsError
from bots.inbox import Load
from bots.meter import Prices
from bots.metrics import Metrics
from bots.monitor import Monitor, Watched, cases_of, size_of
from bots.monitor_checkup import look_at_monitor
from bots.state import Entry
from bots.state.memory import MemoryState
from bots.status import read, write
from moderation.errors import StoreFailed
from moderation.records import Stats
from moderation.review import ReviewDesk
from moderation.stores.memory import MemoryStore
from moderation.words import LANGUAGES
from tests.support.exchanges import NOON, closing, numbered, objection, opening
from tests.support.stage import NOW


@dataclass
class Fake:
    """A platform that is reached, or not."""

    name: str = "discord"
    connected: bool = True


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


class Failing(MemoryState):
    """A state whose disk is full while a test says so."""

    def __init__(self) -> None:
        super().__init__(clock=lambda: NOW)
        self.full = False

    async def put(self, entry: Entry) -> None:
        if self.full:
            raise StoreFailed("stores.full", file="/data/state.db")
        await super().put(entry)


def watched(
    tmp_path: Path,
    *platforms: Fake,
    listen: str = "",
    desk: ReviewDesk | None = None,
    state: MemoryState | None = None,
    language: str = "en",
) -> Watched:
    return Watched(
        version="1.0",
        platforms=platforms or (Fake(),),
        load=lambda: Load(running=1, waiting=2, oldest=timedelta(seconds=3), refused=4),
        desk=desk or ReviewDesk(MemoryStore(ids=numbered("x")), clock=lambda: NOW),
        state=state or MemoryState(clock=lambda: NOW),
        model="scripted:sea",
        policy=lambda: "abc",
        files={"store": tmp_path / "talchum.db", "state": tmp_path / "state.db"},
        troubles=lambda: ("a line",),
        listen=listen,
        status_file=tmp_path / "status.json",
        language=language,
    )


class Pulse:
    """The pauses of a monitor, which end when a test says so."""

    def __init__(self) -> None:
        self._turns: asyncio.Queue[None] = asyncio.Queue()
        self._paused = asyncio.Event()

    async def sleep(self, _: float) -> None:
        self._paused.set()
        await self._turns.get()

    async def beat(self, times: int = 1) -> None:
        for _ in range(times):
            self._paused.clear()
            self._turns.put_nowait(None)
            await self._paused.wait()


@asynccontextmanager
async def monitoring(given: Watched, pulse: Pulse | None = None) -> AsyncGenerator[Monitor, None]:
    """A monitor at work, once it has told of itself for the first time."""
    told = asyncio.Event()
    pulse = pulse or Pulse()

    async def sleep(seconds: float) -> None:
        told.set()
        await pulse.sleep(seconds)

    monitor = Monitor(given, await asyncio.to_thread(Metrics, Prices()), lambda: NOW)
    task = asyncio.create_task(monitor.run(sleep))
    waiting = asyncio.create_task(told.wait())
    try:
        await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            task.result()
        yield monitor
    finally:
        waiting.cancel()
        task.cancel()
        with suppress(asyncio.CancelledError, RefuseToStart):
            await task


async def asked(port: int, path: str) -> tuple[int, str, str]:
    """Status, type and text of an answer."""
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}{path}") as answer:
        return answer.status, answer.content_type, await answer.text()


async def test_the_port_tells_programs_that_it_runs_whether_it_is_ready_and_its_figures(tmp_path: Path) -> None:
    port, telegram = free_port(), Fake("telegram")
    async with monitoring(watched(tmp_path, Fake(), telegram, listen=f"127.0.0.1:{port}")):
        ready = await asked(port, "/ready")
        telegram.connected = False
        unready, health = await asked(port, "/ready"), await asked(port, "/health")
        figures, other = await asked(port, "/metrics"), await asked(port, "/")

    assert (ready[0], unready[0], health[0], other[0]) == (200, 503, 200, 404)
    assert '"telegram": false' in unready[2]
    assert figures[:2] == (200, "text/plain")
    assert 'talchum_platform_connected{platform="telegram"} 0.0' in figures[2]
    assert 'talchum_inbox{state="waiting"} 2.0' in figures[2]


async def test_without_an_address_nothing_is_listened_for_and_the_file_tells_all_the_same(tmp_path: Path) -> None:
    file = tmp_path / "status.json"
    async with monitoring(watched(tmp_path)):
        found = await asyncio.to_thread(read, file)

    assert found is not None
    assert (found.waiting, found.model, found.troubles, found.listening) == (2, "scripted:sea", ["a line"], "")
    assert (found.cases, found.overdue) == (0, 0)
    assert not await asyncio.to_thread(file.exists), "what does not run says nothing"


async def test_what_another_process_says_of_itself_stays_when_one_ends(tmp_path: Path) -> None:
    file = tmp_path / "status.json"
    async with monitoring(watched(tmp_path)) as monitor:
        another = replace(monitor.status(), process=os.getpid() + 1)
        await asyncio.to_thread(write, another, file)

    assert await asyncio.to_thread(read, file) == another


async def test_a_port_that_is_taken_is_told_before_anything_else(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(RefuseToStart) as refusal:
            async with monitoring(watched(tmp_path, listen=f"127.0.0.1:{port}")):
                raise AssertionError("it runs")

    assert f"127.0.0.1:{port}" in refusal.value.explain("en")
    assert f"127.0.0.1:{port}" in refusal.value.explain("ko")


async def test_a_folder_that_takes_no_file_ends_nothing(tmp_path: Path) -> None:
    port = free_port()
    given = watched(tmp_path / "none", listen=f"127.0.0.1:{port}")
    async with monitoring(given):
        assert (await asked(port, "/health"))[0] == 200


@pytest.mark.parametrize("language", LANGUAGES)
async def test_while_nothing_can_be_kept_it_is_not_ready_and_says_why_until_it_can(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, language: str
) -> None:
    port, state, pulse, file = free_port(), Failing(), Pulse(), tmp_path / "status.json"
    given = watched(tmp_path, listen=f"127.0.0.1:{port}", state=state, language=language)
    async with monitoring(given, pulse):
        state.full = True
        await pulse.beat(6)
        full, found = await asked(port, "/ready"), await asyncio.to_thread(read, file)
        await pulse.beat()
        still = await asked(port, "/ready")
        state.full = False
        await pulse.beat()
        again, after = await asked(port, "/ready"), await asyncio.to_thread(read, file)

    assert (full[0], still[0], again[0]) == (503, 503, 200)
    assert '"storing": false' in full[2]
    assert found
    assert found.unkept == StoreFailed("stores.full", file="/data/state.db").explain(language)
    assert after
    assert after.unkept == ""
    ours = [record.getMessage() for record in caplog.records if record.name == "bots.monitor"]
    assert len(ours) == 2, "a line when it begins, and one when it ends"
    assert "/data/state.db: the disk is full" in ours[0]


async def test_where_the_disk_has_no_room_for_a_new_status_the_old_one_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port, pulse, file = free_port(), Pulse(), tmp_path / "status.json"
    async with monitoring(watched(tmp_path, listen=f"127.0.0.1:{port}"), pulse):

        def full(*_: Any, **__: Any) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(tempfile, "mkstemp", full)
            await pulse.beat()
            refused, found = await asked(port, "/ready"), await asyncio.to_thread(read, file)
        await pulse.beat()
        ready, after = await asked(port, "/ready"), await asyncio.to_thread(read, file)

    assert (refused[0], ready[0]) == (503, 200)
    assert found
    assert f"{file}: the disk is full" in found.unkept
    assert after
    assert after.unkept == ""


class Sparing(MemoryStore):
    """Counts no more than is asked for."""

    async def stats(self, server: str = "") -> Stats:
        raise AssertionError("a gauge needs no statistics of every rule")


async def test_the_desk_is_counted_with_what_is_overdue() -> None:
    store = Sparing(ids=numbered("x"))
    for _ in range(3):
        await store.open(opening(), objection())
    for number in (1, 2):
        await store.close(f"x{number}", closing())
    desk = ReviewDesk(store, clock=lambda: NOON + timedelta(days=30))
    early = ReviewDesk(store, clock=lambda: NOON)
    late, now = await cases_of(desk), await cases_of(early)

    assert (late.waiting, late.overdue) == (2, 2)
    assert (now.waiting, now.overdue) == (2, 0)
    assert (now.states["queued"], now.states["new"], now.rulings) == (2, 1, {"upheld": 0, "overturned": 0})


def test_a_database_is_as_large_as_all_that_belongs_to_it(tmp_path: Path) -> None:
    file = tmp_path / "talchum.db"
    assert size_of(file) == 0
    file.write_bytes(b"12345")
    file.with_name("talchum.db-wal").write_bytes(b"123")

    assert size_of(file) == 8


@pytest.mark.parametrize("listen", ["127.0.0.1:9464", "0.0.0.0:1", "localhost:65535", "[::1]:9464"])
def test_an_address_is_a_host_and_a_port(listen: str) -> None:
    given = Settings.load(f'[monitor]\nlisten = "{listen}"'.encode(), {}).monitor

    assert given
    assert host_and_port(given.listen)[0] == listen.rpartition(":")[0].strip("[]")


@pytest.mark.parametrize("listen", ["", "9464", ":9464", "127.0.0.1", "127.0.0.1:0", "a:65536", "a b:1", "::1:9464"])
def test_anything_else_is_refused_with_what_was_expected(listen: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        Settings.load(f'[monitor]\nlisten = "{listen}"'.encode(), {})

    assert "monitor.listen" in refusal.value.explain("en")
    assert "HOST:PORT" in refusal.value.explain("en")


def settings(tmp_path: Path, listen: str) -> Settings:
    document = f'[monitor]\nlisten = "{listen}"' if listen else ""
    return Settings.load(document.encode(), {"TALCHUM_DATA": str(tmp_path)})


async def test_doctor_says_who_reaches_the_port_and_whether_it_can_be_had(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = f"127.0.0.1:{server.getsockname()[1]}"
        off = await look_at_monitor(settings(tmp_path, ""), now=NOW)
        free = await look_at_monitor(settings(tmp_path, f"127.0.0.1:{free_port()}"), now=NOW)
        wide = await look_at_monitor(settings(tmp_path, f"0.0.0.0:{free_port()}"), now=NOW)
        others = await look_at_monitor(settings(tmp_path, taken), now=NOW)
        async with monitoring(watched(tmp_path)) as monitor:
            ours = monitor.status()
        await asyncio.to_thread(write, replace(ours, listening=taken), tmp_path / "status.json")
        own = await look_at_monitor(settings(tmp_path, taken), now=NOW)

    grades = [finding.grade for finding in (off, free, wide, others, own)]
    assert grades == [Grade.GOOD, Grade.GOOD, Grade.DOUBTFUL, Grade.BAD, Grade.GOOD]
    assert taken in others.told.explain("ko")
