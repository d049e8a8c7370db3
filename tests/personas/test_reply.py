"""The one path of a reply: judged, repaired or withheld."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.records import Action, Candidate, Decision, Finding, Outcome, Stage, Verdict
from personas.critique import critique_of
from personas.errors import PersonaFileError
from personas.messages import Finish, NotCleared, Passage, PassageKind, Prompt, Usage, Withdrawal
from personas.prompting import Limits, policy_layer
from personas.stagehands import ReplySettings
from tests.personas.replying import REPAIR, kept
from tests.support.stage import CANARY, PERSONA, Asks, Marks, on_stage, reply_of, scripted


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


async def test_the_persona_s_own_name_in_front_is_neither_shown_nor_remembered() -> None:
    said = ("**Maren:** Good evening.", "Maren: it is late.")
    async with on_stage(scripted(reply_of(*said), reply_of(*said))) as stage:
        first, second = [await stage.say(text) for text in ("hello", "human?")]

        assert first.text == "Good evening. Maren: it is late."
        assert second.text == f"{stage.cast.disclosure.text} {first.text}"
        assert stage.conversation.turns[1].text == first.text


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


async def test_repairs_can_be_switched_off() -> None:
    settings_ = ReplySettings(limits=Limits(budget=2_000), repairs=0)
    async with on_stage(scripted(reply_of("Ah.", "BAD thing.", repair=REPAIR)), settings=settings_) as stage:
        shown = await stage.say()

    assert (shown.text, shown.finished.repairs) == ("Ah.", 0)


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
