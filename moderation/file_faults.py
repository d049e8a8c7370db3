"""Why a file cannot be read or written, or is not TOML, in the language of whoever is told.

The operating system and the parser have English sentences only. Those of the system that people meet are said anew in
Korean, those of the parser in both languages.
"""

import errno
import re
from typing import ClassVar, Final

from moderation.words import Explained, catalogue

_PLACE: Final = re.compile(
    r"(?P<reason>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)", re.DOTALL
)

_SENTENCES: Final = (
    ("toml_value", r"Invalid value"),
    ("toml_statement", r"Invalid statement|Invalid initial character for a key part"),
    ("toml_line", r"Expected newline or end of document after a statement"),
    ("toml_equals", r"Expected '=' after a key in a key/value pair"),
    ("toml_header", r"Expected '\]\]?' at the end of an? (?:table|array) declaration"),
    ("toml_string", r"Unterminated string|Expected \"'+\"|Illegal character '\\n'"),
    ("toml_escape", r"Unescaped '\\' in a string|Invalid hex value"),
    ("toml_array", r"Unclosed array"),
    ("toml_inline", r"Unclosed inline table"),
    ("toml_date", r"Invalid date or datetime"),
    ("toml_twice", r"Cannot (?:overwrite|declare|mutate|redefine) .*|Duplicate inline table key .*"),
)
"""What the parser says, as patterns, by the name of our words. It has more; those stay as they are."""


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
        key = "file_faults.toml" if found["line"] else "file_faults.toml_end"
        return FileFault(key, reason=_parsers(found["reason"]), line=found["line"], column=found["column"])
    return _other(type(error).__name__)


def _parsers(reason: str) -> FileFault:
    """A sentence of the parser's."""
    for name, sentence in _SENTENCES:
        if re.fullmatch(sentence, reason, re.DOTALL):
            return FileFault(f"file_faults.{name}")
    return _other(reason)


def _other(reason: str) -> FileFault:
    return FileFault("file_faults.other", reason=reason)
