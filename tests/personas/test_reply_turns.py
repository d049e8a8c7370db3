"""What becomes of a turn, and what the model and the filters are told of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from moderation.records import Candidate, Outcome, Signal, Stage
from personas.messages import PassageKind
from tests.personas.replying import kept
from tests.support.stage import PERSONA, Asks, Marks, on_stage, reply_of, scripted


async def test_a_sincere_question_is_answered_by_the_template_first() -> None:
    generator = scripted(reply_of("Ask away."))
    async with on_stage(generator) as stage:
        shown = await stage.say("are you human?")

    assert shown.passages[0].text == PERSONA.disclosure
    assert shown.passages[0].kind is PassageKind.DISCLOSURE
    assert shown.text == f"{PERSONA.disclosure} Ask away."
    assert shown.finished.outcome is Outcome.DISCLOSED
    assert generator.journal[0].prompt.prefix == PERSONA.disclosure


async def test_the_truth_stays_when_the_rest_is_taken_back() -> None:
    async with on_stage(scripted(reply_of("First ping.", "Then pong."))) as stage:
        shown = await stage.say("are you human?")

    assert shown.text == PERSONA.disclosure + PERSONA.fallbacks[0]


@pytest.mark.parametrize(
    ("said", "outcome", "kind"),
    [
        ("CRISIS", Outcome.SUSPENDED, PassageKind.SAFE),
        ("SEVERE", Outcome.WITHHELD, PassageKind.SAFE),
        ("INJECT", Outcome.WITHHELD, PassageKind.FALLBACK),
        ("CRISIS, are you human?", Outcome.SUSPENDED, PassageKind.SAFE),
    ],
)
async def test_a_turn_that_must_not_reach_the_model_does_not(said: str, outcome: Outcome, kind: PassageKind) -> None:
    generator = scripted(reply_of("Hello."))
    async with on_stage(generator) as stage:
        shown = await stage.say(said)
        await stage.say("and now?")
        [exchange] = await kept(stage)

    assert shown.finished.outcome is outcome
    assert [passage.kind for passage in shown.passages] == [kind]
    assert exchange.opening.said == said
    assert not any(said in turn.text for call in generator.journal for turn in call.prompt.turns)


async def test_a_flagged_turn_is_kept_and_answered() -> None:
    async with on_stage(scripted(reply_of("Hello."))) as stage:
        shown = await stage.say("MAYBE")

        assert shown.text == "Hello."
        assert shown.finished.outcome is Outcome.FLAGGED
        assert len(await kept(stage)) == 1


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("", "empty_message"),
        (" \n\t", "empty_message"),
        ("\x00\x07", "empty_message"),
        ("x" * 4001, "too_long_message"),
    ],
)
async def test_what_cannot_be_answered_is_said_so(said: str, words: str) -> None:
    generator = scripted(reply_of("Hello."))
    async with on_stage(generator) as stage:
        shown = await stage.say(said)

        assert shown.text == stage.cast.words[words].text
        assert shown.finished.outcome is Outcome.DECLINED
    assert generator.journal == ()


async def test_lone_surrogates_and_controls_do_not_reach_the_model() -> None:
    generator = scripted(reply_of("Hello."))
    async with on_stage(generator) as stage:
        await stage.say("a\ud800b\x1b[2Jc")

    assert generator.journal[0].prompt.turns[-1].text.endswith("a\ufffdb[2Jc")


async def test_warming_reads_the_beginning_of_the_prompt_and_nothing_comes_of_it() -> None:
    generator = scripted(reply_of("Hello."), reply_of("Hello."))
    async with on_stage(generator) as stage:
        stage.runtime.greet(stage.cast, stage.conversation)
        await stage.runtime.warm(stage.cast, stage.conversation)
        await stage.say()

        warmed, said = (call.prompt for call in generator.journal)
        assert warmed.system == said.system
        assert warmed.turns[:-1] == said.turns[:-1]
        assert len(stage.conversation.turns) == 3


async def test_the_truth_and_nothing_more_is_a_whole_reply() -> None:
    async with on_stage(scripted(reply_of())) as stage:
        shown = await stage.say("are you human?")

    assert shown.text == PERSONA.disclosure
    assert shown.finished.outcome is Outcome.DISCLOSED


@dataclass(frozen=True)
class Recording(Marks):
    """Remembers what it was asked."""

    seen: list[Candidate] = field(default_factory=list)

    def examine(self, candidate: Candidate) -> Sequence[Signal]:
        self.seen.append(candidate)
        return super().examine(candidate)


async def test_filters_are_told_everything_they_may_know() -> None:
    marks = Recording()
    generator = scripted(reply_of("Good evening.", "Come in."), reply_of("Yes.", "Surely."))
    async with on_stage(generator, filters=(marks, Asks())) as stage:
        await stage.say("hello")
        marks.seen.clear()
        await stage.say("are you human?")

    heard, first, second, whole = marks.seen
    assert (heard.stage, heard.earlier) == (Stage.INPUT, ("hello",))
    assert (first.text, first.shown) == (" Yes.", "")
    assert (second.text, second.shown, second.said) == (" Surely.", " Yes.", "are you human?")
    assert whole.stage is Stage.WHOLE
    assert (whole.text, whole.shown) == (" Yes. Surely.", "")
    assert all(candidate.brief.people == ("Ann",) for candidate in marks.seen)
    assert all(candidate.replies == ("Good evening. Come in.",) for candidate in (first, second, whole))
    assert all(candidate.asked_identity and candidate.disclosed for candidate in (first, second, whole))
    assert first.brief.secrets
