"""Characters of other programs, which are no cards: JSON of Pygmalion and Agnai, YAML of text-generation-webui -> the
fields of cards, without `data` around them.

What has no place among these fields stays beside them under its own name.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

import yaml

from personas.cards.payload import MAX_DEPTH
from personas.errors import PersonaFileError
from personas.lore.fields import entries_in

MAX_YAML: Final = 512 * 1024
"""Bytes of a YAML file, which takes long to read; characters in it are all by hand."""
_MAX_EVENTS: Final = 20_000
_PYGMALION: Final[Mapping[str, str]] = {
    "char_name": "name",
    "char_persona": "description",
    "char_greeting": "first_mes",
    "world_scenario": "scenario",
    "example_dialogue": "mes_example",
}
_WEBUI: Final[Mapping[str, str]] = {
    "name": "name",
    "context": "description",
    "greeting": "first_mes",
    "example_dialogue": "mes_example",
}
"""Of text-generation-webui (oobabooga), in YAML or, long ago, in JSON."""
_AGNAI: Final[Mapping[str, str]] = {
    "description": "creator_notes",
    "greeting": "first_mes",
    "sampleChat": "mes_example",
    "systemPrompt": "system_prompt",
    "postHistoryInstructions": "post_history_instructions",
    "alternateGreetings": "alternate_greetings",
    "characterVersion": "character_version",
    "characterBook": "character_book",
}
_HEAD: Final = re.compile(rb"^(?:name|char_name|context|greeting|example_dialogue)[ \t]{0,9}:", re.MULTILINE)
_LOOKED_AT: Final = 65_536
_YOU: Final = re.compile(r"^You(?=\s?:)", re.MULTILINE)
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def v1_of(raw: Mapping[str, object]) -> dict[str, object] | None:
    """`raw` with the fields of V1 in place of those of another program; None where it is of none that is known.

    Their examples call the person "You".
    """
    for fields in (_PYGMALION, _WEBUI):
        name, about, *_ = fields
        if name in raw and about in raw:
            kept = {fields.get(key, key) if fields.get(key) not in raw else key: value for key, value in raw.items()}
            shown = kept.get("mes_example")
            if isinstance(shown, str):
                kept["mes_example"] = _YOU.sub("{{user}}", shown)
            return kept
    return None


def agnai(raw: Mapping[str, object]) -> dict[str, object] | None:
    """`raw` with the fields of cards where it is a character as Agnai keeps it, otherwise None.

    Such a one says of itself in `persona` who it is, as a text or by headings, and in `description` what is for people.
    """
    persona = raw.get("persona")
    told = persona.get("attributes") if isinstance(persona, dict) else None
    if not isinstance(told, dict) or "first_mes" in raw:
        return None
    kept = {_AGNAI.get(key, key): value for key, value in raw.items()}
    lines = {key: ", ".join(filter(_is_text, said if isinstance(said, list) else [said])) for key, said in told.items()}
    kept["description"] = "\n".join(line if key == "text" else f"{key}: {line}" for key, line in lines.items() if line)
    book, late, extensions = raw.get("characterBook"), raw.get("insert"), raw.get("extensions")
    if isinstance(book, dict):
        kept["character_book"] = {**book, "entries": entries_in(book)}
    if isinstance(late, dict):
        kept["extensions"] = {"depth_prompt": late, **(extensions if isinstance(extensions, dict) else {})}
    return kept


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def is_yaml(text: bytes, file: str) -> bool:
    """Whether a text looks like a character in YAML, or is called like one."""
    return file.lower().endswith((".yaml", ".yml")) or _HEAD.search(text[:_LOOKED_AT]) is not None


def parse_yaml(text: bytes, *, file: str) -> dict[str, object]:
    """The mapping in a YAML document (UTF-8): its values are texts, lists and mappings, whatever they look like; of no
    anchors, tags or further documents. Raises PersonaFileError."""
    if len(text) > MAX_YAML:
        raise PersonaFileError("cards.too_big", file=file, key="-", expected=MAX_YAML)
    try:
        decoded = text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PersonaFileError("cards.not_utf8", file=file, key="-", position=error.start) from error
    try:
        value = _Builder(file).built(yaml.parse(decoded, Loader=_LOADER))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise PersonaFileError("cards.not_yaml", file=file, key="-", line=line, column=column) from error
    except (yaml.YAMLError, ValueError, OverflowError) as error:  # what no document may hold, or no number is
        raise PersonaFileError("cards.not_yaml", file=file, key="-", line=1, column=1) from error
    if not isinstance(value, dict):
        raise PersonaFileError("cards.want_object", file=file, key="-", expected="name: …")
    return value


class _Builder:
    """Makes values of events, one after the other: neither depth nor aliases can make it do more than it read."""

    def __init__(self, file: str) -> None:
        self._file = file

    def built(self, events: Iterator[yaml.Event]) -> object:
        """What the first document holds."""
        open_: list[list[object]] = [[]]
        made: list[type[yaml.Event]] = []
        for number, event in enumerate(events):
            if number > _MAX_EVENTS:
                raise PersonaFileError("cards.too_many_values", file=self._file, key="-", expected=_MAX_EVENTS)
            match event:
                case yaml.ScalarEvent():
                    open_[-1].append(_scalar(event))
                case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                    open_.append([])
                    made.append(type(event))
                    if len(open_) > MAX_DEPTH:
                        raise PersonaFileError("cards.too_deep", file=self._file, key="-", expected=MAX_DEPTH)
                case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                    inside, kind = open_.pop(), made.pop()
                    open_[-1].append(_pairs(inside) if kind is yaml.MappingStartEvent else inside)
                case yaml.AliasEvent():
                    line = event.start_mark.line + 1
                    raise PersonaFileError("cards.yaml_alias", file=self._file, key=event.anchor, line=line)
                case yaml.DocumentEndEvent():
                    break
        return open_[0][0] if open_[0] else None


def _scalar(event: yaml.ScalarEvent) -> str | None:
    """A text as it stands; nothing, where nothing stands there."""
    return None if event.implicit[0] and event.value in {"", "~", "null"} else str(event.value)


def _pairs(inside: list[object]) -> dict[str, object]:
    """Keys and values that follow each other; of several of one name the last."""
    keys = [key if isinstance(key, str) else "-" for key in inside[::2]]
    return dict(zip(keys, inside[1::2], strict=True))
