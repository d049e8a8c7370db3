"""The schema of our own lorebook files, and what to tell the person whose file does not fit it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic_core import ErrorDetails

from personas.errors import LorebookError
from personas.lore.book import FOREVER, SCAN_DEPTH
from personas.misfits import EXAMPLES, dotted, worded
from personas.remarks import Level, Remark, line_of

MAX_ENTRIES: Final = 10_000
MAX_CONTENT: Final = 6_000
"""Code points."""
MAX_KEY: Final = 200
MAX_KEYS: Final = 100
"""Of one entry."""
MAX_SCAN: Final = 100
"""Messages."""
MAX_PATTERNS: Final = 1_000
"""Of one book."""

_Id = Annotated[str, StringConstraints(pattern=r"^[^\s\x00-\x1f/][^\x00-\x1f/]{0,79}$")]
_Key = Annotated[str, StringConstraints(min_length=1, max_length=MAX_KEY, strip_whitespace=True)]
_Prose = Annotated[str, StringConstraints(min_length=1, max_length=MAX_CONTENT, strip_whitespace=True)]
_AnyLine = Annotated[str, StringConstraints(max_length=1_000, strip_whitespace=True)]
_Keys = Annotated[list[_Key], Field(max_length=MAX_KEYS)]
_Count = Annotated[int, Field(ge=0, le=FOREVER)]
_Whole = Annotated[int, Field(ge=-FOREVER, le=FOREVER)]
_Depth = Annotated[int, Field(ge=0, le=MAX_SCAN)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class EntryPart(_Part):
    """See `personas.lore.book.Entry`. A key between slashes, as /dragons?/i, is a pattern."""

    id: _Id
    content: _Prose
    keys: _Keys = Field(default_factory=list)
    secondary: _Keys = Field(default_factory=list)
    logic: Literal["and_any", "and_all", "not_any", "not_all"] = "and_any"
    name: _AnyLine = ""
    comment: _AnyLine = ""
    enabled: bool = True
    constant: bool = False
    by_meaning: bool = False
    case_sensitive: bool = False
    whole_words: bool = True
    scan_depth: _Depth | None = None
    order: _Whole = 100
    priority: _Whole | None = None
    position: Literal["before", "after", "depth"] = "after"
    depth: _Depth = 4
    probability: Annotated[float, Field(ge=0, le=1)] = 1.0
    sticky: _Count = 0
    cooldown: _Count = 0
    delay: _Count = 0
    after_replies: _Count = 0
    every_replies: Annotated[int, Field(ge=1, le=FOREVER)] = 1
    groups: Annotated[list[_Key], Field(max_length=20)] = Field(default_factory=list)
    group_weight: _Count = 100
    group_first: bool = False
    exclude_recursion: bool = False
    prevent_recursion: bool = False
    delay_until_recursion: _Count = 0
    since: date | None = None
    witness: bool = True


class BookFile(_Part):
    """See `personas.lore.book.Lorebook`."""

    id: _Id
    name: _AnyLine = ""
    description: _AnyLine = ""
    scan_depth: _Depth = SCAN_DEPTH
    token_budget: Annotated[int, Field(ge=1, le=FOREVER)] | None = None
    recursive: bool = False
    source: _AnyLine = ""
    licence: _AnyLine = ""
    entries: Annotated[list[EntryPart], Field(min_length=1, max_length=MAX_ENTRIES)]


def fit(file: str, content: Mapping[str, object], document: str) -> BookFile:
    """`content` as the schema; `file` names where it comes from, `document` is its text. Raises LorebookError."""
    try:
        return BookFile.model_validate(content)
    except ValidationError as error:
        raise _explain(file, error.errors()[0], content, document) from error


def place_of(file: str, place: Sequence[int | str], content: Mapping[str, object], document: str) -> LorebookError:
    """Where something in a file is: its line, and of an entry the id. For the field `file` of an error."""
    line = line_of(Remark(level=Level.ERROR, rule="", key=dotted(place)), document)
    entries = content.get("entries")
    entry: object = None
    if place[:1] == ("entries",) and len(place) > 1 and isinstance(entries, list) and isinstance(place[1], int):
        entry = entries[place[1]]
    if not isinstance(entry, dict):
        return LorebookError("lore.place" if line else "lore.file", file=file, line=line)
    name = entry.get("id") or str(place[1] + 1 if isinstance(place[1], int) else "")
    return LorebookError("lore.entry_place" if line else "lore.entry", file=file, line=line, entry=name)


_EXAMPLES: Final = {**EXAMPLES, "list_type": '["…", "…"]', "model_type": '{ id = "…", content = "…" }', "int_type": "4"}
_OURS: Final = frozenset({"too_few", "missing_key"})
"""What the words for persona files say of a tier, which a lorebook has not."""


def _explain(file: str, details: ErrorDetails, content: Mapping[str, object], document: str) -> LorebookError:
    """The first complaint of the schema, in words for the person who wrote the file."""
    place = details["loc"]
    model: type[BaseModel] = EntryPart if len(place) > 1 else BookFile
    words, expected = worded(details, lambda: ", ".join(model.model_fields), _EXAMPLES)
    topic = "lore" if words in _OURS else "personas"
    where = place_of(file, place, content, document)
    return LorebookError(f"{topic}.{words}", file=where, key=dotted(place[2:] or place), expected=expected)
