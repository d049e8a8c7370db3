"""Cases that the guard did not make: drawn by chance from what passed, and made by hand."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from bots.cards import Card, Tone
from bots.consent import SAMPLES, TRAINING, Consents
from bots.host import Host
from bots.platform import Role
from bots.sampling import Sampling
from moderation.cases import CaseState, Priority
from moderation.errors import StoreFailed
from moderation.review import ReviewDesk
from moderation.stores import Query
from moderation.words import LANGUAGES, catalogue
from personas.messages import Finished, Passage
from tests.support.house import Opened, caller, open_house
from tests.support.stage import NOW, reply_of, scripted


@asynccontextmanager
async def playing(*replies: str, share: float = 1.0, chance: float = 0.0) -> AsyncIterator[tuple[Opened, Consents]]:
    """A house that samples, and its ledger."""
    async with open_house(scripted(*[reply_of(reply) for reply in replies or ("Aye.",)])) as opened:
        consents = Consents(opened.state, lambda: NOW)
        sampling = Sampling(opened.store, consents, opened.house.runtime, share=share, chance=lambda: chance)
        opened.host = Host(replace(opened.house, sampling=sampling))
        yield opened, consents


async def said(opened: Opened, person: str = "ann") -> str:
    """What somebody is answered, to the end."""
    shown, last = "", None
    async for event in opened.host.reply(caller("hello", person=person)):
        shown += event.text if isinstance(event, Passage) else ""
        last = event
    assert isinstance(last, Finished)
    return shown


async def test_a_clean_reply_to_whoever_allowed_it_is_put_before_people() -> None:
    async with playing() as (opened, consents):
        await consents.decide("test", "ann", SAMPLES, granted=True)
        assert await said(opened) == "Aye."

        [kept] = await opened.store.list(Query(queue=True))

    assert (kept.opening.said, kept.opening.origin.person, kept.opening.origin.server) == (
        "hello", "ann", "test:server:1",
    )  # fmt: skip
    assert [objection.text for objection in kept.objections] == ["Aye."]
    assert kept.objections[0].findings[0].rule == "sample.allowed"
    assert (kept.case.state, kept.case.priority) == (CaseState.QUEUED, Priority.LOW)


@pytest.mark.parametrize(("share", "chance", "kept"), [(0.0, 0.0, 0), (0.5, 0.5, 0), (0.5, 0.49, 1), (1.0, 0.99, 1)])
async def test_so_many_are_kept_as_the_settings_say_and_none_by_default(share: float, chance: float, kept: int) -> None:
    async with playing(share=share, chance=chance) as (opened, consents):
        await consents.decide("test", "ann", SAMPLES, granted=True)
        await said(opened)

        assert len(await opened.store.list(Query())) == kept


async def test_without_a_yes_to_samples_nothing_is_kept() -> None:
    async with playing("Aye.", "Aye.", "Aye.") as (opened, consents):
        await said(opened)
        await consents.decide("test", "ann", TRAINING, granted=True)
        await said(opened)
        await consents.decide("test", "ann", SAMPLES, granted=True)
        await consents.decide("test", "ann", SAMPLES, granted=False)
        await said(opened)

        assert await opened.store.list(Query()) == ()


async def test_what_the_guard_keeps_anyway_is_no_sample_and_is_counted_once() -> None:
    async with playing("MAYBE so.", "Aye.") as (opened, consents):
        await consents.decide("test", "ann", SAMPLES, granted=True)
        await said(opened)
        assert [kept.objections[0].findings[0].filter for kept in await opened.store.list(Query())] == ["marks"]

        await said(opened)

        assert {name: count for name, count in (await opened.store.stats()).outcomes.items() if count} == {
            "clean": 1, "flagged": 1,
        }  # fmt: skip


async def test_a_store_that_fails_takes_no_reply_from_anybody(monkeypatch: pytest.MonkeyPatch) -> None:
    async with playing() as (opened, consents):
        await consents.decide("test", "ann", SAMPLES, granted=True)

        async def failing(*_: object, **__: object) -> str:
            raise StoreFailed("stores.closed")

        monkeypatch.setattr(opened.store, "report", failing)

        assert await said(opened) == "Aye."


@pytest.mark.parametrize("language", LANGUAGES)
async def test_whoever_asks_why_is_told_that_it_was_chance(language: str) -> None:
    async with playing() as (opened, consents):
        await consents.decide("test", "ann", SAMPLES, granted=True)
        await said(opened)

        card = await opened.host.command("/why", caller(language=language))
        shown = await opened.host.command("/review show x1", caller(role=Role.MODERATOR, language=language))

    assert card.rows[0].text == catalogue("bots").say("desk.sampled", language)
    assert catalogue("moderation").say("explain.sample_allowed", language) in str(shown)


# --- made by hand ----------------------------------------------------------------------------------------------------


async def test_a_moderator_makes_a_case_of_the_last_reply_and_it_is_marked() -> None:
    async with playing(share=0.0) as (opened, _):
        await said(opened)
        card = await opened.host.command(
            "/review new hateful she means us", caller(person="mod", role=Role.MODERATOR, message="m9")
        )
        kept = await ReviewDesk(opened.store, clock=lambda: NOW).show(card.exchange)

    (found,) = kept.objections[0].findings
    assert (found.rule, found.detail) == ("report.hateful", "(made by a moderator) she means us")
    assert (kept.objections[0].by, kept.objections[0].text) == ("mod", "Aye.")
    assert card.news == card.exchange


async def test_members_report_and_make_no_cases_and_without_a_reply_there_is_nothing_to_make_one_of() -> None:
    async with playing(share=0.0) as (opened, _):
        before = await opened.host.command("/review new", caller(person="mod", role=Role.MODERATOR))
        await said(opened)
        member = await opened.host.command("/review new", caller())

        assert await opened.store.list(Query()) == ()

    cards: list[Card] = [before, member]
    assert [card.tone for card in cards] == [Tone.BAD, Tone.BAD]
