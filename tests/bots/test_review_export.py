"""Exports, and how much one moderator sees."""

import csv
import io
import json

import pytest

from bots.errors import UsageError
from moderation.cases import ReviewStep
from moderation.errors import InvalidTransition
from tests.bots.many_stage import DAY, Desk
from tests.support.exchanges import closing, objection, opening, report

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


async def test_of_what_is_erased_an_export_uncovers_nothing_says_so_and_counts_only_the_rest() -> None:
    desk = await Desk("[review]\nreveals_per_day = 2").cases(1)
    other = await desk.store.open(opening("hers", server="s1", person="p9"), objection("drafted"))
    await desk.store.close(other, closing(shown="was shown"))
    await desk.cases(1)
    await desk.store.erase("p9", platform="console")

    card = await desk.typed("export all jsonl reveal")

    lines = {line["id"]: line for line in map(json.loads, card.file.decode().splitlines())}
    assert [(name, lines[name]["erased"], lines[name]["drafts"]) for name in ("a1", other, "a3")] == [
        ("a1", False, ["drafted"]),
        (other, True, [""]),
        ("a3", False, ["drafted"]),
    ]
    assert card.title.startswith("2 exchanges, their texts uncovered")
    assert card.hint.startswith("One of the rows is without texts")
    assert [await desk.steps(case) for case in ("a1", other, "a3")] == [[ReviewStep.REVEAL], [], [ReviewStep.REVEAL]]


async def test_what_is_erased_while_an_export_is_under_way_keeps_no_file_back(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = await Desk().cases(2)
    take = desk.desk.take

    async def slow(exchange: str, *args: object, **more: object) -> object:
        await desk.store.erase("p1", platform="console")
        return await take(exchange, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(desk.desk, "take", slow)
    card = await desk.typed("export jsonl reveal")

    assert [json.loads(line)["erased"] for line in card.file.decode().splitlines()] == [True, True]
    assert (card.title, await desk.steps("a1")) == ("2 exchanges, their texts masked.", [])


async def test_what_is_erased_is_not_counted_and_is_shown_to_whoever_wants_to_see_at_once() -> None:
    desk = await Desk("[review]\nreveals_per_day = 1").cases(1)
    other = await desk.store.open(opening("hers", server="s1", person="p9"), objection("drafted"))
    await desk.store.close(other, closing())
    await desk.store.erase("p9", platform="console")
    await desk.typed("blur off")

    for line in (f"show {other} reveal", f"draft {other}"):
        with pytest.raises(InvalidTransition, match="was erased"):
            await desk.typed(line)
    assert (await desk.typed(f"show {other}")).kept == "erased"
    assert await desk.steps(other) == []
    assert "drafted" in str(await desk.typed("show a1 reveal"))


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
