"""The schema of persona files, one for each tier, and what to tell the person whose file does not fit it."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from personas.errors import PersonaFileError
from personas.misfits import dotted, worded
from personas.persona import Tier

_Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
_Name = Annotated[str, StringConstraints(pattern=r"^[^\s\x00-\x1f:<>{}\[\]|][^\x00-\x1f:<>{}\[\]|]{0,59}$")]
_Short = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
_Line = Annotated[str, StringConstraints(min_length=1, max_length=1000, strip_whitespace=True)]
_Prose = Annotated[str, StringConstraints(min_length=1, max_length=6000, strip_whitespace=True)]
_AnyId = Annotated[str, StringConstraints(pattern=r"^(?:[a-z][a-z0-9_]{0,39})?$")]
_AnyShort = Annotated[str, StringConstraints(max_length=200, strip_whitespace=True)]
_AnyLine = Annotated[str, StringConstraints(max_length=1000, strip_whitespace=True)]
_AnyProse = Annotated[str, StringConstraints(max_length=6000, strip_whitespace=True)]

_Share = Annotated[float | None, Field(ge=0, le=1)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class FactEntry(_Part):
    id: _Id
    text: _Line
    since: date | None = None
    witness: bool = True
    slot: _AnyId = ""
    values: list[_Short] = Field(default_factory=list, max_length=20)
    names: list[_Short] = Field(default_factory=list, max_length=20)
    ask: _AnyShort = ""


class RelationEntry(_Part):
    name: _Name
    kind: _Short
    text: _AnyLine = ""
    since: date | None = None


class DemonstrationEntry(_Part):
    user: _Line
    reply: _Line
    scene: _AnyLine = ""
    held_out: bool = False


class DilemmaEntry(_Part):
    situation: _Line
    options: list[_Short] = Field(min_length=2, max_length=6)
    choice: int = Field(ge=1, le=6)
    reason: _Line

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if self.choice > len(self.options):
            raise PydanticCustomError("choice", "")
        return self


class OceanEntry(_Part):
    openness: _Share = None
    conscientiousness: _Share = None
    extraversion: _Share = None
    agreeableness: _Share = None
    neuroticism: _Share = None


class DocumentEntry(_Part):
    """A file beside the persona's, and what holds of all that it says."""

    file: _Short
    title: _AnyShort = ""
    source: _AnyShort = ""
    licence: _AnyShort = ""
    since: date | None = None
    witness: bool = True


class DemographicFile(_Part):
    """One line of description is enough."""

    id: _Id
    tier: Literal["demographic", "character"] = "demographic"
    language: Literal["en", "ko"]
    name: _Name
    description: _Prose
    tagline: _AnyShort = ""
    voice: _AnyProse = ""
    register_: str = Field(default="", alias="register")
    registers: list[str] = Field(default_factory=list, max_length=8)
    moment: date | None = None
    world: _AnyShort = ""
    mature: bool = False
    scenario: _AnyProse = ""
    facts: list[FactEntry] = Field(default_factory=list, max_length=500)
    relations: list[RelationEntry] = Field(default_factory=list, max_length=100)
    ocean: OceanEntry = Field(default_factory=OceanEntry)
    demonstrations: list[DemonstrationEntry] = Field(default_factory=list, max_length=50)
    dilemmas: list[DilemmaEntry] = Field(default_factory=list, max_length=50)
    documents: list[DocumentEntry] = Field(default_factory=list, max_length=50)
    taboos: list[_Short] = Field(default_factory=list, max_length=50)
    greetings: list[_Line] = Field(default_factory=list, max_length=20)
    disclosure: _AnyLine = ""
    fallbacks: list[_Line] = Field(default_factory=list, max_length=20)
    failures: list[_Line] = Field(default_factory=list, max_length=20)
    wordless: list[_Line] = Field(default_factory=list, max_length=20)
    source: _AnyShort = ""
    licence: _AnyShort = ""
    authors: list[_Short] = Field(default_factory=list, max_length=50)
    extra: dict[_Id, str] = Field(default_factory=dict, max_length=50)


class CharacterFile(DemographicFile):
    """Nothing that makes a character is left to defaults."""

    tagline: _Short
    voice: _Prose
    register_: str = Field(alias="register", min_length=1)
    registers: list[str] = Field(min_length=1, max_length=8)
    facts: list[FactEntry] = Field(min_length=3, max_length=500)
    demonstrations: list[DemonstrationEntry] = Field(min_length=2, max_length=50)
    taboos: list[_Short] = Field(min_length=1, max_length=50)
    greetings: list[_Line] = Field(min_length=1, max_length=20)
    disclosure: _Line
    fallbacks: list[_Line] = Field(min_length=2, max_length=20)
    failures: list[_Line] = Field(min_length=1, max_length=20)
    source: _Short
    licence: _Short


class OverlayFile(_Part):
    """What one person's version of a persona has on top of it."""

    id: _Id
    tier: Literal["individualised"]
    base: _Id
    canon: _AnyShort = ""
    description: _AnyProse = ""
    facts: list[FactEntry] = Field(default_factory=list, max_length=500)
    relations: list[RelationEntry] = Field(default_factory=list, max_length=100)
    demonstrations: list[DemonstrationEntry] = Field(default_factory=list, max_length=50)


FILES: Final[Mapping[str, type[DemographicFile | OverlayFile]]] = {
    Tier.DEMOGRAPHIC: DemographicFile,
    Tier.CHARACTER: CharacterFile,
    Tier.INDIVIDUALISED: OverlayFile,
}

ENTRIES: Final[Mapping[str, type[BaseModel]]] = {
    "facts": FactEntry,
    "relations": RelationEntry,
    "ocean": OceanEntry,
    "demonstrations": DemonstrationEntry,
    "dilemmas": DilemmaEntry,
    "documents": DocumentEntry,
}
"""What stands in the tables of a file, by their names."""


def fit(file: object, content: dict[str, object]) -> "DemographicFile | OverlayFile":
    """`content` as the schema of its tier; `file` names where it comes from. Raises PersonaFileError."""
    try:
        return _model(file, content).model_validate(content)
    except ValidationError as error:
        raise _explain(file, _tier(content), error.errors()[0]) from error


def misfits(file: object, content: dict[str, object]) -> tuple[PersonaFileError, ...]:
    """Everything in which `content` does not fit the schema of its tier; none where `fit` takes it."""
    try:
        _model(file, content).model_validate(content)
    except PersonaFileError as error:
        return (error,)
    except ValidationError as error:
        return tuple(_explain(file, _tier(content), details) for details in error.errors())
    return ()


def _model(file: object, content: dict[str, object]) -> type[DemographicFile | OverlayFile]:
    if (tier := _tier(content)) not in FILES:
        raise PersonaFileError("personas.want_one_of", file=file, key="tier", expected=", ".join(FILES))
    return FILES[tier]


def _tier(content: dict[str, object]) -> str:
    tier = content.get("tier", Tier.DEMOGRAPHIC)
    return tier if isinstance(tier, str) else ""


def _known_keys(tier: str, place: tuple[int | str, ...]) -> str:
    """The keys that stand where an unknown one was found."""
    model = ENTRIES.get(str(place[0]), FILES[tier]) if len(place) > 1 else FILES[tier]
    return ", ".join(field.alias or name for name, field in model.model_fields.items())


def _explain(file: object, tier: str, details: ErrorDetails) -> PersonaFileError:
    """A complaint of the schema, in words for the person who wrote the file."""
    place = details["loc"]
    words, expected = worded(details, lambda: _known_keys(tier, place))
    return PersonaFileError(f"personas.{words}", file=file, key=dotted(place), tier=tier, expected=expected)
