"""Lists narrowed and leafed through, and many cases at once."""

from datetime import timedelta

import pytest

from bots.cards import Tone
from bots.errors import NotAllowed, UsageError
from bots.mutes import Mute
from moderation.cases import CaseState, Rank, ReviewStep, Ruling
from moderation.records import Decision, Outcome
from moderation.stores import Query
from moderation.words import LANGUAGES
from tests.bots.many_stage import DAY, Desk
from tests.support.exchanges import by

# --- lists -----------------------------------------------------------------------------------------------------------


async def test_a_list_is_narrowed_by_when_how_pressing_what_and_what_is_overdue() -> None:
    desk = await Desk().cases(3)
    await desk.cases(2, rule="bias.claim", decision=Decision.BLOCK)  # the 4th and 5th day; now it is the 6th

    assert await desk.listed("") == ["a4", "a5", "a1", "a2", "a3"]
    assert await desk.listed("priority=normal") == ["a4", "a5"]
    assert await desk.listed("category=claim") == await desk.listed("rule=bias") == ["a4", "a5"]
    assert await desk.listed("since=2026-03-04") == ["a4", "a5"]
    assert await desk.listed("since=3d") == ["a4", "a5", "a3"]
    assert await desk.listed("before=2026-03-02") == ["a1"]
    assert await desk.listed("all since=2026-03-02 before=2026-03-04") == ["a3", "a2"]
    assert await desk.listed("overdue") == []
    desk.now += timedelta(days=1, hours=1)
    assert await desk.listed("overdue") == ["a4"]
    desk.now += timedelta(days=1)
    assert await desk.listed("overdue priority=low") == ["a4", "a5", "a1"]
    await desk.typed("claim a1")
    assert await desk.listed("claimed overdue") == ["a1"]
    await desk.typed("uphold a1")
    assert await desk.listed("all overdue") == ["a5", "a4"]


async def test_a_full_page_says_how_the_next_one_is_called_until_there_is_none() -> None:
    desk = await Desk().cases(12)

    first = await desk.typed("list open persona=halmi")
    assert len(first.rows) == 10
    assert "/review list open persona=halmi after=a10" in first.hint
    second = await desk.typed("list open persona=halmi after=a10")
    assert [row.label for row in second.rows] == ["a11", "a12"]
    assert "after=" not in second.hint


@pytest.mark.parametrize(
    "line", ["priority=huge", "since=yesterday", "since=2026-02-31", "before=5x", "colour=red", "persona=", "open mine"]
)
async def test_what_cannot_be_narrowed_by_is_told(line: str) -> None:
    with pytest.raises(UsageError):
        await Desk().typed(f"list {line}")


# --- many at once ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", ["uphold", "overturn"])
async def test_appeals_are_left_to_be_decided_one_by_one(step: str) -> None:
    desk = await Desk().cases(3)
    person = (await desk.desk.show("a2")).opening.origin.person
    await desk.desk.appeal("a2", person=person, comment="no", tool="discord")

    preview, done = await desk.typed(f"bulk {step}"), await desk.typed(f"bulk {step} yes")

    for card in (preview, done):
        assert [row.text for row in card.rows] == ["2: a1, a3", "1: a2"]
    assert (await desk.rulings())[1] is None
    alone = await desk.sure(f"bulk {step} appealed")
    assert [row.text for row in alone.rows] == ["1: a2"]
    assert (await desk.rulings())[1] is None
    await desk.sure("bulk escalate appealed")
    assert ReviewStep.ESCALATE in await desk.steps("a2")


async def test_a_bulk_is_shown_first_and_done_with_yes() -> None:
    desk = await Desk().cases(3)
    await desk.cases(1, rule="bias.claim")

    shown = await desk.typed("bulk overturn rule=lexicon")
    assert "3 cases" in shown.title
    assert shown.rows[0].text == "3: a1, a2, a3"
    assert "/review bulk overturn rule=lexicon yes" in shown.hint
    assert await desk.rulings() == [None] * 4

    done = await desk.typed("bulk overturn rule=lexicon yes")
    assert await desk.rulings() == [Ruling.OVERTURNED] * 3 + [None]
    assert "/review undo b1" in done.hint
    notes = {review.note for review in (await desk.store.get("a1")).case.reviews if review.step is ReviewStep.OVERTURN}
    assert notes == {"bulk b1"}


async def test_what_is_confirmed_is_what_was_shown_and_what_changed_since_is_left_and_told() -> None:
    desk = await Desk().cases(3)
    shown = await desk.typed("bulk uphold")
    await desk.cases(1)
    desk.now -= DAY
    await desk.typed("note a1 no step of its own")
    await desk.typed("claim a2", who="mina")
    await desk.typed("release a2", who="mina")

    done = await desk.typed("bulk uphold yes")

    assert shown.rows[0].text == "3: a1, a2, a3"
    assert [row.text for row in done.rows] == ["1: a3", "2: a1, a2"]
    assert await desk.rulings() == [None, None, Ruling.UPHELD, None]


@pytest.mark.parametrize("other", ["joon", "another line", "another community", "an hour later"])
async def test_what_somebody_was_not_shown_is_shown_before_it_is_done(other: str) -> None:
    desk = await Desk().cases(1)
    await desk.typed("bulk uphold")
    desk.now += timedelta(hours=1) if other == "an hour later" else timedelta(0)

    asked = await desk.typed(
        "bulk uphold open yes" if other == "another line" else "bulk uphold yes",
        who="joon" if other == "joon" else "mina",
        server=None if other == "another community" else "s1",
    )

    assert "Nothing is done yet" in asked.title
    assert await desk.rulings() == [None]


async def test_what_was_shown_in_one_tool_is_not_done_in_another() -> None:
    desk = await Desk().cases(1)
    await desk.typed("bulk uphold")

    asked = await desk.typed("bulk uphold yes", tool="discord")

    assert "Nothing is done yet" in asked.title
    assert await desk.rulings() == [None]


async def test_a_go_has_so_many_cases_and_the_next_go_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bots.review_bulk._MOST", 2)
    desk = await Desk().cases(3)

    goes = [await desk.sure("bulk uphold") for _ in range(2)]

    assert [go.rows[0].text for go in goes] == ["2: a1, a2", "1: a3"]
    assert ["there are more" in str(go.rows) for go in goes] == [True, False]


@pytest.mark.parametrize("line", ["bulk uphold", "bulk uphold all"])
async def test_what_waits_behind_appeals_and_decided_cases_is_reached(
    monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    for name in ("_MOST", "_PAGE"):
        monkeypatch.setattr(f"bots.review_bulk.{name}", 2)
    desk = await Desk().cases(6)
    for case in ("a1", "a6"):
        await desk.typed(f"overturn {case}")
    for case in ("a2", "a4", "a5"):
        await desk.desk.appeal(case, person="p1", comment="No.", tool="test")

    shown = await desk.typed(line)

    assert shown.rows[0].text == "1: a3"
    assert "there are more" not in str(shown.rows)


@pytest.mark.parametrize("line", ["bulk overturn", "bulk overturn upheld"])
async def test_what_was_decided_before_is_left_as_taking_it_back_would_lose_that(line: str) -> None:
    desk = await Desk().cases(2)
    await desk.typed("uphold a1")
    before = await desk.store.get("a1")

    done = await desk.sure(f"{line} person=p1" if "upheld" in line else f"{line} all")
    if "upheld" not in line:
        await desk.typed("undo b1")

    assert "1: a1" in [row.text for row in done.rows]
    assert await desk.store.get("a1") == before


async def test_what_is_escalated_already_takes_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bots.review_bulk._MOST", 1)
    desk = await Desk().cases(2)

    goes = [await desk.sure("bulk escalate") for _ in range(2)]

    assert [go.rows[0].text for go in goes] == ["1: a1", "1: a2"]


async def test_what_was_put_together_is_one_case() -> None:
    desk = await Desk().cases(3)
    await desk.desk.merge("a1", "a2", by=by("mina"))

    assert (await desk.typed("bulk uphold")).rows[0].text == "2: a1, a3"
    assert (await desk.sure("bulk uphold all")).rows[0].text == "2: a3, a1"


async def test_a_bulk_is_done_once() -> None:
    desk = await Desk().cases(1)
    await desk.sure("bulk escalate")

    again = await desk.typed("bulk escalate yes")

    assert "no such cases" in again.title
    assert [row.text for row in again.rows] == ["1: a1"]
    assert (await desk.steps("a1")).count(ReviewStep.ESCALATE) == 1


async def test_an_appeal_is_decided_by_itself_as_somebody_waits_for_the_answer() -> None:
    desk = await Desk().cases(2)
    await desk.desk.appeal("a1", person="p1", comment="No.", tool="test")
    await desk.sure("bulk uphold")

    assert await desk.rulings() == [None, Ruling.UPHELD]
    assert (await desk.typed("bulk escalate")).rows[0].text == "1: a1"


async def test_what_cannot_be_decided_is_skipped_and_told() -> None:
    desk = await Desk().cases(3)
    await desk.typed("uphold a1")
    await desk.typed("claim a2", who="joon")

    done = await desk.sure("bulk uphold all")

    assert [row.text for row in done.rows] == ["1: a3", "1: a2", "1: a1"]
    assert await desk.rulings() == [Ruling.UPHELD, None, Ruling.UPHELD]


async def test_a_bulk_is_taken_back_within_the_hour_where_it_has_the_last_word() -> None:
    desk = await Desk().cases(3)
    await desk.sure("bulk uphold")
    await desk.typed("overturn a2", who="joon")
    await desk.typed("note a1 looked at again")

    undone = await desk.typed("undo b1")

    assert [row.text for row in undone.rows] == ["2: a1, a3", "1: a2"]
    assert await desk.rulings() == [None, Ruling.OVERTURNED, None]
    assert (await desk.store.get("a1")).case.state is CaseState.QUEUED
    with pytest.raises(UsageError):
        await desk.typed("undo b1")


async def test_what_a_bulk_had_done_when_the_program_died_can_be_taken_back(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = await Desk().cases(3)
    await desk.typed("bulk uphold")
    take = desk.desk.take

    async def dying(exchange: str, *values: object, **named: object) -> object:
        if exchange == "a2":
            raise KeyboardInterrupt
        return await take(exchange, *values, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(desk.desk, "take", dying)
    with pytest.raises(KeyboardInterrupt):
        await desk.typed("bulk uphold yes")
    monkeypatch.undo()
    assert await desk.rulings() == [Ruling.UPHELD, None, None]

    undone = await desk.typed("undo b1")

    assert [row.text for row in undone.rows] == ["1: a1", "2: a2, a3"]
    assert await desk.rulings() == [None] * 3


async def test_what_was_worded_otherwise_since_a_bulk_is_not_taken_back() -> None:
    desk = await Desk().cases(1, decision=Decision.BLOCK, outcome=Outcome.WITHHELD)
    await desk.sure("bulk uphold")
    await desk.typed("edit a1 Other words.", who="joon")

    assert [row.text for row in (await desk.typed("undo b1")).rows] == ["0", "1: a1"]
    assert await desk.rulings() == [Ruling.UPHELD]


async def test_after_an_hour_or_from_elsewhere_nothing_is_taken_back() -> None:
    desk = await Desk().cases(1)
    await desk.sure("bulk uphold")
    with pytest.raises(UsageError):
        await desk.typed("undo b1", server="s2")
    desk.now += timedelta(hours=1)
    with pytest.raises(UsageError):
        await desk.typed("undo b1")
    assert await desk.rulings() == [Ruling.UPHELD]


async def test_an_escalation_of_many_is_done_and_is_not_said_to_be_undone() -> None:
    desk = await Desk().cases(2)

    done = await desk.sure("bulk escalate")

    assert done.hint == ""
    assert {kept.case.state for kept in await desk.desk.list(Query())} == {CaseState.ESCALATED}


async def test_overturning_many_ends_their_mutes() -> None:
    desk = await Desk().cases(1)
    await desk.typed("mute person a1 2d")

    await desk.sure("bulk overturn")

    assert (await desk.typed("mutes")).rows == ()


async def test_what_is_taken_back_brings_back_the_mutes_that_it_ended_and_no_other() -> None:
    desk = await Desk().cases(6)
    for case in ("a1", "a2", "a3", "a4", "a5"):
        persona = f"mute persona p{case} 9d case={case} hate"
        await desk.typed(persona if case != "a3" else persona.replace("9d", "1m"))
    before = (await desk.typed("mutes")).rows
    await desk.sure("bulk overturn")
    assert (await desk.typed("mutes")).rows == ()
    desk.now += timedelta(minutes=2)
    await desk.typed("mute persona pa2 2h otherwise")
    await desk.typed("mute persona pa4 2h case=a4")
    await desk.typed("unmute persona pa4 case=a4")
    await desk.typed("uphold a5", who="joon")

    undone = await desk.typed("undo b1")

    after = (await desk.typed("mutes")).rows
    assert {row.label for row in after} == {"persona pa1", "persona pa2"}
    assert next(row for row in after if "pa1" in row.label) in before
    assert "otherwise" in next(row.text for row in after if "pa2" in row.label)
    assert [row.text for row in undone.rows][2:] == ["hate"]
    assert "pa1 does not speak here" in undone.rows[2].label
    steps = [(review.step, review.note) for review in (await desk.store.get("a1")).case.by_people][-2:]
    assert steps == [(ReviewStep.REOPEN, "undo b1"), (ReviewStep.MUTE, steps[-1][1])]
    assert steps[-1][1].endswith("hate")
    assert (await desk.store.get("a2")).case.reviews[-1].step is ReviewStep.REOPEN
    await desk.typed("overturn a1")
    assert {row.label for row in (await desk.typed("mutes")).rows} == {"persona pa2"}, "as ever"


async def test_a_mute_that_a_bulk_had_ended_when_the_program_died_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = await Desk().cases(2)
    await desk.typed("mute person a1 9d hate")
    await desk.typed("bulk overturn")
    lift = desk.tools.mutes.lift

    async def dying(mute: Mute) -> bool:
        await lift(mute)
        raise KeyboardInterrupt

    monkeypatch.setattr(desk.tools.mutes, "lift", dying)
    with pytest.raises(KeyboardInterrupt):
        await desk.typed("bulk overturn yes")
    monkeypatch.undo()
    assert (await desk.typed("mutes")).rows == ()

    await desk.typed("undo b1")

    assert [row.label for row in (await desk.typed("mutes")).rows] == ["person p1"]


async def test_moderators_decide_one_by_one() -> None:
    desk = await Desk().cases(1)
    for line in ("bulk uphold yes", "undo b1", "export"):
        with pytest.raises(NotAllowed):
            await desk.typed(line, rank=Rank.MODERATOR)
    for line in ("bulk", "bulk note", "undo", "bulk uphold nonsense"):
        with pytest.raises(UsageError):
            await desk.typed(line)
    assert (await desk.typed("bulk uphold mine yes")).rows == ()


# --- in every language -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("line", ["bulk uphold", "bulk uphold yes", "export", "export reveal", "blur off", "mutes"])
async def test_all_of_it_is_told_in_every_language(line: str, language: str) -> None:
    desk = await Desk().cases(1)

    card = await desk.typed(line, language=language)

    assert any("가" <= char <= "힣" for char in card.title) is (language == "ko")
    assert card.tone is not Tone.BAD
