"""The models that the settings name, opened in the order in which they are asked."""

import asyncio
import random
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Final, Literal
from urllib.parse import urlsplit

from bots.config import ModelSettings, Settings
from bots.errors import SettingsError
from personas.generators import Generator
from personas.generators.fallback import Fallback
from personas.generators.prefixes import PrefixStyle
from personas.generators.retrying import Retrying, RetryPolicy
from personas.generators.scripted import Scripted
from personas.generators.scripts import load_script
from personas.model_files import find, known_models
from personas.prompting import Limits, Tokenizer, estimate_tokens
from personas.stagehands import ReplySettings

_CONTEXT: Final = 4_096
"""For a model file of the user's own."""


@asynccontextmanager
async def open_generator(settings: Settings) -> AsyncGenerator[Generator, None]:
    """The models of these settings, in the order in which they are asked. Raises SettingsError, ModelUnavailable,
    ScriptError."""
    async with _opened((settings.model.use, *settings.model.fallbacks), settings) as generators:
        yield _in_order(generators)


@asynccontextmanager
async def open_cheaper(settings: Settings, ordinary: Generator) -> AsyncGenerator[Generator | None, None]:
    """The cheaper model, and what is asked where it gives no words; None where settings name none. Raises as
    `open_generator`."""
    cheaper = settings.model.cheaper
    async with _opened((cheaper,) if cheaper else (), settings) as generators:
        yield _in_order((*generators, ordinary)) if generators else None


@asynccontextmanager
async def _opened(uses: Sequence[str], settings: Settings) -> AsyncGenerator[tuple[Generator, ...], None]:
    async with AsyncExitStack() as stack:
        generators: list[Generator] = []
        for use in uses:
            generator = await _generator(use, settings)
            stack.push_async_callback(generator.aclose)
            generators.append(_patient(generator, settings))
        yield tuple(generators)


def _in_order(generators: tuple[Generator, ...]) -> Generator:
    return generators[0] if len(generators) == 1 else Fallback(generators)


async def _generator(use: str, settings: Settings) -> Generator:
    """One model, by KIND:NAME."""
    kind, _, name = use.partition(":")
    if kind == "scripted":
        return Scripted(load_script(name))
    if kind == "embedded":
        return await _embedded(name, settings)
    return await asyncio.to_thread(_remote, name, settings)


def _remote(name: str, settings: Settings) -> Generator:
    # The client's package takes longer to import than all of ours: only for who talks with a service.
    from personas.generators.openai_chat import OpenAIChat, OpenAIChatSettings

    model = settings.model
    if not settings.key.get_secret_value() and not _is_local(model.base_url):
        raise SettingsError("settings.no_key", name=name, variable=model.key_variable)
    chat = OpenAIChatSettings(
        model=name,
        base_url=model.base_url,
        api_key=settings.key.get_secret_value() or "none",
        languages=frozenset(model.languages),
        limit_field=_limit_field(model),
        omit=frozenset(model.omit),
        prefix=PrefixStyle(model.prefix),
        idle=timedelta(seconds=model.idle),
    )
    return OpenAIChat(chat)


async def _embedded(name: str, settings: Settings) -> Generator:
    from personas.generators.embedded import Embedded, EmbeddedSettings

    installed = await asyncio.to_thread(find, name, settings.models)
    known = installed.known
    embedded = EmbeddedSettings(
        name=known.title if known else installed.name,
        context=_context(name, settings),
        threads=settings.model.threads,
        languages=known.languages if known else frozenset(settings.model.languages),
        sampling=known.sampling if known else {},
    )
    return await Embedded.start(installed.path, embedded)


def _limit_field(model: ModelSettings) -> Literal["max_tokens", "max_completion_tokens"]:
    if model.limit_field != "auto":
        return model.limit_field
    return "max_completion_tokens" if urlsplit(model.base_url).hostname == "api.openai.com" else "max_tokens"


def _is_local(url: str) -> bool:
    """Whether an endpoint is on this machine, where keys are seldom asked for."""
    return urlsplit(url).hostname in {"localhost", "127.0.0.1", "::1"}


def _patient(generator: Generator, settings: Settings) -> Generator:
    policy = RetryPolicy(attempts=settings.model.attempts, budget=timedelta(seconds=settings.model.patience))
    return Retrying(generator, policy=policy, sleep=asyncio.sleep, random=random.random)


def _context(name: str, settings: Settings) -> int:
    """Tokens of prompt and reply together that an embedded model has room for."""
    known = known_models().get(name)
    return settings.model.context or (known.context if known else _CONTEXT)


def limits_of(settings: Settings) -> Limits:
    """How large prompts and replies may be: what the narrowest of the models has room for, as any of them may be asked.

    Embedded models have an English vocabulary and no room beyond their context, so their tokens are counted for the
    worst case where their tokenizer is not known. Blocks. Raises ModelUnavailable where that cannot be read.
    """
    reply, own = settings.reply, settings.model.tokenizer
    uses = (use.partition(":") for use in (settings.model.use, settings.model.cheaper, *settings.model.fallbacks))
    embedded = [name for kind, _, name in uses if kind == "embedded"]
    known = [known_models()[name] for name in embedded if name in known_models()]
    longest = min((reply.max_tokens, *(model.reply for model in known)))
    return Limits(
        budget=min((reply.budget, *(_context(name, settings) - longest for name in embedded))),
        max_tokens=longest,
        reminder_every=reply.reminder_every,
        count=Tokenizer.load(own) if own else estimate_tokens if embedded else None,
    )


def replies_within(limits: Limits, settings: Settings) -> ReplySettings:
    """How replies are made whose prompts have these limits."""
    reply = settings.reply
    return ReplySettings(
        limits=limits, repairs=reply.repairs, enough=reply.enough, longest_message=reply.longest_message
    )
