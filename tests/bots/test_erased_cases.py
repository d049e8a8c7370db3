"""What moderators see and can do where a person had everything erased."""

from dataclasses import replace

import pytest

from bots.platform import Role
from moderation.cases import CaseState, ReviewStep
from moderation.errors import StoreFailed
from moderation.words import LANGUAGES, catalogue
from tests.bots.aftermath_stage import REFUSED, on_wall
from tests.bots.test_tidings import Stage, told_stage
from tests.support.exchanges import report
from tests.support.house import caller


async def card_of(stage: Stage, line: str, language: str = "") -> tuple[str, set[str]]:
    """What a moderator reads, and the buttons they get."""
    card = await stage.opened.host.command(line, caller(person="mina", role=Role.MODERATOR, language=language))
    text = f"{card.title} {' '.join(row.text for row in card.rows)} {card.hint}"
    return text, {verb for row in card.acts for verb in row}


async def erased(stage: Stage) -> str:
    case = await stage.case("ann")
    await stage.store.erase("ann", platform="test")
    return case


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("line", ["show", "brief"])
async def test_a_card_says_so_plainly_and_offers_only_what_is_possible(line: str, language: str) -> None:
    say = catalogue("bots").say
    async with told_stage() as stage:
        case = await erased(stage)

        text, acts = await card_of(stage, f"/review {line} {case}", language)

        assert say("commands.erased_open", language) in text
        assert acts == {"note", "withdraw", "next"}
        assert "reveal" not in text


async def test_what_cannot_be_done_is_refused_and_told_why() -> None:
    async with told_stage() as stage:
        case = await erased(stage)

        for verb in ("claim", "uphold", "overturn", "escalate", "answer", "edit", "draft"):
            text, _ = await card_of(
                stage, f"/review {verb} {case} words" if verb != "draft" else f"/review draft {case}"
            )
            assert "nothing left to decide" in text, verb
        revealed, _ = await card_of(stage, f"/review show {case} reveal")
        assert "nothing left to decide" in revealed
        assert (await stage.store.get(case)).case.by_people == ()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_it_closes_by_itself_and_its_card_says_why(language: str) -> None:
    async with told_stage() as stage:
        case = await erased(stage)

        await stage.opened.house.tending.once()
        await stage.sweep()

        assert (await stage.store.get(case)).case.state is CaseState.CLOSED
        assert stage.chat.renewed == [case]
        for line in ("show", "brief"):
            text, acts = await card_of(stage, f"/review {line} {case}", language)
            assert catalogue("bots").say("commands.step_lapse", language) in text
            assert catalogue("bots").say("commands.erased_text", language) in text
            assert acts == {"note", "withdraw", "next"}
        assert "/review show" not in (await card_of(stage, "/review next"))[0]


async def test_a_held_reply_whose_person_was_erased_says_that_it_will_not_be_shown() -> None:
    async with on_wall() as stage:
        await stage.ask()
        await stage.opened.house.replies.unname("ann")
        await stage.opened.store.erase("ann", platform="test")

        await stage.opened.house.tending.once()
        await stage.opened.house.aftermath.sweep()

        kept = await stage.kept()
        assert kept.case.state is CaseState.CLOSED
        assert stage.wall.stands == {"sm1": f"One is fine.\n{REFUSED}"}
        assert ReviewStep.LAPSE not in stage.steps(kept)


async def test_a_reply_held_in_private_is_refused_where_it_stands_and_then_nothing_says_where_that_was() -> None:
    async with on_wall() as stage:
        replies = stage.opened.house.replies
        record = replace(await stage.ask(), server="")
        await replies.keep(record)
        await stage.opened.host.command("/privacy erase yes", caller())
        assert await replies.get(record.id)

        await stage.opened.house.tending.once()
        await stage.opened.house.aftermath.sweep()

        assert stage.wall.stands == {"sm1": f"One is fine.\n{REFUSED}"}
        assert (await stage.kept()).case.state is CaseState.CLOSED
        assert await replies.get(record.id) is None


async def test_whoever_reported_what_was_erased_since_is_offered_no_appeal() -> None:
    async with told_stage() as stage:
        case = await stage.case("ann")
        await stage.store.add(case, report(by="bo"))
        await stage.decide(case, ReviewStep.OVERTURN)
        assert "/appeal" in await stage.says(f"/why {case}", "bo")

        await stage.store.erase("ann", platform="test")

        assert "/appeal" not in await stage.says(f"/why {case}", "bo")
        await stage.says(f"/appeal {case}", "bo")
        assert (await stage.store.get(case)).case.appeals == 0


async def reported_and_closed(stage: Stage) -> str:
    """A closed case with words of ann and of bo, and one of somebody else."""
    case, other = await stage.case("ann"), await stage.case("cy")
    await stage.store.add(case, report(by="bo", comment="what bo says"))
    for each in (case, other):
        await stage.decide(each, ReviewStep.UPHOLD)
    await stage.sweep()
    stage.chat.renewed.clear()
    return case


@pytest.mark.parametrize("who", ["ann", "bo"])
async def test_the_card_of_a_closed_case_is_written_anew_once_somebody_had_erased_what_stands_on_it(who: str) -> None:
    async with told_stage() as stage:
        case = await reported_and_closed(stage)
        assert "what bo says" in (await card_of(stage, f"/review brief {case}"))[0]

        await stage.says("/privacy erase yes", who)
        for _ in range(3):
            await stage.sweep()

        assert stage.chat.renewed == [case]
        assert "what bo says" not in (await card_of(stage, f"/review brief {case}"))[0]


async def test_a_card_that_cannot_be_written_anew_is_tried_again_by_the_next_process_too() -> None:
    async with told_stage() as stage:
        case = await reported_and_closed(stage)
        await stage.says("/privacy erase yes", "bo")
        stage.chat.connected = False
        await stage.sweep()
        assert stage.chat.renewed == []
        stage.chat.connected, stage.chat.writable = True, False
        await stage.sweep()
        await stage.sweep()
        assert stage.chat.renewed == [case, case]

        async with told_stage(stage) as after:
            await after.sweep()
            assert after.chat.renewed == [case]


async def test_a_card_that_a_platform_refuses_for_good_is_not_tried_for_ever() -> None:
    async with told_stage() as stage:
        case = await reported_and_closed(stage)
        await stage.says("/privacy erase yes", "bo")
        stage.chat.writable = False
        for _ in range(30):
            await stage.sweep()

        assert stage.chat.renewed == [case] * 20


async def test_a_card_that_is_written_anew_just_as_it_is_erased_is_written_once_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with told_stage() as stage:
        case = await reported_and_closed(stage)
        erase = stage.store.erase

        async def slow(person: str, *, platform: str) -> int:
            await stage.sweep()
            assert stage.chat.renewed == [case]
            return await erase(person, platform=platform)

        monkeypatch.setattr(stage.store, "erase", slow)
        await stage.says("/privacy erase yes", "bo")
        await stage.sweep()

        assert stage.chat.renewed == [case, case]


async def test_an_erasure_that_fails_halfway_leaves_no_card_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    async with told_stage() as stage:
        case = await reported_and_closed(stage)
        erase = stage.store.erase

        async def dying(person: str, *, platform: str) -> int:
            await erase(person, platform=platform)
            raise StoreFailed("stores.closed")

        monkeypatch.setattr(stage.store, "erase", dying)
        await stage.says("/privacy erase yes", "bo")
        await stage.sweep()

        assert stage.chat.renewed == [case]
