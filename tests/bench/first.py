"""Time to the first visible text: guarded, beside the first complete sentence of the same stream without a guard.

Both ways ask a scripted server on loopback for the same reply in the same chunks, by turns and in random order, so that
whatever else the machine does falls on both. The guarded way is the whole path: the person's turn judged, the prompt
compiled, the stream cut into sentences, the first one judged. The store is the one on disk.
"""

import asyncio
import json
import random
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bots.config import Settings
from bots.models import limits_of
from bots.parts import new_id, utc_now
from moderation.guard import Guard
from moderation.stores.keys import Keys
from moderation.stores.sqlite import SqliteStore
from personas.cast import Cast
from personas.conversation import Conversation
from personas.generators import Generator
from personas.generators.openai_chat import OpenAIChat, OpenAIChatSettings
from personas.generators.prefixes import PrefixStyle
from personas.generators.retrying import Retrying, RetryPolicy
from personas.generators.scripted_server import ScriptedServer
from personas.generators.scripts import Script, parse_script
from personas.messages import Message, Passage, PassageKind, Turn
from personas.prompting import Limits, compile_prompt
from personas.runtime import PersonaRuntime
from personas.sentences import SentenceSplitter
from personas.stagehands import ReplySettings, Stagehands
from tests.bench.guarding import CANARY, default_guard
from tests.bench.measuring import SEED, halves, quantile, ratio_interval
from tests.bench.sizes import Sizes
from tests.bench.tables import Row, Section, Table, at_most
from tests.bench.texts import LANGUAGES, spoken, turns

GOAL: Final = 1.05
TOKENS_A_SECOND: Final = 50
FIRST_TOKEN: Final = 300
"""Milliseconds."""
CHUNKS: Final = "1-12chars"
WARM_UP: Final = 3
WHOLE: Final = "whole run"
"""The key of both languages together."""


@dataclass(frozen=True, slots=True)
class _Ways:
    """Both ways to a reply, each with a server of its own: a scripted model chunks by how often it was asked."""

    runtime: PersonaRuntime
    generator: Generator
    limits: Limits


def first(sizes: Sizes) -> Section:
    """Two tables: both ways, and their ratio."""
    return asyncio.run(_measure(sizes.replies))


async def _measure(replies: int) -> Section:
    with tempfile.TemporaryDirectory() as folder:
        async with default_guard(Path(folder)) as (guard, casts):
            times = {
                name: await _by_turns(guard, casts[language], language, max(1, replies // len(LANGUAGES)), Path(folder))
                for language, name in LANGUAGES.items()
            }
    guarded = [taken for both in times.values() for taken in both[0]]
    plain = [taken for both in times.values() for taken in both[1]]
    times[WHOLE] = (guarded, plain)
    rows = [
        Row(name=f"{name}, {way}", values=(float(len(taken)), *halves(taken)))
        for name, both in times.items()
        for way, taken in zip(("guarded", "not guarded"), both, strict=True)
    ]
    note = f"{TOKENS_A_SECOND} tokens a second, first token after {FIRST_TOKEN} ms, chunks of {CHUNKS}."
    both = Table(title="first visible text", columns=("replies", "p50 ms", "p95 ms"), rows=tuple(rows), note=note)
    return Section(tables=(both, _ratios(times)))


def _ratios(times: dict[str, tuple[list[float], list[float]]]) -> Table:
    rows = []
    for name, (guarded, plain) in times.items():
        for label, share in (("medians", 0.5), ("p95", 0.95)):
            ratio, low, high = ratio_interval(guarded, plain, share)
            goal = at_most(ratio, GOAL, "") if name == WHOLE else None
            added = quantile([slow - quick for slow, quick in zip(guarded, plain, strict=True)], share)
            values = (f"{ratio:.4f}", f"{low:.4f} - {high:.4f}", added)
            rows.append(Row(name=f"{name}, ratio of {label}", values=values, goal=goal))
    return Table(
        title="first visible text, guarded : not guarded",
        columns=("ratio", "95 % interval", "added a reply, ms"),
        rows=tuple(rows),
        note="Intervals by resampling pairs of replies; what is added is the quantile of the differences within pairs.",
    )


async def _by_turns(
    guard: Guard, cast: Cast, language: str, replies: int, folder: Path
) -> tuple[list[float], list[float]]:
    """Milliseconds to the first sentence, guarded and not, of the same replies in the same order."""
    count = replies + WARM_UP
    asked = [f"{text} ({number})" for number, text in enumerate(turns(language, count))]
    guarded: list[float] = []
    plain: list[float] = []
    dice = random.Random(SEED)
    async with _ways(guard, _script(language, asked), folder / f"{language}.db") as ways:
        for turn in asked:
            both = [(guarded, _guarded), (plain, _plain)]
            dice.shuffle(both)
            for times, measure in both:
                times.append(await measure(ways, cast, turn))
    return guarded[WARM_UP:], plain[WARM_UP:]


def _script(language: str, asked: list[str]) -> Script:
    """A reply of two sentences to each turn of a person."""
    said = spoken(language, len(asked) + 1)
    replies = [
        {
            "script": f"reply-{number}",
            "language": language,
            "seed": number,
            "tps": TOKENS_A_SECOND,
            "ttft_ms": FIRST_TOKEN,
            "chunk": CHUNKS,
            "sentences": [{"t": said[number]}, {"t": said[number + 1]}],
            **({"when": turn} if number else {}),
        }
        for number, turn in enumerate(asked)
    ]
    return parse_script(json.dumps(replies).encode(), file="bench.json")


@asynccontextmanager
async def _ways(guard: Guard, script: Script, file: Path) -> AsyncGenerator[_Ways, None]:
    """As `bots.app` puts it together for an endpoint on this machine."""
    limits = limits_of(Settings.load(b'[model]\nuse = "openai:bench"', {}))
    async with AsyncExitStack() as stack:
        guarded, plain = [await stack.enter_async_context(_generator(script)) for _ in range(2)]
        keys = await asyncio.to_thread(Keys.at, file.parent / "keys")
        store = await asyncio.to_thread(lambda: SqliteStore.at(file, keys=keys, clock=utc_now, ids=new_id))
        stack.push_async_callback(store.aclose)
        hands = Stagehands(
            generator=guarded,
            guard=guard,
            store=store,
            settings=ReplySettings(limits=limits),
            now=utc_now,
            monotonic=time.monotonic,
            choose=lambda lines: lines[0],
        )
        yield _Ways(PersonaRuntime(hands), plain, limits)


@asynccontextmanager
async def _generator(script: Script) -> AsyncGenerator[Generator, None]:
    """A client of a server of its own."""
    async with ScriptedServer(script) as server:
        asked = OpenAIChatSettings(
            model=server.model, base_url=server.base_url, api_key="none", prefix=PrefixStyle.NONE, proxies=False
        )
        chat = await asyncio.to_thread(OpenAIChat, asked)
        async with aclosing(Retrying(chat, policy=RetryPolicy(), sleep=asyncio.sleep, random=random.random)) as client:
            yield client


async def _guarded(ways: _Ways, cast: Cast, turn: str) -> float:
    """From the message to the first passage that a platform can show."""
    message = Message(platform="bench", conversation="bench", person="p", name="", text=turn, at=utc_now(), id="1")
    start = time.perf_counter()
    async with aclosing(ways.runtime.respond(message, cast, Conversation(window=40))) as events:
        async for event in events:
            if isinstance(event, Passage) and event.kind is PassageKind.GENERATED:
                return (time.perf_counter() - start) * 1000
    raise RuntimeError(f"nothing was shown in answer to {turn!r}")


async def _plain(ways: _Ways, cast: Cast, turn: str) -> float:
    """From the message to the first complete sentence of the stream."""
    start = time.perf_counter()
    prompt = compile_prompt(cast.persona, (Turn(role="user", text=turn),), limits=ways.limits, canary=CANARY).prompt
    splitter = SentenceSplitter()
    async with ways.generator.generate(prompt) as generation:
        async for piece in generation:
            if splitter.feed(piece):
                return (time.perf_counter() - start) * 1000
    raise RuntimeError(f"no sentence in answer to {turn!r}")
