"""`talchum prompt`: what a model is told."""

import asyncio
import re
from typing import Annotated, Final

import typer

from bots.cards import Card
from bots.cli.common import SettingsFile, run, settings_of, show
from bots.errors import UsageError
from bots.places import Place, kind_of
from bots.platform import Caller

prompt_app = typer.Typer(help="prompt", no_args_is_help=True)

_SCOPE: Final = re.compile(r"(discord|telegram|console):(server|category|channel|thread|dm):[\w-]{1,64}")
_HERE: Final = "console:dm:here"
_SILENT: Final = "scripted:tea_house"
"""Nothing is generated, so that no model has to be loaded."""


@prompt_app.callback()
def _prompt() -> None:
    """prompt"""


@prompt_app.command("show")
def show_prompt(
    persona: Annotated[str, typer.Argument(help="prompt_persona", metavar="ID", show_default=False)] = "",
    text: Annotated[str, typer.Argument(help="prompt_text", metavar="TEXT", show_default=False)] = "?",
    place: Annotated[str, typer.Option("--place", help="prompt_place", metavar="KEY,…")] = _HERE,
    person: Annotated[str, typer.Option("--person", help="prompt_person", metavar="KEY")] = "",
    whole: Annotated[bool, typer.Option("--text", help="prompt_whole")] = False,
    file: SettingsFile = None,
) -> None:
    """prompt_show"""
    settings = settings_of(file)
    caller = _caller(text, persona, place, person)

    async def work() -> tuple[Card, ...]:
        from bots.app import open_host
        from bots.models import limits_of
        from bots.prompt_commands import parts_card, text_card

        async with open_host(settings.using(_SILENT)) as host:
            house = host.house
            scenes = house.scenes
            if persona:  # or somebody else would speak in place of one that nobody knows
                scenes.hall.cast(persona, caller.place.community)
            scene = await scenes.of(caller)
            made = await house.runtime.explain(
                caller.message, scene.cast, scene.conversation, limits=await asyncio.to_thread(limits_of, settings)
            )
            card = parts_card(made, scene.cast.persona.name, settings.language)
            return (card, text_card(made, scene.cast.canary, settings.language)) if whole else (card,)

    for card in run(work()):
        show(card, settings)


def _caller(text: str, persona: str, place: str, person: str) -> Caller:
    """Somebody who says `text` there. Raises UsageError."""
    from bots.parts import utc_now
    from personas.messages import Message

    scopes = tuple(scope.strip() for scope in place.split(","))
    for scope in scopes:
        if not _SCOPE.fullmatch(scope):
            raise UsageError("prompts.expected_place", given=scope)
    platform = scopes[0].partition(":")[0]
    private = kind_of(scopes[0]) == "dm"
    where = Place(platform=platform, scopes=scopes, private=private, adult=True)
    message = Message(
        platform=platform, conversation=where.conversation, person=person, name="", text=text, at=utc_now(),
        server=where.server, persona=persona,
    )  # fmt: skip
    return Caller(message=message, place=where)
