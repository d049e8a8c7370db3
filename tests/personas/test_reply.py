"""The one path of a reply: judged, repaired or withheld, kept before anything of it is shown."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.errors import StoreBusy, StoreFailed
from moderation.records import (
    Action,
    Candidate,
    Closing,
    Decision,
    Exchange,
    Finding,
    Objection,
    Opening,
    Outcome,
    Signal,
    Stage,
    Verdict,
)
from moderation.stores import Query
from moderation.stores.memory import MemoryStore
from personas.critique import critique_of
from personas.errors import PersonaFileError
from personas.messages import Finish, NotCleared, Passage, PassageKind, Prompt, Usage, Withdrawal
from personas.prompting import Limits, policy_layer
from personas.stagehands import ReplySettings
from tests.support.stage import CANARY, PERSONA, Asks, Marks, Set, on_stage, reply_of, scripted

REPAIR = {"p_ok": 1.0, "ok": "I mend nets.", "bad": "BAD again."}


async def kept(stage: Set) -> tuple[Exchange, ...]:
    return await stage.store.list(Query())


async def test_a_clean_reply_is_shown_sentence_by_sentence_and_only_counted() -> None:
    async with on_stage(scripted(reply_of("Good evening.", "Come in.", "Sit down."))) as stage:
        shown = await stage.say()

        assert [passage.text for passage in shown.passages] == ["Good evening.", " Come in.", " Sit down."]
        assert shown.finished.outcome is Outcome.CLEAN
        assert shown.finished.exchange == ""
        assert await kept(stage) == ()
        assert {name: count for name, count in (await stage.store.stats()).outcomes.items() if count} == {"clean": 1}


async def test_a_flagged_piece_is_kept_before_it_is_shown() -> None:
    async with on_stage(scripted(reply_of("Fine.", "MAYBE so.", "Yes."))) as stage:
        seen = {
            event.text: len(await kept(stage))
            async for event in stage.runtime.respond(stage.message("hi"), stage.cast, stage.conversation)
            if isinstance(event, Passage)
        }
        [exchange] = await kept(stage)

    assert seen[" MAYBE so."] == 1
    assert exchange.closing is not None
    assert exchange.closing.outcome is Outcome.FLAGGED
    assert exchange.closing.shown == "Fine. MAYBE so. Yes."
    assert exchange.objections[0].shown == "Fine."


async def test_a_blocked_sentence_is_repaired_from_the_clean_prefix() -> None:
    generator = scripted(reply_of("Ah, the harbour!", "BAD thing.", "Gulls wake me.", repair=REPAIR))
    async with on_stage(generator) as stage:
        shown = await stage.say()
        [exchange] = await kept(stage)

    assert shown.text == "Ah, the harbour! I mend nets. Gulls wake me."
    assert shown.finished.outcome is Outcome.REPAIRED
    assert shown.finished.repairs == 1
    assert [objection.text.strip() for objection in exchange.objections] == ["BAD thing."]
    first, second = generator.journal
    assert first.finish is Finish.CANCELLED
    assert second.prompt.prefix == "Ah, the harbour!"
    assert second.prompt.critique is not None
    assert "BAD thing" not in str(second.prompt)


async def test_the_refused_sentence_never_enters_the_history() -> None:
    async with on_stage(scripted(reply_of("Ah.", "BAD thing.", repair=REPAIR), reply_of("Yes."))) as stage:
        await stage.say()
        await stage.say("and then?")

        assert [turn.text for turn in stage.conversation.turns] == ["hello", "Ah. I mend nets.", "and then?", "Yes."]


async def test_after_two_repairs_the_reply_ends_at_the_clean_prefix() -> None:
    generator = scripted(reply_of("Ah.", "BAD thing.", "More.", repair={**REPAIR, "p_ok": 0.0}))
    async with on_stage(generator) as stage:
        shown = await stage.say()

    assert shown.text == "Ah."
    assert shown.finished.outcome is Outcome.WITHHELD
    assert shown.finished.repairs == 2
    assert len(generator.journal) == 3


async def test_with_nothing_shown_the_author_has_a_line_for_it() -> None:
    async with on_stage(scripted(reply_of("BAD thing.", repair={**REPAIR, "p_ok": 0.0}))) as stage:
        shown = await stage.say()

    assert shown.text == PERSONA.fallbacks[0]
    assert [passage.kind for passage in shown.passages] == [PassageKind.FALLBACK]


async def test_a_severe_sentence_ends_in_fixed_words_without_another_call() -> None:
    generator = scripted(reply_of("Ah.", "SEVERE thing.", "More.", repair=REPAIR))
    async with on_stage(generator) as stage:
        shown = await stage.say()

    assert len(generator.journal) == 1
    assert shown.passages[-1].kind is PassageKind.SAFE
    assert "SEVERE" not in shown.text


async def test_a_run_on_is_cut_without_another_call() -> None:
    generator = scripted(reply_of("Ah.", "STOP here.", "More.", repair=REPAIR))
    async with on_stage(generator) as stage:
        shown = await stage.say()

    assert (shown.text, len(generator.journal)) == ("Ah.", 1)


async def test_what_only_the_whole_gives_away_is_taken_back() -> None:
    async with on_stage(scripted(reply_of("First ping.", "Then pong."))) as stage:
        shown = await stage.say()
        [exchange] = await kept(stage)

    assert any(isinstance(event, Withdrawal) for event in shown.events)
    assert shown.text == PERSONA.fallbacks[0]
    assert shown.finished.outcome is Outcome.WITHDRAWN
    assert exchange.objections[-1].stage is Stage.WHOLE


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ({"kind": "status", "status": 401}, Outcome.FAILED),
        ({"kind": "status", "status": 503}, Outcome.FAILED),
        ({"kind": "disconnect", "after_sentences": 1}, Outcome.FAILED),
        ({"kind": "disconnect", "after_chars": 3, "times": 1}, Outcome.CLEAN),
        ({"kind": "stall", "after_sentences": 1}, Outcome.FAILED),
    ],
)
async def test_a_model_that_fails_is_covered_by_words_written_for_it(fault: dict[str, Any], outcome: Outcome) -> None:
    async with on_stage(scripted(reply_of("Good evening.", "Come in.", chunk="1char", fault=fault))) as stage:
        shown = await stage.say()

    assert shown.finished.outcome is outcome
    if outcome is Outcome.FAILED:
        assert shown.passages[-1].text == PERSONA.failures[0]
    else:
        assert shown.text == "Good evening. Come in."


async def test_a_stream_without_a_finish_reason_is_a_failure() -> None:
    async with on_stage(scripted(reply_of("Good evening.", finish=None))) as stage:
        assert (await stage.say()).finished.outcome is Outcome.FAILED


async def test_a_model_without_a_word_is_a_failure() -> None:
    async with on_stage(scripted(reply_of())) as stage:
        assert (await stage.say()).text == PERSONA.failures[0]


async def test_a_reply_cut_by_the_limit_ends_with_its_last_whole_sentence() -> None:
    async with on_stage(scripted(reply_of("Good evening.", "And then the", finish="length"))) as stage:
        assert (await stage.say()).text == "Good evening."


async def test_the_providers_own_filter_is_a_failure() -> None:
    async with on_stage(scripted(reply_of("Good evening.", "And", finish="content_filter"))) as stage:
        assert (await stage.say()).finished.outcome is Outcome.FAILED


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


@pytest.mark.parametrize("secret", [CANARY, "POLICY"])
async def test_not_one_letter_of_a_secret_is_shown(secret: str) -> None:
    text = policy_layer(PERSONA, CANARY)[:200] if secret == "POLICY" else secret
    generator = scripted(reply_of("Fine.", f"It says: {text} and more.", chunk="1char"))
    async with on_stage(generator) as stage:
        shown = await stage.say()
        [exchange] = await kept(stage)

    assert shown.text.startswith("Fine.")
    assert text[:20] not in shown.text
    assert exchange.objections[-1].findings[0].rule == "guard.leak"


@dataclass
class BrokenStore(MemoryStore):
    """A store whose writes fail from some point on."""

    good: int = 0
    error: type[StoreFailed | StoreBusy] = StoreFailed
    counted: list[Outcome] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(ids=lambda: "x1")

    def _write(self) -> None:
        if self.good <= 0:
            raise self.error("stores.closed" if self.error is StoreFailed else "stores.busy")
        self.good -= 1

    async def open(self, opening: Opening, first: Objection) -> str:
        self._write()
        return await super().open(opening, first)

    async def add(self, exchange: str, objection: Objection) -> None:
        self._write()
        await super().add(exchange, objection)

    async def close(self, exchange: str, closing: Closing) -> None:
        self._write()
        await super().close(exchange, closing)

    async def count(self, outcome: Outcome, server: str = "") -> None:
        self.counted.append(outcome)


@pytest.mark.parametrize(
    ("sentences", "said", "good", "visible"),
    [
        (("Fine.", "MAYBE so.", "Yes."), "hi", 0, "Fine."),
        (("Fine.", "BAD thing.", "Yes."), "hi", 0, "Fine."),
        (("MAYBE so.", "MAYBE again.", "Yes."), "hi", 1, "MAYBE so."),
        (("Hello.",), "MAYBE", 0, ""),
        (("First ping.", "Then pong."), "hi", 0, ""),
    ],
)
async def test_without_a_record_nothing_that_was_objected_to_is_shown(
    sentences: tuple[str, ...], said: str, good: int, visible: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with on_stage(scripted(reply_of(*sentences, repair=REPAIR)), store=BrokenStore(good=good)) as stage:
        shown = await stage.say(said)

        assert shown.text == visible + stage.cast.words["failed"].text
    assert shown.finished.outcome in {Outcome.FAILED, Outcome.WITHDRAWN}
    assert any(record.levelname == "CRITICAL" for record in caplog.records)


def _fail(candidate: Candidate) -> None:
    if "trip" in candidate.text:
        raise RuntimeError


async def test_a_filter_that_fails_withholds_and_keeps_without_a_repair() -> None:
    generator = scripted(reply_of("Fine.", "You trip me.", "Yes.", repair=REPAIR))
    async with on_stage(generator, filters=(Marks(fault=_fail), Asks())) as stage:
        shown = await stage.say()
        [exchange] = await kept(stage)

    assert shown.text == "Fine."
    assert exchange.objections[0].findings[0].rule == "guard.raised"
    assert len(generator.journal) == 1


async def test_what_was_shown_before_is_judged_with_the_next_piece() -> None:
    """A word longer than a piece may be is cut in two; neither half carries the mark by itself."""
    generator = scripted(reply_of("x" * 198 + "BAD thing.", repair={**REPAIR, "p_ok": 0.0}))
    async with on_stage(generator) as stage:
        shown = await stage.say()
        [exchange] = await kept(stage)

    assert shown.text == "x" * 198 + "BA"
    assert exchange.objections[0].text.startswith("D")


async def test_closing_early_cancels_the_model_and_records_what_was_shown() -> None:
    generator = scripted(reply_of("MAYBE one.", *(f"Number {number}." for number in range(200)), chunk="1char"))
    async with on_stage(generator) as stage:
        async with aclosing(stage.runtime.respond(stage.message("hi"), stage.cast, stage.conversation)) as events:
            async for event in events:
                if isinstance(event, Passage):
                    break
        [exchange] = await kept(stage)
        others = asyncio.all_tasks() - {asyncio.current_task()}

    assert exchange.closing is not None
    assert exchange.closing.outcome is Outcome.CANCELLED
    assert exchange.closing.shown.startswith("MAYBE one.")
    assert generator.journal[0].finish is Finish.CANCELLED
    assert not others


class Stubborn:
    """A generator that says the same whatever it is told, in the pieces it is given."""

    id = "stubborn"
    languages: frozenset[str] = frozenset()

    def __init__(self, *chunks: str) -> None:
        self._chunks = chunks
        self.prompts: list[Prompt] = []

    def generate(self, prompt: Prompt) -> "StubbornGeneration":
        self.prompts.append(prompt)
        return StubbornGeneration(self._chunks)

    async def aclose(self) -> None:
        pass


class StubbornGeneration:
    model = "stubborn"
    usage = Usage(calls=1)

    def __init__(self, chunks: tuple[str, ...]) -> None:
        self._chunks = chunks
        self.finish: Finish | None = None

    async def __aiter__(self) -> AsyncIterator[str]:
        for chunk in self._chunks:
            yield chunk
        self.finish = Finish.STOP

    async def __aenter__(self) -> "StubbornGeneration":
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        pass

    async def aclose(self) -> None:
        pass


PARTS = st.sampled_from(
    ["Fine. ", "Good day! ", "BAD ", "thing. ", "MAY", "BE so. ", "SEV", "ERE. ", "\n", "ping ", "pong. "]
)


@given(st.lists(PARTS, max_size=12), st.integers(1, 7), st.sampled_from(["hi", "MAYBE", "are you human?"]))
@settings(max_examples=120, deadline=None)
def test_whatever_the_stream_nothing_blocked_is_ever_on_the_screen(parts: list[str], size: int, said: str) -> None:
    text = "".join(parts)
    chunks = tuple(text[start : start + size] for start in range(0, len(text), size))

    async def run() -> None:
        async with on_stage(Stubborn(*chunks)) as stage:
            shown = await stage.say(said)
            visible = ""
            for event in shown.events:
                visible = "" if isinstance(event, Withdrawal) else visible + getattr(event, "text", "")
                assert "BAD" not in visible
                assert "SEVERE" not in visible
            flagged = "MAYBE" in shown.text or said == "MAYBE"
            blocked = any(finding.decision.name == "BLOCK" for finding in shown.finished.findings)
            assert bool(await kept(stage)) == bool(shown.finished.exchange) == bool(shown.finished.findings)
            assert shown.finished.findings or not (flagged or blocked)
            assert shown.text.strip()

    asyncio.run(run())


def test_a_passage_cannot_be_made_of_a_text_that_was_not_judged_or_was_blocked() -> None:
    async def run() -> None:
        async with on_stage(scripted(reply_of("Hi."))) as stage:
            good = Candidate(stage=Stage.PIECE, text="Fine.")
            bad = Candidate(stage=Stage.PIECE, text="BAD.")
            verdict = await stage.guard.judge(good)
            Passage.cleared(good, verdict)
            with pytest.raises(NotCleared):
                Passage.cleared(bad, verdict)
            with pytest.raises(NotCleared):
                Passage.cleared(bad, await stage.guard.judge(bad))

    asyncio.run(run())


async def test_the_log_has_one_line_an_exchange_and_not_a_word_of_it(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    async with on_stage(scripted(reply_of("Peculiar sentence.", "MAYBE so."))) as stage:
        await stage.say("remarkable question")

    lines = [record.getMessage() for record in caplog.records if record.getMessage().startswith("exchange ")]
    assert len(lines) == 1
    assert "outcome=flagged" in lines[0]
    assert "Peculiar" not in caplog.text
    assert "remarkable" not in caplog.text


async def test_repairs_can_be_switched_off() -> None:
    settings_ = ReplySettings(limits=Limits(budget=2_000), repairs=0)
    async with on_stage(scripted(reply_of("Ah.", "BAD thing.", repair=REPAIR)), settings=settings_) as stage:
        shown = await stage.say()

    assert (shown.text, shown.finished.repairs) == ("Ah.", 0)


async def test_usage_of_every_call_adds_up() -> None:
    generator = scripted(reply_of("Ah, the harbour!", "BAD thing.", repair=REPAIR, cancel_lag_tokens=3))
    async with on_stage(generator) as stage:
        usage = (await stage.say()).finished.usage

    assert usage.calls == 2
    assert usage.tokens_out == sum(call.tokens_out for call in generator.journal)
    assert usage.tokens_overshoot == sum(call.tokens_overshoot for call in generator.journal)


async def test_a_persona_whose_author_wrote_a_blocked_line_is_not_cast() -> None:
    broken = replace(PERSONA, fallbacks=("Fine.", "BAD line."))
    with pytest.raises(PersonaFileError, match=r"fallbacks\.2"):
        async with on_stage(scripted(reply_of("Hi.")), persona=broken):
            pass


async def test_a_speech_level_is_criticised_by_its_name() -> None:
    finding = Finding(
        filter="register", version="1", category="speech_level", decision=Decision.BLOCK, action=Action.REPAIR
    )
    verdict = Verdict(findings=(finding,), digest="", policy="")
    critique = critique_of(verdict, replace(PERSONA, language="ko", registers=("hao", "hage")))

    assert "하오체" in critique.rule
    assert "하게체" in critique.rule


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


async def test_a_model_that_fails_while_it_is_warmed_disturbs_nobody() -> None:
    fault = {"kind": "status", "status": 500}
    async with on_stage(scripted(reply_of("Hello.", fault=fault))) as stage:
        await stage.runtime.warm(stage.cast, stage.conversation)


async def test_what_only_the_whole_flags_is_kept() -> None:
    async with on_stage(scripted(reply_of("A tick.", "Then a tock."))) as stage:
        shown = await stage.say()
        [exchange] = await kept(stage)

    assert shown.text == "A tick. Then a tock."
    assert shown.finished.outcome is Outcome.FLAGGED
    assert exchange.objections[0].stage is Stage.WHOLE


async def test_what_the_whole_flags_and_the_store_cannot_keep_is_taken_back() -> None:
    async with on_stage(scripted(reply_of("A tick.", "Then a tock.")), store=BrokenStore()) as stage:
        shown = await stage.say()

        assert shown.text == stage.cast.words["failed"].text
    assert shown.finished.failure is not None


async def test_a_call_that_failed_before_its_first_word_is_not_made_again_here() -> None:
    """There is one retry policy, and it is the generator's."""
    generator = scripted(reply_of("Hello.", fault={"kind": "status", "status": 503}))
    async with on_stage(generator) as stage:
        shown = await stage.say()

    assert len(generator.journal) == 1
    assert shown.finished.failure is not None


async def test_words_for_a_failure_are_not_remembered_as_the_personas_own() -> None:
    generator = scripted(reply_of("Hi.", fault={"kind": "status", "status": 401, "times": 1}), reply_of("Yes."))
    async with on_stage(generator) as stage:
        await stage.say("first")
        await stage.say("second")

        said = [turn.text for turn in stage.conversation.turns]
    assert PERSONA.failures[0] not in said
    assert "first" not in said


async def test_the_truth_and_nothing_more_is_a_whole_reply() -> None:
    async with on_stage(scripted(reply_of())) as stage:
        shown = await stage.say("are you human?")

    assert shown.text == PERSONA.disclosure
    assert shown.finished.outcome is Outcome.DISCLOSED


async def test_a_reply_that_is_cancelled_counts_only_what_was_taken_and_can_be_asked_about() -> None:
    sentences = ("MAYBE one.", *(f"Number {number}." for number in range(40)))
    async with on_stage(scripted(reply_of(*sentences))) as stage:
        async with aclosing(stage.runtime.respond(stage.message("hi"), stage.cast, stage.conversation)) as events:
            async for event in events:
                if isinstance(event, Passage):
                    break
        [exchange] = await kept(stage)

        assert stage.conversation.exchange == exchange.id
    assert exchange.closing is not None
    assert len(exchange.closing.shown) < 40


async def test_a_prompt_that_does_not_fit_any_more_ends_the_reply_in_words() -> None:
    tight = ReplySettings(limits=Limits(budget=300, max_tokens=2_000))
    long = " ".join(f"Wave number {number} came in over the rocks." for number in range(60))
    async with on_stage(scripted(reply_of(long, "BAD thing.", repair=REPAIR)), settings=tight) as stage:
        shown = await stage.say()

    assert shown.finished.outcome is Outcome.FAILED
    assert shown.passages[-1].text == PERSONA.failures[0]


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
