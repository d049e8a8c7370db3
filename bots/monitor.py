"""What a program that serves tells of itself: a status file every few seconds, and /health, /ready and /metrics.

Nobody is asked who they are, so that all of it is figures, and the port is this machine's own unless somebody says
otherwise.
"""

import asyncio
import importlib.metadata
import logging
import os
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, Protocol

import tornado.httpserver
import tornado.web

from bots import status
from bots.addresses import HEALTH, host_and_port
from bots.config import Settings
from bots.errors import RefuseToStart
from bots.house import House
from bots.inbox import Load
from bots.logs import Troubles
from bots.metrics import CONTENT_TYPE, Cases, Gauges, Metrics
from bots.renewal import Renewed
from bots.state import Entry, State
from bots.status import Status
from moderation.errors import Deflect
from moderation.figures import overdue
from moderation.file_faults import reason_of
from moderation.review import ReviewDesk
from moderation.stores.faults import unavailable
from moderation.words import Explained

_log = logging.getLogger(__name__)

READY: Final = "/ready"
METRICS: Final = "/metrics"
_PULSE: Final = 5.0
"""Seconds."""
_COUNTING: Final = 24
"""Pulses between two looks at the desk."""
_KEEPING: Final = 6
"""Pulses between two looks whether the state takes anything; each, while nothing can be kept."""
_KIND: Final = "pulse"


class Reached(Protocol):
    """As much of a platform as is told of."""

    @property
    def name(self) -> str:
        """See `Platform.name`."""

    @property
    def connected(self) -> bool:
        """See `Platform.connected`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What is told of."""

    version: str
    platforms: tuple[Reached, ...]
    load: Callable[[], Load]
    desk: ReviewDesk
    state: State
    model: str
    policy: Callable[[], str]
    files: dict[str, Path]
    """The databases."""
    troubles: Callable[[], tuple[str, ...]]
    """The last lines of the log from warning on."""
    listen: str
    """HOST:PORT, or "": nobody is listened to."""
    status_file: Path
    language: str
    """Of whoever runs it."""
    renewed: Callable[[], Renewed | None] = lambda: None
    """How it went when settings were last read anew; None: they were not."""


def watched(
    settings: Settings, house: House, platforms: tuple[Reached, ...], troubles: Troubles,
    renewed: Callable[[], Renewed | None] = lambda: None,
) -> Watched:  # fmt: skip
    """What there is to tell of a house that serves these platforms."""
    return Watched(
        version=importlib.metadata.version("talchum"),
        platforms=platforms,
        load=lambda: house.inbox.load,
        desk=house.desk,
        state=house.state,
        model=house.runtime.model,
        policy=lambda: house.runtime.policy,
        files={"store": settings.store, "state": settings.state},
        troubles=lambda: troubles.last,
        listen=settings.monitor.listen if settings.monitor else "",
        status_file=settings.status_file,
        language=settings.language,
        renewed=renewed,
    )


class Monitor:
    """Tells how the program is. Used from one event loop."""

    def __init__(self, watched: Watched, metrics: Metrics, now: Callable[[], datetime]) -> None:
        """`now` gives aware times in UTC."""
        self._watched = watched
        self._metrics = metrics
        self._now = now
        self._since = now()
        self._cases: Cases | None = None
        self._sizes: dict[str, int] = {}
        self._unkept: Explained | None = None
        metrics.serving(tuple(platform.name for platform in watched.platforms), self._gauges)

    async def run(self, sleep: Callable[[float], Awaitable[object]]) -> None:
        """Tell until cancelled; then the status file goes, if it is its own. Raises RefuseToStart where the port
        cannot be had."""
        with self._listening():
            beats = 0
            try:
                while True:
                    if beats % _COUNTING == 0:
                        await self._count()
                    await self._say(keeping=self._unkept is not None or beats % _KEEPING == 0)
                    beats += 1
                    await sleep(_PULSE)
            finally:
                await asyncio.to_thread(status.withdraw, self._watched.status_file, os.getpid())

    def status(self) -> Status:
        """How the program is now."""
        now, load, renewed = self._gauges(), self._watched.load(), self._watched.renewed()
        return Status(
            version=now.version,
            process=os.getpid(),
            since=self._since.isoformat(timespec="seconds"),
            at=self._now().isoformat(timespec="seconds"),
            platforms=dict(now.platforms),
            model=now.model,
            policy=now.policy,
            running=load.running,
            waiting=load.waiting,
            oldest=load.oldest.total_seconds(),
            refused=load.refused,
            sizes=dict(now.sizes),
            cases=self._cases.waiting if self._cases else None,
            overdue=self._cases.overdue if self._cases else None,
            troubles=list(self._watched.troubles()),
            listening=self._watched.listen,
            reloaded=renewed.at.isoformat(timespec="seconds") if renewed else "",
            refusal=renewed.refusal if renewed else "",
            unkept=self._told(self._unkept),
        )

    async def _say(self, *, keeping: bool) -> None:
        files = self._watched.files
        unkept = await self._keep() if keeping else None
        try:
            self._sizes = await asyncio.to_thread(lambda: {name: size_of(file) for name, file in files.items()})
            said = replace(self.status(), unkept=self._told(unkept))
            await asyncio.to_thread(status.write, said, self._watched.status_file)
        except OSError as error:  # a full disk, for one: what serves goes on
            unkept = unkept or _fault(error, self._watched.status_file)
            self._note(unkept)
            with suppress(OSError):
                await asyncio.to_thread(status.overwrite, self.status(), self._watched.status_file)
        self._note(unkept)

    async def _keep(self) -> Explained | None:
        """Write a little: what keeps the state from taking it."""
        try:
            await self._watched.state.put(Entry(kind=_KIND, key="", value={"at": self._now().isoformat()}))
        except Deflect as error:
            return error
        return None

    def _note(self, unkept: Explained | None) -> None:
        """What keeps us from writing, if anything does; logged where that is new."""
        if unkept and self._unkept is None:
            _log.critical("nothing can be kept: error=%s", unkept)
        elif self._unkept and unkept is None:
            _log.warning("what is said can be kept again")
        self._unkept = unkept

    def _told(self, unkept: Explained | None) -> str:
        return unkept.explain(self._watched.language) if unkept else ""

    async def _count(self) -> None:
        try:
            self._cases = await cases_of(self._watched.desk)
        except Deflect as error:
            _log.warning("the cases were not counted: error=%s", error)

    def _gauges(self) -> Gauges:
        watched = self._watched
        return Gauges(
            platforms={platform.name: platform.connected for platform in watched.platforms},
            load=watched.load(),
            cases=self._cases or Cases(),
            sizes=self._sizes,
            started=self._since.timestamp(),
            model=watched.model,
            policy=watched.policy(),
            version=watched.version,
            tasks=len(asyncio.all_tasks()),
            threads=threading.active_count(),
        )

    @contextmanager
    def _listening(self) -> Iterator[None]:
        if not self._watched.listen:
            yield
            return
        given = {"monitor": self, "metrics": self._metrics}
        routes: list[Any] = [(HEALTH, _Health), (READY, _Ready, given), (METRICS, _Figures, given)]
        server = tornado.httpserver.HTTPServer(tornado.web.Application(routes, log_function=lambda _: None))
        try:
            server.add_socket(bound(self._watched.listen))
        except OSError as error:
            reason = reason_of(error)
            raise RefuseToStart("monitor.taken", listen=self._watched.listen, reason=reason) from None
        try:
            yield
        finally:
            server.stop()


def bound(listen: str) -> socket.socket:
    """A socket that listens on HOST:PORT. Raises OSError."""
    host, port = host_and_port(listen)
    listener = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.settimeout(0)
    return listener


async def cases_of(desk: ReviewDesk) -> Cases:
    """How the desk stands. Raises StoreBusy, StoreFailed."""
    standing, waiting = await desk.standing(), await desk.waiting()
    return Cases(
        states=standing.states,
        rulings=standing.rulings,
        waiting=sum(each.count for each in waiting),
        overdue=overdue(waiting)[0],
    )


def size_of(file: Path) -> int:
    """Bytes of a database on disk, with what is not merged into it yet. Blocks for a moment."""
    parts = (file, file.with_name(f"{file.name}-wal"))
    return sum(part.stat().st_size for part in parts if part.is_file())


def _fault(error: OSError, file: Path) -> Explained:
    known = unavailable(error, file)
    return known if known.key != "stores.broken" else reason_of(error)


class _Health(tornado.web.RequestHandler):
    """The event loop answers."""

    async def get(self) -> None:
        self.write({"status": "ok"})


class _Told(tornado.web.RequestHandler):
    def initialize(self, monitor: Monitor, metrics: Metrics) -> None:
        self._monitor = monitor
        self._metrics = metrics


class _Ready(_Told):
    """Every platform is connected, and what is said can be kept; otherwise 503."""

    async def get(self) -> None:
        now = self._monitor.status()
        if not now.ready:
            self.set_status(HTTPStatus.SERVICE_UNAVAILABLE)
        said = "ready" if now.ready else "not ready"
        self.write({"status": said, "platforms": now.platforms, "storing": not now.unkept})


class _Figures(_Told):
    """For Prometheus."""

    async def get(self) -> None:
        self.set_header("Content-Type", CONTENT_TYPE)
        self.write(await self._metrics.exposition())
