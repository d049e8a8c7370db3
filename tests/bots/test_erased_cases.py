"""What moderators see and can do where a person had everything erased."""

import pytest

from bots.platform import Role
from moderation.cases import CaseState, ReviewStep
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
