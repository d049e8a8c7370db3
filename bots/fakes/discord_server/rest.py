"""The REST API, version 10: requests come in, are written down, meet what is planned for them, and are answered.

Order of things: journal, fault before the effect, authorisation, rate limit, effect, fault after the effect. A route
that is not emulated is a problem of the test and is answered with 404; so is a field that is not emulated, with 400.
Not emulated: audit log reasons, compression, ETags, versions other than 10.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from aiohttp import web

from bots.fakes.discord_server import channels, guilds, interactions, refusals, webhooks
from bots.fakes.discord_server.calls import Call, Route
from bots.fakes.discord_server.faults import BROKEN, Fault, Faults, Limits, Refused, TooMany, too_many
from bots.fakes.discord_server.journal import Request, matches
from bots.fakes.discord_server.service import Service
from bots.fakes.discord_server.world import File, Json
from bots.fakes.planning import Broken, Delay, Hold, Reset, reset

BASE: Final = "/api/v10"
_SESSIONS_A_DAY: Final = 1000
_MAJOR: Final[Mapping[str, int]] = {"channels": 1, "guilds": 1, "webhooks": 2, "interactions": 2}
"""How many arguments of a path belong to the bucket, by its first segment."""


class Rest:
    """Every route there is. Use from the event loop of the server only."""

    def __init__(self, service: Service, faults: Faults, limits: Limits, *, token: str, shards: int) -> None:
        """`shards`: how many Discord recommends."""
        self._service = service
        self._faults = faults
        self._limits = limits
        self._token = token
        self._shards = shards
        own = Route(method="GET", pattern="/gateway/bot", handler=self._gateway)
        self._routes = (own, *channels.ROUTES, *guilds.ROUTES, *webhooks.ROUTES, *interactions.ROUTES)

    async def serve(self, request: web.Request) -> web.Response:
        """One request. Where the connection was reset, the response goes nowhere."""
        entry = Request(
            at=self._service.journal.now,
            method=request.method,
            path=request.path.removeprefix(BASE),
            query=dict(request.query),
            body=None,
        )
        uploads: list[Json] = []
        wrong: refusals.Refusal | None = None
        try:
            entry.body = await self._read(request, uploads)
        except ValueError:
            wrong = refusals.invalid_json()
        self._service.journal.write(entry)
        fault = self._faults.take(entry.method, entry.path)
        response = await self._before(fault, request)
        if response is None:
            response = self._served(request.headers.get("Authorization"), entry, uploads, wrong)
            response = await self._after(fault, request) or response
        there = request.transport is not None and not request.transport.is_closing()
        entry.status = response.status if there else None
        self._service.journal.stir()
        return response

    async def _read(self, request: web.Request, uploads: list[Json]) -> Any:
        """The JSON of the body, and its files into `uploads`. Raises ValueError."""
        if request.content_type != "multipart/form-data":
            raw = await request.read()
            return json.loads(raw) if raw else None
        form = await request.post()
        for part in form.values():
            if isinstance(part, web.FileField):
                file = File(name=part.filename, data=await asyncio.to_thread(part.file.read), kind=part.content_type)
                uploads.append(self._service.world.upload(file))
        return json.loads(str(form.get("payload_json", "null")))

    def _served(
        self, authorisation: str | None, entry: Request, uploads: Sequence[Json], wrong: refusals.Refusal | None
    ) -> web.Response:
        headers: Mapping[str, str] = {}
        try:
            route, arguments = self._route(entry)
            if not route.open and authorisation != f"Bot {self._token}":
                raise refusals.unauthorised()
            major = "/".join(arguments[: _MAJOR.get(entry.path.split("/")[1], 0)])
            now = asyncio.get_running_loop().time()
            headers, early = self._limits.spend(route.method, route.pattern, entry.path, major, now)
            if early:
                return _limited(timedelta(seconds=early), "user", headers)
            if wrong is not None:
                raise wrong
            answer = route.handler(
                Call(service=self._service, arguments=arguments, query=entry.query, body=entry.body, uploads=uploads)
            )
        except refusals.Refusal as refusal:
            entry.code = refusal.code
            return _json(refusal.status, refusal.body, headers)
        except refusals.NotEmulated as unknown:
            self._service.problems.append(f"{entry.method} {entry.path}: {unknown}")
            return _json(400, {"message": f"not emulated: {unknown}", "code": 0}, headers)
        return _json(200, answer, headers) if answer is not None else web.Response(status=204, headers=headers)

    def _route(self, entry: Request) -> tuple[Route, list[str]]:
        """The route of a request and what stands for its `*`. Raises Refusal where there is none: a problem."""
        for route in self._routes:
            if route.method == entry.method and matches(route.pattern, entry.path):
                steps = zip(route.pattern.split("/"), entry.path.split("/"), strict=True)
                return route, [segment for step, segment in steps if step == "*"]
        self._service.problems.append(f"{entry.method} {entry.path}: there is no such route here")
        raise refusals.no_route()

    async def _before(self, fault: Fault | None, request: web.Request) -> web.Response | None:
        """What becomes of the request before it has an effect; None: it goes on."""
        match fault:
            case Delay(by=by, after=False):
                await asyncio.sleep(by.total_seconds())
            case Hold(after=False):
                await fault.over()
            case TooMany(retry_after=retry_after, scope=scope):
                return _limited(retry_after, scope, {})
            case Refused(status=status, code=code, message=message):
                return _json(status, {"message": message, "code": code}, {})
            case Broken(after=False) | Reset(after=False):
                return _broken(fault, request)
            case _:
                pass
        return None

    async def _after(self, fault: Fault | None, request: web.Request) -> web.Response | None:
        """What becomes of the answer; None: it goes out."""
        match fault:
            case Delay(by=by, after=True):
                self._service.journal.stir()
                await asyncio.sleep(by.total_seconds())
            case Hold(after=True):
                await fault.over()
            case Broken(after=True) | Reset(after=True):
                return _broken(fault, request)
            case _:
                pass
        return None

    def _gateway(self, call: Call) -> Json:
        gateway = call.service.gateway
        return {
            "url": f"{gateway.url}/gateway",
            "shards": self._shards,
            "session_start_limit": {
                "total": _SESSIONS_A_DAY,
                "remaining": _SESSIONS_A_DAY - gateway.identified,
                "reset_after": 86_400_000,
                "max_concurrency": 1,
            },
        }


def _broken(fault: Broken | Reset, request: web.Request) -> web.Response:
    if isinstance(fault, Broken):
        return web.Response(status=fault.status, body=BROKEN, content_type="text/html")
    reset(request.transport)
    return web.Response(status=500)


def _limited(retry_after: timedelta, scope: str, headers: Mapping[str, str]) -> web.Response:
    body, own = too_many(retry_after, scope)
    return _json(429, body, {**headers, **own})


def _json(status: int, body: Json | list[Json], headers: Mapping[str, str]) -> web.Response:
    """With the content type exactly as Discord writes it, without a charset."""
    return web.Response(status=status, body=json.dumps(body).encode(), headers=headers, content_type="application/json")
