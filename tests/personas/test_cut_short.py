"""A reply that somebody ends early: what stands there then is judged as a whole, as at its own end."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import aclosing
from typing import Any

import pytest

from moderation.records import Outcome
from moderation.stores import Store
from moderation.stores.memory import MemoryStore
from personas.generators.scripted import Scripted
from personas.messages import Event, Finished, Kept, Passage, PassageKind, Withdrawal
from tests.personas.replying import REPAIR, kept
from tests.personas.test_reply_records import BrokenStore
from tests.support.stage import Set, Shown, on_stage, reply_of, scripted

PARTS = ("First ping.", "Then pong.")
"""Each may stand alone, both together may not."""
MORE = tuple(f"Number {number}." for number in range(40))


class AtOnce(Executor):
    """Does what it is given before it returns: a reply takes as many turns of the loop each time."""

    def submit(self, work: Callable[..., Any], /, *given: Any, **named: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(work(*given, **named))
        return done


def going_on(*sentences: str) -> Scripted:
    return scripted(reply_of(*sentences, *MORE))


async def read(stage: Set, after: str, late: list[Event], text: str = "hi") -> Shown:
    """The reply, closed as soon as `after` was taken."""
    shown = Shown()
    events = stage.runtime.respond(stage.message(text), stage.cast, stage.conversation, late=late.append)
    async with aclosing(events):
        async for event in events:
            shown.events.append(event)
            if isinstance(event, Passage) and event.text.strip() == after:
                break
    return shown


async def test_what_its_last_check_would_have_withdrawn_is_withdrawn_late() -> None:
    late: list[Event] = []
    async with on_stage(going_on(*PARTS)) as stage:
        shown = await read(stage, "Then pong.", late)
        [exchange] = await kept(stage)

        assert shown.text == " ".join(PARTS)
        assert [type(event) for event in late] == [Kept, Withdrawal, Passage, Finished]
        assert Shown([*shown.events, *late]).text == stage.cast.fallbacks[0].text
        assert stage.conversation.last is None or "pong" not in stage.conversation.last[1]
    assert exchange.closing is not None
    assert exchange.closing.outcome is Shown(late).finished.outcome is Outcome.WITHDRAWN
    assert "pong" not in exchange.closing.shown
    assert exchange.objections[-1].text == " ".join(PARTS)


async def test_what_may_stand_stands_and_nothing_is_late() -> None:
    late: list[Event] = []
    async with on_stage(going_on(*PARTS)) as stage:
        await read(stage, "First ping.", late)

        assert not await kept(stage)
        assert stage.conversation.last is not None
        assert stage.conversation.last[1].strip() == "First ping."
    assert late == []


async def test_what_was_said_anew_stands_where_it_is_ended() -> None:
    late: list[Event] = []
    async with on_stage(scripted(reply_of(*PARTS, repair=REPAIR))) as stage:
        shown = await read(stage, "I mend nets.", late)
        [exchange] = await kept(stage)

        assert any(isinstance(event, Withdrawal) for event in shown.events)
        assert stage.conversation.last is not None
        assert stage.conversation.last[1].strip() == shown.text.strip() == "I mend nets."
    assert late == []
    assert exchange.closing is not None
    assert exchange.closing.outcome is Outcome.CANCELLED


async def test_the_truth_about_who_speaks_stays() -> None:
    late: list[Event] = []
    async with on_stage(going_on(*PARTS)) as stage:
        shown = await read(stage, "Then pong.", late, "human?")

        assert Shown([*shown.events, *late]).text.startswith(stage.cast.disclosure.text)
    assert "pong" not in Shown([*shown.events, *late]).text


async def test_what_the_last_check_flags_is_kept_and_stands_but_not_without_a_record() -> None:
    stores: list[tuple[Store, list[type[Event]]]] = [
        (MemoryStore(ids=lambda: "x1"), [Kept]),
        (BrokenStore(), [Withdrawal, Finished]),
    ]
    for store, told in stores:
        late: list[Event] = []
        async with on_stage(going_on("A tick.", "Then a tock."), store=store) as stage:
            await read(stage, "Then a tock.", late)
        assert [type(event) for event in late] == told


async def test_what_may_not_stand_is_withdrawn_late_although_nothing_can_be_kept() -> None:
    late: list[Event] = []
    async with on_stage(scripted(reply_of(*PARTS, "MAYBE so.")), store=BrokenStore()) as stage:
        events = stage.runtime.respond(stage.message("hi"), stage.cast, stage.conversation, late=late.append)
        async with aclosing(events):
            async for event in events:
                if isinstance(event, Passage) and event.text.strip() == PARTS[-1]:
                    await asyncio.sleep(0.05)  # that it failed waits to be said meanwhile
                    break

    assert Withdrawal in [type(event) for event in late]


async def test_what_a_slow_platform_was_not_told_to_take_back_is_withdrawn_late() -> None:
    late: list[Event] = []
    async with on_stage(scripted(reply_of(*PARTS))) as stage:
        shown = Shown()
        events = stage.runtime.respond(stage.message("hi"), stage.cast, stage.conversation, late=late.append)
        async with aclosing(events):
            async for event in events:
                shown.events.append(event)
                if isinstance(event, Kept):
                    await asyncio.sleep(0.05)  # the withdrawal waits to be taken meanwhile
                    break

    assert shown.text == " ".join(PARTS)
    assert [type(event) for event in late] == [Withdrawal, Finished]
    assert Shown(late).finished.outcome is Outcome.WITHDRAWN


@pytest.mark.parametrize("mends", [False, True])
@pytest.mark.parametrize("said", ["hi", "human?"])
async def test_whenever_it_is_ended_what_may_not_stand_is_taken_back(said: str, mends: bool) -> None:
    step, cancelled, late_at, shown = 0, True, 0, Shown()
    while cancelled:
        late: list[Event] = []
        shown = Shown()
        repair = {**REPAIR, "p_ok": float(mends), "bad": PARTS[0]}
        async with on_stage(scripted(reply_of(*PARTS, *MORE[:3], repair=repair))) as stage:
            stage.guard._pool = AtOnce()  # type: ignore[assignment]

            async def show(stage: Set = stage, late: list[Event] = late, shown: Shown = shown) -> None:
                events = stage.runtime.respond(stage.message(said), stage.cast, stage.conversation, late=late.append)
                async with aclosing(events):
                    async for event in events:
                        shown.events.append(event)

            task = asyncio.create_task(show())
            for _ in range(step):
                await asyncio.sleep(0)
            cancelled = task.cancel()
            await asyncio.wait([task])
            text = Shown([*shown.events, *late]).text
            [exchange] = await kept(stage) or [None]

            assert not ("ping" in text and "pong" in text)
            if said != "hi" and stage.cast.disclosure in shown.events:
                assert stage.cast.disclosure.text in text
            if exchange is not None:
                assert exchange.closing is not None
                # What was on its way counts as seen.
                assert "".join(exchange.closing.shown.split()).startswith("".join(text.split()))
            if any(isinstance(event, Withdrawal) for event in late):
                late_at += 1
                assert exchange is not None
                assert exchange.closing is not None
                assert exchange.closing.outcome is Outcome.WITHDRAWN
                assert isinstance(late[-1], Finished)
        step += 1
    assert late_at > 2
    assert ("I mend nets." in shown.text) is mends
    assert (shown.passages[-1].kind is PassageKind.FALLBACK) is not mends
