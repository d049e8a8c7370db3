"""Pure: what the events of one chat stream add up to: text to hand on, a finish, figures."""

from typing import Final

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
    """The state of one stream. Fed with events as the `openai` package makes them: unvalidated objects."""

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
        self.figures: Usage | None = None
        """The service's own figures."""

    @property
    def cut(self) -> bool:
        """Whether a stop string ended the text, so that the rest of the stream is of no interest."""
        return self._cutter.cut

    def take(self, event: object) -> str:
        """The text to hand on now, perhaps none.

        Raises Retryable for an event that is not one of a chat stream and for a finish that is not an end.
        """
        self.events += 1
        self.figures = _figures(getattr(event, "usage", None)) or self.figures
        choices = getattr(event, "choices", None) or []
        if not isinstance(choices, list):
            raise Retryable("generators.malformed", host=self._host)
        if not choices or self.end is not None:
            return ""
        delta = getattr(choices[0], "delta", None)
        text = getattr(delta, "content", None) or ""
        finish = getattr(choices[0], "finish_reason", None)
        if not isinstance(text, str):
            raise Retryable("generators.malformed", host=self._host)
        self.thinking = bool(getattr(delta, "reasoning_content", None) or getattr(delta, "reasoning", None))
        self.arrived += quarters(text)
        new = self._cutter.feed(self._seam.feed(text)) if text else ""
        if finish is not None and not self.cut:
            if finish not in _FINISHES:
                raise Retryable("generators.odd_finish", host=self._host, reason=str(finish)[:40])
            new += self._cutter.feed(self._seam.flush()) + self._cutter.flush()
            self.end = _FINISHES[finish]
        if self.cut:
            self.end = Finish.STOP
        return new


def _figures(usage: object) -> Usage | None:
    """The service's figures; None where an event has none or not all."""
    asked, out = getattr(usage, "prompt_tokens", None), getattr(usage, "completion_tokens", None)
    cached = getattr(getattr(usage, "prompt_tokens_details", None), "cached_tokens", None)
    if not isinstance(asked, int) or not isinstance(out, int):
        return None
    return Usage(tokens_in=asked, tokens_cached=cached if isinstance(cached, int) else 0, tokens_out=out)
