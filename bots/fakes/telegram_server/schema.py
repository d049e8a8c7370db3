"""The Bot API as `schema.json` describes it: requests, answers and updates are all held to it.

Whatever it does not know (a parameter that is misspelled, deprecated or newer, a field of the wrong type) is put in
words, for the test to fail with. Telegram itself is more patient: it ignores parameters that it does not know, which is
how a bot's mistake goes unnoticed.
"""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from bots.fakes.telegram_server.world import Json

_FILE: Final = Path(__file__).with_name("schema.json")
_PLAIN: Final[Mapping[str, tuple[type, ...]]] = {
    "Integer": (int,),
    "Float": (int, float),
    "String": (str,),
    "Boolean": (bool,),
}


class Schema:
    """Reads the file once; nothing in it changes."""

    def __init__(self) -> None:
        self._all: Json = json.loads(_FILE.read_text(encoding="utf-8"))
        self._types: Json = self._all["types"]
        self._methods: Json = self._all["methods"]

    @property
    def version(self) -> str:
        """Of the Bot API."""
        return str(self._all["version"])

    @property
    def methods(self) -> Collection[str]:
        return self._methods.keys()

    def parameters(self, method: str) -> set[str]:
        """Their names."""
        needed, optional = self._fields(self._methods[method])
        return set(needed) | set(optional)

    def missing(self, method: str) -> str:
        """Why there is no such method here."""
        other = method in self._all["other_methods"]
        return "this method is not emulated" if other else f"Bot API {self.version} has no such method"

    def read(self, method: str, given: Mapping[str, str], files: Collection[str]) -> tuple[Json, list[str]]:
        """The parameters of a request from a form, as what they are, and what is wrong with them.

        `files` are the names of uploads; one that is named like a parameter stands for it.
        """
        needed, optional = self._fields(self._methods[method])
        known = needed | optional
        wrong = [f"{name}: is needed" for name in needed if name not in given and name not in files]
        values: Json = {}
        for name, text in given.items():
            if name not in known:
                wrong.append(f"{name}: there is no such parameter")
                continue
            try:
                values[name] = _decoded(text, known[name])
            except ValueError:
                wrong.append(f"{name}: is no {known[name]}")
            else:
                wrong += self._wrong(values[name], known[name], name)
        return values, wrong

    def answer(self, method: str, result: Any) -> list[str]:
        """What is wrong with an answer."""
        return self._wrong(result, self._methods[method]["returns"], "answer")

    def update(self, update: Json) -> list[str]:
        """What is wrong with an update."""
        return self._wrong(update, "Update", "update")

    @staticmethod
    def _fields(entry: Json) -> tuple[dict[str, str], dict[str, str]]:
        return entry.get("required", {}), entry.get("optional", {})

    def _wrong(self, value: Any, kind: str, place: str) -> list[str]:
        found = [list(self._against(value, one, place)) for one in _alternatives(kind)]
        return min(found, key=len)

    def _against(self, value: Any, kind: str, place: str) -> Iterator[str]:
        if kind.startswith("["):
            yield from self._against_array(value, kind[1:-1], place)
        elif kind.startswith('"'):
            if value != kind[1:-1]:
                yield f"{place}: is not {kind}"
        elif kind in _PLAIN:
            if not isinstance(value, _PLAIN[kind]) or isinstance(value, bool) != (kind == "Boolean"):
                yield f"{place}: is no {kind}"
        elif kind == "InputFile":
            if not (isinstance(value, str) and value.startswith("attach://")):
                yield f"{place}: is no file"
        elif kind in self._types:
            yield from self._against_type(value, kind, place)
        else:
            yield f"{place}: {kind} is not emulated"

    def _against_array(self, value: Any, kind: str, place: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield f"{place}: is no array"
            return
        for number, item in enumerate(value):
            yield from self._wrong(item, kind, f"{place}.{number}")

    def _against_type(self, value: Any, kind: str, place: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"{place}: is no {kind}"
            return
        needed, optional = self._fields(self._types[kind])
        yield from (f"{place}.{name}: is needed in {kind}" for name in needed if name not in value)
        for name, item in value.items():
            expected = needed.get(name) or optional.get(name)
            if expected is None:
                yield f"{place}.{name}: {kind} has no such field"
            else:
                yield from self._wrong(item, expected, f"{place}.{name}")


def _alternatives(kind: str) -> list[str]:
    """`a|[b|c]` is `a` or `[b|c]`."""
    return re.findall(r"\[+[^\]]*\]+|[^|]+", kind)


def _decoded(text: str, kind: str) -> Any:
    """What a form field says. Raises ValueError."""
    kinds = _alternatives(kind)
    if "Integer" in kinds and ("String" not in kinds or re.fullmatch(r"-?\d+", text)):
        return int(text)
    if "String" in kinds or "InputFile" in kinds:
        return text
    return json.loads(text)
