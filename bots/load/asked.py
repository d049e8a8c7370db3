"""One question on its way: asked, brought to the model, answered, shown."""

from dataclasses import dataclass
from typing import Final

_UNKNOWN: Final = -1.0


@dataclass(slots=True, kw_only=True, eq=False)
class Asked:
    """A question and its answer. Times are seconds of one clock; what has not happened is negative."""

    number: int
    language: str
    said: float
    """When it was asked."""
    first: str = ""
    """The first sentence of the answer, as the model means it; "" until it is asked."""
    called: float = _UNKNOWN
    """When the model was asked."""
    sentence: float = _UNKNOWN
    """When the model had said the first sentence and what shows that it is over."""
    spoken: float = _UNKNOWN
    """When the model had said everything."""
    visible: float = _UNKNOWN
    """When its first sentence could be read."""
    done: float = _UNKNOWN
    """When all of it stood there, with its buttons."""
    joined: int = 0
    """Number of the question that it was answered with, as one burst; 0: it was answered by itself."""
    behind: bool = False
    """Whether an earlier question of the same conversation was not over yet: it waits for that, as it should."""
    calls: int = 0
    """How often the model was called."""
    whole: bool = False
    """Whether what stands there is what the model said."""
    refused: bool = False
    """Whether there was a sign that there is no room."""

    @property
    def over(self) -> bool:
        """Whether it has come to an end."""
        return self.done >= 0 or self.refused

    @property
    def plain(self) -> bool:
        """Whether it was answered by itself and in one go, so that its times say what Talchum adds."""
        return self.whole and self.calls == 1 and self.visible >= 0 and not (self.behind or self.joined)

    @property
    def to_call(self) -> float:
        """Seconds until the model was asked; `plain` questions only, as with the next two."""
        return self.called - self.said

    @property
    def to_first(self) -> float:
        """Seconds that Talchum added before the first sentence could be read."""
        return self.to_call + (self.visible - self.sentence)

    @property
    def to_last(self) -> float:
        """Seconds that Talchum added before all of it stood there, its pauses between two edits included."""
        return self.to_call + (self.done - self.spoken)
