"""What people allow with what is theirs: a ledger, every yes and no of it with when it was said and to which words.

Whoever wants to do something that needs consent asks `Consents.consented` first. Without a yes it is no; a yes to words
that mean something else by now is no longer one.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from bots.state import Line, State
from moderation.words import catalogue

TRAINING: Final = "training"
"""Kept exchanges that people decided about may be used to train and to test the filters."""
SAMPLES: Final = "samples"
"""Some replies that passed may be kept, so that people can look whether they should have."""
MEMORY: Final = "memory"
"""Personas may remember what somebody tells of themselves from one conversation to the next."""

WORDINGS: Final[Mapping[str, int]] = MappingProxyType({TRAINING: 1, SAMPLES: 1, MEMORY: 2})
"""Every kind, and the version of the words that ask for it (`words/consent.toml`). Whoever changes what they mean
raises it; everybody is asked anew then."""

_CONSENT: Final = "consent"
"""The book of the state."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A yes or no."""

    consent: str
    granted: bool
    at: datetime
    wording: int
    platform: str
    person: str = ""
    """Key, or "" once they were erased."""

    @property
    def holds(self) -> bool:
        """Whether it is a yes to what the words mean today."""
        return self.granted and self.wording == WORDINGS.get(self.consent)


class Consents:
    """The ledger of one state. As concurrent as it is; every method raises StoreBusy and StoreFailed."""

    def __init__(self, state: State, clock: Callable[[], datetime]) -> None:
        """`clock` gives aware times in UTC."""
        self._state = state
        self._clock = clock

    async def consented(self, platform: str, person: str, kind: str) -> bool:
        """Whether that person allows what `kind` (TRAINING, SAMPLES, MEMORY) is. Nobody ("") allows nothing."""
        if not person:
            return False
        choice = (await self.standing(platform, person)).get(kind)
        return choice is not None and choice.holds

    async def standing(self, platform: str, person: str) -> dict[str, Choice]:
        """What a person said last, by kind; what they never said anything about is left out."""
        return {choice.consent: choice for choice in await self.history(platform, person)}

    async def decide(self, platform: str, person: str, kind: str, *, granted: bool, language: str = "") -> None:
        """Write down a yes or no to the words of `kind` as they are today, read in `language`."""
        value = {
            "consent": kind,
            "granted": granted,
            "wording": WORDINGS[kind],
            "language": language,
            "platform": platform,
        }
        await self._state.append(Line(kind=_CONSENT, at=self._clock(), value=value, person=person))

    async def history(self, platform: str, person: str) -> tuple[Choice, ...]:
        """Everything a person said, oldest first."""
        lines = await self._state.lines(_CONSENT, person=person)
        return tuple(choice for choice in map(_choice, lines) if choice.platform == platform)

    async def everybody(self) -> tuple[Choice, ...]:
        """What everybody said last, of each kind, for whoever runs the instance; without those who were erased."""
        last = {
            (choice.platform, choice.person, choice.consent): choice
            for choice in map(_choice, await self._state.lines(_CONSENT))
            if choice.person
        }
        return tuple(last.values())

    async def counts(self) -> Counter[tuple[str, bool]]:
        """How often there was a yes (True) or a no, by kind, ever: also by those who were erased since."""
        return Counter((choice.consent, choice.granted) for choice in map(_choice, await self._state.lines(_CONSENT)))


def asked(kind: str, language: str) -> str:
    """The words that a yes or no is said to."""
    return catalogue("bots").say(f"consent.{kind}", language)


def _choice(line: Line) -> Choice:
    value = line.value
    wording = value.get("wording")
    return Choice(
        consent=str(value.get("consent")),
        granted=value.get("granted") is True,
        at=line.at,
        wording=wording if isinstance(wording, int) else 0,
        platform=str(value.get("platform")),
        person=line.person,
    )
