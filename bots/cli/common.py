"""What every command needs: settings, two consoles, cards on paper."""

import asyncio
import getpass
import io
import os
import re
import sys
from collections.abc import Callable, Coroutine, Iterable, Mapping
from contextvars import ContextVar
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

import typer
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from bots.cards import Card
from bots.config import Settings
from bots.console_bot.screen import Screen
from bots.errors import RefuseToStart, SettingsError, UsageError
from moderation.words import catalogue

T = TypeVar("T")

TOLD_IN: Final[ContextVar[str]] = ContextVar("TOLD_IN")
"""The language of the settings that were read, or refused, for whoever tells of an error."""

_COMMUNITY: Final = re.compile(r"(discord|telegram|console):(?:server:)?(-?[0-9]{1,20})")

SettingsFile = Annotated[Path | None, typer.Option("--settings", help="settings", metavar="FILE")]
ModelName = Annotated[str | None, typer.Option("--model", help="model_option", metavar="KIND:NAME")]


class Unabridged(Console):
    """Wraps what is too wide for a cell of a table; nothing is cut off. Rich takes a space at the end of a line away by
    the letters of that line, not by its columns: a line of Korean that fits would lose its last letters to an "…"."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """As every console does."""
        if options is not None and options.overflow == "ellipsis":
            options = options.update(overflow="fold")
        return super().render(renderable, options)


def settings_of(file: Path | None, *, model: str | None = None) -> Settings:
    """The settings, with the model that was named on the command line. Raises SettingsError."""
    try:
        settings = Settings.find(file, os.environ)
    except SettingsError as error:
        if error.language:
            TOLD_IN.set(error.language)
        raise
    TOLD_IN.set(settings.language)
    return settings.using(model) if model else settings


def whoever() -> str:
    """The name of whoever types: of the user of this system, or "uid-54321" where the system has no name for that, as
    in a container that was started with a number."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # OSError since Python 3.13
        return f"uid-{os.getuid()}"


def community(given: str) -> str | None:
    """The key of a community, None for all: of "discord:123", or as it is kept. Raises UsageError."""
    if not given:
        return None
    found = _COMMUNITY.fullmatch(given)
    if found is None:
        raise UsageError("review_help.server", given=given)
    return f"{found[1]}:server:{found[2]}"


def environment() -> Mapping[str, str]:
    """What a program inherits that is started from here."""
    return os.environ


def out() -> Console:
    """Standard output; no colour and no wrapping where it is not a terminal."""
    return Unabridged(highlight=False, soft_wrap=not sys.stdout.isatty())


def err() -> Console:
    """Standard error, for progress and complaints."""
    return Unabridged(stderr=True, highlight=False, soft_wrap=not (sys.stderr and sys.stderr.isatty()))


def show(card: Card, settings: Settings) -> None:
    """A card on standard output."""
    Screen(out(), language=settings.language).card(card)


def say(key: str, settings: Settings, **fields: object) -> str:
    """Words of this package."""
    return catalogue("bots").say(key, settings.language, **fields)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a command's coroutine to its end."""
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(work)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """libuv's event loop, with which a message costs a seventh less processor time; None, Python's own, where there is
    none (on Windows, for other Pythons than CPython) and where a standard stream is closed, which libuv ends the
    program for as soon as it closes a connection that got its number."""
    try:
        import uvloop

        for stream in range(3):
            os.fstat(stream)
    except (ImportError, OSError):
        return None
    return uvloop.new_event_loop


def interactive() -> bool:
    """Whether a person types and reads here."""
    return bool(sys.stdin) and sys.stdin.isatty() and sys.stdout.isatty()


def standard_input() -> io.FileIO:
    """Standard input without a buffer, whose lock a thread that waits for input would hold while the program ends.

    Raises RefuseToStart where it is closed.
    """
    if sys.stdin is None:
        raise RefuseToStart("cli.closed_input")
    return io.FileIO(sys.stdin.fileno(), closefd=False)
