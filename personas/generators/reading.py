"""Pure: what the events of one chat stream add up to: text to hand on, a finish, figures."""

from typing import Any, Final

from personas.errors import Retryable
from personas.generators.seams import Seam, StopCutter
from personas.generators.tokens import quarters
from personas.messages import Finish, Usage

_FINISHES: Final = {
    "stop": Finish.STOP,
    "length": Finish.LENGTH,
    "model_length": Finish.LENGTH,
    "content_filter": Finish.FILTERED,
}


class Reading:
    """The state of one stream. Fed with events as they come: whatever JSON they are."""

    def __init__(self, *, host: str, stops: tuple[str, ...], prefix: str) -> None:
        self._host = host
        self._seam = Seam(prefix)
        self._cutter = StopCutter(stops)
        self.asked = 0
        """Estimated tokens of the prompt; 0 until it was sent, and again where it was refused."""
        self.opened = False
        """Whether the service answered with a stream."""
        self.events = 0
        self.thinking = False
        """Whether the last event was of a reasoning that precedes the text."""
        self.arrived = 0
        """Quarter tokens of text so far."""
        self.end: Finish | None = None
        self.done = False
        """Whether the service said that nothing follows."""
        self.figures: Usage | None = None
        """The service's own figures."""

    @property
    def over(self) -> bool:
        """Whether nothing of interest follows, not even the end of the body."""
        return self.cut or (self.done and self.end is None)

    @property
    def cut(self) -> bool:
        """Whether a stop string ended the text, so that the rest of the stream is of no interest."""
        return self._cutter.cut

    def take(self, event: object) -> str:
        """The text to hand on now, perhaps none.

        Raises Retryable for an event that is not one of a chat stream and for a finish that is not an end.
        """
        self.events += 1
        self.figures = _figures(_in(event, "usage")) or self.figures
        choices = _in(event, "choices") or []
        if not isinstance(choices, list):
            raise Retryable("generators.malformed", host=self._host)
        if not choices or self.end is not None:
            return ""
        delta = _in(choices[0], "delta")
        text = _in(delta, "content") or ""
        finish = _in(choices[0], "finish_reason")
        if not isinstance(text, str):
            raise Retryable("generators.malformed", host=self._host)
        self.thinking = bool(_in(delta, "reasoning_content") or _in(delta, "reasoning"))
        self.arrived += quarters(text)
        new = self._cutter.feed(self._seam.feed(text)) if text else ""
        if finish is not None and not self.cut:
            end = _FINISHES.get(finish) if isinstance(finish, str) else None
            if end is None:
                raise Retryable("generators.odd_finish", host=self._host, reason=str(finish)[:40])
            new += self._cutter.feed(self._seam.flush()) + self._cutter.flush()
            self.end = end
        if self.cut:
            self.end = Finish.STOP
        return new


def _in(event: object, name: str) -> Any:
    """What an object of JSON has under a name; None of anything else."""
    return event.get(name) if isinstance(event, dict) else None


def _figures(usage: object) -> Usage | None:
    """The service's figures; None where an event has none or not all."""
    asked, out = _in(usage, "prompt_tokens"), _in(usage, "completion_tokens")
    cached = _in(_in(usage, "prompt_tokens_details"), "cached_tokens")
    if not isinstance(asked, int) or not isinstance(out, int):
        return None
    return Usage(tokens_in=asked, tokens_cached=cached if isinstance(cached, int) else 0, tokens_out=out)
