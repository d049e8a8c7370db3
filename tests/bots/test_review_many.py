"""Lists narrowed and leafed through, many cases at once, exports, and how much one moderator sees."""

import csv
import io
import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from bots.cards import Card, Tone
from bots.config import Settings
from bots.errors import NotAllowed, UsageError
from bots.parts import tools_of
from bots.review_commands import ReviewCommands
from bots.state.memory import MemoryState
from moderation.cases import CaseState, Rank, ReviewStep, Ruling
from moderation.records import Decision, Outcome
from moderation.review import ReviewDesk
from moderation.stores import Query
from moderation.stores.memory import MemoryStore
from moderation.words import LANGUAGES
from tests.support.exchanges import NOON, by, closing, finding, numbered, objection, opening, report

DAY = timedelta(days=1)


@dataclass
class Desk:
    """A desk in s1, on which cases come in one a day."""

    settings: str = ""
    now: datetime = NOON
    store: MemoryStore = field(default_factory=lambda: MemoryStore(ids=numbered()))

    def __post_init__(self) -> None:
        self.state = MemoryState(clock=lambda: self.now)
        self.desk = ReviewDesk(self.store, clock=lambda: self.now)
        tools = tools_of(Settings.load(self.settings.encode(), {}), self.state, now=lambda: self.now)
        self.tools = replace(tools, ids=numbered("b"))

    async def cases(
        self,
        count: int,
        *,
        rule: str = "lexicon.slur",
        decision: Decision = Decision.FLAG,
        outcome: Outcome = Outcome.REPAIRED,
    ) -> "Desk":
        for _ in range(count):
            begun = replace(opening("=said", server="s1"), at=self.now)
            kept = await self.store.open(begun, objection("drafted", finding(rule, decision)))
            await self.store.close(kept, closing(outcome, shown="was shown"))
            self.now += DAY
        return self

    async def typed(
        self, line: str, *, who: str = "mina", rank: Rank = Rank.SENIOR, server: str | None = "s1", language: str = "en"
    ) -> Card:
        commands = ReviewCommands(self.desk, language=language, tools=self.tools)
        return await commands.run(line.split(), by=by(who, rank=rank), server=server)

    async def sure(self, line: str, **more: object) -> Card:
        """What is shown first, then done."""
        await self.typed(line, **more)  # type: ignore[arg-type]
        return await self.typed(f"{line} yes", **more)  # type: ignore[arg-type]

    async def listed(self, line: str) -> list[str]:
        return [row.label for row in (await self.typed(f"list {line}")).rows]

    async def rulings(self) -> list[Ruling | None]:
        return [kept.case.ruling for kept in reversed(await self.desk.list(Query()))]

    async def steps(self, case: str) -> list[ReviewStep]:
        return [review.step for review in (await self.store.get(case)).case.by_people]


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


async def test_a_bulk_is_done_once() -> None:
    desk = await Desk().cases(1)
    await desk.sure("bulk escalate")

    again = await desk.typed("bulk escalate yes")

    assert "Nothing is done yet" in again.title
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

    assert [row.text for row in done.rows] == ["1: a3", "2: a2, a1"]
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


async def test_moderators_decide_one_by_one() -> None:
    desk = await Desk().cases(1)
    for line in ("bulk uphold yes", "undo b1", "export"):
        with pytest.raises(NotAllowed):
            await desk.typed(line, rank=Rank.MODERATOR)
    for line in ("bulk", "bulk note", "undo", "bulk uphold nonsense"):
        with pytest.raises(UsageError):
            await desk.typed(line)
    assert (await desk.typed("bulk uphold mine yes")).rows == ()


# --- exports ---------------------------------------------------------------------------------------------------------


async def test_an_export_is_masked_and_is_noted_nowhere() -> None:
    desk = await Desk().cases(2)

    card = await desk.typed("export")

    assert card.file_name == "review.csv"
    rows = list(csv.DictReader(io.StringIO(card.file.decode("utf-8-sig"))))
    assert [row["id"] for row in rows] == ["a1", "a2"]
    assert rows[0]["rules"] == "lexicon.slur"
    assert rows[0]["masked"] == rows[0]["ai_generated"] == "yes"
    assert not any(text in card.file.decode() for text in ("said\r", "drafted", "was shown"))
    assert await desk.steps("a1") == []


async def test_uncovering_an_export_is_noted_for_each_and_no_cell_is_run() -> None:
    desk = await Desk().cases(2)

    lines = [json.loads(line) for line in (await desk.typed("export jsonl reveal")).file.decode().splitlines()]
    (row, _) = csv.DictReader(io.StringIO((await desk.typed("export csv reveal")).file.decode("utf-8-sig")))

    assert [(line["said"], line["drafts"], line["shown"]) for line in lines] == [
        ("=said", ["drafted"], "was shown")
    ] * 2
    assert row["said"] == "'=said"
    assert await desk.steps("a1") == [ReviewStep.REVEAL] * 2


async def test_an_export_beyond_what_a_day_allows_uncovers_nothing_and_says_how_many_it_could() -> None:
    desk = await Desk("[review]\nreveals_per_day = 3").cases(3)
    await desk.typed("show a1 reveal")

    with pytest.raises(UsageError, match=r"these are 3 texts, and today you may uncover 2 more") as refused:
        await desk.typed("export reveal")

    assert "2건까지" in refused.value.explain("ko")
    assert [await desk.steps(case) for case in ("a2", "a3")] == [[], []]
    assert b"drafted" in (await desk.typed("export reveal since=2026-03-02")).file, "none of the two was spent"
    assert await desk.steps("a3") == [ReviewStep.REVEAL]


async def test_an_export_has_what_a_list_has_and_of_nothing_there_is_none() -> None:
    desk = await Desk().cases(2)
    other = await desk.store.open(opening(server="s2"), report())
    await desk.store.close(other, closing())

    assert b"a3" not in (await desk.typed("export all jsonl")).file
    assert (await desk.typed("export all jsonl persona=nobody")).file == b""
    for line in ("export csv jsonl", "export nonsense"):
        with pytest.raises(UsageError):
            await desk.typed(line)


# --- how much one sees -----------------------------------------------------------------------------------------------


async def test_whoever_takes_the_blur_away_sees_at_once_and_that_is_noted() -> None:
    desk = await Desk().cases(2)
    assert "drafted" not in str(await desk.typed("show a1"))

    await desk.typed("blur off")

    assert "drafted" in str(await desk.typed("show a1"))
    assert "drafted" in str(await desk.typed("next a1"))
    assert "drafted" not in str(await desk.typed("show a1", who="joon"))
    assert (await desk.steps("a1"), await desk.steps("a2")) == ([ReviewStep.REVEAL], [ReviewStep.REVEAL])
    await desk.typed("blur on")
    assert "drafted" not in str(await desk.typed("show a1"))
    with pytest.raises(UsageError):
        await desk.typed("blur")


async def test_after_so_many_texts_a_day_somebody_else_has_to_go_on() -> None:
    desk = await Desk("[review]\nreveals_per_day = 2").cases(2)
    for case in ("a1", "a2"):
        await desk.typed(f"show {case} reveal")

    for line in ("show a1 reveal", "export reveal"):
        with pytest.raises(UsageError, match="2 texts today"):
            await desk.typed(line)
    assert await desk.steps("a1") == [ReviewStep.REVEAL]
    assert "drafted" in str(await desk.typed("show a1 reveal", who="joon"))
    desk.now += DAY
    assert "drafted" in str(await desk.typed("show a1 reveal"))


async def test_without_blur_the_end_of_the_day_is_a_masked_text_and_a_word_about_it() -> None:
    desk = await Desk("[review]\nreveals_per_day = 1").cases(1)
    await desk.typed("blur off")

    seen, hidden = await desk.typed("show a1"), await desk.typed("show a1")

    assert "drafted" in str(seen)
    assert "drafted" not in str(hidden)
    assert "texts today" in hidden.hint


async def test_what_cannot_be_seen_is_not_counted() -> None:
    desk = await Desk("[review]\nreveals_per_day = 1").cases(1)
    for _ in range(3):
        with pytest.raises(Exception, match="x9"):
            await desk.typed("show x9 reveal")

    assert "drafted" in str(await desk.typed("show a1 reveal"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("line", ["bulk uphold", "bulk uphold yes", "export", "export reveal", "blur off", "mutes"])
async def test_all_of_it_is_told_in_every_language(line: str, language: str) -> None:
    desk = await Desk().cases(1)

    card = await desk.typed(line, language=language)

    assert any("가" <= char <= "힣" for char in card.title) is (language == "ko")
    assert card.tone is not Tone.BAD
