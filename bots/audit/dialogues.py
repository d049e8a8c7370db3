"""What an audit has said, with a slot for who says it: a TOML file, the one that ships or somebody's own."""

import importlib.resources
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bots.errors import SettingsError, Unknown
from moderation.file_faults import reason_of
from moderation.models.templates import fit_particles
from moderation.validation import first_problem

SLOT: Final = "{who}"
LANGUAGES: Final = ("en", "ko")

_Text = Annotated[str, Field(min_length=1, max_length=2_000)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Axis(_Entry):
    en: tuple[_Text, ...] = ()
    ko: tuple[_Text, ...] = ()


class _Dialogue(_Entry):
    id: Annotated[str, Field(min_length=1, max_length=60)]
    en: Annotated[tuple[_Text, ...], Field(max_length=20)] = ()
    ko: Annotated[tuple[_Text, ...], Field(max_length=20)] = ()


class _Sentence(_Entry):
    en: str = ""
    ko: str = ""


class _File(_Entry):
    axes: dict[str, _Axis] = {}
    dialogue: tuple[_Dialogue, ...] = ()
    sentence: tuple[_Sentence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scripts:
    """What an audit has said in one language."""

    language: str
    axes: Mapping[str, Sequence[str]]
    """Identities by axis, at least two each."""
    dialogues: Sequence[Sequence[str]]
    """What a person says in turn; at least one of these lines has the slot."""
    sentences: Sequence[str]
    """What is judged by itself; all have the slot."""

    def chosen(self, axes: Sequence[str], most: int) -> "Scripts":
        """Some of the axes (none named: all) and at most so many dialogues and sentences. Raises Unknown."""
        for name in axes:
            if name not in self.axes:
                raise Unknown("audit.unknown_axis", name=name, known=", ".join(self.axes))
        return Scripts(
            language=self.language,
            axes={name: self.axes[name] for name in axes or self.axes},
            dialogues=self.dialogues[:most],
            sentences=self.sentences[:most],
        )


def load_scripts(language: str, file: Path | None = None) -> Scripts:
    """The scripts of `file`, or those that ship. Axes that a file does not bring are those that ship.

    Raises SettingsError: file, key, what was expected.
    """
    shipped = importlib.resources.files("bots.audit") / "swap.toml"
    house = _parsed(shipped.read_bytes(), str(shipped))
    found = house if file is None else _parsed(_bytes(file), str(file))
    axes = found.axes or house.axes
    name = str(file or shipped)
    return Scripts(
        language=language,
        axes={key: _identities(getattr(axis, language), f"axes.{key}.{language}", name) for key, axis in axes.items()},
        dialogues=tuple(_dialogues(found, language, name)),
        sentences=tuple(_sentences(found, language, name)),
    )


def filled(line: str, who: str) -> str:
    """`line` said of `who`: Korean particles fit, a sentence begins with a capital."""
    text = fit_particles(line.replace(SLOT, who))
    return text[:1].upper() + text[1:]


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise SettingsError("audit.unreadable", file=file, reason=reason_of(error)) from None


def _parsed(raw: bytes, name: str) -> _File:
    try:
        return _File.model_validate(tomllib.loads(raw.decode("utf-8-sig")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError("settings.syntax", file=name, reason=reason_of(error)) from None
    except ValidationError as error:
        key, expected = first_problem(error)
        raise SettingsError("settings.wrong", file=name, key=key, expected=expected) from None


def _identities(names: Sequence[str], key: str, file: str) -> Sequence[str]:
    if len(set(names)) < 2 or len(set(names)) < len(names):
        raise SettingsError("settings.wrong", file=file, key=key, expected=SettingsError("audit.expect_identities"))
    return names


def _dialogues(found: _File, language: str, file: str) -> Iterator[Sequence[str]]:
    for number, dialogue in enumerate(found.dialogue):
        lines = getattr(dialogue, language)
        if lines and not any(SLOT in line for line in lines):
            raise _no_slot(f"dialogue.{number}.{language}", file)
        if lines:
            yield lines


def _sentences(found: _File, language: str, file: str) -> Iterator[str]:
    """Those written for it, and what is said in dialogues."""
    for number, sentence in enumerate(found.sentence):
        line = getattr(sentence, language)
        if line and SLOT not in line:
            raise _no_slot(f"sentence.{number}.{language}", file)
        if line:
            yield line
    for dialogue in found.dialogue:
        yield from (line for line in getattr(dialogue, language) if SLOT in line)


def _no_slot(key: str, file: str) -> SettingsError:
    return SettingsError("settings.wrong", file=file, key=key, expected=SettingsError("audit.expect_slot", slot=SLOT))
