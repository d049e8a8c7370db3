"""What the files hold that settings name and that are read once, when the program starts."""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

from bots.config import Settings

Digests: TypeAlias = Mapping[tuple[str, Path], str]
"""By section of the settings and file: SHA-256 of what it holds, in hex; "" for one that cannot be read."""


def digests_of(settings: Settings) -> Digests:
    """What the files of filters and of the tokenizer hold now. Blocks."""
    return {(section, file): _digest(file) for section, file in _files(settings)}


def changed(before: Digests, after: Digests) -> list[str]:
    """The files that are not what they were, as `section: name`."""
    differ = (key for key in {**before, **after} if before.get(key) != after.get(key))
    return [f"{section}: {file.name}" for section, file in differ]


def _files(settings: Settings) -> Iterator[tuple[str, Path]]:
    yield from (("lexicon", file) for file in settings.lexicon.lists)
    for name in ("guard_model", "judge_model"):
        section = getattr(settings, name)
        if section is not None and section.policy is not None:
            yield name, section.policy
    if settings.model.tokenizer is not None:
        yield "model", settings.model.tokenizer


def _digest(file: Path) -> str:
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError:
        return ""
