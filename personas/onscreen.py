"""What stands of one reply on the platform, and what of it waits for a person."""

from collections.abc import Callable
from dataclasses import replace

from moderation.records import Verdict
from personas.messages import Passage, PassageKind


class OnScreen:
    """Used by one task."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        """The reply begins; `monotonic` gives seconds."""
        self._monotonic = monotonic
        self._started = monotonic()
        self.first: float | None = None
        """Seconds until something was there to read."""
        self._shown: list[str] = []
        self._spoken: list[str] = []
        self._held: list[str] = []
        self.holding: Verdict | None = None
        """What was said to the first piece that is held; all that comes after it is held too."""
        self.withdrawn = False
        """Whether everything was to be taken back, and a model has said nothing in its place."""

    @property
    def text(self) -> str:
        """Everything on the screen."""
        return "".join(self._shown)

    @property
    def spoken(self) -> str:
        """The part of it that a model generated."""
        return "".join(self._spoken)

    @property
    def draft(self) -> str:
        """All that a model generated, what is held too."""
        return self.spoken + "".join(self._held)

    @property
    def elapsed(self) -> float:
        """Seconds since it began."""
        return self._monotonic() - self._started

    def see(self, passage: Passage) -> None:
        """The platform took it."""
        if passage.kind is PassageKind.GENERATED:
            self._spoken.append(passage.text)
            self.withdrawn = False
        elif self._shown:
            self._shown.append("\n")
        self._shown.append(passage.text)
        if self.first is None:
            self.first = self.elapsed

    def hold(self, piece: str, verdict: Verdict | None = None) -> None:
        """Nobody sees a piece for now; `verdict` is the one on the first of them."""
        self._held.append(piece)
        self.holding = verdict or self.holding

    def clear(self) -> None:
        """Everything is taken back."""
        self.withdrawn = True
        self._shown.clear()
        self._spoken.clear()


def also(whole: Verdict, piece: Verdict) -> Verdict:
    """The verdict on a whole, with what was said to a piece of it."""
    known = {found.rule for found in whole.objections}
    more = (replace(found, spans=()) for found in piece.objections if found.rule not in known)
    return replace(whole, findings=(*whole.findings, *more))
