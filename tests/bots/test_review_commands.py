"""What moderators type, and the cards they get."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bots.cards import Card, Tone
from bots.errors import UsageError
from bots.review_commands import ReviewCommands
from moderation.cases import CaseState, ReviewStep
from moderation.errors import ReviewError, UnknownExchange
from moderation.filters.registry import load_filters
from moderation.records import Action, Decision, Outcome, Stage
from moderation.review import ReviewDesk
from moderation.stores.memory import MemoryStore
from moderation.words import LANGUAGES, catalogue
from tests.support.exchanges import NOON, by, closing, finding, numbered, objection, opening, report


@pytest.fixture
async def desk() -> AsyncIterator[ReviewDesk]:
    """a1 and a3 of one community, a2 of another; a3 is the strictest."""
    store = MemoryStore(ids=numbered())
    for said, server, decision in (
        ("first", "s1", Decision.FLAG),
        ("second", "s2", Decision.FLAG),
        ("third", "s1", Decision.BLOCK),
    ):
        kept = await store.open(opening(said, server=server), objection("drafted", finding(decision=decision)))
        await store.close(kept, closing(Outcome.REPAIRED, shown="was shown"))
    yield ReviewDesk(store, clock=lambda: NOON)
    await store.aclose()


def commands_of(desk: ReviewDesk, language: str = "en") -> ReviewCommands:
    return ReviewCommands(desk, language=language)


async def typed(desk: ReviewDesk, line: str, *, server: str | None = None, language: str = "en") -> Card:
    return await commands_of(desk, language).run(line.split(), by=by("mina", "discord"), server=server)


def labels(card: Card) -> list[str]:
    return [row.label for row in card.rows]


async def test_a_list_is_of_the_open_cases_unless_another_state_is_named(desk: ReviewDesk) -> None:
    await typed(desk, "uphold a1")

    assert labels(await typed(desk, "")) == labels(await typed(desk, "list open")) == ["a3", "a2"]
    assert labels(await typed(desk, "list upheld")) == ["a1"]
    assert labels(await typed(desk, "list overturned")) == []
    assert labels(await typed(desk, "list all")) == ["a3", "a2", "a1"]


async def test_every_command_sees_one_community_only(desk: ReviewDesk) -> None:
    assert labels(await typed(desk, "list all", server="s1")) == ["a3", "a1"]
    assert labels(await typed(desk, "search second", server="s1")) == []
    assert labels(await typed(desk, "list all", server="")) == []
    stats = await typed(desk, "stats", server="s2")
    assert "repaired 1" in str(stats)
    for verb in ("show a2", "show a2 reveal", "uphold a2", "overturn a2", "note a2 x", "withdraw a2", "next a2"):
        with pytest.raises(UnknownExchange):
            await typed(desk, verb, server="s1")
    assert (await desk.show("a2")).case.by_people == ()


async def test_the_next_case_is_shown_masked_and_the_one_after_it_follows(desk: ReviewDesk) -> None:
    first = await typed(desk, "next")
    second = await typed(desk, "next a3")
    last = await typed(desk, "next a1")

    assert [card.exchange for card in (first, second, last)] == ["a3", "a1", "a2"]
    assert first.title == "a3"
    assert "third" not in str(first)
    assert "next a3" in first.hint
    assert (await typed(desk, "next", server="s2")).exchange == "a2"
    done = await typed(desk, "next a2", server="s2")
    assert (done.exchange, done.rows, done.tone) == ("", (), Tone.GOOD)


async def test_cards_name_the_case_they_are_about(desk: ReviewDesk) -> None:
    assert (await typed(desk, "show a1")).exchange == "a1"
    assert (await typed(desk, "show a1 reveal")).exchange == "a1"
    assert (await typed(desk, "list", server="s2")).exchange == "a2"
    for several in ("list", "stats", "uphold a1", "note a1 x", "list upheld"):
        card = await typed(desk, several, server="s1")
        assert card.exchange in {"", "a1"}
        assert (card.exchange == "a1") == (several == "list upheld")


async def test_texts_are_masked_until_somebody_asks_and_that_is_noted(desk: ReviewDesk) -> None:
    masked, revealed = await typed(desk, "show a1"), await typed(desk, "show a1 reveal")

    for text in ("first", "drafted", "was shown"):
        assert text not in str(masked)
        assert text in str(revealed)
    assert sum(row.secret for row in masked.rows) == 3
    assert [review.step for review in (await desk.show("a1")).case.by_people] == [ReviewStep.REVEAL]


async def test_withdrawing_is_noted_and_left_to_the_platform(desk: ReviewDesk) -> None:
    card = await typed(desk, "withdraw a1 too harsh for children")

    assert card.takes_back == "a1"
    case = await desk.show("a1")
    assert case.case.state is CaseState.QUEUED
    (noted,) = case.case.by_people
    assert (noted.step, noted.actor, noted.tool, noted.note) == (
        ReviewStep.WITHDRAW, "mina", "discord", "too harsh for children",
    )  # fmt: skip
    others = [await typed(desk, line) for line in ("list", "next", "show a1", "uphold a1", "note a1 x", "stats")]
    assert [other.takes_back for other in others] == [""] * 6


async def test_a_report_is_shown_with_who_made_it_and_why(desk: ReviewDesk) -> None:
    store = MemoryStore(ids=numbered("r"))
    kept = await store.report(opening(), report("the reply", by="p2", comment="so rude", reason="hateful"))

    card = await typed(ReviewDesk(store, clock=lambda: NOON), f"show {kept}")

    (row,) = [row for row in card.rows if row.label == "report.hateful"]
    assert row.text == "reported by p2 · so rude"
    assert "the reply" not in str(card)


@pytest.mark.parametrize(
    ("action", "label"), [(Action.REPAIR, "taken back"), (Action.CUT, "taken back"), (Action.HOLD, "objected to")]
)
async def test_a_reply_that_was_taken_back_is_named_as_such_whatever_stands_now(action: Action, label: str) -> None:
    store = MemoryStore(ids=numbered())
    found = replace(finding(decision=Decision.BLOCK), action=action)
    kept = await store.open(opening("said"), objection("One. Two.", found, stage=Stage.WHOLE))
    await store.close(kept, closing(Outcome.REPAIRED, shown="Three."))

    told = {row.label: row.text for row in (await typed(ReviewDesk(store, clock=lambda: NOON), "show a1 reveal")).rows}
    assert told[label] == "One. Two."
    assert told["shown"] == "Three."


async def test_an_erased_case_says_so_and_shows_no_empty_texts(desk: ReviewDesk) -> None:
    store = MemoryStore(ids=numbered())
    kept = await store.open(opening("said"), objection("drafted"))
    await store.close(kept, closing())
    before = await typed(ReviewDesk(store, clock=lambda: NOON), "show a1")
    await store.erase("p1", platform="console")

    after = await typed(ReviewDesk(store, clock=lambda: NOON), "show a1")

    gone = {"said", "objected to", "shown"}
    assert gone <= set(labels(before))
    assert not gone & set(labels(after))
    assert "erased" in labels(after)
    assert "lexicon.slur" in labels(after)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "line",
    [
        "help me", "list nonsense", "list open x", "next a1 a2", "show", "show a1 x", "show a1 reveal x", "uphold",
        "overturn", "note", "note a1", "withdraw", "search", "stats x",
    ],
)  # fmt: skip
async def test_what_cannot_be_understood_is_answered_with_how_it_goes(
    desk: ReviewDesk, line: str, language: str
) -> None:
    with pytest.raises(UsageError) as refused:
        await typed(desk, line, language=language)

    told, (verb, *_) = refused.value.explain(language), line.split()
    for other in ("list", "next", "show", "uphold", "overturn", "note", "withdraw", "search", "stats", "help"):
        assert (f"/review {other}" in told) is (verb == other)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_verb_that_there_is_not_is_answered_with_where_they_stand(desk: ReviewDesk, language: str) -> None:
    with pytest.raises(UsageError) as refused:
        await typed(desk, "dance " + "x" * 50, language=language)
    listed = await typed(desk, "help", language=language)

    told = refused.value.explain(language)
    assert "dance" in told
    assert "/review help" in told
    verbs = {row.label.split()[0] for row in listed.rows}
    assert {"list", "show", "merge", "help"} <= verbs
    assert not {"bulk", "lexicon", "brief"} & verbs, "those are for others"
    assert all(row.text for row in listed.rows)


async def test_a_list_says_in_which_order_it_is(desk: ReviewDesk) -> None:
    assert [(await typed(desk, line)).title for line in ("list", "list all", "search a")] == [
        "Cases that wait: 3, the most pressing first",
        "Kept exchanges: 3, newest first",
        (await typed(desk, "search a")).title,
    ]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_what_can_be_done_with_a_case_is_told_as_it_stands(desk: ReviewDesk, language: str) -> None:
    waiting = await typed(desk, "show a1 reveal", language=language)
    await typed(desk, "uphold a1 so it is")
    decided = await typed(desk, "show a1 reveal", language=language)

    assert "uphold a1" in waiting.hint
    assert "reopen" not in waiting.hint
    assert "reopen a1" in decided.hint
    assert "uphold" not in decided.hint
    assert any(row.text.endswith(": so it is") for row in decided.rows)


async def test_findings_are_told_in_words_of_either_language(desk: ReviewDesk) -> None:
    english, korean = [str(await typed(desk, "show a3", language=language)) for language in ("en", "ko")]

    assert "not let through" in english
    assert "막음" in korean
    assert "BLOCK" not in english + korean


async def test_an_appeal_without_words_is_no_empty_line(desk: ReviewDesk) -> None:
    await desk.appeal("a1", person=(await desk.show("a1")).opening.origin.person, comment="", tool="discord")

    assert all(row.text for row in (await typed(desk, "show a1")).rows)


@pytest.mark.parametrize(
    "line", ["list", "next", "show a1", "uphold a1", "note a1 x", "withdraw a1", "stats", "search x"]
)
async def test_every_card_is_in_the_language_of_who_reads_it(desk: ReviewDesk, line: str) -> None:
    english, korean = await typed(desk, line), await typed(desk, line.replace("a1", "a3"), language="ko")

    def words(card: Card) -> str:
        return " ".join((card.title, card.hint, *(row.label for row in card.rows)))

    assert not any("가" <= char <= "힣" for char in words(english))
    assert any("가" <= char <= "힣" for char in words(korean))


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_case_says_what_a_finding_of_character_means(language: str) -> None:
    store = MemoryStore(ids=numbered())
    await store.open(
        opening("hello"),
        objection("I'm thirty.", finding("character.contradiction", detail="age: 30")),
    )
    shown = str(await typed(ReviewDesk(store, clock=lambda: NOON), "show a1", language=language))
    assert "age: 30" in shown
    assert catalogue("moderation").say("explain.character_contradiction", language) in shown
    await store.aclose()


def test_everything_that_the_filters_of_every_guard_find_is_explained() -> None:
    words = catalogue("moderation")
    found = {f"explain.{judge.id}_{name}" for judge in load_filters() for name in judge.categories}
    assert "explain.meaning_human_claim" in found
    assert sorted(key for key in found if key not in words) == []


async def held(desk: ReviewDesk) -> None:
    blocked = replace(finding(decision=Decision.BLOCK), action=Action.HOLD)
    await desk._store.open(opening("fourth", server="s1"), objection("drafted", blocked))
    await desk._store.close("a4", closing(Outcome.HELD, shown="wait"))


@pytest.mark.parametrize(
    ("line", "ruling"), [("approve a4", "overturned"), ("reject a4 no", "upheld"), ("edit a4 Other words", "upheld")]
)
async def test_what_is_held_is_decided_where_no_platform_is_and_left_to_the_program_that_has_one(
    desk: ReviewDesk, line: str, ruling: str
) -> None:
    await held(desk)
    card = await typed(desk, line)

    case = (await desk.show("a4")).case
    assert (case.state, case.ruling) == (CaseState.DECIDED, ruling)
    assert (card.decided, card.hint) == ("a4", "Talchum's running program carries it out.")


@pytest.mark.parametrize("line", ["approve a1", "reject a3", "edit a1 Other words"])
async def test_only_what_waits_is_approved_and_only_what_was_kept_back_is_worded(desk: ReviewDesk, line: str) -> None:
    with pytest.raises(ReviewError):
        await typed(desk, line)

    assert (await desk.show(line.split()[1])).case.by_people == ()


async def test_seeing_a_draft_to_word_it_is_a_step_in_the_trail(desk: ReviewDesk) -> None:
    await held(desk)
    card = await typed(desk, "draft a4")

    assert "drafted" in card.rows[0].text
    assert [review.step for review in (await desk.show("a4")).case.by_people] == [ReviewStep.REVEAL]
