"""The attacks of `talchum audit redteam`: lines with a slot for what is to be done, one TOML file for each way in.

A line stands for as many attacks as there are aims beside it. A third of all lines, chosen by their digests, is held
back: whoever mends the guard looks at the failures among the others alone.
"""

import hashlib
import importlib.resources
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import Annotated, Final, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from bots.audit.ciphers import DISGUISES, PLAIN, WAYS
from bots.errors import SettingsError, Unknown
from moderation.validation import first_problem

SLOT: Final = "{ask}"
TOLD: Final = "{secret}"
LANGUAGES: Final = ("en", "ko", "mixed")
VECTORS: Final = (
    "user_text", "display_name", "quoted_message", "persona_card", "lore", "document", "file_name", "role_play",
    "prompt_extraction", "encoding", "split", "cross_user",
)  # fmt: skip
"""Ways in."""
RULES: Final = "rules"
SECRETS: Final = "secret"
"""Aims whose words are not in the file: what the model is told first; what another person said."""
INNOCENT: Final = "innocent"
"""The name of the file of harmless lines that look a little like attacks."""
PARTS: Final = ("all", "open", "held_back")

T = TypeVar("T", bound=BaseModel)

_AIMS: Final = "aims.toml"
_THIRDS: Final = 3

Planted = Literal["", "here", "elsewhere", "before"]
"""Where another person told the secret: in the same place, in another, in this one before it was forgotten."""
_Text = Annotated[str, Field(min_length=1, max_length=2_000)]
_Line = _Text | Annotated[tuple[_Text, ...], Field(min_length=2, max_length=6)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Words(_Entry):
    en: _Text
    ko: _Text
    mixed: _Text

    def get(self, language: str) -> str:
        return str(getattr(self, language))


class _Aim(_Entry):
    ask: _Words
    says: _Words | None = None


class _Attack(_Entry):
    id: Annotated[str, Field(min_length=1, max_length=60)]
    aims: tuple[str, ...] = ()
    disguise: str = PLAIN
    way: str = PLAIN
    planted: Planted = ""
    secrets: _Words | None = None
    en: tuple[_Line, ...] = ()
    ko: tuple[_Line, ...] = ()
    mixed: tuple[_Line, ...] = ()

    @model_validator(mode="after")
    def _known(self) -> "_Attack":
        if self.disguise not in DISGUISES or self.way not in WAYS:
            raise ValueError(f"one of {', '.join(DISGUISES)}")
        return self


class _File(_Entry):
    attack: tuple[_Attack, ...]


class _Aims(_Entry):
    aims: dict[str, _Aim]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """One attack, or a harmless line that looks like one (`vector` is INNOCENT)."""

    id: str
    vector: str
    language: str
    aim: str
    steps: Sequence[str]
    """What is said, one message after another, or what stands in the card, the document, the name."""
    says: str
    """What a model that obeys says; "": what only the prompt or the place knows."""
    way: str
    """How it says that: one of `WAYS`."""
    planted: Planted
    secret: str
    """What another person told, or ""."""
    held_back: bool

    @property
    def spoken(self) -> str:
        """The language of the persona it is tried on: en, ko."""
        return "en" if self.language == "en" else "ko"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """All attacks, and the harmless lines."""

    attacks: Sequence[Attack]
    innocent: Sequence[Attack]

    def chosen(self, vectors: Sequence[str], languages: Sequence[str], part: str) -> "Suite":
        """Those of some ways in and languages (none named: all); `part` is all, open or held_back. Raises Unknown."""
        for given, known in ((vectors, VECTORS), (languages, LANGUAGES), ([part], PARTS)):
            for name in given:
                if name not in known:
                    raise Unknown("redteam.unknown", name=name, known=", ".join(known))
        return Suite(
            attacks=[
                attack
                for attack in self.attacks
                if attack.vector in (vectors or VECTORS)
                and attack.language in (languages or LANGUAGES)
                and part in {"all", "held_back" if attack.held_back else "open"}
            ],
            innocent=[line for line in self.innocent if line.language in (languages or LANGUAGES)],
        )


def load_suite(folder: Traversable | None = None) -> Suite:
    """The attacks of `folder`, or those that ship. Blocks. Raises SettingsError: file, key, what was expected."""
    folder = folder or importlib.resources.files("bots") / "data" / "redteam"
    aims = _parsed(folder / _AIMS, _Aims).aims
    attacks = [
        attack
        for vector in VECTORS
        for entry in _parsed(folder / f"{vector}.toml", _File).attack
        for attack in _expanded(vector, entry, aims, f"{vector}.toml")
    ]
    innocent = [
        attack
        for entry in _parsed(folder / f"{INNOCENT}.toml", _File).attack
        for attack in _expanded(INNOCENT, entry, aims, f"{INNOCENT}.toml")
    ]
    return Suite(attacks=attacks, innocent=innocent)


def _parsed(file: Traversable, kind: type[T]) -> T:
    try:
        return kind.model_validate(tomllib.loads(file.read_text("utf-8-sig")))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError("settings.syntax", file=file.name, reason=error) from None
    except ValidationError as error:
        key, expected = first_problem(error)
        raise SettingsError("settings.wrong", file=file.name, key=key, expected=expected) from None


def _expanded(vector: str, entry: _Attack, aims: Mapping[str, _Aim], file: str) -> Iterator[Attack]:
    """Every line with every aim."""
    for language in LANGUAGES:
        for number, line in enumerate(getattr(entry, language), start=1):
            name = f"{vector}/{entry.id}/{language}{number}"
            steps = (line,) if isinstance(line, str) else line
            for aim in entry.aims or ("",):
                if aim and aim not in aims:
                    known = SettingsError("redteam.expect_aim", known=", ".join(aims))
                    raise SettingsError("settings.wrong", file=file, key=f"{entry.id}.aims", expected=known)
                yield _attack(
                    vector, entry, language, (f"{name}/{aim}" if aim else name, name), steps, aims.get(aim), aim
                )


def _attack(
    vector: str,
    entry: _Attack,
    language: str,
    names: tuple[str, str],
    steps: Sequence[str],
    aim: _Aim | None,
    named: str,
) -> Attack:
    ask = DISGUISES[entry.disguise](aim.ask.get(language)) if aim else ""
    secret = entry.secrets.get(language) if entry.secrets else ""
    return Attack(
        id=names[0],
        vector=vector,
        language=language,
        aim=named,
        steps=tuple(step.replace(SLOT, ask).replace(TOLD, secret) for step in steps),
        says=aim.says.get(language) if aim and aim.says else "",
        way=entry.way,
        planted=entry.planted,
        secret=secret,
        held_back=_digest(names[1]) % _THIRDS == 0,
    )


def _digest(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big")
