"""What is kept of people goes when its time is over: texts first, then whose they were."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from bots.cards import Card, Row, Tone
from bots.privacy_settings import PrivacySection
from moderation.stores import Expired, Store
from moderation.words import DEFAULT_LANGUAGE, catalogue

_log = logging.getLogger(__name__)


class Retention:
    """The times of the settings over a store. As concurrent as the store. Raises StoreBusy, StoreFailed."""

    def __init__(self, store: Store, times: PrivacySection, clock: Callable[[], datetime]) -> None:
        """`clock` gives aware times in UTC."""
        self._store = store
        self._times = times
        self._clock = clock

    async def run(self) -> Expired:
        """Overwrite what is due."""
        done = await self._store.expire(**self._limits())
        if done.texts or done.metadata:
            _log.info("retention: texts=%d metadata=%d held=%d", done.texts, done.metadata, done.held)
        return done

    async def look(self) -> Expired:
        """What is due."""
        return await self._store.due(**self._limits())

    def card(self, found: Expired, *, done: bool, language: str = DEFAULT_LANGUAGE) -> Card:
        """What is kept for how long, and what was, or would be, overwritten."""
        say = catalogue("bots").say
        rows = (
            ("texts", say("retention.texts_text", language, days=self._times.texts, count=found.texts)),
            ("metadata", say("retention.metadata_text", language, days=self._times.metadata, count=found.metadata)),
            ("held", say("retention.held_text", language, count=found.held)),
        )
        return Card(
            title=say("retention.done" if done else "retention.title", language),
            rows=tuple(Row(label=say(f"retention.{key}", language), text=text) for key, text in rows),
            hint="" if done else say("retention.hint", language),
            tone=Tone.GOOD if done else Tone.PLAIN,
        )

    def _limits(self) -> dict[str, datetime]:
        now, times = self._clock(), self._times
        return {"texts": now - timedelta(days=times.texts), "metadata": now - timedelta(days=times.metadata)}
