"""`talchum run`: serve the platforms of the settings."""

import asyncio
import gc
import signal
import sys
from collections.abc import Callable

from bots.cli.common import ModelName, SettingsFile, err, say, settings_of
from bots.cli.common import run as run_
from bots.config import Settings
from bots.logs import Troubles, logging_to


def run(model: ModelName = None, file: SettingsFile = None) -> None:
    """run"""
    settings = settings_of(file, model=model)
    run_(_run(settings, lambda: settings_of(file, model=model)))


async def _run(settings: Settings, read: Callable[[], Settings]) -> None:
    """Until Ctrl-C, SIGTERM or the end of the terminal; then replies under way end where they stand. SIGHUP has
    settings, policy, personas and lore read anew."""
    wished, terminal = asyncio.Event(), _at_a_terminal()
    if not terminal:  # what it is told while it starts is heeded once it has
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, wished.set)
    from bots.app import metrics_of, serve
    from bots.renewal import Wish

    def hung_up() -> None:
        # The same signal says that the terminal is gone: nobody is there any more who wants it to go on.
        if terminal and not _at_a_terminal():
            work.cancel()
        else:
            wished.set()

    async def asked() -> None:
        settle()
        await wished.wait()
        wished.clear()

    def ready() -> None:
        err().print(say("cli.running", settings, log=settings.log_file))

    metrics = await asyncio.to_thread(metrics_of, settings)
    troubles = Troubles(metrics.troubled)
    work = asyncio.create_task(serve(settings, ready, metrics, troubles, Wish(read=read, asked=asked)))
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, work.cancel)
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, hung_up)
    # Whoever starts it without a terminal (a container, systemd) reads the log as it comes.
    lines = None if sys.stderr is None or sys.stderr.isatty() else sys.stderr
    with logging_to(settings.log_file, level=settings.log.level, troubles=troubles, lines=lines):
        try:
            await asyncio.wait([work])
        finally:
            work.cancel()
            await asyncio.wait([work])
    if not work.cancelled():
        work.result()
    err().print(say("cli.stopped", settings))


def settle() -> None:
    """All there is now, made at the start or by settings read anew, is here to stay: what nobody needs any more is
    looked for among what comes later alone. To look through everything holds everybody up for half a second."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def _at_a_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()
