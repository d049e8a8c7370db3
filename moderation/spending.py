"""What models that judge took for one reply, told by the filters that asked them to whoever pays for it.

It travels in the context of the task that has something judged, through the guard's threads: filters know nobody.
"""

import contextvars
import threading
from collections.abc import Mapping
from typing import Final

_WHOSE: Final[contextvars.ContextVar["Spending | None"]] = contextvars.ContextVar("spending", default=None)


class Spending:
    """Tokens, in and out. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tokens = (0, 0)

    def context(self) -> contextvars.Context:
        """One in which what filters take is added here."""
        context = contextvars.copy_context()
        context.run(_WHOSE.set, self)
        return context

    def add(self, tokens_in: int, tokens_out: int) -> None:
        """Tokens of one call."""
        with self._lock:
            before_in, before_out = self._tokens
            self._tokens = (before_in + tokens_in, before_out + tokens_out)

    def take(self) -> tuple[int, int]:
        """What was added since this was asked last."""
        with self._lock:
            taken, self._tokens = self._tokens, (0, 0)
        return taken


def tell(answer: object) -> None:
    """An endpoint gave this answer, with the tokens it took as far as it says so."""
    whose = _WHOSE.get()
    usage = answer.get("usage") if isinstance(answer, Mapping) else None
    if whose and isinstance(usage, Mapping):
        whose.add(_count(usage.get("prompt_tokens")), _count(usage.get("completion_tokens")))


def _count(given: object) -> int:
    return max(0, given) if isinstance(given, int) else 0
