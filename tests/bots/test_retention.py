"""The times of the settings, over a store."""

import asyncio
import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from bots.cards import Tone
from bots.config import Settings
from bots.errors import SettingsError
from bots.privacy_settings import PrivacySection
from bots.retention import Retention
from bots.state.memory import MemoryState
from moderation.stores import Expired
from moderation.stores.memory import MemoryStore
from tests.support.exchanges import NOON, closing, decide, numbered, objection, opening
from tests.support.house import open_house
from tests.support.stage import reply_of, scripted

DAY = timedelta(days=1)


@dataclass
class Office:
    now: datetime = NOON
    store: MemoryStore = field(default_factory=lambda: MemoryStore(ids=numbered()))

    def retention(self, *, texts: int, metadata: int) -> Retention:
        return Retention(self.store, PrivacySection(texts=texts, metadata=metadata), lambda: self.now)


@pytest.fixture
async def office() -> Office:
    made = Office()
    for number in range(2):
        kept = await made.store.open(opening(f"said {number}"), objection())
        await made.store.close(kept, closing())
    await decide(made.store, "a1")
    return made


async def test_texts_go_after_their_days_and_the_rest_after_its_own(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    retention = office.retention(texts=10, metadata=20)
    steps = []
    for days in (10, 11, 20, 21):
        office.now = NOON + days * DAY
        assert await retention.look() == await retention.run()
        kept = await office.store.get("a1")
        steps.append((kept.opening.said, kept.opening.origin.person))

    assert steps == [("said 0", "p1"), ("", "p1"), ("", "p1"), ("", "")]
    assert (await office.store.get("a2")).opening.said == "said 1", "an open case keeps what it has"
    assert [record.getMessage() for record in caplog.records] == [
        "retention: texts=1 metadata=0 held=1",
        "retention: texts=0 metadata=1 held=1",
    ]


async def test_what_is_kept_too_long_goes_also_while_the_state_fails_and_that_is_said(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    state = MemoryState(clock=lambda: NOON)
    later = NOON + 11 * DAY
    opened = open_house(
        scripted(reply_of("One.")),
        settings="[privacy]\ntexts = 10\n",
        now=lambda: later,
        state=state,
        store=office.store,
    )

    async def stop(_seconds: float) -> None:
        raise asyncio.CancelledError

    async with opened as house:
        await state.aclose()
        with pytest.raises(asyncio.CancelledError):
            await house.host.tidy(stop)

    assert (await office.store.get("a1")).opening.said == ""
    told = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert told == [
        "what expired in the state was not deleted: error=The store is closed; nothing was read or written."
    ]


async def test_a_clock_that_goes_backwards_deletes_nothing(office: Office) -> None:
    retention = office.retention(texts=1, metadata=1)
    office.now = NOON - 1000 * DAY

    assert await retention.run() == Expired(texts=0, metadata=0, held=0)


@pytest.mark.parametrize("language", ["en", "ko"])
async def test_what_is_due_is_shown_before_anything_is_done(office: Office, language: str) -> None:
    office.now = NOON + 11 * DAY
    retention = office.retention(texts=10, metadata=20)
    card = retention.card(await retention.look(), done=False, language=language)
    after = retention.card(await retention.run(), done=True, language=language)

    told = " ".join(row.text for row in card.rows)
    assert ("10" in told, "20" in told, "--now" in card.hint) == (True, True, True)
    assert (after.tone, after.hint) == (Tone.GOOD, "")
    assert after.title != card.title


def test_metadata_is_not_kept_for_less_long_than_texts() -> None:
    with pytest.raises(SettingsError, match="at least 30 days"):
        Settings.load(b"[privacy]\ntexts = 30\nmetadata = 29", {})
    assert Settings.load(b"[privacy]\ntexts = 30\nmetadata = 30", {}).privacy.texts == 30
