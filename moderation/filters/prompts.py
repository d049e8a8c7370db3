"""What chat models that judge are given: a policy as prompt, and texts between marks that no text can contain."""

import importlib.resources
from pathlib import Path
from typing import Final

from moderation.errors import FilterUnavailable
from moderation.records import text_digest

_LONGEST_POLICY: Final = 50_000


def policy_text(path: Path | None, folder: str) -> str:
    """The policy in `path`, or the one packaged in `folder` of the data. Raises FilterUnavailable where it cannot be
    read, or holds nothing."""
    if path is None:
        return packaged_text(folder, "policy.md")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise FilterUnavailable("endpoint.policy_unreadable", file=path, reason=type(error).__name__) from None
    if not text.strip() or len(text) > _LONGEST_POLICY:
        raise FilterUnavailable("endpoint.policy_length", file=path, most=_LONGEST_POLICY, found=len(text.strip()))
    return text


def packaged_text(folder: str, name: str) -> str:
    """The file `name` in `folder` of the data that ships."""
    return (importlib.resources.files("moderation") / "data" / folder / name).read_text(encoding="utf-8").strip()


class Marks:
    """Lines around sections of a question. They hold a digest of all that is in them: no text knows them beforehand,
    nor can it hold them."""

    def __init__(self, *texts: str) -> None:
        """`texts` are all the sections that will stand between marks."""
        self._code = text_digest("\0".join(texts))[:24]

    def around(self, name: str, text: str) -> str:
        """`text` as the section `name`."""
        return f"[{self._code} {name}]\n{text}\n[/{self._code} {name}]"

    def out_of(self, text: str) -> str:
        """`text` of another section, without the code: who knows all that is between these marks could know it."""
        return text.replace(self._code, "…")  # not nothing: the code could stand around itself
