"""The composition root: the only place that names concrete classes, and where everything is started and stopped."""

import asyncio
import random
import re
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from bots.aftermath import Aftermath, Patience
from bots.appeals import Appeals
from bots.casting import Casting
from bots.commands import Commands, Offices
from bots.config import Settings
from bots.consent import Consents
from bots.ensemble import Ensemble
from bots.errors import RefuseToStart, SettingsError
from bots.feedback import Feedback
from bots.fitting import check_places
from bots.hall import Hall
from bots.host import Host
from bots.house import House
from bots.inbox import Inbox
from bots.logs import Troubles
from bots.loops import Loops
from bots.lore_commands import LoreCommands
from bots.lorebooks import Attachments, Lorebooks
from bots.manners import Manners
from bots.measured import MeasuredStore
from bots.memory_commands import MemoryCommands
from bots.meter import Meter, Prices
from bots.metrics import Metrics
from bots.minds import Minds, minds_of
from bots.models import limits_of, open_cheaper, open_generator, replies_within
from bots.monitor import Monitor, watched
from bots.named_files import digests_of
from bots.notices import Notices
from bots.own_words import OwnWords
from bots.parts import encoder_of, new_id, open_guard, open_state, open_store, register_of, tools_of, utc_now
from bots.persona_commands import PersonaCommands
from bots.place_commands import PlaceCommands
from bots.places import Places
from bots.platform import Platform, Router
from bots.platform_settings import DiscordSection, TelegramSection
from bots.privacy import PrivacyCommands
from bots.quarantine import Quarantine
from bots.register import Register
from bots.renewal import Makers, Renewal, Wish
from bots.replies import Replies
from bots.retention import Retention
from bots.run_lock import serving_alone
from bots.safety import Safety
from bots.sampling import Sampling
from bots.scene import Scenes
from bots.state import State
from bots.tending import Tending
from bots.tidings import Tidings
from bots.troupe import Troupe
from moderation.guard import Guard
from moderation.review import ReviewDesk
from moderation.stores import Store
from personas.cast import Cast
from personas.company import Company
from personas.generators import Generator
from personas.generators.traced import Traced
from personas.ledger import Ended
from personas.loading import load_library
from personas.lore.answering import Unless
from personas.lore.loading import load_lore
from personas.messages import Usage
from personas.prompting import Limits as PromptLimits
from personas.recall import Source
from personas.runtime import PersonaRuntime
from personas.stagehands import Stagehands

if TYPE_CHECKING:
    from bots.discord_bot.client import Surroundings
    from bots.telegram_bot.client import Surroundings as TelegramSurroundings

_WAITING_EACH = 8
"""Messages of one conversation that may wait for the reply before theirs."""
_TYPING: Final = timedelta(seconds=8)
"""A sign of typing lasts ten seconds."""
_TELEGRAM_TYPING: Final = timedelta(seconds=4.5)
"""Telegram's lasts five."""
_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{1,256}")
_PASSING: Final = timedelta(seconds=30)
"""How long a card about a limit stands in a channel."""
_GRACE: Final = timedelta(seconds=10)
"""How long a reply may take to stand there whole when the program ends."""


@asynccontextmanager
async def open_host(
    settings: Settings, *, alone: bool = False, metrics: Metrics | None = None
) -> AsyncGenerator[Host, None]:
    """Everything, what fails quickly first, stopped in the other order. Whatever is wrong with settings, policy,
    personas, models or the store is raised before anything is said.

    `alone`: for one person at a terminal who started this. What platforms must know again after a restart ends with it,
    and nobody needs to be told who speaks. `metrics`: where what happens is counted.
    """
    if metrics is None:
        metrics = await asyncio.to_thread(metrics_of, settings)
    async with AsyncExitStack() as stack:
        files = await asyncio.to_thread(digests_of, settings)
        personas = await asyncio.to_thread(load_library, settings.personas.folders)
        generator = await stack.enter_async_context(open_generator(settings))
        cheaper = await stack.enter_async_context(open_cheaper(settings, generator))
        kept = await stack.enter_async_context(open_store(settings))
        state = await stack.enter_async_context(open_state(settings, lasting=not alone))
        guard = await stack.enter_async_context(open_guard(settings))
        store = MeasuredStore(kept, guard.hidden, metrics=metrics, monotonic=time.monotonic)
        # How the exchanges of this instance end is counted, whoever has them.
        book = await stack.enter_async_context(open_state(settings)) if alone else state
        limits = await asyncio.to_thread(limits_of, settings)
        casting = await Casting.of(guard, limits)
        hall = _hall(settings, [await casting.cast(persona) for persona in personas.values()])
        register = await register_of(book)
        troupe = Troupe(hall, state, casting.cast)
        written = await asyncio.to_thread(load_lore, settings.personas.folders, personas)
        books = Lorebooks(Attachments(state), troupe, guard, own=written, limits=limits)
        minds = await asyncio.to_thread(minds_of, settings, guard, book, generator, now=utc_now)
        hands = partial(
            _hands, generator=generator, cheaper=cheaper, guard=guard, store=store, minds=minds, ended=register.ended,
            metrics=metrics,
        )  # fmt: skip
        await troupe.restore()
        _count(guard, metrics)
        runtime = PersonaRuntime(hands(settings, limits, books))
        house = house_of(settings, runtime, troupe, store, state, register, books, minds)
        renewal = Renewal(settings, files, house, books, Makers(hall=_hall, hands=hands), metrics, now=utc_now)
        yield Host(replace(house, notices=None) if alone else house, renewal)


def _count(guard: Guard, metrics: Metrics) -> None:
    """What personas say without a model is judged by now: only what people bring about is counted."""
    metrics.knowing(frozenset(guard.policy.rules()))
    guard.tell(metrics.judged)


def _hall(settings: Settings, casts: Sequence[Cast]) -> Hall:
    check_places(settings, [cast.persona.id for cast in casts])
    return Hall(
        casts,
        default=settings.personas.default,
        language=settings.language,
        window=settings.reply.window,
        sessions=settings.limits.conversations,
    )


def _hands(  # noqa: PLR0913 - a reply works with this many things
    settings: Settings, limits: PromptLimits, books: Lorebooks,
    *, generator: Generator, cheaper: Generator | None, guard: Guard, store: Store, minds: Minds, ended: Ended,
    metrics: Metrics,
) -> Stagehands:  # fmt: skip
    """What every reply works with."""
    hands = Stagehands(
        generator=Traced(generator),
        cheaper=Traced(cheaper) if cheaper else None,
        guard=guard,
        store=store,
        settings=replies_within(limits, settings),
        now=utc_now,
        monotonic=time.monotonic,
        choose=random.SystemRandom().choice,
        ended=ended,
        performed=metrics.performed,
        sources=(Company(), books.lore, *_lookups(settings, guard, books)),
    )
    return minds.among(hands)


def _lookups(settings: Settings, guard: Guard, books: Lorebooks) -> list[Source]:
    """Where personas look up what they know."""
    return [Unless(books.knowledge, books.lore, encoder_of(guard))] if settings.reply.lookup else []


def house_of(  # noqa: PLR0913 - a house is made of this many things
    settings: Settings, runtime: PersonaRuntime, troupe: Troupe, store: Store, state: State, register: Register,
    books: Lorebooks, minds: Minds, *, now: Callable[[], datetime] = utc_now,
) -> House:  # fmt: skip
    """What the host works with, put together."""
    likely = Usage(tokens_in=settings.reply.budget, tokens_out=settings.reply.max_tokens)
    meter = Meter(state, Prices(**dict(settings.prices)), now, likely=likely)
    words, manners = OwnWords(state, runtime.guard), Manners(state)
    scenes = Scenes(troupe.hall, Places(state, settings.places), manners, language=settings.language, words=words)
    desk = ReviewDesk(store, clock=now, rules=settings.review.rules, policy=runtime.policy)
    tools = replace(tools_of(settings, state, now=now), speaker=scenes.hall.cast, words=words)
    replies, inbox, safety = Replies(state, now=now, ids=new_id), _inbox(settings), Safety(register, now)
    aftermath = Aftermath(desk, replies, scenes, runtime, inbox, tools.mutes, now=now, patience=_patience(settings))
    lore = LoreCommands(scenes, books, runtime.guard)
    offices = Offices(
        scenes=scenes, runtime=runtime, desk=desk, tools=tools, replies=replies, aftermath=aftermath, safety=safety,
        personas=PersonaCommands(scenes, troupe, Quarantine(troupe, state, now=now, ids=new_id)),
        places=PlaceCommands(scenes.places, meter), appeals=Appeals(desk, state, now=now, language=settings.language),
        privacy=PrivacyCommands(store, state, clock=now, lasting=minds.state),
        memory=MemoryCommands(minds.memories, runtime, minds.redactor),
        feedback=Feedback(state, replies, scenes, runtime, now=now), lore=lore,
    )  # fmt: skip
    return House(
        runtime=runtime, scenes=scenes, troupe=troupe, inbox=inbox, lore=lore, meter=meter, desk=desk,
        mutes=tools.mutes, words=words, replies=replies, aftermath=aftermath, state=state,
        ensemble=Ensemble(scenes, tools.mutes, meter, chance=random.random, encoder=encoder_of(runtime.guard)),
        commands=Commands(offices),
        notices=Notices(state, now),
        loops=Loops(),
        memories=minds.memories,
        tending=Tending(desk, scenes.places, state, now=now, language=settings.language, nudges=settings.review.nudge),
        sampling=_sampling(settings, store, Consents(minds.state, now), runtime),
        tidings=Tidings(desk, offices.appeals, state),
        retention=Retention(store, settings.privacy, now),
        now=now,
        chance=random.random,
    )  # fmt: skip


def _inbox(settings: Settings) -> Inbox:
    limits = settings.limits
    return Inbox(running=limits.running, waiting=limits.waiting, waiting_each=_WAITING_EACH, monotonic=time.monotonic)


def _sampling(settings: Settings, store: Store, consents: Consents, runtime: PersonaRuntime) -> Sampling:
    return Sampling(store, consents, runtime, share=settings.review.sample, chance=random.random)


def _patience(settings: Settings) -> Patience:
    hold, restore = (timedelta(hours=hours) for hours in (settings.review.hold, settings.review.restore))
    return Patience(hold=hold, restore=restore)


def platforms_of(settings: Settings) -> tuple[Platform, ...]:
    """The platforms that the settings name. Raises SettingsError where there is none, or one lacks its token,
    RefuseToStart where one cannot be reached from here."""
    platforms: list[Platform] = []
    if settings.discord is not None:
        platforms.append(_on_discord(settings, settings.discord))
    if settings.telegram is not None:
        platforms.append(_on_telegram(settings, settings.telegram))
    if not platforms:
        raise SettingsError("settings.no_platform")
    return tuple(platforms)


def _on_discord(settings: Settings, section: DiscordSection) -> Platform:
    from bots.discord_bot.platform import Discord

    if not settings.discord_token.get_secret_value():
        raise SettingsError("discord.no_token", variable=section.token_variable)
    return Discord(
        settings.discord_token,
        lambda router: _discord(section, settings.language, router),
        base_url=section.base_url,
        gateway_url=section.gateway_url,
    )


def _on_telegram(settings: Settings, section: TelegramSection) -> Platform:
    from bots.telegram_bot.platform import Telegram

    if not settings.telegram_token.get_secret_value():
        raise SettingsError("telegram_core.no_token", variable=section.token_variable)
    secret = settings.telegram_secret.get_secret_value()
    if section.webhook_url and not _SECRET.fullmatch(secret):
        raise SettingsError("telegram_core.no_secret", variable=section.secret_variable)
    return Telegram(
        settings.telegram_token,
        lambda router: _telegram(section, settings.language, secret, router),
        base_url=section.base_url,
    )


def _telegram(section: TelegramSection, language: str, secret: str, router: Router) -> "TelegramSurroundings":
    from bots.outlets import Pace
    from bots.telegram_bot.client import Surroundings, Webhook
    from bots.telegram_bot.pacing import Limits

    webhook = Webhook(url=section.webhook_url, secret=secret, listen=section.listen, port=section.port)
    return Surroundings(
        router=router,
        language=language,
        # What may be written when is the business of the platform's own pacing.
        pace=Pace(interval=timedelta(), typing=_TELEGRAM_TYPING, grace=_GRACE, passing=_PASSING),
        name_line=section.name_line,
        draft_interval=timedelta(seconds=section.draft_interval),
        burst=timedelta(seconds=section.burst),
        longest_burst=timedelta(seconds=section.longest_burst),
        webhook=webhook if section.webhook_url else None,
        limits=Limits(),
        now=utc_now,
        monotonic=time.monotonic,
        sleep=asyncio.sleep,
    )


def _discord(section: DiscordSection, language: str, router: Router) -> "Surroundings":
    from bots.discord_bot.client import Surroundings
    from bots.outlets import Pace

    pace = Pace(interval=timedelta(seconds=section.interval), typing=_TYPING, grace=_GRACE, passing=_PASSING)
    return Surroundings(
        router=router,
        language=language,
        content=section.message_content,
        pace=pace,
        burst=timedelta(seconds=section.burst),
        longest_burst=timedelta(seconds=section.longest_burst),
        shards=section.shards or None,
        now=utc_now,
        monotonic=time.monotonic,
        sleep=asyncio.sleep,
    )


def metrics_of(settings: Settings) -> Metrics:
    """What is counted under these settings, nothing so far. Blocks for a moment."""
    return Metrics(Prices(**dict(settings.prices)))


async def serve(
    settings: Settings, ready: Callable[[], None], metrics: Metrics, troubles: Troubles, wish: Wish
) -> None:
    """Serve every platform of the settings until cancelled; then replies under way end where they stand. `ready` is
    called when all is put together and the platforms are about to be reached; `metrics` counts, and `troubles` has
    heard of what went wrong; `wish` asks for settings to be read anew. Raises RefuseToStart, also where another
    process serves from the same data; OSError where the data folder cannot be written."""
    platforms = platforms_of(settings)
    with serving_alone(settings.run_lock):
        await _serve(settings, platforms, ready, metrics, troubles, wish)


async def _serve(
    settings: Settings, platforms: tuple[Platform, ...], ready: Callable[[], None], metrics: Metrics,
    troubles: Troubles, wish: Wish,
) -> None:  # fmt: skip
    async with open_host(settings, metrics=metrics) as host:
        for platform in platforms:
            host.register(platform)
        renewal = host.renewal
        assert renewal
        told = watched(settings, host.house, platforms, troubles, lambda: renewal.last)
        monitor = Monitor(told, metrics, utc_now)
        ready()
        try:
            async with asyncio.TaskGroup() as group:
                for platform in platforms:
                    group.create_task(platform.serve(host), name=platform.name)
                group.create_task(host.tidy(asyncio.sleep), name="tidying")
                group.create_task(host.follow_up(asyncio.sleep), name="following up")
                group.create_task(host.tend(asyncio.sleep), name="tending")
                group.create_task(host.recollect(), name="remembering")
                group.create_task(monitor.run(asyncio.sleep), name="monitoring")
                group.create_task(renewal.run(wish), name="reading settings anew")
        except BaseExceptionGroup as errors:
            # Its sentence for people is what matters, not that it came out of a group.
            refusals, _ = errors.split(RefuseToStart)
            if refusals is None:
                raise
            raise refusals.exceptions[0] from None
