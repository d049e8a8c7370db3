"""`talchum run`: serve the platforms of the settings."""

import asyncio
import signal
import sys

from bots.cli.common import ModelName, SettingsFile, err, say, settings_of
from bots.cli.common import run as run_
from bots.config import Settings
from bots.logs import Troubles, logging_to


def run(model: ModelName = None, file: SettingsFile = None) -> None:
    """run"""
    settings = settings_of(file, model=model)
    run_(_run(settings))


async def _run(settings: Settings) -> None:
    """Until Ctrl-C or SIGTERM; either way what is under way is brought to its end."""
    from bots.app import metrics_of, serve

    def ready() -> None:
        err().print(say("cli.running", settings, log=settings.log_file))

    metrics = await asyncio.to_thread(metrics_of, settings)
    troubles = Troubles(metrics.troubled)
    work = asyncio.create_task(serve(settings, ready, metrics, troubles))
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, work.cancel)
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
