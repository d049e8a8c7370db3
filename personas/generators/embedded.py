"""A model in this process: llama.cpp's own server on the loopback, met like any other OpenAI-compatible service.

The only file that knows `xllamacpp`. Going over loopback costs well under a millisecond a token and buys what the
server already does well: streaming, cancelling, prompt caching, several conversations at once.
"""

import asyncio
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, Self

from moderation.file_faults import reason_of
from personas.errors import ModelUnavailable
from personas.generators.openai_chat import ChatGeneration, OpenAIChat, OpenAIChatSettings
from personas.generators.prefixes import PrefixStyle
from personas.messages import Prompt

_MAGIC: Final = b"GGUF"
_SPIN: Final = "1000"
"""Rounds that a worker thread of llama.cpp spins before it sleeps. Its default, forever, is a quarter of the speed on a
machine that does anything else; this many loses nothing on an idle one."""
_SLOTS: Final = 2
"""Conversations computed at once; further ones wait in the server. More would share the same cores and take memory."""
_CACHE_MEBIBYTES: Final = 256
"""For states of conversations that left their slot; the server's default is 8 GiB."""
_HTTP_THREADS: Final = 4
_SILENT: Final = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedSettings:
    """How a model is run."""

    name: str
    """Second half of the generator's id."""
    context: int = 4096
    """Tokens of prompt and reply together, for each of the conversations computed at once."""
    threads: int = 2
    """Cores to compute with."""
    languages: frozenset[str] = frozenset()
    stop: tuple[str, ...] = ()
    sampling: Mapping[str, object] = field(default_factory=dict)
    """Fields of llama.cpp's requests that suit this model (`repeat_penalty`, `top_p` …); they win over the prompt's."""
    first_token: timedelta = timedelta(minutes=3)
    """A long prompt on few cores, behind others, takes its time."""
    idle: timedelta = timedelta(seconds=60)


class Embedded:
    """A generator over a GGUF file. Made by `start`; `aclose` ends the server and frees the memory."""

    def __init__(self, chat: OpenAIChat, server: list[Any]) -> None:
        """For `start`: `server` holds the only reference to llama.cpp's server, which ends when it is dropped."""
        self._chat = chat
        self._server = server

    @classmethod
    async def start(
        cls, gguf: Path, settings: EmbeddedSettings, *, new_key: Callable[[], str] = secrets.token_urlsafe
    ) -> Self:
        """Load the model in a thread and listen on a free port of 127.0.0.1 behind a fresh key.

        llama.cpp keeps the interpreter's lock while it loads (half a second for 100 MB on an idle machine): nothing
        else runs meanwhile, so this belongs to the start of the program. Raises ModelUnavailable where the file is
        missing, damaged or not GGUF, or where there is too little memory.
        """
        key = new_key()
        server = await asyncio.to_thread(_load, gguf, settings, key)
        chat = await asyncio.to_thread(
            OpenAIChat,
            OpenAIChatSettings(
                model=settings.name,
                base_url=f"{server[0].listening_address}/v1",
                api_key=key,
                name="embedded",
                languages=settings.languages,
                prefix=PrefixStyle.ASSISTANT,
                stop=settings.stop,
                extra_body={"cache_prompt": True, **settings.sampling},
                first_token=settings.first_token,
                idle=settings.idle,
                proxies=False,
                keep_alive=False,
            ),
        )
        return cls(chat, server)

    @property
    def id(self) -> str:
        return self._chat.id

    @property
    def languages(self) -> frozenset[str]:
        return self._chat.languages

    def generate(self, prompt: Prompt) -> ChatGeneration:
        return self._chat.generate(prompt)

    async def aclose(self) -> None:
        """Ends running generations, then the server. Its threads are joined outside the event loop."""
        await self._chat.aclose()
        await asyncio.to_thread(self._server.clear)


def _load(gguf: Path, settings: EmbeddedSettings, key: str) -> list[Any]:
    """A list with the running server. Blocks for as long as the file takes to load."""
    _check(gguf)
    llama = _llama()
    params = llama.CommonParams()
    params.model.path = str(gguf)
    params.model_alias = {settings.name}
    params.n_parallel = _SLOTS
    params.n_ctx = settings.context * _SLOTS
    params.cpuparams.n_threads = settings.threads
    params.cpuparams_batch.n_threads = settings.threads
    params.n_threads_http = _HTTP_THREADS
    params.cache_ram_mib = _CACHE_MEBIBYTES
    params.api_keys = [key]
    params.ui = False
    params.endpoint_slots = False
    params.cors_origins = ""
    params.verbosity = _SILENT
    try:
        return [llama.Server(params)]
    except (RuntimeError, MemoryError):
        raise ModelUnavailable("model_files.not_loaded", file=gguf.name) from None


def _check(gguf: Path) -> None:
    """Raises ModelUnavailable unless `gguf` can be read and begins like a GGUF file."""
    try:
        with gguf.open("rb") as file:
            magic = file.read(len(_MAGIC))
    except FileNotFoundError:
        raise ModelUnavailable("model_files.missing", file=gguf) from None
    except OSError as error:
        raise ModelUnavailable("model_files.unreadable", file=gguf, reason=reason_of(error)) from None
    if magic != _MAGIC:
        raise ModelUnavailable("model_files.not_gguf", file=gguf)


def _llama() -> Any:
    """llama.cpp, imported at the last moment: OpenMP reads its settings once, when it is loaded."""
    os.environ.setdefault("GOMP_SPINCOUNT", _SPIN)
    try:
        import xllamacpp
    except ImportError as error:
        raise ModelUnavailable("model_files.no_runtime", reason=error) from None
    return xllamacpp
