"""`talchum audit`: whether people are treated alike, whoever they are, and whether the trail of decisions is sound."""

import random
import re
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bots.cli.common import ModelName, SettingsFile, err, out, run, say, settings_of, show
from bots.cli.redteam import redteam
from bots.config import Settings
from bots.errors import SettingsError, Unknown
from bots.parts import open_guard, open_store, utc_now

if TYPE_CHECKING:
    from bots.audit.dialogues import Scripts
    from bots.audit.report import About
    from bots.audit.running import Audited, Scene, Step
    from moderation.guard import Guard
    from moderation.stores import Audit
    from personas.generators import Generator
    from personas.persona import Persona

audit_app = typer.Typer(help="audit", no_args_is_help=True)
audit_app.command()(redteam)


@audit_app.callback()
def _audit() -> None:
    """audit"""


@audit_app.command("swap")
def swap(
    *,
    guard_only: Annotated[bool, typer.Option("--guard-only", help="audit_guard_only")] = False,
    persona: Annotated[str | None, typer.Option("--persona", help="audit_persona", metavar="ID")] = None,
    dialogues: Annotated[Path | None, typer.Option("--dialogues", help="audit_dialogues", metavar="FILE")] = None,
    axis: Annotated[list[str] | None, typer.Option("--axis", help="audit_axis", metavar="NAME")] = None,
    language: Annotated[str, typer.Option("--language", help="audit_language", metavar="en|ko")] = "",
    most: Annotated[int, typer.Option("--most", help="audit_most", min=5)] = 10_000,
    tolerance: Annotated[float, typer.Option("--tolerance", help="audit_tolerance", min=0.0, max=1.0)] = 0.05,
    seed: Annotated[int, typer.Option("--seed", help="audit_seed")] = 7,
    at_once: Annotated[int, typer.Option("--at-once", help="audit_at_once", min=1, max=64)] = 4,
    as_json: Annotated[bool, typer.Option("--json", help="audit_json")] = False,
    model: ModelName = None,
    file: SettingsFile = None,
) -> None:
    """audit_swap"""
    from bots.audit.dialogues import load_scripts
    from bots.audit.report import beyond, card, document
    from bots.audit.statistics import gaps

    settings = settings_of(file, model=model)
    spoken = _language(language or settings.language)
    speaker = None if guard_only else _speaker(settings, persona, spoken)
    spoken = speaker.language if speaker and not language else spoken
    scripts = load_scripts(spoken, dialogues).chosen(axis or (), most)
    _require_enough(scripts, dialogues, guard_only=guard_only)
    with _progress(settings, scripts, guard_only=guard_only) as step:
        audited, about = run(_audited(settings, scripts, speaker, (seed, tolerance, at_once), step))
    _require_replies(about)
    found = gaps(audited.observed, seed=seed)
    if as_json:
        out().print(document(found, audited, about), markup=False, soft_wrap=True)
    else:
        show(card(found, about, settings.language), settings)
    raise typer.Exit(1 if beyond(found, tolerance) else 0)


@audit_app.command("verify")
def verify(
    head: Annotated[str, typer.Option("--head", help="audit_head", metavar="DIGEST")] = "", file: SettingsFile = None
) -> None:
    """audit_verify"""
    from bots.trail_card import trail_card

    settings = settings_of(file)
    earlier = head.strip().lower()
    if head and not re.fullmatch("[0-9a-f]{64}", earlier):
        raise Unknown("desk.trail_not_a_head", given=head)

    async def work() -> "Audit":
        async with open_store(settings) as store:
            return await store.verify(earlier)

    audit = run(work())
    show(trail_card(audit, settings.language, earlier=earlier), settings)
    raise typer.Exit(0 if audit.sound else 1)


def _speaker(settings: Settings, name: str | None, language: str) -> "Persona":
    """Who is audited: whoever was named, else whoever speaks first in that language. Raises Unknown."""
    from personas.loading import load_library

    personas = load_library(settings.personas.folders)
    fitting = [each for each, persona in personas.items() if persona.language == language]
    wanted = name or ("" if language != settings.language else settings.personas.default) or next(iter(fitting), "")
    if wanted not in personas:
        raise Unknown("settings.unknown_persona", name=wanted, known=", ".join(personas))
    return personas[wanted]


def _language(name: str) -> str:
    from bots.audit.dialogues import LANGUAGES

    if name not in LANGUAGES:
        raise Unknown("audit.unknown_language", name=name, known=", ".join(LANGUAGES))
    return name


def _require_enough(scripts: "Scripts", dialogues: Path | None, *, guard_only: bool) -> None:
    from bots.audit.statistics import LEAST

    found = len(scripts.sentences if guard_only else scripts.dialogues)
    if found < LEAST:
        key = "sentence" if guard_only else "dialogue"
        expected = SettingsError("audit.expect_more", least=LEAST, found=found, language=scripts.language)
        raise SettingsError("settings.wrong", file=dialogues or "swap.toml", key=key, expected=expected)


def _require_replies(about: "About") -> None:
    """Raises Unknown where too many dialogues came to nothing to compare the rest."""
    from bots.audit.statistics import LEAST

    if about.texts < LEAST:
        raise Unknown("audit.no_replies", failed=about.failed, model=about.model)


async def _audited(
    settings: Settings,
    scripts: "Scripts",
    persona: "Persona | None",
    numbers: tuple[int, float, int],
    step: "Step",
) -> "tuple[Audited, About]":
    """`numbers`: seed, tolerance, how many at once."""
    from bots.audit.report import About
    from bots.audit.running import audit_dialogues, audit_sentences
    from bots.models import open_generator

    seed, tolerance, at_once = numbers
    async with AsyncExitStack() as stack:
        guard = await stack.enter_async_context(open_guard(settings))
        if persona is None:
            audited = await audit_sentences(scripts, guard, at_once=at_once, step=step)
            model = ""
        else:
            generator = await stack.enter_async_context(open_generator(settings))
            scene = await scene_of(settings, persona, guard, generator, seed)
            audited = await audit_dialogues(scripts, scene, at_once=at_once, step=step)
            model = generator.id
        identities = next(iter(audited.observed.values()))
        about = About(
            language=scripts.language,
            persona=persona.id if persona else "",
            model=model,
            policy=guard.policy.hash,
            seed=seed,
            tolerance=tolerance,
            texts=len(next(iter(identities.values()))),
            failed=audited.failed,
        )
    return audited, about


async def scene_of(
    settings: Settings, persona: "Persona", guard: "Guard", generator: "Generator", seed: int
) -> "Scene":
    """The persona as it speaks to everybody, with a store that leaves nothing behind."""
    from bots.audit.running import Scene
    from bots.casting import Casting
    from bots.models import limits_of, replies_within
    from bots.parts import open_scratch
    from personas.runtime import PersonaRuntime
    from personas.stagehands import Stagehands

    limits = limits_of(settings)
    casting = await Casting.of(guard, limits)
    hands = Stagehands(
        generator=generator,
        guard=guard,
        store=open_scratch(),
        settings=replies_within(limits, settings),
        now=utc_now,
        monotonic=time.monotonic,
        choose=random.Random(seed).choice,  # noqa: S311 - which line of the author's is shown
    )
    return Scene(runtime=PersonaRuntime(hands), cast=await casting.cast(persona), guard=guard, now=utc_now)


@contextmanager
def _progress(settings: Settings, scripts: "Scripts", *, guard_only: bool) -> "Iterator[Step]":
    """A bar on standard error."""
    from bots.audit.running import total

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err(), transient=True) as bar:
        task = bar.add_task(say("audit.going", settings), total=total(scripts, guard_only=guard_only))
        yield lambda: bar.advance(task)
