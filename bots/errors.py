"""What can go wrong in bots, grouped by what the catcher should do.

BotError
├── RefuseToStart        say it and start nothing
│   ├── SettingsError      settings are wrong: file, key, what was expected
│   └── Unknown            no such persona, model, command
├── UsageError           a command was typed wrongly: say how it goes
├── NotAllowed           somebody may not do that: say who may
├── NotYours             it is somebody else's, or there is none: say no more
└── Missing              the platform lets the bot not do that: say what to give it, and where
"""

from typing import ClassVar

from moderation.words import Explained


class BotError(Explained):
    """Root of everything this package raises on purpose."""

    package: ClassVar[str] = "bots"


class RefuseToStart(BotError):
    """The catcher says it and starts nothing."""


class SettingsError(RefuseToStart):
    """Settings are wrong; fields: file, key, expected."""

    language: str = ""
    """What the settings say that they want to be told in, as far as they could be read; "": nothing."""


class Unknown(RefuseToStart):
    """There is nothing of that name; fields: name, known."""


class UsageError(BotError):
    """A command was typed wrongly; fields: usage."""


class NotAllowed(BotError):
    """Somebody may not do that; fields: role."""


class NotYours(BotError):
    """It is somebody else's, or there is none: which of the two is nobody's business; fields: id."""


class Missing(BotError):
    """The platform lets the bot not do that; fields: permissions, channel."""
