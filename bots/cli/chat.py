"""`talchum chat`: talk with a persona in this terminal."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from bots.cli.common import (
    ModelName,
    SettingsFile,
    err,
    interactive,
    out,
    run,
    say,
    settings_of,
    standard_input,
    whoever,
)
from bots.config import DEFAULT_MODEL, Settings
from bots.console_bot.screen import Screen
from bots.console_bot.terminal import Terminal
from bots.logs import logging_to
from bots.parts import utc_now
from bots.platform import Caller
from bots.scene import Scenes
from bots.scene_commands import SceneCommands

_LAST_WORDS: Final = timedelta(seconds=5)
"""How long the end of the program waits until what was said last is remembered, by whoever wants that."""


def chat(
    model: ModelName = None,
    persona: Annotated[str | None, typer.Option("--persona", help="persona_option", metavar="ID")] = None,
    company: Annotated[list[str] | None, typer.Option("--with", help="with_option", metavar="ID")] = None,
    file: SettingsFile = None,
) -> None:
    """chat"""
    settings = settings_of(file, model=model)
    complaints = run(_chat(_speaking(settings, persona) if persona else settings, tuple(company or ())))
    raise typer.Exit(1 if complaints else 0)


def _speaking(settings: Settings, persona: str) -> Settings:
    """The settings with that persona first: one by its id, or the one in a file. Raises PersonaFileError."""
    from personas.loading import parse

    path = Path(persona)
    if not path.is_file():
        return settings.speaking(persona)
    return settings.speaking(str(parse(path).get("id", "")), file=path)


async def _chat(settings: Settings, company: tuple[str, ...]) -> int:
    """How much went wrong that a script should know of: lines that could not be read, replies that came to nothing."""
    from bots.app import open_host
    from bots.console_bot.lines import piped, typed

    screen = Screen(out(), language=settings.language)
    person = whoever()
    complaints = 0

    def broken(number: int) -> None:
        nonlocal complaints
        complaints += 1
        err().print(say("console.broken_line", settings, number=number))

    lines: AsyncIterator[str]
    if interactive():
        screen.notice("console.loading")
        lines = typed(prompt="> ", hint=lambda: screen.notice("console.leave_hint"))
    else:
        lines = piped(standard_input(), broken=broken)
    terminal = Terminal(lines, screen, person=person, now=utc_now)
    async with AsyncExitStack() as stack:
        host = await stack.enter_async_context(open_host(settings, alone=True))
        host.register(terminal, alone=True)
        if company:
            await _together(host.house.scenes, company, terminal.caller(""))
        if interactive():
            screen.notice("console.welcome")
            if settings.model.use == DEFAULT_MODEL:
                screen.notice("console.better_model")
        if interactive() and settings.model.use.startswith("embedded:"):
            # Whoever types needs longer for it than the model for reading who it is.
            await stack.enter_async_context(_meanwhile(host.warm(terminal.caller(""))))
        stack.enter_context(logging_to(settings.log_file, level=settings.log.level))
        await stack.enter_async_context(_meanwhile(host.recollect()))
        await terminal.serve(host)
        await host.recollected(_LAST_WORDS)
    return complaints + (0 if interactive() else terminal.failures)


async def _together(scenes: Scenes, company: tuple[str, ...], caller: Caller) -> None:
    """Have others on the stage with whoever speaks there. Raises BotError."""
    scene = await scenes.of(caller)
    await SceneCommands(scenes).run(["start", scene.cast.persona.id, *company], caller, scene)


@asynccontextmanager
async def _meanwhile(work: Coroutine[Any, Any, object]) -> AsyncIterator[None]:
    """`work` goes on while this is open and is cancelled after. Not a task group: that would put an error of either
    into a group, where its sentence for people is hidden. An error of `work` is raised when all else went well."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
    if not task.cancelled():
        task.result()
