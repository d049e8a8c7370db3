"""Many scripted replies with every fault there is, and an independent look at what came of each.

The look does not ask the guard: the sentences of the script carry marks, and a mark that was to be blocked must not be
on the screen, not even for a moment; whatever was objected to must be in the store.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from moderation.records import Candidate
from moderation.stores import Store
from moderation.stores.keys import Keys
from moderation.stores.sqlite import SqliteStore
from personas.messages import Passage, Withdrawal
from tests.support.stage import NOW, Asks, Marks, Set, Shown, on_stage, reply_of, scripted

CLEAN = ("Good evening.", "The lamp is lit.", "Sit down, there is tea.", "오늘은 바람이 자네요.", "그럼요, 앉으세요!")
FLAGGED = ("MAYBE so.", "글쎄요, MAYBE 그래요.", "A tick.", "A tock.")
BLOCKED = ("BAD thing.", "정말 BAD 말이에요.", "SEVERE thing.", "STOP here.", "A ping.", "A pong.")
NEVER = ("BAD", "SEVERE", "STOP")
CHUNKS = ("1char", "1-3chars", "1-12chars", "4tokens", "40tokens", "1byte")
KINDS = ("disconnect", "reset", "stall", "malformed", "truncate", "non_stream_200", "status")
SAID = (*("hello",) * 8, "MAYBE", "are you human?", "INJECT", "CRISIS", "")


@dataclass
class Tally:
    """What came of a batch of replies."""

    replies: int = 0
    sentences: int = 0
    uncleared: int = 0
    """Characters on a screen that no check cleared or that a check had to block."""
    lost: int = 0
    """Replies with objections that the store does not have, or has otherwise."""
    outcomes: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)


def plan(dice: random.Random) -> dict[str, Any]:
    """One reply of a script: sentences good and bad, a chunking, perhaps a fault, a repair that may fail."""
    pool = CLEAN * 4 + FLAGGED + BLOCKED
    sentences = [dice.choice(pool) for _ in range(dice.randint(0, 6))]
    changes: dict[str, Any] = {
        "seed": dice.randrange(1 << 30),
        "chunk": dice.choice(CHUNKS),
        "cancel_lag_tokens": dice.choice((0, 0, 2, 20)),
        "repair": {"p_ok": dice.random(), "ok": dice.choice(CLEAN), "bad": dice.choice(BLOCKED)},
        "prefix_support": dice.random() < 0.7,
        "finish": dice.choice(("stop", "stop", "stop", "length", "content_filter", None)),
    }
    if dice.random() < 0.5:
        changes["fault"] = fault(dice)
    return reply_of(*sentences, **changes)


def fault(dice: random.Random) -> dict[str, Any]:
    """Something that goes wrong on the way."""
    kind = dice.choice(KINDS)
    if kind == "status":
        status = dice.choice((401, 404, 408, 429, 500, 503))
        return {"kind": kind, "status": status, "times": dice.choice((1, None))}
    if kind == "non_stream_200":
        return {"kind": kind, "times": dice.choice((1, None))}
    place = {"after_sentences": dice.randint(0, 3)} if dice.random() < 0.5 else {"after_chars": dice.randint(0, 60)}
    return {"kind": kind, "times": dice.choice((1, 2, None)), **place}


def _trip(candidate: Candidate) -> None:
    """A filter that fails on one clean sentence in the pool, so that the guard's own refusals occur."""
    if candidate.text.strip() == "Sit down, there is tea.":
        raise RuntimeError


async def perform(count: int, *, seed: int, store: Store, together: int = 64) -> Tally:
    """`count` replies, each of a conversation of its own, `together` at once."""
    dice = random.Random(seed)
    tally = Tally(replies=count)
    for batch in _batches([(plan(dice), dice.choice(SAID), dice.random() < 0.2) for _ in range(count)], together):
        await asyncio.gather(*(_one(*item, store=store, tally=tally) for item in batch))
    return tally


def _batches(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


class _Shared:
    """The store, kept open by whoever lent it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def aclose(self) -> None:
        pass


async def _one(planned: dict[str, Any], said: str, trips: bool, *, store: Store, tally: Tally) -> None:
    filters = (Marks(fault=_trip) if trips and "tea" not in str(planned["repair"]) else Marks(), Asks())
    shared: Any = _Shared(store)
    async with on_stage(scripted(planned), filters=filters, store=shared) as stage:
        shown = await stage.say(said)
        tally.sentences += len(planned["sentences"])
        tally.outcomes[shown.finished.outcome] += 1
        tally.faults[planned.get("fault", {}).get("kind", "-")] += 1
        tally.uncleared += await _uncleared(shown, stage)
        tally.lost += not await _kept(shown, store)


async def _uncleared(shown: Shown, stage: Set) -> int:
    """Characters that stood on the screen although nothing had cleared them, or although they carry a mark."""
    bad, screen = 0, ""
    for event in shown.events:
        if isinstance(event, Withdrawal):
            screen = ""
        elif isinstance(event, Passage):
            screen += event.text
            bad += len(event.text) * (event.verdict.policy != stage.guard.policy.hash)
            bad += sum(len(event.text) for mark in NEVER if mark in screen)
    return bad + len(screen) * ("ping" in screen and "pong" in screen)


async def _kept(shown: Shown, store: Store) -> bool:
    """Whether the store has exactly what was objected to."""
    finished = shown.finished
    marked = "MAYBE" in shown.text or ("tick" in shown.text and "tock" in shown.text)
    if not finished.findings:
        return not finished.exchange and not marked
    if not finished.exchange:
        return False
    exchange = await store.get(finished.exchange)
    kept = tuple(finding for objection in exchange.objections for finding in objection.findings)
    return (
        kept == finished.findings
        and exchange.closing is not None
        and exchange.closing.outcome is finished.outcome
        and exchange.closing.shown.replace("\n", "") == shown.text.replace("\n", "")
    )


async def on_disk(count: int, *, seed: int, folder: Path) -> Tally:
    """The same over a store on disk."""
    ids = (f"s{number}" for number in range(1 << 40))
    store = SqliteStore.at(
        folder / "streams.db", keys=Keys.at(folder / "keys"), clock=lambda: NOW, ids=lambda: next(ids), queue=1_024
    )
    try:
        return await perform(count, seed=seed, store=store)
    finally:
        await store.aclose()
