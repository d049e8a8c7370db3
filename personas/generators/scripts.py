"""Scripts: what a scripted model says, how fast, in which pieces and with which faults. The format and its loader.

A file ending in `.jsonl` holds one reply a line; any other file holds JSON: one reply, or a list of replies. A reply:

    {"script": "register_slip", "language": "ko", "seed": 7, "tps": 50, "ttft_ms": 600, "chunk": "1-12chars",
     "sentences": [{"t": "어서 오세요."}, {"t": "오늘 좀 춥지?", "gold": {"cat": "register", "severity": 1}}],
     "repair": {"p_ok": 0.85, "ok": "오늘 좀 춥죠?", "bad": "춥지 않아?"}}

Only `script` and `sentences` must be there. The first reply names the script. Replies are given in the order of the
file and then again from its start; a reply with `when` is given instead wherever the person's turn contains that text.
"""

import dataclasses
import enum
import importlib.resources
import json
import random
import re
from codecs import getincrementaldecoder
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal, NoReturn, Self, TypeVar

import pydantic.dataclasses
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from moderation.file_faults import reason_of
from personas.errors import ScriptError

_STRICT: Final = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

_TOKEN: Final = re.compile(r"\s*(?:[가-힣]|[^\W가-힣]{1,8}|[^\w\s])|\s+")

_CHUNK: Final = re.compile(r"([1-9][0-9]{0,5})(?:-([1-9][0-9]{0,5}))?(char|token|byte)s?")

_Run = TypeVar("_Run", str, bytes, list[str])


def tokens(text: str) -> list[str]:
    """`text` in the tokens that scripts count in: a syllable of Hangul, up to eight letters, or a sign.

    White space belongs to the token after it. They concatenate to `text`. No real model counts like this; it is near
    enough to compare costs, and the same everywhere.
    """
    return _TOKEN.findall(text)


class Unit(enum.StrEnum):
    """What the size of a chunk is counted in."""

    CHARS = "char"
    TOKENS = "token"
    BYTES = "byte"
    """Of UTF-8: over HTTP what is written is split in mid-character; in process a character comes when complete."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunking:
    """In which pieces a text arrives: "1char", "1-12chars", "4tokens", "1byte"."""

    least: int
    most: int
    unit: Unit

    @classmethod
    def parse(cls, form: str) -> Self:
        """Raises ValueError where `form` is not of that form."""
        match = _CHUNK.fullmatch(form)
        if match is None:
            raise ValueError(form)
        least = int(match[1])
        most = int(match[2] or least)
        if most < least:
            raise ValueError(form)
        return cls(least=least, most=most, unit=Unit(match[3]))

    def split(self, text: str, dice: random.Random) -> Iterator[str]:
        """Non-empty pieces that concatenate to `text`; sizes between `least` and `most` are drawn from `dice`."""
        match self.unit:
            case Unit.CHARS:
                yield from self._runs(text, dice)
            case Unit.TOKENS:
                yield from map("".join, self._runs(tokens(text), dice))
            case Unit.BYTES:
                decoder = getincrementaldecoder("utf-8")()
                yield from filter(None, map(decoder.decode, self.cut(text.encode(), dice)))

    def cut(self, data: bytes, dice: random.Random) -> Iterator[bytes]:
        """Non-empty pieces of `data`, sized as for `split`."""
        yield from self._runs(data, dice)

    def _runs(self, whole: _Run, dice: random.Random) -> Iterator[_Run]:
        start = 0
        while start < len(whole):
            end = start + (self.least if self.least == self.most else dice.randint(self.least, self.most))
            yield whole[start:end]
            start = end


@pydantic.dataclasses.dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Gold:
    """What is wrong with a sentence, as the author of the script knows it."""

    cat: Annotated[str, Field(min_length=1)]
    """Category; the names are the author's own."""
    severity: Annotated[int, Field(ge=1, le=3)] = 1


@pydantic.dataclasses.dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Repair:
    """What the model says in place of a sentence it was criticised for."""

    p_ok: Annotated[float, Field(ge=0, le=1)]
    """How probably it is `ok`; drawn from the seed for each reply and attempt."""
    ok: Annotated[str, Field(min_length=1)]
    bad: Annotated[str, Field(min_length=1)]


@pydantic.dataclasses.dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Sentence:
    """A piece of a reply. A space joins it to the next, unless one of the two brings white space."""

    t: Annotated[str, Field(min_length=1)]
    gold: Gold | None = None
    """Present where a guard should object."""
    repair: Repair | None = None
    """What is said in place of this sentence; without it what the reply has for all of them."""


_PLACES: Final = frozenset({"after_sentences", "after_chars"})
_KEYS_OF_KIND: Final[Mapping[str, frozenset[str]]] = {
    "status": frozenset({"status", "retry_after", "code"}),
    "non_stream_200": frozenset(),
}
"""The optional keys that a kind of fault has; the others have a place."""


@pydantic.dataclasses.dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Fault:
    """What goes wrong on the way, and where: at once, or after so many sentences or characters of a call."""

    kind: Literal["disconnect", "reset", "stall", "malformed", "truncate", "non_stream_200", "status"]
    """The connection is closed or reset; nothing more comes; a chunk is not JSON; a line breaks off and the stream
    ends; the answer to a streaming call is one JSON body; the answer is an error."""
    status: Annotated[int, Field(ge=400, le=599)] | None = None
    """The HTTP status of the error."""
    retry_after: Annotated[float, Field(ge=0)] | None = None
    """Seconds that the error asks to wait."""
    code: str | None = None
    """The code in the error, for example "insufficient_quota"."""
    after_sentences: Annotated[int, Field(ge=0)] | None = None
    after_chars: Annotated[int, Field(ge=0)] | None = None
    times: Annotated[int, Field(ge=1)] | None = None
    """How many calls for one reply it strikes before it heals; null: every one."""

    @model_validator(mode="after")
    def _keys_go_together(self) -> Self:
        allowed = _KEYS_OF_KIND.get(self.kind, _PLACES)
        optional = ("status", "retry_after", "code", "after_sentences", "after_chars")
        given = [key for key in optional if getattr(self, key) is not None]
        excess = [key for key in given if key not in allowed]
        if _PLACES.issubset(given):
            excess.append("after_chars")
        if excess:
            raise PydanticCustomError("script_excess", "a key too many", {"key": excess[0]})
        if self.kind == "status" and self.status is None:
            raise PydanticCustomError("script_needs", "a key too few", {"key": "status"})
        return self


_NAME: Final = r"^[^\s/\\]+$"
_LANGUAGE: Final = r"^[a-z]{2,3}$"


@pydantic.dataclasses.dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Reply:
    """One reply of a script."""

    script: Annotated[str, Field(pattern=_NAME)]
    """Its name."""
    sentences: tuple[Sentence, ...]
    """Empty for a model that ends without a word."""
    language: Annotated[str, Field(pattern=_LANGUAGE)] = "en"
    seed: int = 0
    when: Annotated[str, Field(min_length=1)] | None = None
    """Given in answer to turns that contain this text, case aside."""
    tps: Annotated[float, Field(gt=0)] | None = None
    """Tokens a second; null: as fast as it goes."""
    ttft_ms: Annotated[float, Field(ge=0)] = 0
    """Milliseconds to the first token."""
    chunk: str = "4tokens"
    cancel_lag_tokens: Annotated[int, Field(ge=0)] = 0
    """How many tokens are still generated, and charged, after the call was cancelled."""
    repair: Repair | None = None
    """Without it the model repeats a sentence that it was criticised for."""
    finish: Literal["stop", "length", "content_filter"] | None = "stop"
    """The reason given at the end; null: the stream ends without one."""
    fault: Fault | None = None
    prefix_support: bool = True
    """False: what was already said is ignored and the reply begins again, as plain chat interfaces do."""

    @field_validator("chunk")
    @classmethod
    def _is_a_chunking(cls, form: str) -> str:
        try:
            Chunking.parse(form)
        except ValueError as error:
            raise PydanticCustomError("script_chunk", "not a chunking") from error
        return form


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A script: at least one reply, one of them without `when`."""

    replies: tuple[Reply, ...]

    def __post_init__(self) -> None:
        if all(reply.when is not None for reply in self.replies):
            raise ValueError("a script needs a reply without `when`")

    @property
    def name(self) -> str:
        return self.replies[0].script

    @property
    def languages(self) -> frozenset[str]:
        return frozenset(reply.language for reply in self.replies)


def bundled_scripts() -> Mapping[str, Script]:
    """The scripts that ship with the package, by name (the name of their file).

    Reads files, so it has no place in an event loop; nor has `load_script`.
    """
    folder = importlib.resources.files("personas") / "library" / "scripts"
    return {
        entry.name.removesuffix(".json"): parse_script(entry.read_bytes(), file=entry.name)
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".json")
    }


def load_script(source: str | Path) -> Script:
    """The bundled script of that name, or else the script in that file.

    Raises ScriptError where there is neither, or the file is not a script.
    """
    bundled = bundled_scripts()
    if isinstance(source, str) and source in bundled:
        return bundled[source]
    try:
        data = Path(source).read_bytes()
    except (FileNotFoundError, ValueError) as error:
        raise ScriptError("scripted.not_found", file=str(source), names=", ".join(bundled)) from error
    except OSError as error:
        raise ScriptError("scripted.unreadable", file=str(source), reason=reason_of(error)) from error
    return parse_script(data, file=str(source))


def parse_script(data: bytes, *, file: str) -> Script:
    """The script in `data`; `file` names it in errors and, ending in `.jsonl`, says that it is one reply a line.

    Raises ScriptError: file, line or key, and what was expected.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ScriptError("scripted.encoding", file=file, line=data.count(b"\n", 0, error.start) + 1) from error
    if file.endswith(".jsonl"):
        lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
        replies = [_reply(_json(line, file, number), f"{file}:{number}", "") for number, line in lines]
    else:
        content = _json(text, file, 1)
        if isinstance(content, list):
            replies = [_reply(record, file, f"[{index}]") for index, record in enumerate(content)]
        else:
            replies = [_reply(content, file, "")]
    if all(reply.when is not None for reply in replies):
        raise ScriptError("scripted.no_reply", file=file)
    return Script(replies=tuple(replies))


def _json(text: str, file: str, first_line: int) -> object:
    """What `text` says in JSON; a key given twice and numbers that JSON does not have are errors too."""

    def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        record = dict(pairs)
        if len(record) < len(pairs):
            keys = [key for key, _ in pairs]
            raise ScriptError("scripted.twice", file=file, key=next(key for key in keys if keys.count(key) > 1))
        return record

    def refuse(constant: str) -> NoReturn:
        raise ScriptError("scripted.constant", file=file, value=constant)

    try:
        content: object = json.loads(text, object_pairs_hook=once, parse_constant=refuse)
    except json.JSONDecodeError as error:
        line = first_line + error.lineno - 1
        raise ScriptError("scripted.syntax", file=file, line=line, column=error.colno) from error
    except RecursionError as error:
        raise ScriptError("scripted.syntax", file=file, line=first_line, column=1) from error
    return content


_RECORD: Final = TypeAdapter(Reply)

_PARTS: Final[Mapping[str, type]] = {"sentences": Sentence, "gold": Gold, "repair": Repair, "fault": Fault}

_WORDS: Final[Mapping[str, str]] = {
    "missing": "scripted.missing",
    "unexpected_keyword_argument": "scripted.unknown_key",
    "string_type": "scripted.not_text",
    "string_too_short": "scripted.empty",
    "int_type": "scripted.not_integer",
    "float_type": "scripted.not_number",
    "bool_type": "scripted.not_boolean",
    "tuple_type": "scripted.not_list",
    "dataclass_type": "scripted.not_object",
    "literal_error": "scripted.not_one_of",
    "greater_than_equal": "scripted.too_small",
    "greater_than": "scripted.too_small",
    "less_than_equal": "scripted.too_large",
    "script_chunk": "scripted.chunk",
    "script_needs": "scripted.missing",
    "script_excess": "scripted.excess",
}
"""Which words explain which type of validation error."""

_FORMS: Final[Mapping[object, str]] = {_NAME: "scripted.not_a_name", _LANGUAGE: "scripted.not_a_language"}
"""Which words explain which pattern that a text does not match."""


def _reply(record: object, file: str, place: str) -> Reply:
    try:
        return _RECORD.validate_json(json.dumps(record, ensure_ascii=False).encode())
    except UnicodeEncodeError as error:
        raise ScriptError("scripted.surrogate", file=file, key=place or "script") from error
    except ValidationError as error:
        raise _explained(error.errors(include_url=False)[0], file, place) from error


def _explained(detail: ErrorDetails, file: str, place: str) -> ScriptError:
    """The words for one thing that is wrong with the reply at `place` of `file`."""
    location, context = detail["loc"], detail.get("ctx", {})
    path = place + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    if "key" in context:
        path += f".{context['key']}"
    around = next((part for part in reversed(location[:-1]) if isinstance(part, str)), "")
    return ScriptError(
        _FORMS.get(context.get("pattern")) or _WORDS.get(detail["type"], "scripted.wrong"),
        file=file,
        key=path.removeprefix(".") or "script",
        expected=_bound(context) or detail["msg"],
        known=", ".join(field.name for field in dataclasses.fields(_PARTS.get(around, Reply))),
    )


def _bound(context: Mapping[str, object]) -> str:
    """The limit or the choice that a value missed, as written in its error's context."""
    signs = {"ge": "≥ ", "gt": "> ", "le": "≤ ", "expected": ""}
    limit = next((f"{sign}{context[name]}" for name, sign in signs.items() if name in context), "")
    return limit.replace(" or ", ", ")
