"""Who worded replies otherwise, as far as that concerns them: it is noted as theirs, and gone once they are erased."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final

from bots.state import Entry, State, Value

SOMEBODY: Final = "somebody"
"""In place of the key of whoever worded something, where nobody is to know who that was."""
_WORDED: Final = "worded"
"""Kind of the entries that say which replies a person worded."""
_NAMING: Final = ("reply", "variants")
"""Kinds of the entries of a reply that name who worded it."""
_HIDDEN: Final = "hidden:"
"""What the key of all those who look after a community without being told apart begins with (`Caller.actor`)."""
_MARK: Final = re.compile(r"✏ [a-z]+:\S+$")


def worded(reply: str, author: str, until: datetime) -> list[Entry]:
    """What is to be noted where `author` worded the reply of that id; nothing where that is nobody's key alone."""
    if author in {"", SOMEBODY} or author.startswith(_HIDDEN):
        return []
    key = json.dumps([author, reply])
    return [Entry(kind=_WORDED, key=key, value={"reply": reply}, person=author, until=until)]


async def forget_author(state: State, person: str) -> None:
    """Let nothing that is noted of replies say any more which of them a person worded."""
    for entry in await state.of_person(person):
        if entry.kind == _WORDED:
            for kind in _NAMING:
                there = await state.get(kind, str(entry.value["reply"]))
                if there:
                    value = _renamed(there.value, lambda author: SOMEBODY if author == person else author)
                    await state.put(replace(there, value=value))


def told(entry: Entry) -> Value:
    """What an entry says, for the person whose it is: who else worded something is not theirs to know."""
    if entry.kind not in _NAMING:
        return dict(entry.value)
    return _renamed(entry.value, lambda author: author if author in {"", entry.person} else SOMEBODY)


def marked(comment: str, author: str) -> str:
    """What somebody says of a reply, and for those who decide about it the key of whoever worded it, if anybody did."""
    return " ".join(filter(None, (comment, author and f"✏ {author}")))


def unmarked(comment: str) -> str:
    """That again, for whoever said it: they are not told whose key it is."""
    return _MARK.sub(f"✏ {SOMEBODY}", comment)


def _renamed(value: Value, name: Callable[[str], str]) -> Value:
    renamed: dict[str, object] = dict(value)
    if "author" in renamed:
        renamed["author"] = name(str(renamed["author"]))
    if isinstance(authors := renamed.get("authors"), list | tuple):
        renamed["authors"] = [name(str(author)) for author in authors]
    return renamed
