"""The parts that commands can do without a persona: the store, the review desk, the guard.

With `bots.app` the composition root: the only places that name concrete classes. Apart from it, so that
`talchum review` does not wait for models it never asks.
"""

import asyncio
import logging
import secrets
import time
from collections.abc import AsyncGenerator, Callable, Collection, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bots.config import Settings
from bots.errors import Unknown
from bots.exposure import Exposure
from bots.fitting import check_policy
from bots.mutes import Mutes
from bots.review_asking import Tools
from bots.state import State
from bots.state.memory import MemoryState
from bots.state.sqlite import SqliteState
from bots.tiers import load_tiers
from moderation.errors import RefuseToStart
from moderation.filters import Filter
from moderation.filters.remote import Remote
from moderation.guard import Guard
from moderation.policies import PolicyHistory
from moderation.policy import Policy
from moderation.review import ReviewDesk
from moderation.stores import Store
from moderation.stores.keys import Keys
from moderation.stores.memory import MemoryStore
from moderation.stores.sealing import is_sealed, recognise
from moderation.stores.sqlite import SqliteStore

if TYPE_CHECKING:
    from bots.register import Register
    from bots.review_commands import ReviewCommands
    from moderation.models.encoder import Encoder

_log = logging.getLogger(__name__)

_LEXICON: Final = "lexicon"
_ID_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""No letter that can be taken for a digit or another letter: people type ids."""


def new_id() -> str:
    """Six random letters and digits."""
    return "".join(secrets.choice(_ID_LETTERS) for _ in range(6))


def utc_now() -> datetime:
    """The time, aware, in UTC."""
    return datetime.now(UTC)


def keys_of(settings: Settings, *, replacing: bool = False) -> Keys:
    """What the databases of these settings are encrypted with; a master key is made where nothing is encrypted yet.
    With `replacing`, for databases that come in their place: none is made, and those that are there may have another.
    Waits for the disk. Raises StoreUnavailable: also where a database is encrypted with another key, before anything is
    made with this one."""
    sealed = [] if replacing else [file for file in (settings.store, settings.state) if is_sealed(file)]
    keys = Keys.at(
        settings.keys,
        master=settings.master_key.get_secret_value(),
        variable=settings.privacy.key_variable,
        make=not replacing and not sealed,
    )
    for file in sealed:
        recognise(file, keys)
    return keys


@asynccontextmanager
async def open_store(settings: Settings, file: Path | None = None) -> AsyncGenerator[Store, None]:
    """The store of these settings, or the one in `file`. Raises StoreUnavailable.

    What a process that died left unfinished in that of the settings is counted: nobody else could tell of it.
    """
    store = await asyncio.to_thread(
        lambda: SqliteStore.at(file or settings.store, keys=keys_of(settings), clock=utc_now, ids=new_id)
    )
    try:
        if store.interrupted and file is None:
            await _count(settings, store.interrupted)
        yield store
    finally:
        await store.aclose()


async def _count(settings: Settings, interrupted: Sequence[datetime]) -> None:
    """Have the register know of interrupted exchanges. Where it cannot be opened, what needs it says so."""
    try:
        async with open_register(settings) as register:
            await register.interrupted(interrupted)
    except RefuseToStart as error:
        _log.critical("interrupted replies were not counted: count=%s error=%s", len(interrupted), error)


def open_scratch() -> Store:
    """A store that leaves nothing behind."""
    return MemoryStore(ids=new_id)


@asynccontextmanager
async def open_state(settings: Settings, *, lasting: bool = True) -> AsyncGenerator[State, None]:
    """The state of these settings, or one that ends with this. Raises StoreUnavailable."""
    state: State
    if lasting:
        state = await asyncio.to_thread(lambda: SqliteState.at(settings.state, keys=keys_of(settings), clock=utc_now))
    else:
        state = MemoryState(clock=utc_now)
    try:
        yield state
    finally:
        await state.aclose()


async def register_of(state: State) -> "Register":
    """The register of a state. Raises FilterUnavailable."""
    from bots.register import Register
    from moderation.filters.crisis import load_resources

    return Register(state, await asyncio.to_thread(load_resources), ids=new_id)


@asynccontextmanager
async def open_register(settings: Settings) -> AsyncGenerator["Register", None]:
    """The register alone, beside whatever else has the state open. Raises StoreUnavailable, FilterUnavailable."""
    async with open_state(settings) as state:
        yield await register_of(state)


@asynccontextmanager
async def open_review(
    settings: Settings, *, typed: str, words: bool = False, personas: bool = False
) -> AsyncGenerator["ReviewCommands", None]:
    """The review desk alone, beside whatever else has the store open; with `words` also what communities object to and
    allow, which loads the word lists, with `personas` who may speak where, which loads their files. `typed` is what
    people type before a verb. Raises StoreUnavailable, PolicyError, FilterUnavailable, PersonaError."""
    from bots.own_words import OwnWords
    from bots.review_commands import ReviewCommands

    policy = await asyncio.to_thread(lambda: Policy.load(policy_file(settings)))
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(open_store(settings))
        state = await stack.enter_async_context(open_state(settings))
        desk = ReviewDesk(store, clock=utc_now, rules=settings.review.rules, policy=policy.hash)
        tools = tools_of(settings, state, now=utc_now)
        if words:
            guard = await stack.enter_async_context(open_guard(settings, (_LEXICON,)))
            tools = replace(tools, words=OwnWords(state, guard))
        if personas:
            tools = replace(tools, speaker=await _speaker(settings, state))
        yield ReviewCommands(desk, language=settings.language, tools=tools, typed=typed)


async def _speaker(settings: Settings, state: State) -> Callable[[str, str], object]:
    """See `Tools.speaker`."""
    from bots.troupe import own_personas
    from personas.loading import load_library

    everywhere = tuple(await asyncio.to_thread(load_library, settings.personas.folders))
    own = await own_personas(state)

    def speaker(name: str, server: str) -> None:
        known = (*everywhere, *own.get(server, ()))
        if name not in known:
            raise Unknown("settings.unknown_persona", name=name, known=", ".join(known))

    return speaker


def tools_of(settings: Settings, state: State, *, now: Callable[[], datetime]) -> Tools:
    """What moderators reach for beside the desk."""
    exposure = Exposure(state, now=now, most=settings.review.reveals_per_day)
    return Tools(state=state, now=now, ids=new_id, mutes=Mutes(state, now=now), exposure=exposure)


def policies_of(settings: Settings) -> PolicyHistory:
    """The policies that were applied under these settings."""
    return PolicyHistory(settings.policies, clock=utc_now)


def policy_file(settings: Settings) -> Path | None:
    """The policy in use: the file that the settings name, else the one applied last, else (None) the one that ships.
    Blocks. Raises PolicyError."""
    return settings.policy.file or policies_of(settings).current()


@asynccontextmanager
async def open_guard(settings: Settings, only: Collection[str] = ()) -> AsyncGenerator[Guard, None]:
    """The guard of these settings, with the filters of the ids in `only`, or with all there are. Raises PolicyError,
    FilterUnavailable, SettingsError."""
    policy = await asyncio.to_thread(lambda: Policy.load(policy_file(settings)))
    async with AsyncExitStack() as stack:
        check_policy(settings, policy)
        loaded = await stack.enter_async_context(open_filters(settings, policy.limits.encodings, only))
        if only:
            policy = policy.narrowed(only)
        waiting = frozenset(judge.id for judge in loaded if isinstance(judge, Remote))
        guard = Guard(loaded, policy, monotonic=time.monotonic, waiting=waiting)
        stack.callback(guard.close)
        yield guard


@asynccontextmanager
async def open_filters(
    settings: Settings, encodings: int, only: Collection[str] = ()
) -> AsyncGenerator[tuple[Filter, ...], None]:
    """What ships, whose sentence encoder may read `encodings` stretches of a text, and the tiers that settings switch
    on; of all these what `only` names, where it names any. Raises FilterUnavailable, SettingsError."""
    with ExitStack() as stack:
        # Those that settings switch on come first: a key or a file that is missing is found at once.
        tiers = await asyncio.to_thread(load_tiers, settings, only or None)
        for judge in tiers:
            if isinstance(judge, Remote):
                stack.callback(judge.close)
        yield (*await asyncio.to_thread(_shipped, settings, encodings, only), *tiers)


def encoder_of(guard: Guard) -> "Encoder | None":
    """The sentence encoder that the guard has in memory, for all else that looks something up by its meaning."""
    from moderation.filters.meaning import Meaning

    return next((judge.encoder for judge in guard.filters if isinstance(judge, Meaning)), None)


def _shipped(settings: Settings, encodings: int, only: Collection[str]) -> tuple[Filter, ...]:
    from moderation.filters.registry import FILTERS, load_filters

    names = [name for name in FILTERS if not only or name in only]
    return load_filters(names, lists=settings.lexicon.lists, encodings=encodings)
