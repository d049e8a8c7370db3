"""Traces of what happens, through the API of OpenTelemetry where it is installed; otherwise nothing.

Whoever starts the program decides where they go (`opentelemetry-instrument talchum run`). Attributes are figures and
names that the program, its settings or its policy know beforehand: never a text, a person or a place.
"""

import functools
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import Context
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from opentelemetry.trace import Span, Tracer

Note = Callable[..., None]
"""Told attributes by name: strings and numbers."""


class Trace:
    """One span that does not become the current one by itself. `end` it once."""

    def __init__(self, name: str, *, below: "Trace | None" = None) -> None:
        """Begins now, `below` another span, or the current one."""
        tracer, context = _tracer(), below.scope() if below else None
        self._span: Span | None = tracer.start_span(f"talchum.{name}", context=context) if tracer else None

    def scope(self) -> Any:
        """A context of OpenTelemetry in which it is the current span; None: nobody traces."""
        if self._span is None:
            return None
        from opentelemetry.trace import set_span_in_context

        return set_span_in_context(self._span)

    def within(self, context: Context) -> None:
        """Be the current span in `context`."""
        if self._span is not None:
            from opentelemetry.context import attach

            context.run(attach, self.scope())

    def note(self, **attributes: str | float) -> None:
        """Attributes that are known now."""
        if self._span:
            self._span.set_attributes(_named(attributes))

    def end(self) -> None:
        """It is over."""
        if self._span:
            self._span.end()


@contextmanager
def span(name: str) -> Iterator[Note]:
    """What happens within is one span, below the current one and the current one meanwhile. What goes wrong is not
    written down: an error may quote a text."""
    tracer = _tracer()
    if tracer is None:
        yield _unheard
        return
    with tracer.start_as_current_span(
        f"talchum.{name}", record_exception=False, set_status_on_exception=False
    ) as current:
        yield lambda **attributes: current.set_attributes(_named(attributes))


def _tracer() -> "Tracer | None":
    """None where nobody said where traces go: spans that nobody gets would cost more than all else here."""
    trace = _library()
    if trace is None or isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
        return None
    tracer: Tracer = trace.get_tracer("talchum")
    return tracer


@functools.cache
def _library() -> Any:
    try:
        from opentelemetry import trace
    except ImportError:
        return None
    return trace


def _named(attributes: Mapping[str, str | float]) -> dict[str, str | float]:
    return {f"talchum.{name}": value for name, value in attributes.items()}


def _unheard(**attributes: str | float) -> None:
    """Nobody traces."""
