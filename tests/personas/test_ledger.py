"""What is kept of a reply: where it took place, so that each community sees and counts its own."""

from dataclasses import replace

from moderation.stores import Query
from personas.messages import Finished
from tests.support.stage import Set, on_stage, reply_of, scripted


async def answer(stage: Set, text: str, *, server: str) -> Finished:
    message = replace(stage.message(text), server=server)
    events = [event async for event in stage.runtime.respond(message, stage.cast, stage.conversation)]
    assert isinstance(events[-1], Finished)
    return events[-1]


async def test_replies_are_kept_and_counted_where_they_took_place() -> None:
    replies = [reply_of("Fine."), reply_of("MAYBE so."), reply_of("Fine again."), reply_of("Fine, too.")]
    async with on_stage(scripted(*replies)) as stage:
        clean = await answer(stage, "hello", server="s1")
        flagged = await answer(stage, "hello", server="s1")
        await answer(stage, "hello", server="s2")
        await answer(stage, "hello", server="")

        (kept,) = await stage.store.list(Query())
        counts = {server: (await stage.store.stats(server)).outcomes for server in ("", "s1", "s2")}

    assert (clean.exchange, flagged.exchange) == ("", kept.id)
    assert kept.opening.origin.server == "s1"
    assert (counts["s1"]["clean"], counts["s1"]["flagged"]) == (1, 1)
    assert (counts["s2"]["clean"], counts["s2"]["flagged"]) == (1, 0)
    assert counts[""]["clean"] == 3
