"""The policies that were in use, kept in a folder: which, since when, by whom and why. Nothing in it is ever changed.

An entry is a file of its own, 0001.json and so on, and the last one says what is in use; the policy it names lies
beside it. Files appear whole or not at all, and of two who write the same number one is refused, so any number of
processes may use one folder.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from moderation.errors import PolicyError
from moderation.file_faults import reason_of
from moderation.policy import Policy

_ENTRY: Final = "[0-9]*.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One policy put to use."""

    number: int
    """From 1 on."""
    at: datetime
    actor: str
    why: str
    hash: str
    """`Policy.hash` as it was then."""
    name: str
    digest: str
    """SHA-256 of the kept file; "": the policy that ships with the package, of which none is kept."""


class PolicyHistory:
    """The policies of one folder. Every method blocks for the disk.

    All raise PolicyError where the folder cannot be read or written, or is not as it was left.
    """

    def __init__(self, folder: Path, *, clock: Callable[[], datetime]) -> None:
        """`folder` is made, private, at the first entry. `clock` gives aware times in UTC."""
        self._folder = folder
        self._clock = clock

    def entries(self) -> tuple[Entry, ...]:
        """All, oldest first."""
        try:
            found = [_read(file) for file in self._folder.glob(_ENTRY)]
        except OSError as error:
            raise PolicyError("policy.unreadable", file=self._folder, reason=reason_of(error)) from None
        return tuple(sorted(found, key=lambda entry: entry.number))

    def current(self) -> Path | None:
        """The file of the policy in use; None: the one that ships with the package."""
        entries = self.entries()
        return self.file(entries[-1]) if entries else None

    def file(self, entry: Entry) -> Path | None:
        """The file of an entry, seen to be the one that was kept; None for the policy that ships."""
        if not entry.digest:
            return None
        file = self._folder / _name(entry.hash, entry.digest)
        try:
            found = hashlib.sha256(file.read_bytes()).hexdigest()
        except OSError as error:
            raise PolicyError("policy.unreadable", file=file, reason=reason_of(error)) from None
        if found != entry.digest:
            raise PolicyError("policy.not_as_kept", file=file)
        return file

    def add(self, text: str | None, policy: Policy, *, actor: str, why: str) -> Entry:
        """Put `policy` to use: `text` is what stands in its file, None that it is the one that ships. Raises
        PolicyError too where somebody else was faster; then nothing is in use that was not before."""
        entries = self.entries()
        document = None if text is None else text.encode("utf-8")
        entry = Entry(
            number=entries[-1].number + 1 if entries else 1,
            at=self._clock(),
            actor=actor,
            why=why,
            hash=policy.hash,
            name=policy.name,
            digest="" if document is None else hashlib.sha256(document).hexdigest(),
        )
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if document is not None:
                self._write_new(_name(entry.hash, entry.digest), document)
                self.file(entry)
            fresh = self._write_new(f"{entry.number:04}.json", _written(entry))
        except OSError as error:
            raise PolicyError("policy.unwritable", file=self._folder, reason=reason_of(error)) from None
        if not fresh:
            raise PolicyError("policy.overtaken")
        return entry

    def _write_new(self, name: str, content: bytes) -> bool:
        """Durable, whole or not at all; False where there is one of that name."""
        descriptor, part = tempfile.mkstemp(dir=self._folder, prefix=".", suffix=".part")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.link(part, self._folder / name)
        except FileExistsError:
            return False
        finally:
            Path(part).unlink(missing_ok=True)
        if os.name == "posix":
            folder = os.open(self._folder, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        return True


def _name(policy: str, digest: str) -> str:
    """Two files of one policy may differ in their comments."""
    return f"{policy}-{digest[:8]}.toml"


def _written(entry: Entry) -> bytes:
    fields = {
        "at": entry.at.isoformat(),
        "actor": entry.actor,
        "why": entry.why,
        "hash": entry.hash,
        "name": entry.name,
        "digest": entry.digest,
    }
    return json.dumps(fields, ensure_ascii=False, indent=2).encode("utf-8", "backslashreplace")


def _read(file: Path) -> Entry:
    try:
        fields = json.loads(file.read_bytes())
        return Entry(
            number=int(file.stem),
            at=datetime.fromisoformat(fields["at"]),
            **{key: str(fields[key]) for key in ("actor", "why", "hash", "name", "digest")},
        )
    except (ValueError, KeyError, TypeError):
        raise PolicyError("policy.not_as_kept", file=file) from None
