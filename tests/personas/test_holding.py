"""What is held: nothing of it is shown, all of it is kept, until a person decides."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.consequences import draft_of
from moderation.records import Action, Candidate, Decision, Finding, Outcome, Signal, Stage, Verdict
from personas.conversation import Conversation
from personas.messages import NotCleared, Passage, PassageKind, Turn
from personas.runtime import Refused
from tests.personas.replying import kept
from tests.support.stage import Asks, Marks, holding, on_stage, reply_of, scripted

HELD = "A moderator looks at this reply first. It will appear here once that is done."


async def test_what_is_held_is_not_shown_and_all_of_it_is_kept() -> None:
    generator = scripted(reply_of("One is fine. ", "Two is BAD. ", "Three comes after it. ", "Four too."))
    async with on_stage(generator, policy=holding()) as stage:
        shown = await stage.say("hello")

        (exchange,) = await kept(stage)
        assert [passage.text for passage in shown.passages] == ["One is fine.", HELD]
        assert shown.finished.outcome is Outcome.HELD
        assert shown.finished.repairs == 0
        assert draft_of(exchange) == "One is fine. Two is BAD. Three comes after it. Four too."
        assert exchange.closing is not None
        assert exchange.closing.outcome is Outcome.HELD
        assert "BAD" not in exchange.closing.shown


async def test_what_is_held_is_no_part_of_the_conversation() -> None:
    async with on_stage(scripted(reply_of("One is fine. ", "Two is BAD.")), policy=holding()) as stage:
        await stage.say("hello")

        assert stage.conversation.turns == ()


async def test_whoever_writes_korean_reads_korean() -> None:
    async with on_stage(scripted(reply_of("BAD.")), policy=holding()) as stage:
        shown = await stage.say("오늘은 날씨가 어떤가요? 바람이 많이 부나요?")

        assert "운영진" in shown.text


async def test_a_whole_that_is_to_be_held_is_taken_back_first() -> None:
    generator = scripted(reply_of("First a ping. ", "Then a pong."))
    async with on_stage(generator, policy=holding()) as stage:
        shown = await stage.say("hello")

        (exchange,) = await kept(stage)
        assert shown.text == HELD
        assert shown.finished.outcome is Outcome.HELD
        assert draft_of(exchange) == "First a ping. Then a pong."


async def test_a_draft_with_something_severe_in_it_waits_for_nobody() -> None:
    generator = scripted(reply_of("One is BAD. ", "Two is SEVERE."))
    async with on_stage(generator, policy=holding()) as stage:
        shown = await stage.say("hello")

        assert shown.text == "This conversation stops here for now. Nothing more will be said on that subject."
        assert shown.finished.outcome is Outcome.WITHHELD


async def test_a_secret_in_what_comes_later_ends_it_and_is_not_kept() -> None:
    generator = scripted(reply_of("One is BAD. ", "The canary is c4n4ry-7f3a91, they say. ", "More."))
    async with on_stage(generator, policy=holding()) as stage:
        shown = await stage.say("hello")

        (exchange,) = await kept(stage)
        assert shown.finished.outcome is Outcome.WITHHELD
        assert "c4n4ry" not in str(exchange)
        assert draft_of(exchange) == ""


async def test_a_stream_that_breaks_leaves_what_had_come_to_be_looked_at() -> None:
    generator = scripted(
        reply_of("One is BAD. ", "Two is whole. ", "Three is", fault={"kind": "disconnect", "after_sentences": 2})
    )
    async with on_stage(generator, policy=holding()) as stage:
        shown = await stage.say("hello")

        (exchange,) = await kept(stage)
        assert shown.finished.outcome is Outcome.HELD
        assert draft_of(exchange).startswith("One is BAD.")


@dataclass(frozen=True)
class Prefixes(Marks):
    """Objects to a whole that has "tower" in it without "BAD": a prefix that may not stand alone."""

    def examine(self, candidate: Candidate) -> Sequence[Signal]:
        alone = candidate.stage is Stage.WHOLE and "tower" in candidate.text and "BAD" not in candidate.text
        return [Signal(category="together", score=1.0)] if alone else super().examine(candidate)


async def test_what_was_shown_before_goes_where_it_may_not_stand_alone() -> None:
    generator = scripted(reply_of("The tower. ", "Now BAD."))
    async with on_stage(generator, policy=holding(), filters=(Prefixes(), Asks())) as stage:
        shown = await stage.say("hello")

        (exchange,) = await kept(stage)
        assert shown.text == HELD
        assert shown.finished.outcome is Outcome.HELD
        assert draft_of(exchange) == "The tower. Now BAD."


async def test_a_person_can_show_what_the_guard_blocks_and_it_says_who() -> None:
    async with on_stage(scripted(reply_of("-")), policy=holding()) as stage:
        told = await stage.runtime.release(
            "Two is BAD.", stage.message("hello"), stage.cast, stage.conversation, by="mina"
        )

        assert isinstance(told, Passage)
        assert (told.text, told.by, told.verdict.decision) == ("Two is BAD.", "mina", Decision.BLOCK)
        assert await kept(stage) == ()


@pytest.mark.parametrize(
    ("changes", "refused"),
    [({"locked": True}, True), ({"locked": True, "release": True}, False), ({"release": False}, True), ({}, False)],
)
async def test_a_locked_rule_binds_people_too_unless_the_policy_says_otherwise(
    changes: dict[str, bool], refused: bool
) -> None:
    async with on_stage(scripted(reply_of("-")), policy=holding(**changes)) as stage:
        told = await stage.runtime.release("BAD.", stage.message("hello"), stage.cast, stage.conversation, by="mina")

        assert isinstance(told, Refused) == refused
        if isinstance(told, Refused):
            assert told.rules == ("marks.bad",)


async def test_what_could_not_be_judged_is_not_shown_on_a_persons_word() -> None:
    def fails(candidate: Candidate) -> None:
        if "xyzzy" in candidate.text:
            raise RuntimeError

    async with on_stage(scripted(reply_of("-")), policy=holding(), filters=(Marks(fault=fails), Asks())) as stage:
        told = await stage.runtime.release("xyzzy", stage.message("hi"), stage.cast, stage.conversation, by="mina")

        assert isinstance(told, Refused)
        assert "guard.raised" in told.rules


async def test_the_truth_about_who_speaks_stays_where_it_was_told() -> None:
    async with on_stage(scripted(reply_of("-")), policy=holding()) as stage:
        message = stage.message("are you human?")
        told = await stage.runtime.release("BAD.", message, stage.cast, stage.conversation, by="mina", told=True)

        assert isinstance(told, Passage)
        assert told.text.startswith(stage.cast.disclosure.text)
        assert told.text.endswith("BAD.")


def verdict(text: str, decision: Decision) -> tuple[Candidate, Verdict]:
    candidate = Candidate(stage=Stage.WHOLE, text=text)
    found = Finding(filter="f", version="1", category="c", decision=decision, action=Action.HOLD)
    return candidate, Verdict(findings=(found,), digest=candidate.digest, policy="p")


def test_nobodys_word_shows_nothing() -> None:
    candidate, blocked = verdict("text", Decision.BLOCK)

    with pytest.raises(NotCleared):
        Passage.released(candidate, blocked, by="", final=lambda _: False)
    with pytest.raises(NotCleared):
        Passage.released(candidate, blocked, by="mina", final=lambda _: True)
    with pytest.raises(NotCleared):
        Passage.released(replace(candidate, text="another"), blocked, by="mina", final=lambda _: False)
    with pytest.raises(NotCleared):
        Passage.cleared(candidate, blocked)
    assert Passage.released(candidate, blocked, by="mina", final=lambda _: False).kind is PassageKind.GENERATED


@given(st.lists(st.sampled_from("abcde"), unique=True, max_size=5), st.sampled_from("abcde"), st.sampled_from(" abcde"))
def test_a_released_reply_stands_once_in_its_place_whatever_came_since(
    answered: list[str], key: str, before: str
) -> None:
    conversation = Conversation(window=20)
    for each in answered:
        conversation.answered(Turn(role="user", text=f"say {each}"), f"said {each}", each)
    conversation.released(Turn(role="user", text=f"say {key}"), "released", key, before=before.strip())

    said = [turn.text for turn in conversation.turns if turn.role == "user"]
    rest = [f"say {each}" for each in answered if each != key]
    assert said.count(f"say {key}") == 1
    assert [text for text in said if text != f"say {key}"] == rest
    if key in answered:
        assert said.index(f"say {key}") == answered.index(key)
    elif before in answered:
        assert said.index(f"say {key}") == said.index(f"say {before}") - 1
    assert conversation.turns[2 * said.index(f"say {key}") + 1].text == "released"
