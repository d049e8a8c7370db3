"""What is left of a reply: the record without which nothing objected to is shown, counts, usage and log."""

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, field

import pytest

from moderation.errors import StoreBusy, StoreFailed
from moderation.records import Closing, Objection, Opening, Outcome
from moderation.stores.memory import MemoryStore
from personas.messages import Finish, Passage
from tests.personas.replying import REPAIR, kept
from tests.support.stage import on_stage, reply_of, scripted


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


async def test_the_log_has_one_line_an_exchange_and_not_a_word_of_it(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    async with on_stage(scripted(reply_of("Peculiar sentence.", "MAYBE so."))) as stage:
        await stage.say("remarkable question")

    lines = [record.getMessage() for record in caplog.records if record.getMessage().startswith("exchange ")]
    assert len(lines) == 1
    assert "outcome=flagged" in lines[0]
    assert "Peculiar" not in caplog.text
    assert "remarkable" not in caplog.text


async def test_usage_of_every_call_adds_up() -> None:
    generator = scripted(reply_of("Ah, the harbour!", "BAD thing.", repair=REPAIR, cancel_lag_tokens=3))
    async with on_stage(generator) as stage:
        usage = (await stage.say()).finished.usage

    assert usage.calls == 2
    assert usage.tokens_out == sum(call.tokens_out for call in generator.journal)
    assert usage.tokens_overshoot == sum(call.tokens_overshoot for call in generator.journal)


async def test_what_the_whole_flags_and_the_store_cannot_keep_is_taken_back() -> None:
    async with on_stage(scripted(reply_of("A tick.", "Then a tock.")), store=BrokenStore()) as stage:
        shown = await stage.say()

        assert shown.text == stage.cast.words["failed"].text
    assert shown.finished.failure is not None


async def test_who_is_in_danger_gets_help_although_nothing_can_be_kept_of_it() -> None:
    async with on_stage(scripted(reply_of("Good evening.")), store=BrokenStore()) as stage:
        shown = await stage.say("CRISIS")

        assert shown.text == stage.cast.help_for("CRISIS").text
    assert shown.finished.outcome is Outcome.SUSPENDED
    assert shown.finished.failure is not None


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
