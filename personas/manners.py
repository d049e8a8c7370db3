"""How a persona speaks to those who listen: what somebody set, never what is guessed of them.

An audience chooses a speech level and a tone among those that the persona's file allows; a level that is named outright
wins, also over the file.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from personas.persona import REGISTERS, Persona

_FITTING: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "20s": ("familiar", ("hae", "haeyo", "casual")),
    "30s": ("familiar", ("haeyo", "casual")),
    "40s": ("courteous", ("haeyo", "hapsyo", "formal")),
    "50s": ("courteous", ("hapsyo", "haeyo", "formal")),
    "60s": ("courteous", ("hapsyo", "haeyo", "formal")),
}
"""Tone and speech levels for each audience, the most fitting first."""
AUDIENCES: Final = tuple(_FITTING)
LEVELS: Final = tuple(dict.fromkeys(level for levels in REGISTERS.values() for level in levels))
"""Every speech level, whatever the language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """What was set for whoever is spoken to; "" where nothing was."""

    audience: str = ""
    """One of `AUDIENCES`."""
    register: str = ""
    """One of `LEVELS`: a persona of another language has nothing to do with it."""

    @property
    def tone(self) -> str:
        """The tone for the audience: familiar, courteous or ""."""
        return _FITTING[self.audience][0] if self.audience in _FITTING else ""

    def over(self, wider: "Manner") -> "Manner":
        """This, and where it says nothing what `wider` says."""
        return Manner(audience=self.audience or wider.audience, register=self.register or wider.register)

    def level(self, persona: Persona) -> str:
        """The speech level that `persona` uses here."""
        if self.register in REGISTERS.get(persona.language, ()):
            return self.register
        fitting = _FITTING.get(self.audience, ("", ()))[1]
        possible = REGISTERS.get(persona.language, ())
        # A file that names no levels leaves all open.
        allowed = persona.registers or possible
        return next((level for level in fitting if level in allowed and level in possible), persona.register)
