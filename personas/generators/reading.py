"""Pure: what the events of one chat stream add up to: text to hand on, a finish, figures."""

from typing import Any, Final

from personas.errors import Permanent, Retryable
from personas.generators.seams import Seam, StopCutter
from personas.generators.thoughts import Thoughts
from personas.generators.tokens import quarters
from personas.messages import Finish, Usage

_FINISHES: Final = {
    "stop": Finish.STOP,
    "length": Finish.LENGTH,
    "model_length": Finish.LENGTH,
    "content_filter": Finish.FILTERED,
}
_UNFINISHED: Final = (None, "", "null")
"""What services write where a reply goes on."""


class Reading:
    """The state of one stream. Fed with events as they come: whatever JSON they are."""

    def __init__(self, *, host: str, stops: tuple[str, ...], prefix: str) -> None:
        self._host = host
        self._thoughts = Thoughts()
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
        """Quarter tokens of text so far, with the thoughts in it."""
        self.thought = 0
        """Quarter tokens of the reasoning that came apart from it."""
        self.end: Finish | None = None
        """The last finish that was told: some services tell one with every event."""
        self._hasty = False
        """Whether text came after a finish."""
        self.done = False
        """Whether the service said that nothing follows."""
        self.figures: Usage | None = None
        """The service's own figures."""

    @property
    def over(self) -> bool:
        """Whether nothing of interest follows, not even the end of the body."""
        return self.cut or (self.done and self.end is None)

    @property
    def whole(self) -> bool:
        """Whether the text is known to have come to its end, whatever becomes of the stream."""
        return self.end is not None and not self._hasty

    @property
    def cut(self) -> bool:
        """Whether a stop string ended the text, so that the rest of the stream is of no interest."""
        return self._cutter.cut

    def take(self, event: object) -> str:
        """The text to hand on now, perhaps none.

        Raises Retryable for an event that is not one of a chat stream and for a finish that is not an end, Permanent
        where what was taken for text turns out to have been thoughts.
        """
        self.events += 1
        self.figures = _figures(_in(event, "usage")) or self.figures
        choices = _in(event, "choices") or []
        if not isinstance(choices, list):
            raise Retryable("generators.malformed", host=self._host)
        if not choices or self.cut:
            return ""
        text, thought = self._spoken(_in(choices[0], "delta"))
        self._hasty = self._hasty or (bool(text) and self.end is not None)
        self.thinking = bool(thought)
        self.thought += quarters(thought)
        self.arrived += quarters(text)
        new = self._shown(self._thoughts.feed(text)) if text else ""
        self._ends(_in(choices[0], "finish_reason"))
        return new

    def rest(self) -> str:
        """What was held back; the stream has ended."""
        rest = self._shown(self._thoughts.flush())
        rest += self._cutter.feed(self._seam.flush()) + self._cutter.flush()
        if self.cut:
            self.end = Finish.STOP
        return rest

    def _spoken(self, delta: object) -> tuple[str, str]:
        """The text and the reasoning of one event."""
        content = _in(delta, "content") or ""
        thought = _in(delta, "reasoning_content") or _in(delta, "reasoning") or ""
        if isinstance(content, list):  # Mistral's models that reason
            parts = [(_in(part, "type"), _in(part, "text"), _in(part, "thinking")) for part in content]
            thought = str([thinking for kind, _, thinking in parts if kind == "thinking"] or "")
            content = [text for kind, text, _ in parts if kind != "thinking"]
            content = "".join(content) if all(isinstance(text, str) for text in content) else None
        if not isinstance(content, str):
            raise Retryable("generators.malformed", host=self._host)
        return content, thought if isinstance(thought, str) else str(thought)

    def _shown(self, text: str) -> str:
        """What of a text without thoughts is to be handed on now."""
        if self._thoughts.unopened:
            raise Permanent("generators.thinks_aloud", host=self._host)
        new = self._cutter.feed(self._seam.feed(text)) if text else ""
        if self.cut:
            self.end = Finish.STOP
        return new

    def _ends(self, reason: object) -> None:
        if self.cut or reason in _UNFINISHED:
            return
        self.end = _FINISHES.get(reason) if isinstance(reason, str) else None
        if self.end is None:
            raise Retryable("generators.odd_finish", host=self._host, reason=str(reason)[:40])


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
