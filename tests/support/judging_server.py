"""A service on this machine that judges as a test tells it: moderation and chat calls of the OpenAI protocol."""

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the service answers to one call."""

    body: bytes
    status: int = 200
    pieces: int = 1
    """In how many parts the body comes."""
    pause: float = 0.0
    """Seconds before the first part and between parts."""


def as_json(content: object, *, status: int = 200) -> Said:
    return Said(body=json.dumps(content).encode(), status=status)


def completion(text: str | None, *, finish: str = "stop", logprobs: object = None, **message: object) -> Said:
    """An answer of a chat model."""
    choice = {
        "index": 0,
        "finish_reason": finish,
        "message": {"role": "assistant", "content": text, **message},
        "logprobs": logprobs,
    }
    return as_json({"id": "c", "object": "chat.completion", "created": 0, "model": "any", "choices": [choice]})


def refusal(status: int) -> Said:
    return as_json({"error": {"message": "no", "type": "any", "code": None}}, status=status)


Answering = Callable[[str, Mapping[str, Any]], Said]
"""From path and body of a call to the answer."""


@dataclass(slots=True, kw_only=True)
class Call:
    """A call that came."""

    path: str
    body: Mapping[str, Any]
    key: str


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    """Callers that wait to be let in: with the usual five some of many at once are turned away."""


@dataclass(slots=True)
class JudgingServer:
    """Answers every call with `answering`, which may be changed at any time; one thread a call."""

    answering: Answering
    calls: list[Call] = field(default_factory=list)
    _server: ThreadingHTTPServer = field(init=False)

    def __post_init__(self) -> None:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                outer.calls.append(Call(path=self.path, body=body, key=self.headers["authorization"]))
                self._answer(outer.answering(self.path, body))

            def _answer(self, said: Said) -> None:
                time.sleep(said.pause)
                self.send_response(said.status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(said.body)))
                self.end_headers()
                size = -(-len(said.body) // said.pieces) or 1
                for start in range(0, len(said.body), size):
                    try:
                        self.wfile.write(said.body[start : start + size])
                        self.wfile.flush()
                    except OSError:  # whoever called has gone
                        return
                    time.sleep(said.pause)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (its name there)
                """Say nothing."""

        self._server = _Server(("127.0.0.1", 0), Handler)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._server.shutdown()
        self._server.server_close()
