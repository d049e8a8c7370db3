"""What is counted without anybody: how exchanges ended, and whenever somebody was shown where to find help."""

import asyncio
from collections import Counter
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bots.config import Settings
from bots.parts import open_register, open_store, register_of, utc_now
from bots.platform import Role
from bots.register import Register
from bots.reports.crisis import card, crisis_report, document
from bots.state.memory import MemoryState
from moderation.filters.crisis import load_resources
from moderation.records import Outcome
from moderation.words import LANGUAGES
from personas.ledger import Ending
from personas.messages import Kept, Passage
from tests.support.exchanges import objection, opening
from tests.support.house import caller, open_house
from tests.support.stage import NOW, reply_of, scripted

RESOURCES = load_resources()
CRISIS = Ending(outcome=Outcome.SUSPENDED, at=NOW, trigger="self_harm", language="ko")


@pytest.fixture
def state() -> MemoryState:
    return MemoryState(clock=lambda: NOW)


@pytest.fixture
async def register(state: MemoryState) -> Register:
    return await register_of(state)


async def said(*texts: str) -> tuple[Register, MemoryState]:
    """The register after a whole house heard `texts`."""
    state = MemoryState(clock=lambda: NOW)
    async with open_house(scripted(*[reply_of("Well.")] * len(texts)), state=state) as opened:
        for number, text in enumerate(texts):
            async for _ in opened.host.reply(caller(text, message=str(number), person="discord:user:77")):
                pass
    return await register_of(state), state


async def test_whoever_is_shown_where_to_find_help_is_counted_and_is_nobody() -> None:
    register, state = await said("hello", "CRISIS it is", "나는 CRISIS 그래")

    english, korean = await register.referrals(2026)

    assert (english.language, korean.language) == ("en", "ko")
    assert (english.trigger, english.day) == ("crisis", date(2026, 11, 21))
    assert set(english.resources) == {"US 988", "US 911", "GB 116 123", "IE 116 123", "*"}
    assert "KR 109" in korean.resources
    assert english.id != korean.id
    lines = str(await state.lines("referral"))
    for secret in ("discord:user:77", "test", "CRISIS", "it is", "12:00", "keeper"):
        assert secret not in lines
    assert await state.lines("referral", person="discord:user:77") == ()
    assert {line.at for line in await state.lines("referral")} == {datetime(2026, 11, 21, tzinfo=UTC)}


async def test_every_ending_is_counted_in_its_month() -> None:
    register, _ = await said("hello", "MAYBE so", "CRISIS", "hello again")

    assert await register.outcomes("2026-11") == Counter(
        {Outcome.CLEAN: 2, Outcome.FLAGGED: 1, Outcome.SUSPENDED: 1}
    ) | Counter(dict.fromkeys(Outcome, 0))
    assert not (await register.outcomes("2026-10")).total()


async def test_a_reply_that_a_crash_cut_off_is_counted_once_in_its_month_by_whoever_comes_next(tmp_path: Path) -> None:
    settings, began = Settings.load(b"", {"TALCHUM_DATA": str(tmp_path)}), utc_now()
    async with open_store(settings) as store:
        await store.open(replace(opening(), at=began), objection())

    for _ in range(2):
        async with open_store(settings), open_register(settings) as register:
            assert (await register.outcomes(f"{began:%Y-%m}"))[Outcome.INTERRUPTED] == 1


async def test_a_register_that_cannot_be_opened_keeps_nobody_from_the_store(tmp_path: Path) -> None:
    settings = Settings.load(b"", {"TALCHUM_DATA": str(tmp_path)})
    async with open_store(settings) as store:
        kept = await store.open(opening(), objection())
    await asyncio.to_thread(settings.state.mkdir)

    async with open_store(settings) as store:
        assert (await store.get(kept)).closing


@pytest.mark.parametrize(("last", "shown"), [(Kept, 0), (Passage, 1)])
async def test_help_counts_where_it_was_shown_also_to_somebody_who_goes_away_at_once(last: type, shown: int) -> None:
    state = MemoryState(clock=lambda: NOW)
    async with open_house(scripted(reply_of("Well.")), state=state) as opened:
        reply = opened.host.reply(caller("CRISIS"))
        async with aclosing(reply):
            async for event in reply:
                if isinstance(event, last):
                    break

    register = await register_of(state)
    assert (await register.outcomes("2026-11")).total() == 1
    assert len(await register.referrals(2026)) == shown


async def test_a_note_that_is_refused_shows_nobody_any_help() -> None:
    state = MemoryState(clock=lambda: NOW)
    async with open_house(scripted(reply_of("Well.")), state=state) as opened:
        await opened.host.command("/note CRISIS", caller(role=Role.OWNER))

    assert await (await register_of(state)).referrals(2026) == ()


async def test_a_year_is_one_of_utc(register: Register) -> None:
    for moment in (
        datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC),
        datetime(2026, 1, 1, tzinfo=UTC),
        datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC),
        datetime(2027, 1, 1, tzinfo=UTC),
    ):
        await register.ended(replace(CRISIS, at=moment))

    assert [each.day for each in await register.referrals(2026)] == [date(2026, 1, 1), date(2026, 12, 31)]


async def test_a_state_that_fails_stops_no_reply(register: Register, state: MemoryState) -> None:
    await state.aclose()

    await register.ended(CRISIS)


async def test_a_report_counts_by_month_and_language_and_tells_the_protocol(register: Register) -> None:
    for month, language in ((3, "ko"), (3, "en"), (3, "ko"), (11, "en")):
        await register.ended(replace(CRISIS, at=datetime(2026, month, 9, 7, 30, tzinfo=UTC), language=language))

    made = crisis_report(await register.referrals(2026), RESOURCES, year=2026)
    told = document(made, "en")

    assert made.total == told["referrals"] == 4
    assert told["months"] == {"2026-03": {"en": 1, "ko": 2}, "2026-11": {"en": 1}}
    assert told["triggers"] == {"self_harm": 4}
    assert told["numbers_checked"] == RESOURCES.checked.isoformat()
    resources = told["resources"]
    assert isinstance(resources, dict)
    assert (resources["*"], resources["KR 109"], resources["US 988"]) == (4, 2, 2)
    assert set(told) == {
        "year", "referrals", "months", "triggers", "resources", "numbers_checked", "protocol", "measures",
    }  # fmt: skip


async def test_what_nothing_has_a_name_for_any_more_is_told_as_it_was_counted(register: Register) -> None:
    await register.ended(replace(CRISIS, trigger="of our own"))
    gone = replace(RESOURCES, entries=tuple(entry for entry in RESOURCES.entries if entry.locale != "KR"))

    shown = str(card(crisis_report(await register.referrals(2026), gone, year=2026), "en"))

    assert "of our own 1" in shown
    assert "KR 109 1" in shown


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_report_reads_well_and_names_no_hour(register: Register, language: str) -> None:
    await register.ended(replace(CRISIS, at=datetime(2026, 3, 9, 7, 30, tzinfo=UTC)))

    shown = card(crisis_report(await register.referrals(2026), RESOURCES, year=2026), language)

    rows = [(row.label, row.text) for row in shown.rows]
    assert ("2026-03", "1 · ko 1") in rows
    assert len({label for label, _ in rows[:4]}) == 4
    triggers, named = rows[2][1], rows[3][1]
    assert {"en": "suicide or self-harm 1", "ko": "자살이나 자해 1"}[language] == triggers
    for resource in RESOURCES.for_locale("ko"):
        assert not resource.number or f"{resource.name[language]} 1" in named
    assert "*" not in named
    assert "KR" not in named
    assert "2026" in shown.title
    assert RESOURCES.checked.isoformat() in str(rows)
    assert "07:30" not in str(rows)
    assert sum("talchum bench guard" in text for _, text in rows) == 1
