"""The contract of a generator: an asynchronous stream of text for a prompt.

One sibling file for each way to get text: `openai_chat` (any OpenAI-compatible endpoint), `embedded` (llama.cpp in this
process, met over loopback), `scripted` (tests and demonstrations); `retrying` and `fallback` wrap others. Every one
passes `tests/contracts/test_generators.py`.
"""

from collections.abc import AsyncIterator
from typing import Protocol, Self

from personas.messages import Finish, Prompt, Usage


class Generation(Protocol):
    """One running model call. Iterate it to the end or close it; used by one task.

    Iterating yields non-empty pieces of text in order; their boundaries mean nothing. It ends normally only with a
    finish reason; everything else raises `Retryable` or `Permanent` (a stream that just stops is Retryable).
    """

    def __aiter__(self) -> AsyncIterator[str]: ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(self, *exc_info: object) -> None:
        """Closes."""

    async def aclose(self) -> None:
        """Cancel the call upstream if it still runs, and release everything. Idempotent; never raises."""

    @property
    def model(self) -> str:
        """Id of the model that answers (`Generator.id` of it): another than the one asked where there are fallbacks."""

    @property
    def finish(self) -> Finish | None:
        """Why it ended; None while it runs."""

    @property
    def usage(self) -> Usage:
        """Tokens so far; final once it ended or was closed. `calls` is 1, retries counted on top."""


class Generator(Protocol):
    """A source of text. Safe to use from many tasks of one event loop."""

    @property
    def id(self) -> str:
        """Names the model in records: "openai:gpt-x", "embedded:SmolLM2-135M-Instruct"."""

    @property
    def languages(self) -> frozenset[str]:
        """Languages the model speaks usably; empty where that is not known."""

    def generate(self, prompt: Prompt) -> Generation:
        """Start a call lazily: nothing happens before the first iteration. Cheap, does not block, does not raise."""

    async def aclose(self) -> None:
        """Release connections, processes, threads. Idempotent."""
