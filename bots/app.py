"""The composition root: the only place that names concrete classes, and where everything is started and stopped."""

import asyncio
import random
import secrets
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from datetime import timedelta
from typing import Literal
from urllib.parse import urlsplit

from bots.cards import Card
from bots.commands import Commands
from bots.config import ModelSettings, Settings
from bots.errors import SettingsError
from bots.hall import Hall
from bots.inbox import Inbox
from bots.parts import open_guard, open_store, utc_now
from bots.platform import Meeting
from moderation.guard import Guard
from moderation.review import ReviewDesk
from moderation.words import catalogue
from personas.cast import Cast, fixed_words, prepare
from personas.generators import Generator
from personas.generators.embedded import Embedded, EmbeddedSettings
from personas.generators.fallback import Fallback
from personas.generators.openai_chat import OpenAIChat, OpenAIChatSettings
from personas.generators.prefixes import PrefixStyle
from personas.generators.retrying import Retrying, RetryPolicy
from personas.generators.scripted import Scripted
from personas.generators.scripts import load_script
from personas.loading import load_library
from personas.messages import Critique, Event, Message, Turn
from personas.model_files import find, known_models
from personas.persona import Persona
from personas.prompting import Limits, compile_prompt, estimate_tokens
from personas.reply import ReplySettings, Stagehands
from personas.runtime import PersonaRuntime

_CONTEXT = 4_096
"""For a model file of the user's own."""
_WAITING_EACH = 8
"""Messages of one conversation that may wait for the reply before theirs."""


class Talchum:
    """The router every platform is given."""

    def __init__(self, runtime: PersonaRuntime, hall: Hall, inbox: Inbox, commands: Commands, *, model: str) -> None:
        self._runtime = runtime
        self._hall = hall
        self._inbox = inbox
        self._commands = commands
        self.model = model
        """Id of the generator."""

    async def reply(self, message: Message) -> AsyncGenerator[Event, None]:
        """See `Router.reply`."""
        async with self._inbox.turn(message.conversation):
            session = self._hall.session(message.conversation)
            async with aclosing(self._runtime.respond(message, session.cast, session.conversation)) as events:
                async for event in events:
                    yield event

    async def command(self, line: str, message: Message) -> Card:
        """See `Router.command`."""
        return await self._commands.run(line, message)

    async def warm(self, conversation: str) -> None:
        """See `PersonaRuntime.warm`."""
        session = self._hall.session(conversation)
        await self._runtime.warm(session.cast, session.conversation)

    def meet(self, conversation: str) -> Meeting:
        """See `Router.meet`."""
        session = self._hall.session(conversation)
        return Meeting(
            persona=session.cast.persona.name,
            greeting=self._runtime.greet(session.cast, session.conversation),
            warning=self._commands.warning(session.cast.persona),
        )


@asynccontextmanager
async def open_generator(settings: Settings) -> AsyncGenerator[Generator, None]:
    """The models of these settings, in the order in which they are asked. Raises SettingsError, ModelUnavailable,
    ScriptError."""
    async with AsyncExitStack() as stack:
        generators: list[Generator] = []
        for use in (settings.model.use, *settings.model.fallbacks):
            generator = await _generator(use, settings)
            stack.push_async_callback(generator.aclose)
            generators.append(_patient(generator, settings))
        yield generators[0] if len(generators) == 1 else Fallback(tuple(generators))


async def _generator(use: str, settings: Settings) -> Generator:
    """One model, by KIND:NAME."""
    kind, _, name = use.partition(":")
    model = settings.model
    if kind == "scripted":
        return Scripted(load_script(name))
    if kind == "embedded":
        return await _embedded(name, settings)
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
    return await asyncio.to_thread(OpenAIChat, chat)


async def _embedded(name: str, settings: Settings) -> Generator:
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
    worst case.
    """
    reply = settings.reply
    uses = (use.partition(":") for use in (settings.model.use, *settings.model.fallbacks))
    embedded = [name for kind, _, name in uses if kind == "embedded"]
    known = [known_models()[name] for name in embedded if name in known_models()]
    longest = min((reply.max_tokens, *(model.reply for model in known)))
    return Limits(
        budget=min((reply.budget, *(_context(name, settings) - longest for name in embedded))),
        max_tokens=longest,
        reminder_every=reply.reminder_every,
        count=estimate_tokens if embedded else None,
    )


async def cast_all(personas: Mapping[str, Persona], guard: Guard, limits: Limits) -> list[Cast]:
    """Every persona made ready, or the first thing that is wrong with one: what could not be repaired in mid-reply for
    want of room is refused here. Raises PersonaFileError, RefuseToStart."""
    canary = secrets.token_hex(8)
    words = await fixed_words(guard)
    for persona in personas.values():
        _check_room(persona, limits, canary)
    return [await prepare(persona, guard, words, canary=canary) for persona in personas.values()]


def _check_room(persona: Persona, limits: Limits, canary: str) -> None:
    """Compile the largest prompt a reply may need: to repair one that is almost whole. Raises RefuseToStart."""
    korean = persona.language == "ko"
    # What a model writes with its tokens, about: four letters of English each, one syllable of Korean.
    prefix = "가" * limits.max_tokens if korean else "word" * limits.max_tokens
    rule = catalogue("personas").say("critique.bias", persona.language)
    compile_prompt(
        persona,
        (Turn(role="user", text="?"),),
        limits=limits,
        canary=canary,
        critique=Critique(category="register", rule=rule),
        prefix=prefix,
    )


@asynccontextmanager
async def open_talchum(settings: Settings) -> AsyncGenerator[Talchum, None]:
    """Everything, what fails quickly first, stopped in the other order. Whatever is wrong with settings, policy,
    personas, models or the store is raised before anything is said."""
    async with AsyncExitStack() as stack:
        personas = await asyncio.to_thread(load_library, settings.personas.folders)
        generator = await stack.enter_async_context(open_generator(settings))
        store = await stack.enter_async_context(open_store(settings))
        guard = await stack.enter_async_context(open_guard(settings))
        limits = limits_of(settings)
        hall = Hall(
            await cast_all(personas, guard, limits),
            default=settings.personas.default,
            language=settings.language,
            window=settings.reply.window,
            sessions=settings.limits.conversations,
        )
        hands = Stagehands(
            generator=generator,
            guard=guard,
            store=store,
            settings=ReplySettings(
                limits=limits, repairs=settings.reply.repairs, longest_message=settings.reply.longest_message
            ),
            now=utc_now,
            monotonic=time.monotonic,
            choose=random.SystemRandom().choice,
        )
        desk = ReviewDesk(store, clock=utc_now)
        yield Talchum(
            PersonaRuntime(hands),
            hall,
            Inbox(running=settings.limits.running, waiting=settings.limits.waiting, waiting_each=_WAITING_EACH),
            Commands(hall, desk, language=settings.language, spoken=generator.languages),
            model=generator.id,
        )
