"""The gateway, version 10: sessions that outlive their connections, and the ways in which either can end.

Emulated: HELLO, heartbeats and ACK, IDENTIFY (4003 before it, 4004, 4005, 4010, 4013, 4014), READY, GUILD_CREATE,
RESUME with replay by sequence number (4007), INVALID_SESSION, RECONNECT, closing by any code, a dropped or a silent
connection, zlib-stream compression, several shards, intents, 120 payloads a minute (4008), 4096 bytes a payload (4002).

An event is kept for replay as long as its session lives, whether a connection was there or not. A session is forgotten
when the client leaves with 1000 or 1001, and when the server ends it with a code after which Discord allows no resume.

Not emulated: zstd and ETF, the limit of identifications (they are counted), closing for missing heartbeats, member
chunks, presence and voice (payloads of those kinds are a problem, presence of the bot itself is taken and dropped).
"""

import asyncio
import contextlib
import json
import zlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from enum import IntEnum, IntFlag
from typing import Any, Final

from aiohttp import WSMsgType, web

from bots.fakes.discord_server import payloads
from bots.fakes.discord_server.journal import Command, Journal
from bots.fakes.discord_server.world import Channel, Guild, Json, World
from bots.fakes.planning import reset

_FINAL: Final = frozenset((1000, 1001, 4004, 4007, 4009, 4010, 4011, 4012, 4013, 4014))
"""Close codes after which there is nothing to resume."""
_CONTENT_LIMITED: Final = 1 << 19
"""Application flag: may ask for message content, in fewer guilds than need verification."""
_KNOWN_INTENTS: Final = (1 << 26) - 1


class Op(IntEnum):
    DISPATCH = 0
    HEARTBEAT = 1
    IDENTIFY = 2
    PRESENCE = 3
    VOICE_STATE = 4
    RESUME = 6
    RECONNECT = 7
    REQUEST_MEMBERS = 8
    INVALID_SESSION = 9
    HELLO = 10
    ACK = 11


class Intent(IntFlag):
    GUILDS = 1 << 0
    MEMBERS = 1 << 1
    WEBHOOKS = 1 << 5
    PRESENCES = 1 << 8
    GUILD_MESSAGES = 1 << 9
    DIRECT_MESSAGES = 1 << 12
    MESSAGE_CONTENT = 1 << 15


NO_INTENTS: Final = Intent(0)
PRIVILEGED: Final = Intent.MEMBERS | Intent.PRESENCES | Intent.MESSAGE_CONTENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened, for every session it concerns."""

    name: str
    data: Json
    guild: Guild | None
    """Decides the shard; None (a DM): shard 0."""
    needs: Intent = NO_INTENTS
    without_content: Json | None = None
    """What a session without the message content intent gets instead."""


@dataclass(slots=True, kw_only=True, eq=False)
class Session:
    """What a shard may resume."""

    id: str
    shard: int
    shards: int
    intents: int
    sent: list[Json] = field(default_factory=list)
    """Every dispatch that is not forgotten; the n-th of all has sequence number n."""
    forgotten: int = 0
    """So many of the first can be replayed no more."""
    connection: "Connection | None" = None

    def dispatch(self, name: str, data: Json) -> None:
        payload: Json = {"op": Op.DISPATCH, "t": name, "s": self.latest + 1, "d": data}
        self.sent.append(payload)
        if self.connection is not None:
            self.connection.send(payload)

    @property
    def latest(self) -> int:
        """Sequence number of the last dispatch."""
        return self.forgotten + len(self.sent)

    def forget(self, most: int) -> None:
        """Replay no more than the last `most` from now on, as Discord does after a while."""
        self.forgotten += len(self.sent[:-most])
        del self.sent[:-most]

    def take(self, event: Event) -> bool:
        """Dispatch it if it is for this session."""
        home = (event.guild.id >> 22) % self.shards if event.guild else 0
        if home != self.shard or event.needs & ~self.intents:
            return False
        readable = event.without_content is None or self.intents & Intent.MESSAGE_CONTENT
        self.dispatch(event.name, event.data if readable else event.without_content or {})
        return True


class Connection:
    """One websocket. What is sent goes out in order, as fast as the client reads."""

    def __init__(self, socket: web.WebSocketResponse, request: web.Request, *, compressed: bool) -> None:
        self.path = request.path
        self.session: Session | None = None
        self.silent = False
        """Nothing goes out any more, although the connection is there."""
        self.closing = False
        """The server closes it, or did."""
        self.received: deque[float] = deque(maxlen=120)
        """When the last payloads came."""
        self._socket = socket
        self._transport = request.transport
        self._deflate = zlib.compressobj() if compressed else None
        self._outbox: asyncio.Queue[Json | int] = asyncio.Queue()

    def send(self, payload: Json) -> None:
        self._outbox.put_nowait(payload)

    def close(self, code: int) -> None:
        """After everything that was sent before."""
        self.closing = True
        self._outbox.put_nowait(code)

    def drop(self) -> None:
        """Without a word, and at once."""
        self.leave()
        reset(self._transport)

    def leave(self) -> None:
        """The session stays alone."""
        if self.session is not None and self.session.connection is self:
            self.session.connection = None

    async def write(self) -> None:
        """Send until closed."""
        while isinstance(item := await self._outbox.get(), dict):
            if self.silent:
                continue
            data = json.dumps(item).encode()
            if self._deflate is None:
                await self._socket.send_str(data.decode())
            else:
                packed = self._deflate.compress(data) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
                await self._socket.send_bytes(packed)
        await self._socket.close(code=item)


class Gateway:
    """Every session there is. Use from the event loop of the server only."""

    def __init__(
        self,
        world: World,
        journal: Journal,
        *,
        token: str,
        approved: Intent,
        heartbeat: timedelta,
        problem: Callable[[str], None],
    ) -> None:
        """`approved`: privileged intents that the application may ask for."""
        self._world = world
        self._journal = journal
        self._token = token
        self._approved = approved
        self._heartbeat = heartbeat
        self._problem = problem
        self._connections: list[Connection] = []
        self.url = ""
        """Of the server: ws://…, without a path."""
        self.sessions: dict[str, Session] = {}
        self.identified = 0
        """How often a client identified; Discord allows 1000 a day."""
        self.resumed = 0

    @property
    def application_flags(self) -> int:
        """Of the application, in READY and in REST."""
        return _CONTENT_LIMITED if self._approved & Intent.MESSAGE_CONTENT else 0

    # what a test does to it

    def connected(self, shard: int = 0) -> Session | None:
        """The session of that shard that has a connection."""
        return next((s for s in self.sessions.values() if s.shard == shard and s.connection), None)

    def close(self, code: int, *, shard: int = 0) -> None:
        """Close the connection of a shard; with a final code its session ends too."""
        session, connection = self._open(shard)
        connection.close(code)
        connection.leave()
        if code in _FINAL:
            del self.sessions[session.id]

    def drop(self, *, shard: int = 0) -> None:
        """Cut the connection of a shard. What happens from now on waits for its RESUME."""
        self._open(shard)[1].drop()

    def silence(self, *, shard: int = 0) -> None:
        """Say nothing any more over the connection of a shard, no ACK either, and leave it open."""
        self._open(shard)[1].silent = True

    def reconnect(self, *, shard: int = 0) -> None:
        """Ask a shard to connect anew and resume, as Discord does before it restarts a server."""
        self._open(shard)[1].send({"op": Op.RECONNECT, "d": None})

    def invalidate(self, *, resumable: bool, shard: int = 0) -> None:
        """Tell a shard that its session is invalid; unless `resumable` it is forgotten."""
        session, connection = self._open(shard)
        connection.send({"op": Op.INVALID_SESSION, "d": resumable})
        connection.leave()
        connection.session = None
        if not resumable:
            del self.sessions[session.id]

    def forget(self, *, shard: int = 0) -> None:
        """Forget the sessions of a shard without telling: the next RESUME is answered with INVALID_SESSION."""
        for session in [session for session in self.sessions.values() if session.shard == shard]:
            del self.sessions[session.id]
            if session.connection is not None:
                session.connection.session = None

    def dispatch(self, event: Event) -> None:
        """To every session it concerns."""
        for session in self.sessions.values():
            session.take(event)
        self._journal.stir()

    # what clients do to it

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """One connection from its upgrade to its end."""
        socket = web.WebSocketResponse(max_msg_size=1 << 16, timeout=1.0)
        await socket.prepare(request)
        packing = request.query.get("compress")
        connection = Connection(socket, request, compressed=packing == "zlib-stream")
        self._connections.append(connection)
        if request.query.get("v") != "10" or request.query.get("encoding") != "json":
            connection.close(4012)
        elif packing not in (None, "zlib-stream"):
            self._problem(f"gateway compression {packing} is not emulated")
            connection.close(4012)
        else:
            connection.send({"op": Op.HELLO, "d": {"heartbeat_interval": self._heartbeat / timedelta(milliseconds=1)}})
        writing = asyncio.create_task(connection.write())
        goodbye: int | None = None
        try:
            while (frame := await socket.receive()).type is WSMsgType.TEXT:
                self._received(connection, frame.data)
            goodbye = frame.data if frame.type is WSMsgType.CLOSE else None
        finally:
            if not connection.closing:
                writing.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionError):
                await writing
            self._left(connection, goodbye)
        return socket

    def disconnect(self) -> None:
        """Cut every connection."""
        for connection in list(self._connections):
            connection.drop()

    def _open(self, shard: int) -> tuple[Session, Connection]:
        session = self.connected(shard)
        assert session is not None, f"shard {shard} is not connected"
        assert session.connection is not None
        return session, session.connection

    def _left(self, connection: Connection, goodbye: int | None) -> None:
        """`goodbye` is the code the client closed it with; None where it did not."""
        session = connection.session
        connection.leave()
        self._connections.remove(connection)
        if session is not None and session.connection is None and goodbye in (1000, 1001):
            self.sessions.pop(session.id, None)
        self._journal.stir()

    def _received(self, connection: Connection, text: str) -> None:
        try:
            payload = json.loads(text)
            op, data = payload["op"], payload.get("d")
        except (ValueError, KeyError, TypeError):
            return connection.close(4002)
        shard = connection.session.shard if connection.session else None
        self._journal.write(Command(at=self._journal.now, op=op, d=data, shard=shard, path=connection.path))
        now = asyncio.get_running_loop().time()
        if len(text.encode()) > 4096:
            return connection.close(4002)
        if len(connection.received) == 120 and now - connection.received[0] < 60:
            return connection.close(4008)
        connection.received.append(now)
        return self._obey(connection, op, data)

    def _obey(self, connection: Connection, op: int, data: Any) -> None:
        match op:
            case Op.HEARTBEAT:
                connection.send({"op": Op.ACK})
            case Op.IDENTIFY | Op.RESUME if connection.session is not None:
                connection.close(4005)
            case Op.IDENTIFY:
                self._identify(connection, data)
            case Op.RESUME:
                self._resume(connection, data)
            case _ if connection.session is None:
                connection.close(4003)
            case Op.PRESENCE:
                pass
            case Op.VOICE_STATE | Op.REQUEST_MEMBERS:
                self._problem(f"gateway op {op} is not emulated")
            case _:
                connection.close(4001)

    def _identify(self, connection: Connection, data: Json) -> None:
        intents: Any = data.get("intents")
        shard, shards = data.get("shard") or (0, 1)
        if data.get("token") != self._token:
            return connection.close(4004)
        if not isinstance(intents, int) or intents & ~_KNOWN_INTENTS:
            return connection.close(4013)
        if intents & PRIVILEGED & ~self._approved:
            return connection.close(4014)
        if not 0 <= shard < shards:
            return connection.close(4010)
        self.identified += 1
        session = Session(id=f"s3ss10n-{self._world.snowflake()}", shard=shard, shards=shards, intents=intents)
        self._connect(session, connection)
        self.sessions[session.id] = session
        self._welcome(session)
        return self._journal.stir()

    def _welcome(self, session: Session) -> None:
        world = self._world
        own = [guild for guild in world.guilds.values() if (guild.id >> 22) % session.shards == session.shard]
        ready: Json = {
            "v": 10,
            "user": {**payloads.user(world.bot), "verified": True, "mfa_enabled": False, "flags": 0, "email": None},
            "guilds": payloads.ids(own),
            "private_channels": [],
            "session_id": session.id,
            "resume_gateway_url": f"{self.url}/resume",
            "shard": [session.shard, session.shards],
            "application": {"id": str(world.bot.id), "flags": self.application_flags},
        }
        session.dispatch("READY", ready)
        for guild in own:
            if session.intents & Intent.GUILDS:
                everybody = bool(session.intents & Intent.MEMBERS)
                session.dispatch("GUILD_CREATE", payloads.guild(world, guild, everybody=everybody))

    def _resume(self, connection: Connection, data: Json) -> None:
        session = self.sessions.get(data.get("session_id", ""))
        seq: Any = data.get("seq")
        if data.get("token") != self._token:
            return connection.close(4004)
        if session is None or (isinstance(seq, int) and seq < session.forgotten):
            return connection.send({"op": Op.INVALID_SESSION, "d": False})
        if not isinstance(seq, int) or seq > session.latest:
            del self.sessions[session.id]
            return connection.close(4007)
        if session.connection is not None:
            session.connection.drop()
        self.resumed += 1
        self._connect(session, connection)
        for missed in session.sent[seq - session.forgotten :]:
            connection.send(missed)
        session.dispatch("RESUMED", {})
        return self._journal.stir()

    @staticmethod
    def _connect(session: Session, connection: Connection) -> None:
        session.connection = connection
        connection.session = session


def about_messages(channel: Channel) -> Intent:
    """What a session needs to hear of messages there."""
    return Intent.GUILD_MESSAGES if channel.guild else Intent.DIRECT_MESSAGES
