"""What can go wrong in personas, grouped by what the catcher should do.

PersonaError
├── RefuseToStart          say it and start nothing
│   ├── PersonaFileError     a persona file is wrong: file, key, what was expected
│   ├── LorebookError        a lorebook is wrong: file, line, entry, key, what was expected
│   ├── ScriptError          a script file is wrong: file, line or key, what was expected
│   └── ModelUnavailable     the embedded model is missing, damaged or cannot be loaded
└── GenerationError        no (more) text: show the words written for this
    ├── Retryable            the same call may succeed in a moment: connection, 408, 409, 429, 5xx, a stall, a stream
    │                        that broke; has `retry_after`
    └── Permanent            it will not: key, quota, model name, request; an operator must act
"""

from datetime import timedelta
from typing import ClassVar

from moderation.words import Explained


class PersonaError(Explained):
    """Root of everything this package raises on purpose."""

    package: ClassVar[str] = "personas"


class RefuseToStart(PersonaError):
    """The catcher says it and starts nothing."""


class PersonaFileError(RefuseToStart):
    """A persona file is wrong; fields: file, key, expected."""


class LorebookError(RefuseToStart):
    """A lorebook is wrong; fields: file (with line and entry), key, expected."""


class ScriptError(RefuseToStart):
    """A script file is wrong; fields: file, key, expected."""


class ModelUnavailable(RefuseToStart):
    """The embedded model is missing, damaged or cannot be loaded."""


class GenerationError(PersonaError):
    """No (more) text will come; the catcher shows the words written for this."""


class Retryable(GenerationError):
    """The same call may succeed in a moment."""

    def __init__(self, key: str, /, *, retry_after: timedelta | None = None, **fields: object) -> None:
        super().__init__(key, **fields)
        self.retry_after = retry_after
        """What the server asked for, if it did."""


class Permanent(GenerationError):
    """The same call will not succeed; an operator must act."""
