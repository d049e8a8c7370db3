"""What a model finds worth remembering, and its account of what was said: bound to a schema, and checked here anyway.

Only for models that can be held to a schema; whatever comes back otherwise is as if it had not been asked.
"""

import importlib.resources
import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any, Final

from moderation.filters.answers import harmless, only_json
from moderation.filters.prompts import Marks
from personas.errors import GenerationError
from personas.generators import Generator
from personas.memory import Kind
from personas.memory.digesting import LONGEST as LONGEST_ACCOUNT
from personas.memory.merging import Noted
from personas.memory.noticing import LONGEST
from personas.messages import Prompt, Turn, Usage

_log = logging.getLogger(__name__)

_MOST: Final = 8
_READ: Final = 4_000
_ANSWER: Final = 700
"""Tokens."""
_KINDS: Final = (Kind.FACT, Kind.PREFERENCE, Kind.EPISODE)
_SLOTS: Final = frozenset({"name", "age", "home", "origin", "birthday", "work", "study", "diet"})
_TOPICS: Final = frozenset({"taste", "favourite", "pet", "language"})


def _schema(**properties: object) -> dict[str, object]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


_TEXT: Final = {"type": "string"}
_NOTES: Final = json.dumps(
    _schema(
        notes={
            "type": "array",
            "items": _schema(
                kind={"type": "string", "enum": [str(kind) for kind in _KINDS]},
                quote=_TEXT,
                text=_TEXT,
                slot=_TEXT,
                value=_TEXT,
                ends={"type": "boolean"},
            ),
        }
    )
)
_ACCOUNT: Final = json.dumps(_schema(account=_TEXT))


class Asking:
    """Asks one generator. As concurrent as it is."""

    def __init__(self, generator: Generator) -> None:
        """Reads what the model is told; blocks for a moment."""
        self._generator = generator
        self._tasks = {name: _task(name) for name in ("notes", "account")}

    async def notes(self, said: str) -> tuple[tuple[Noted, ...] | None, Usage]:
        """What `said` says of its speaker, or None where the model gave no proper answer; and what that cost."""
        text = harmless(said[:_READ])
        answer, usage = await self._answer("notes", Marks(text).around("message", text), _NOTES)
        try:
            given = only_json(answer)["notes"]
            return tuple(_note(each) for each in given[:_MOST] if _stands_there(each, text)), usage
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            return None, usage

    async def account(
        self, before: str, left: Sequence[tuple[Turn, str]], *, char: str, user: str
    ) -> tuple[str, Usage]:
        """The account of a conversation with `left` in it, or "" where the model gave none; and what that cost."""
        turns = "\n".join(f"{user}: {said.text[:_READ]}\n{char}: {reply[:_READ]}" for said, reply in left)
        sections = harmless(before), harmless(turns)
        marks = Marks(*sections)
        question = f"{marks.around('account', sections[0])}\n{marks.around('turns', sections[1])}"
        answer, usage = await self._answer("account", question, _ACCOUNT)
        try:
            account = only_json(answer)["account"].strip()
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            return "", usage
        return account if len(account) <= LONGEST_ACCOUNT else "", usage

    async def _answer(self, task: str, question: str, schema: str) -> tuple[str, Usage]:
        """What the model says, "" where it fails."""
        prompt = Prompt(
            system=self._tasks[task],
            turns=(Turn(role="user", text=question),),
            max_tokens=_ANSWER,
            temperature=0.0,
            schema=schema,
        )
        generation = self._generator.generate(prompt)
        try:
            async with generation:
                return "".join([piece async for piece in generation]), generation.usage
        except GenerationError as error:
            _log.warning("a model did not answer for memory: error=%s", error.key)
            return "", generation.usage


def _task(name: str) -> str:
    return (
        (importlib.resources.files("personas") / "memory" / "data" / f"{name}.md").read_text(encoding="utf-8").strip()
    )


def _stands_there(given: Mapping[str, Any], said: str) -> bool:
    """Whether a note is about words that were really said."""
    quote = given["quote"].strip()
    return bool(quote) and quote in said


def _note(given: Mapping[str, Any]) -> Noted:
    """Raises ValueError, LookupError, TypeError, AttributeError for what the schema does not allow."""
    kind, text, slot, value = Kind(given["kind"]), given["text"].strip(), given["slot"].strip(), given["value"].strip()
    if kind not in _KINDS or not text or len(text) > LONGEST:
        raise ValueError("note")
    topic, _, thing = slot.partition(":")
    known = slot in _SLOTS or (topic in _TOPICS and thing)
    ends = given["ends"] is True
    return Noted(kind=kind, text=text, slot=slot.casefold() if known else "", value=value, ends=ends and bool(known))
