"""The phases of a run: more and more people, far too many at once, fewer again, and very many messages."""

import asyncio
import signal
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Final

from bots.fakes.discord_server import DiscordServer
from bots.fakes.telegram_server import Limits as Flood
from bots.fakes.telegram_server import TelegramServer
from bots.load.asked import Asked
from bots.load.crowd import Crowd
from bots.load.figures import Phase, Sample, Spread, spreads
from bots.load.lines import Lines, Speech
from bots.load.program import Program, Taken, program
from bots.load.rooms import Room
from bots.load.speaking import Speaker
from bots.load.venues import OnDiscord, OnTelegram, Venue
from personas.generators.scripted_server import ScriptedServer

PLATFORMS: Final = ("discord", "telegram")
_STEPS: Final = (0.1, 0.25, 0.5, 1.0)
"""Parts of the conversations that talk in each step."""
_WARM_UP: Final = 10.0
_BEAT: Final = 0.05
"""Seconds between two looks at how late we are ourselves."""
_SAMPLES: Final = 100
"""Of an endurance run."""
_IDLE: Final = 40.0
"""Seconds until what is kept open for the next call has been closed, on either side."""
_ENDURING: Final = 0.2
"""The part of the conversations that goes on without a pause in an endurance run."""
_RUNNING: Final = 32
_WAITING: Final = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What is measured."""

    conversations: int
    think: float
    """Seconds on average between an answer and the next question."""
    seconds: float
    """Of each step."""
    messages: int
    """Of the endurance run; 0: none."""
    faults: float
    """The part of the answers in which one sentence is out of character."""
    speech: Speech
    platforms: tuple[str, ...] = PLATFORMS
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """What came of a run."""

    conditions: Conditions
    phases: tuple[Phase, ...]
    samples: tuple[Sample, ...]
    """Of the endurance run."""
    rested: tuple[Taken, Taken]
    """What the program took before the first message and after the last, at rest."""
    limited: Mapping[str, int]
    """Calls that each platform refused as too many."""
    problems: tuple[str, ...]
    """What the program did that the platforms do not know."""


Told = Callable[[str, int, int], object]
"""Told of each phase, how far it is, and of how much."""


@dataclass(slots=True, kw_only=True)
class House:
    """Everything that is set up once."""

    conditions: Conditions
    venues: tuple[Venue, ...]
    crowd: Crowd
    program: Program
    now: Callable[[], float]
    told: Told
    phases: list[Phase] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)

    def rooms(self, share: float) -> list[tuple[Venue, Sequence[Room]]]:
        """The first rooms of each venue."""
        return [(venue, venue.rooms[: max(1, round(len(venue.rooms) * share))]) for venue in self.venues]


async def measure(
    conditions: Conditions, environ: Mapping[str, str], *, now: Callable[[], float], told: Told
) -> Results:
    """All phases. `environ` is what the program inherits; `now` gives seconds. Raises RefuseToStart where the program
    does not come up or ends by itself."""
    async with _opened(conditions, environ, now, told) as house:
        await _talk(house, "warm-up", share=0.2, seconds=_warm_up(conditions), kept=False)
        rested = await _rest(house)
        if conditions.seconds:
            for share in _STEPS:
                await _talk(house, "step", share=share, seconds=conditions.seconds)
            await _overload(house)
            await _talk(house, "recovery", share=0.5, seconds=conditions.seconds)
        if conditions.messages:
            await endure(house)
        after = await _rest(house)
        return Results(
            conditions=conditions,
            phases=tuple(house.phases),
            samples=tuple(house.samples),
            rested=(rested, after),
            limited={venue.name: venue.limited for venue in house.venues},
            problems=tuple(problem for venue in house.venues for problem in venue.problems),
        )


@asynccontextmanager
async def _opened(
    conditions: Conditions, environ: Mapping[str, str], now: Callable[[], float], told: Told
) -> AsyncGenerator[House, None]:
    lines = await asyncio.to_thread(Lines.load)
    crowd = Crowd(lines, now=now, seed=conditions.seed)
    speaker = Speaker(
        lines, crowd.asked, speech=conditions.speech, faults=conditions.faults, seed=conditions.seed, now=now
    )
    async with AsyncExitStack() as stack:
        model = await stack.enter_async_context(ScriptedServer(speaker))
        venues = [
            await stack.enter_async_context(_venue(name, conditions, lines, now)) for name in conditions.platforms
        ]
        running = await stack.enter_async_context(program(_settings(model, conditions), venues, environ))
        for venue in venues:
            await venue.furnish()
        yield House(conditions=conditions, venues=tuple(venues), crowd=crowd, program=running, now=now, told=told)
        for venue in venues:
            venue.tidy()


@asynccontextmanager
async def _venue(
    name: str, conditions: Conditions, lines: Lines, now: Callable[[], float]
) -> AsyncGenerator[Venue, None]:
    rooms = conditions.conversations // len(conditions.platforms)
    if name == "discord":
        async with DiscordServer() as discord:
            yield OnDiscord(discord, [Room(language="en", lines=lines, now=now) for _ in range(rooms)])
            discord.problems.clear()  # they are told of
        return
    async with TelegramServer(flood=Flood()) as telegram:
        languages = [("en", "ko")[number % 2] for number in range(rooms)]
        made = [Room(language=language, lines=lines, now=now) for language in languages]
        yield OnTelegram(telegram, made, {"ko": lines.persona("ko")})
        telegram.problems.clear()


def _settings(model: ScriptedServer, conditions: Conditions) -> str:
    return (
        'language = "en"\n'
        f'[model]\nuse = "openai:load"\nbase_url = "{model.base_url}"\nprefix = "assistant"\nlanguages = ["en", "ko"]\n'
        '[personas]\ndefault = "lighthouse_keeper"\n'
        f"[limits]\nrunning = {_RUNNING}\nwaiting = {_WAITING}\nconversations = {conditions.conversations + 100}\n"
    )


async def _talk(house: House, name: str, *, share: float, seconds: float, kept: bool = True) -> None:
    """People talk for so long."""
    begun = house.now()

    def going() -> bool:
        spent = house.now() - begun
        house.told(name, min(round(spent), round(seconds)), round(seconds))
        return spent < seconds

    phase = await _phase(house, name, house.rooms(share), think=house.conditions.think, going=going)
    if kept:
        house.phases.append(phase)


async def _overload(house: House) -> None:
    """Everybody asks at once and twice, again and again: far more than there is room for."""
    begun, seconds = house.now(), house.conditions.seconds / 2
    house.told("overload", 0, 1)
    house.phases.append(
        await _phase(house, "overload", house.rooms(1.0), think=0.2, going=lambda: house.now() - begun < seconds)
    )


async def endure(house: House) -> None:
    """Very many messages, as fast as they are answered in some of the rooms, and what the program takes meanwhile. An
    interrupt (Ctrl-C) ends it early, with what there is."""
    wanted, done = house.conditions.messages, 0
    every = max(1, wanted // _SAMPLES)
    sampling: list[asyncio.Task[None]] = []

    async def sample(after: int) -> None:
        house.samples.append(Sample(messages=after, taken=await house.program.taken()))

    def over(_: Asked) -> None:
        nonlocal done
        done += 1
        house.told("endurance", done, wanted)
        if done % every == 0:
            sampling.append(asyncio.create_task(sample(done)))

    rooms = house.rooms(_ENDURING)
    with interrupt() as ended:
        phase = await _phase(
            house, "endurance", rooms, think=0.0, going=lambda: done < wanted and not ended.is_set(), also=over
        )
    house.phases.append(phase)
    await asyncio.gather(*sampling)


@contextmanager
def interrupt() -> Iterator[asyncio.Event]:
    """Set by the first interrupt; the second is one as ever."""
    loop, came = asyncio.get_running_loop(), asyncio.Event()
    before = signal.getsignal(signal.SIGINT)

    def again() -> None:
        loop.remove_signal_handler(signal.SIGINT)
        signal.signal(signal.SIGINT, before)

    def interrupted() -> None:
        came.set()
        again()

    loop.add_signal_handler(signal.SIGINT, interrupted)
    try:
        yield came
    finally:
        if not came.is_set():
            again()


async def _phase(
    house: House,
    name: str,
    rooms: list[tuple[Venue, Sequence[Room]]],
    *,
    think: float,
    going: Callable[[], bool],
    also: Callable[[Asked], None] = lambda _: None,
) -> Phase:
    crowd, everyone = house.crowd, [room for _, some in rooms for room in some]
    for room in everyone:
        room.asked = room.answered = room.disordered = room.refusals = room.strange = 0
    asked: list[Asked] = []

    def over(one: Asked) -> None:
        asked.append(one)
        also(one)

    before, lost, begun, lates = await house.program.taken(), len(crowd.lost), house.now(), list[float]()
    watching = asyncio.create_task(_late(house.now, lates))
    try:
        await crowd.talk(rooms, think=think, going=lambda: house.program.alive and going(), over=over)
    finally:
        watching.cancel()
    seconds, after = house.now() - begun, await house.program.taken()
    answered = [each for each in asked if not each.refused]
    call, first, last, waited = spreads(asked)
    return Phase(
        name=name, conversations=len(everyone), seconds=seconds, messages=len(answered),
        refused=len(asked) - len(answered), lost=len(crowd.lost) - lost,
        repaired=sum(each.calls > 1 and each.whole for each in answered),
        replaced=sum(not each.whole for each in answered),
        disordered=sum(room.disordered for room in everyone),
        strange=sum(room.strange for room in everyone),
        starved=sum(room.asked > 0 and not room.answered and not room.refusals for room in everyone),
        fewest=min(room.answered for room in everyone), most=max(room.answered for room in everyone),
        call=call, first=first, last=last, waited=waited, late=Spread.of(lates),
        cpu=(after.cpu - before.cpu) * 1000 / max(1, len(answered)), memory=after.memory,
    )  # fmt: skip


def _warm_up(conditions: Conditions) -> float:
    """Seconds until what is loaded when it is first needed has been needed."""
    return min(_WARM_UP, conditions.seconds or _WARM_UP)


async def _late(now: Callable[[], float], into: list[float]) -> None:
    """By how much we ourselves are late, again and again."""
    while True:
        begun = now()
        await asyncio.sleep(_BEAT)
        into.append(now() - begun - _BEAT)


async def _rest(house: House) -> Taken:
    """What the program takes when nobody has said anything for a while. Raises RefuseToStart where it is gone."""
    await asyncio.sleep(_IDLE if house.conditions.messages else _warm_up(house.conditions) / 2)
    if not house.program.alive:
        raise await house.program.gone()
    return await house.program.taken()
