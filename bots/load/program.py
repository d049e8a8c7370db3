"""The program under load: `talchum run` in a process of its own, and what it takes of this machine."""

import asyncio
import socket
import sys
import tempfile
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from bots.errors import RefuseToStart
from bots.load.venues import Venue
from bots.monitor import METRICS, READY

_START: Final = 90.0
_ENDING: Final = 30.0
_PULSE: Final = 0.25
"""Seconds, all three."""
_TAIL: Final = 2_000
"""Characters of what it wrote before it ended by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What the program takes at one moment."""

    cpu: float
    """Seconds of processor time since it began."""
    memory: int
    """Bytes in RAM."""
    tasks: int
    """Of its event loop."""
    threads: int
    files: int
    """Open files that are no connections."""
    connections: int
    running: int
    """Replies under way."""
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """One that serves. Used from one event loop."""

    process: asyncio.subprocess.Process
    url: str
    """Of what it tells of itself."""
    session: aiohttp.ClientSession
    log: Path

    @property
    def alive(self) -> bool:
        """Whether it has not ended."""
        return self.process.returncode is None

    async def taken(self) -> Taken:
        """What it takes now. Raises RefuseToStart where it is gone, or does not say."""
        try:
            async with self.session.get(self.url + METRICS) as response:
                text = await response.text()
            files, connections = await asyncio.to_thread(_opened, self.process.pid)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            if not self.alive:
                raise await self.gone() from None
            raise RefuseToStart("load.silent", reason=type(error).__name__) from None
        found = {
            (sample.name, sample.labels.get("state", "")): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }
        return Taken(
            cpu=found["process_cpu_seconds_total", ""],
            memory=int(found["process_resident_memory_bytes", ""]),
            tasks=int(found["talchum_tasks", ""]),
            threads=int(found["talchum_threads", ""]),
            files=files,
            connections=connections,
            running=int(found["talchum_inbox", "running"]),
            waiting=int(found["talchum_inbox", "waiting"]),
        )

    async def gone(self) -> RefuseToStart:
        """What is to be said where it ended by itself."""
        text = await asyncio.to_thread(self.log.read_text, encoding="utf-8", errors="replace")
        return RefuseToStart("load.gone", code=str(self.process.returncode), log=text[-_TAIL:].strip())


@asynccontextmanager
async def program(settings: str, venues: Sequence[Venue], environ: Mapping[str, str]) -> AsyncGenerator[Program, None]:
    """The program of these settings (TOML, without those of the platforms) at work, with data of its own that goes when
    it ends. Raises RefuseToStart where it does not come up, or ended by itself."""
    with tempfile.TemporaryDirectory(prefix="talchum-load-") as folder:
        where = Path(folder)
        listen = await asyncio.to_thread(_free)
        parts = [settings, f'[monitor]\nlisten = "{listen}"\n', *(venue.settings for venue in venues)]
        await asyncio.to_thread((where / "talchum.toml").write_text, "\n".join(parts), encoding="utf-8")
        process = await _started(where, venues, environ)
        try:
            async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_ENDING)) as session:
                made = Program(process=process, url=f"http://{listen}", session=session, log=where / "program.log")
                await _ready(made)
                yield made
        finally:
            await _end(process)


async def _started(where: Path, venues: Sequence[Venue], environ: Mapping[str, str]) -> asyncio.subprocess.Process:
    given = {name: value for venue in venues for name, value in venue.variables.items()}
    told = {**environ, **given, "TALCHUM_DATA": str(where / "data"), "OPENAI_API_KEY": "none"}
    with (where / "program.log").open("wb") as log:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bots", "run", "--settings", str(where / "talchum.toml")),
            env={name: value for name, value in told.items() if name != "TALCHUM_SETTINGS"},
            stdin=asyncio.subprocess.DEVNULL,
            start_new_session=True,  # an interrupt is for us: it ends with us, in order
            stdout=log,
            stderr=log,
        )


async def _ready(made: Program) -> None:
    """Wait until it can be asked how it is."""
    for _ in range(round(_START / _PULSE)):
        if not made.alive:
            break
        try:
            async with made.session.get(made.url + READY):
                return
        except aiohttp.ClientError:
            await asyncio.sleep(_PULSE)
    raise await made.gone()


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), _ENDING)
    except TimeoutError:
        process.kill()
        await process.wait()


def _free() -> str:
    """HOST:PORT where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"127.0.0.1:{server.getsockname()[1]}"


def _opened(process: int) -> tuple[int, int]:
    """How many files and how many connections a process has open. Linux only."""
    files = connections = 0
    for one in Path(f"/proc/{process}/fd").iterdir():
        try:
            what = str(one.readlink())
        except FileNotFoundError:  # closed meanwhile
            continue
        connections += what.startswith("socket:")
        files += not what.startswith(("socket:", "pipe:", "anon_inode:"))
    return files, connections
