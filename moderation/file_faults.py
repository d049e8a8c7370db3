"""Why a file cannot be read or written, or is not TOML, in the language of whoever is told.

The operating system and the parser have English sentences only. Those of the system that people meet are said anew;
of the parser's, the place is.
"""

import errno
import re
from typing import ClassVar, Final

from moderation.words import Explained, catalogue

_PLACE: Final = re.compile(
    r"(?P<reason>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)", re.DOTALL
)


class FileFault(Explained):
    """A reason: a field of an error, never raised itself."""

    package: ClassVar[str] = "moderation"


def reason_of(error: Exception) -> FileFault:
    """What the system refused, or where a document stops being UTF-8 or TOML and what the parser says of it."""
    if isinstance(error, UnicodeDecodeError):
        return FileFault("file_faults.not_utf8", line=error.object.count(b"\n", 0, error.start) + 1)
    if isinstance(error, OSError):
        key = f"file_faults.{errno.errorcode.get(error.errno or 0, '')}"
        known = key in catalogue(FileFault.package)
        return FileFault(key) if known else _other(error.strerror or type(error).__name__)
    if found := _PLACE.fullmatch(str(error)):
        return FileFault("file_faults.toml" if found["line"] else "file_faults.toml_end", **found.groupdict())
    return _other(type(error).__name__)


def _other(reason: str) -> FileFault:
    return FileFault("file_faults.other", reason=reason)
