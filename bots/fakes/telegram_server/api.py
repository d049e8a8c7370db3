"""The Bot API over HTTP: requests come in, are written down, meet what is planned for them, and are answered.

Order of things: journal, fault before the effect, token, method, schema, flood, effect, fault after the effect. A
method or a parameter that there is not is a problem of the test, and so is what is not emulated; an answer of this
server that is not as the Bot API has it is one too. Not emulated: bodies of JSON, compression, test servers.
"""

import asyncio
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import web

from bots.fakes.planning import Broken, Delay, Hold, Reset, reset
from bots.fakes.telegram_server import answers, chats, media, messages, profile, refusals, webhooks
from bots.fakes.telegram_server.calls import Call, Handler, Upload
from bots.fakes.telegram_server.faults import BROKEN, Fault, Faults, Garbage, Refused, TooMany
from bots.fakes.telegram_server.flood import Flood
from bots.fakes.telegram_server.journal import Request
from bots.fakes.telegram_server.profile import Profile
from bots.fakes.telegram_server.refusals import NotEmulated, Refusal, bad
from bots.fakes.telegram_server.service import Service
from bots.fakes.telegram_server.webhooks import Courier

_WELL_FORMED: Final = re.compile(r"\d+:[\w-]{24,}")


@dataclass(slots=True, kw_only=True, eq=False)
class Api:
    """Every method there is. Use from the event loop of the server only."""

    service: Service
    faults: Faults
    courier: Courier
    profile: Profile
    flood: Flood | None
    token: str

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One request. Where the connection was reset, the response goes nowhere."""
        method = request.match_info["method"]
        entry = Request(at=self.service.journal.now, method=method, parameters={})
        files, wrong = await self._read(request, entry)
        self.service.journal.write(entry)
        fault = self.faults.take(method, entry.chat)
        response = await self._before(fault, request, entry)
        if response is None:
            call = Call(service=self.service, method=method, fields=entry.parameters, files=files)
            response = await self._served(request.match_info["token"], call, entry, wrong)
            response = await self._after(fault, request) or response
        there = request.transport is not None and not request.transport.is_closing()
        entry.status = response.status if there else None
        self.service.journal.stir()
        return response

    async def download(self, request: web.Request) -> web.Response:
        """A file that the bot was told the path of."""
        path = request.match_info["path"]
        found = next((file for file in self.service.world.files.values() if file.path == path), None)
        if request.match_info["token"] != self.token or found is None:
            return _refused(refusals.not_found())
        return web.Response(body=found.data, content_type="application/octet-stream")

    async def _read(self, request: web.Request, entry: Request) -> tuple[Mapping[str, Upload], list[str]]:
        """The parameters into `entry`; the files, and what is wrong with all of it."""
        given: dict[str, str] = dict(request.query)
        files: dict[str, Upload] = {}
        try:
            form = await request.post()
        except web.HTTPRequestEntityTooLarge:
            return files, ["413"]
        for name, part in form.items():
            if isinstance(part, web.FileField):
                with part.file:
                    files[name] = Upload(
                        name=part.filename, kind=part.content_type, data=await asyncio.to_thread(part.file.read)
                    )
            else:
                given[name] = str(part)
        entry.files = tuple(files)
        if entry.method not in self.service.schema.methods:
            entry.parameters = dict(given)
            return files, []
        entry.parameters, wrong = self.service.schema.read(entry.method, given, files)
        if request.content_type == "application/json":
            wrong.append("a body of JSON is not emulated")
        return files, wrong

    async def _served(self, token: str, call: Call, entry: Request, wrong: list[str]) -> web.Response:
        try:
            if token != self.token:
                raise refusals.unauthorised() if _WELL_FORMED.fullmatch(token) else refusals.not_found()
            if "413" in wrong:
                raise Refusal(413, "Request Entity Too Large")
            answer = await self._answer(call, entry, wrong)
        except Refusal as refusal:
            entry.description = refusal.description
            return _refused(refusal)
        except NotEmulated as unknown:
            self.service.problems.append(f"{call.method}: {unknown}")
            entry.description = f"Bad Request: not emulated: {unknown}"
            return _refused(bad(f"not emulated: {unknown}"))
        strange = self.service.schema.answer(call.method, answer)
        self.service.problems.extend(f"{call.method}: {one}" for one in strange)
        return _json(200, {"ok": True, "result": answer})

    async def _answer(self, call: Call, entry: Request, wrong: list[str]) -> Any:
        """What the method answers. Raises Refusal and NotEmulated."""
        method = call.method
        if method not in self.service.schema.methods:
            self.service.problems.append(f"{method}: {self.service.schema.missing(method)}")
            raise refusals.not_found("method not found")
        if wrong:
            raise NotEmulated("; ".join(wrong))
        chat = call.known() if self.flood is not None else None
        early = self.flood.early(method, chat) if self.flood is not None else 0
        if early:
            entry.flooded = True
            raise refusals.too_many(early)
        if method == "getUpdates":
            answer: Any = await self.service.updates.fetch(call.fields)
        else:
            answer = self._handler(method)(call)
        if self.flood is not None:
            self.flood.count(method, chat)
        return answer

    def _handler(self, method: str) -> Handler:
        if method in profile.METHODS:
            return self.profile.handle
        if method in webhooks.METHODS:
            return self._webhook
        return {**messages.HANDLERS, **media.HANDLERS, **chats.HANDLERS, **answers.HANDLERS}[method]

    def _webhook(self, call: Call) -> Any:
        return self.courier.info() if call.method == "getWebhookInfo" else self.courier.set(call.fields)

    async def _before(self, fault: Fault | None, request: web.Request, entry: Request) -> web.Response | None:
        """What becomes of the request before it has an effect; None: it goes on."""
        match fault:
            case Delay(by=by, after=False):
                await asyncio.sleep(by.total_seconds())
            case Hold(after=False):
                await fault.over()
            case TooMany(retry_after=retry_after):
                refusal = refusals.too_many(math.ceil(retry_after.total_seconds()))
                entry.description = refusal.description
                return _refused(refusal)
            case Refused(code=code, description=description):
                entry.description = description
                return _refused(Refusal(code, description))
            case Broken(after=False) | Garbage(after=False) | Reset(after=False):
                return _broken(fault, request)
            case _:
                pass
        return None

    async def _after(self, fault: Fault | None, request: web.Request) -> web.Response | None:
        """What becomes of the answer; None: it goes out."""
        match fault:
            case Delay(by=by, after=True):
                self.service.journal.stir()
                await asyncio.sleep(by.total_seconds())
            case Hold(after=True):
                self.service.journal.stir()
                await fault.over()
            case Broken(after=True) | Garbage(after=True) | Reset(after=True):
                return _broken(fault, request)
            case _:
                pass
        return None


def _broken(fault: Broken | Garbage | Reset, request: web.Request) -> web.Response:
    if isinstance(fault, Broken):
        return web.Response(status=fault.status, body=BROKEN, content_type="text/html")
    if isinstance(fault, Garbage):
        return web.Response(body=fault.body, content_type="application/json")
    reset(request.transport)
    return web.Response(status=500)


def _refused(refusal: Refusal) -> web.Response:
    return _json(refusal.code, refusal.body)


def _json(status: int, body: Any) -> web.Response:
    return web.Response(
        status=status, body=json.dumps(body, ensure_ascii=False).encode(), content_type="application/json"
    )
