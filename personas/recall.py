"""What is looked up for one reply before its prompt is compiled: lore, memories, passages of documents."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Final, Protocol

from moderation.tracing import span
from personas.messages import Aside
from personas.occasion import Occasion

_log = logging.getLogger(__name__)

PATIENCE: Final = timedelta(seconds=2)
"""How long a reply waits for all that is looked up: without it the persona says that it does not know."""


class Source(Protocol):
    """One place in which something is looked up. Used by many replies at once."""

    @property
    def name(self) -> str:
        """For logs."""

    async def recall(self, occasion: Occasion) -> Sequence[Aside]:
        """What there is to say to this occasion, the most important first. Raises nothing: what cannot be looked up is
        not there."""
        ...


class Witness(Protocol):
    """Told of every reply that is remembered."""

    async def witnessed(self, occasion: Occasion, reply: str) -> None:
        """`reply` was said, and stands. Returns soon: what takes time is put off, within bounds. Raises nothing."""
        ...


async def gather(sources: Sequence[Source], occasion: Occasion, *, patience: timedelta = PATIENCE) -> tuple[Aside, ...]:
    """What all of `sources` have to say, in their order; nothing of those that fail or take longer than `patience`."""
    if not sources:
        return ()
    with span("recall") as note:
        found = await _gathered(sources, occasion, patience)
        note(found=len(found))
    return found


async def _gathered(sources: Sequence[Source], occasion: Occasion, patience: timedelta) -> tuple[Aside, ...]:
    tasks = [asyncio.create_task(source.recall(occasion), name=f"recall {source.name}") for source in sources]
    try:
        _, late = await asyncio.wait(tasks, timeout=patience.total_seconds())
    except asyncio.CancelledError:
        for task in tasks:
            task.cancel()
        raise
    for task in late:
        task.cancel()
        _log.warning("nothing looked up in time: %s", task.get_name())
    failed = {task: error for task in tasks if task not in late and (error := task.exception())}
    for task, error in failed.items():
        _log.error("nothing looked up: %s error=%s", task.get_name(), type(error).__name__)
    return tuple(aside for task in tasks if task not in late and task not in failed for aside in task.result())
