"""Everything that is to be said of a persona file, with the line: what does not fit, and what the lint finds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from moderation.words import DEFAULT_LANGUAGE
from personas.errors import PersonaFileError
from personas.lint import lint
from personas.loading import build, content_of
from personas.persona import Persona, Tier
from personas.remarks import Level, Remark, line_of, place_of
from personas.schema import misfits

_STAND_INS: Final = {
    "id": "nobody",
    "name": "-",
    "language": DEFAULT_LANGUAGE,
    "description": "-",
    "tier": Tier.DEMOGRAPHIC.value,
}
"""For what a file must have, so that the rest of it can be looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is to be said."""

    level: Level
    key: str
    line: int
    """From 1; 0 where it is about no line."""
    about: PersonaFileError | Remark

    def explain(self, language: str = DEFAULT_LANGUAGE) -> str:
        """What is wrong and what to do about it."""
        if isinstance(self.about, Remark):
            return f"{self.about.message(language)} {self.about.suggestion(language)}"
        return self.about.explain(language)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A persona file that was looked at."""

    persona: Persona | None
    """None where it does not fit the schema."""
    problems: tuple[Problem, ...]
    """First what does not fit, then what the lint finds, errors first: of all of a file, or of what else is in it."""

    @property
    def wrong(self) -> bool:
        """Whether a library refuses it."""
        return any(problem.level is Level.ERROR for problem in self.problems)


def check(raw: bytes, *, file: str, bases: Mapping[str, Persona]) -> Checked:
    """Look at the bytes of a file, called `file` in errors; `bases` are the personas it may build on, by id.

    Raises PersonaFileError only for what is no TOML at all.
    """
    content, document = content_of(file, raw), raw.decode("utf-8-sig", "replace")
    persona, wrong = _read(file, content, bases)
    remarks = lint(persona) if persona else _remarks_on_the_rest(file, content, bases)
    problems = [_misfit(error, document) for error in wrong]
    problems += (
        Problem(level=remark.level, key=remark.key, line=line_of(remark, document), about=remark) for remark in remarks
    )
    return Checked(persona=persona, problems=tuple(problems))


def _read(
    file: str, content: dict[str, object], bases: Mapping[str, Persona]
) -> tuple[Persona | None, tuple[PersonaFileError, ...]]:
    """The persona, or all that keeps it from being one."""
    if wrong := misfits(file, content):
        return None, wrong
    try:
        return build(file, content, bases), ()
    except PersonaFileError as error:
        return None, (error,)


def _remarks_on_the_rest(file: str, content: dict[str, object], bases: Mapping[str, Persona]) -> tuple[Remark, ...]:
    """What the lint finds beside the keys that do not fit; nothing where no persona can be made without them."""
    whole = content | {"tier": Tier.DEMOGRAPHIC.value} if content.get("tier") == Tier.CHARACTER else content
    left_out = set[str]()
    while True:
        rest = {key: value for key, value in whole.items() if key not in left_out}
        rest |= {key: _STAND_INS[key] for key in left_out & _STAND_INS.keys()}
        persona, wrong = _read(file, rest, bases)
        more = {str(error.fields.get("key", "")).partition(".")[0] for error in wrong} - left_out
        if persona or not more:
            break
        left_out |= more
    hidden = left_out | ({"source", "licence"} if whole is not content else set())
    found = lint(persona) if persona else ()
    return tuple(remark for remark in found if remark.key.partition(".")[0] not in hidden)


def _misfit(error: PersonaFileError, document: str) -> Problem:
    key = str(error.fields.get("key", "-"))
    return Problem(level=Level.ERROR, key=key, line=place_of(key, document), about=error)
