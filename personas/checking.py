"""Everything that is to be said of a persona file, with the line: what does not fit, and what the lint finds."""

from collections.abc import Mapping
from dataclasses import dataclass

from moderation.words import DEFAULT_LANGUAGE
from personas.errors import PersonaFileError
from personas.lint import lint
from personas.loading import build, content_of
from personas.persona import Persona
from personas.remarks import Level, Remark, line_of, place_of
from personas.schema import misfits


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
    """In the order of the lint: errors first."""

    @property
    def wrong(self) -> bool:
        """Whether a library refuses it."""
        return any(problem.level is Level.ERROR for problem in self.problems)


def check(raw: bytes, *, file: str, bases: Mapping[str, Persona]) -> Checked:
    """Look at the bytes of a file, called `file` in errors; `bases` are the personas it may build on, by id.

    Raises PersonaFileError only for what is no TOML at all.
    """
    content, document = content_of(file, raw), raw.decode("utf-8-sig", "replace")
    if wrong := misfits(file, content):
        return Checked(persona=None, problems=tuple(_misfit(error, document) for error in wrong))
    try:
        persona = build(file, content, bases)
    except PersonaFileError as error:
        return Checked(persona=None, problems=(_misfit(error, document),))
    remarks = (
        Problem(level=remark.level, key=remark.key, line=line_of(remark, document), about=remark)
        for remark in lint(persona)
    )
    return Checked(persona=persona, problems=tuple(remarks))


def _misfit(error: PersonaFileError, document: str) -> Problem:
    key = str(error.fields.get("key", "-"))
    return Problem(level=Level.ERROR, key=key, line=place_of(key, document), about=error)
