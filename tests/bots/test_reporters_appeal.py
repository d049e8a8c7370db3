"""Members whose report was dismissed have somebody else look at it again, and only they."""

import asyncio
from dataclasses import replace

import pytest

from bots.appeals import LONGEST
from bots.platform import Role
from moderation.cases import CaseState, Rank, ReviewStep, Ruling
from moderation.errors import Forbidden, StoreFailed
from moderation.records import Objection
from moderation.stores import Query
from moderation.words import LANGUAGES, catalogue
from tests.bots.test_tidings import Stage, told_stage
from tests.support.exchanges import by, report
from tests.support.house import caller


async def reported(stage: Stage, *members: str) -> str:
    """A case of what the guard found in a reply to Ann, in which others report that reply too."""
    case = await stage.case("ann")
    for member in members:
        await stage.store.add(case, report(by=member))
    return case


@pytest.mark.parametrize("language", LANGUAGES)
async def test_who_reported_what_was_dismissed_may_appeal_and_is_told_in_their_language(language: str) -> None:
    say = catalogue("bots").say
    async with told_stage() as stage:
        case = await reported(stage, "bo")
        await stage.decide(case, ReviewStep.OVERTURN, "mina")
        card = await stage.says(f"/appeal {case} 다시 봐 주세요", "bo", language=language)
        assert say("appeals.made", language, id=case) in card
        with pytest.raises(Forbidden):
            await stage.opened.house.desk.take(case, ReviewStep.UPHOLD, by=by("mina"))
        await stage.decide(case, ReviewStep.UPHOLD)

        [(person, text)] = await stage.sweep()
        assert person == "bo"
        assert say("appeals.report_agreed", language, id=case) in text


async def test_who_reported_hears_it_where_that_stands_too() -> None:
    async with told_stage() as stage:
        case = await reported(stage, "bo")
        await stage.decide(case, ReviewStep.OVERTURN, "mina")
        await stage.says(f"/appeal {case}", "bo")
        await stage.decide(case, ReviewStep.OVERTURN)

        assert [person for person, text in await stage.sweep() if "nothing wrong" in text] == ["bo"]


@pytest.mark.parametrize("step", [None, ReviewStep.UPHOLD])
async def test_nobody_appeals_about_a_report_that_waits_or_was_agreed_with(step: ReviewStep | None) -> None:
    async with told_stage() as stage:
        case = await reported(stage, "bo")
        if step:
            await stage.decide(case, step)
        why = await stage.says(f"/why {case}", "bo")
        refused = await stage.says(f"/appeal {case} No!", "bo")

        assert "/appeal" not in why
        assert "where the report was dismissed" in refused
        kept = await stage.store.get(case)
        assert (kept.case.appeals, len(kept.objections)) == (0, 2), "what is refused leaves no trace"
        assert await stage.state.of_person("bo") == ()


async def test_why_says_how_and_has_the_button_for_whoever_may_and_for_nobody_else() -> None:
    async with told_stage() as stage:
        case = await reported(stage, "bo")
        await stage.decide(case, ReviewStep.OVERTURN)
        say = catalogue("moderation").say
        ask, ask_report = (say(f"review.{key}", id=case) for key in ("ask", "ask_report"))

        told = {who: await stage.says(f"/why {case}", who) for who in ("ann", "bo")}
        moderator = await stage.says(f"/why {case}", "mina", role=Role.MODERATOR)
        await stage.says(f"/appeal {case}", "bo")
        after = await stage.says(f"/why {case}", "bo")

        assert (ask in told["ann"], ask_report in told["ann"]) == (True, False)
        assert (ask in told["bo"], ask_report in told["bo"]) == (False, True)
        assert "/appeal" not in moderator
        assert "/appeal" not in after


@pytest.mark.parametrize("language", LANGUAGES)
async def test_moderators_read_which_side_disagrees(language: str) -> None:
    say = catalogue("bots").say
    async with told_stage() as stage:
        case = await reported(stage, "bo")
        await stage.decide(case, ReviewStep.OVERTURN)
        await stage.says(f"/appeal {case} Look again.", "bo")
        await stage.says(f"/appeal {case} It was a quotation.", "ann")
        card = await stage.opened.host.command(
            f"/review brief {case}", caller(person="mina", role=Role.MODERATOR, language=language)
        )

        rows = [(row.label, row.text) for row in card.rows]
        assert (say("commands.report_appealed_by", language), "bo · Look again.") in rows
        assert (say("commands.appealed_by", language), "ann · It was a quotation.") in rows


async def test_a_stranger_and_whoever_reported_elsewhere_may_not() -> None:
    async with told_stage() as stage:
        case, _ = await reported(stage, "bo"), await reported(stage, "cy")
        await stage.decide(case, ReviewStep.OVERTURN)

        for who in ("cy", "dee"):
            assert f"no case {case} of yours" in await stage.says(f"/appeal {case}", who)
        with pytest.raises(Forbidden):
            await stage.opened.house.desk.appeal(case, person="cy", comment="", tool="test")


async def test_each_person_is_answered_once_and_both_sides_are_heard() -> None:
    async with told_stage() as stage:
        case = await reported(stage, "bo", "cy")
        await stage.decide(case, ReviewStep.OVERTURN, "mina")
        for who in ("bo", "cy"):
            await stage.says(f"/appeal {case}", who)
        assert "waits for an answer" in await stage.says(f"/appeal {case}", "bo")
        await stage.decide(case, ReviewStep.UPHOLD)
        assert sorted(person for person, _ in await stage.sweep()) == ["bo", "cy"]

        assert case in await stage.says(f"/appeal {case}", "ann")
        await stage.decide(case, ReviewStep.OVERTURN, "sora")
        told = await stage.sweep()

        # Whoever was answered before hears that it was decided otherwise since.
        assert sorted(person for person, _ in told) == ["ann", "bo", "cy"]
        assert {person for person, text in told if "agrees with you" in text} == {"ann"}
        assert "answered already" in await stage.says(f"/appeal {case}", "bo")


async def test_two_presses_at_once_are_one_appeal(monkeypatch: pytest.MonkeyPatch) -> None:
    async with told_stage() as stage:
        case = await reported(stage, "bo")
        await stage.decide(case, ReviewStep.OVERTURN)
        add = stage.store.add

        async def slowly(exchange: str, objection: Objection) -> None:
            await asyncio.sleep(0)
            await add(exchange, objection)

        monkeypatch.setattr(stage.store, "add", slowly)

        await asyncio.gather(*(stage.says(f"/appeal {case}", "bo") for _ in range(3)))

        assert (await stage.store.get(case)).case.appeals == 1


async def test_an_appeal_that_came_to_nothing_is_none_and_takes_nobody_else_s_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def failing(*_: object) -> None:
        raise StoreFailed("stores.closed")

    async with told_stage() as stage:
        case = await reported(stage, "bo", "cy")
        await stage.decide(case, ReviewStep.OVERTURN, "mina")
        with monkeypatch.context() as patched:
            patched.setattr(stage.store, "review", failing)
            await stage.says(f"/appeal {case} Look again.", "bo")
        await stage.says(f"/appeal {case} And for me.", "cy")

        assert [appeal.person for appeal in await stage.opened.house.desk.appeals(case)] == ["cy"]
        await stage.decide(case, ReviewStep.UPHOLD)
        assert [person for person, _ in await stage.sweep()] == ["cy"]


async def test_what_is_said_to_an_appeal_has_an_end() -> None:
    async with told_stage() as stage:
        case = await stage.case()

        assert str(LONGEST) in (await stage.says(f"/appeal {case} {'x' * (LONGEST + 1)}")).replace(",", "")
        assert (await stage.store.get(case)).case.appeals == 0
        assert case in await stage.says(f"/appeal {case} {'x' * LONGEST}")
        assert (await stage.store.get(case)).case.appeals == 1


async def test_of_their_own_report_a_person_appeals_as_whoever_reported() -> None:
    async with told_stage() as stage:
        case = await reported(stage, "ann")
        await stage.decide(case, ReviewStep.OVERTURN, "mina")
        await stage.says(f"/appeal {case}", "ann")
        await stage.decide(case, ReviewStep.UPHOLD)

        [(_, text)] = await stage.sweep()
        assert "Your report was right" in text


async def test_appeals_of_all_kinds_count_for_how_many_may_wait() -> None:
    async with told_stage() as stage:
        for _ in range(3):
            case = await reported(stage, "bo")
            await stage.decide(case, ReviewStep.OVERTURN)
            await stage.says(f"/appeal {case}", "bo")
        own = await stage.case("bo")

        assert "3 appeals of yours wait" in await stage.says(f"/appeal {own}", "bo")
        assert (await stage.store.get(own)).case.appeals == 0
        await stage.decide("x1", ReviewStep.UPHOLD, "sora")
        assert own in await stage.says(f"/appeal {own}", "bo")


async def test_what_is_appealed_and_decided_at_one_moment_is_told_apart_by_the_trail() -> None:
    async with told_stage() as stage:
        case = await reported(stage, "bo")
        desk = stage.opened.house.desk
        await desk.take(case, ReviewStep.OVERTURN, by=by("mina"))
        await desk.appeal(case, person="bo", comment="", tool="test")
        assert await stage.sweep() == [], "that decision is the one they appeal against"
        await desk.take(case, ReviewStep.UPHOLD, by=by("joon"))

        assert len(await stage.sweep()) == 1


async def test_whoever_was_erased_is_told_nothing_and_their_appeal_is_decided_all_the_same() -> None:
    async with told_stage() as stage:
        case = await reported(stage, "bo")
        await stage.decide(case, ReviewStep.OVERTURN, "mina")
        await stage.says(f"/appeal {case} my words", "bo")
        await stage.store.erase("bo", platform="test")
        await stage.state.erase("bo")
        await stage.decide(case, ReviewStep.UPHOLD)

        assert await stage.sweep() == []
        kept = await stage.store.get(case)
        assert (kept.case.state, kept.case.ruling) == (CaseState.CLOSED, Ruling.UPHELD)
        assert "my words" not in str(kept)


async def test_a_reopened_appeal_is_listed_as_one_and_stays_with_somebody_else() -> None:
    async with told_stage() as stage:
        case = await reported(stage, "bo")
        await stage.decide(case, ReviewStep.OVERTURN, "mina")
        await stage.says(f"/appeal {case}", "bo")
        await stage.decide(case, ReviewStep.OVERTURN)
        await stage.decide(case, ReviewStep.REOPEN)

        desk = stage.opened.house.desk
        assert [kept.id for kept in await desk.list(Query(states=frozenset({CaseState.APPEALED})))] == [case]
        assert await desk.next(by("mina", rank=Rank.ADMIN)) is None
        with pytest.raises(Forbidden):
            await desk.take(case, ReviewStep.OVERTURN, by=replace(by("mina"), rank=Rank.ADMIN))
