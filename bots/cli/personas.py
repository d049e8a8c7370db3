"""`talchum persona`: personas as files that people write."""

import json
import os
from contextvars import Context
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bots.cards import Card, Row, Tone
from bots.cli.common import SettingsFile, err, interactive, out, run, say, settings_of, show
from bots.cli.imports import persona_export, persona_import
from bots.config import Settings
from bots.errors import RefuseToStart, Unknown, UsageError
from bots.parts import open_guard
from moderation.file_faults import reason_of
from moderation.words import LANGUAGES, PROGRAM
from personas.persona import Persona, Tier

if TYPE_CHECKING:
    from personas.checking import Checked, Problem
    from personas.packs import Pack

persona_app = typer.Typer(help="persona", no_args_is_help=True)
persona_app.command("import")(persona_import)
persona_app.command("export")(persona_export)
_Which = Annotated[str, typer.Argument(help="persona_which", metavar="ID|FILE")]
_Out = Annotated[Path | None, typer.Option("--out", help="persona_out", metavar="FILE")]


@persona_app.command("list")
def persona_list(file: SettingsFile = None) -> None:
    """persona_list"""
    settings = settings_of(file)
    rows = tuple(
        Row(label=name, text=f"{persona.name} · {persona.language} · {persona.tier} · {persona.tagline}")
        for name, persona in _library(settings).items()
    )
    show(Card(title=say("cli.persona_title", settings), rows=rows), settings)


@persona_app.command("show")
def persona_show(name: _Which, file: SettingsFile = None) -> None:
    """persona_show"""
    from bots.persona_cards import rows_of

    settings = settings_of(file)
    persona = _named(name, settings)
    show(Card(title=persona.id, rows=rows_of(persona)), settings)


@persona_app.command("new")
def persona_new(
    line: Annotated[str, typer.Argument(help="persona_line", metavar="LINE", show_default=False)] = "",
    name: Annotated[str, typer.Option("--name", help="persona_name")] = "",
    identity: Annotated[str, typer.Option("--id", help="persona_new_id")] = "",
    language: Annotated[str, typer.Option("--language", help="persona_language", metavar="en|ko")] = "",
    tier: Annotated[Tier, typer.Option("--tier", help="persona_tier")] = Tier.DEMOGRAPHIC,
    base: Annotated[str, typer.Option("--base", help="persona_base", metavar="ID")] = "",
    to: _Out = None,
    file: SettingsFile = None,
) -> None:
    """persona_new"""
    from personas.drafting import draft, overlay, written
    from personas.naming import free
    from personas.schema_export import json_schema

    settings = settings_of(file)
    tier = Tier.INDIVIDUALISED if base else tier
    if language and language not in LANGUAGES:
        raise Unknown("personas.no_language", name=language, known=", ".join(LANGUAGES))
    line, name = _asked(line, name, settings, tier=tier)
    on = _base(base, settings) if tier is Tier.INDIVIDUALISED else None
    if on is not None:
        made = overlay(on, line, identity=identity)
    else:
        made = draft(line, name=name, identity=identity, language=language, tier=tier, told_in=settings.language)
        made = made if identity else replace(made, id=free(made.id, _library(settings)))
    target = to or Path(f"{made.id}.toml")
    schema = target.with_name(f"persona-{tier}.schema.json")
    # Files go to others, too: they name the program, not how it was started here.
    elsewhere = Context()
    document = elsewhere.run(written, made, base=on, schema=f"./{schema.name}", told_in=settings.language).encode()
    _require_readable(document, target, on)
    _create(target, document)
    if not schema.exists():
        _create(schema, _as_json(elsewhere.run(json_schema, tier, settings.language)).encode())
    title = say("personas.made", settings, file=target, name=made.name)
    show(Card(title=title, hint=f"{PROGRAM.get()} persona check {target}", tone=Tone.GOOD), settings)


@persona_app.command("check")
def persona_check(
    paths: Annotated[list[Path], typer.Argument(help="persona_files", metavar="FILE")], file: SettingsFile = None
) -> None:
    """persona_check"""
    from personas.checking import check

    settings = settings_of(file)
    library = _library(settings)
    code = 0
    for path in paths:
        document, packed = _content(path)
        checked = check(document, file=str(path), bases=library)
        if checked.persona is None:
            for problem in checked.problems:
                err().print(_problem(problem, settings).text, markup=False)
            code = 2
            continue
        rows = (*(_problem(problem, settings) for problem in checked.problems), *_blocked(checked.persona, settings))
        wrong = checked.wrong or len(rows) > len(checked.problems)
        code = max(code, int(wrong))
        _told(path, checked, rows if packed is None else (_packed(packed, settings), *rows), settings, wrong=wrong)
    raise typer.Exit(code)


@persona_app.command("preview")
def persona_preview(name: _Which, file: SettingsFile = None) -> None:
    """persona_preview"""
    from bots.persona_cards import knowing_row, prompt_rows

    settings = settings_of(file)
    persona = _named(name, settings)
    lines = [("greetings", line) for line in persona.greetings] + [("disclosure", persona.disclosure)]
    lines += [(key, line) for key in ("fallbacks", "failures", "wordless") for line in getattr(persona, key)]
    rows = tuple(Row(label=key, text=line) for key, line in lines)
    told = (knowing_row(persona, settings.language), *prompt_rows(persona, settings.language))
    blocked = _blocked(persona, settings)
    title = say("personas.preview", settings, name=persona.name)
    tone = Tone.BAD if blocked else Tone.PLAIN
    show(Card(title=title, rows=(*rows, *told, *blocked), tone=tone), settings)


@persona_app.command("diff")
def persona_diff(
    first: _Which,
    second: Annotated[str, typer.Argument(help="persona_second", metavar="ID|FILE")] = "",
    file: SettingsFile = None,
) -> None:
    """persona_diff"""
    from bots.import_cards import changes
    from personas.differences import differences

    settings = settings_of(file)
    after = _named(second or first, settings)
    before = _named(first, settings) if second else _origin(first, after, settings)
    found = differences(before, after)
    rows = changes(before, after, None, settings.language, room=None) if found else ()
    names = {"before": f"{before.id} {before.version}", "after": f"{after.id} {after.version}"}
    key, fields = ("personas.diff", names | {"count": str(len(found))}) if found else ("personas.same", names)
    show(Card(title=say(key, settings, **fields), rows=rows), settings)
    raise typer.Exit(int(bool(found)))


@persona_app.command("pack")
def persona_pack(
    source: Annotated[Path, typer.Argument(help="persona_source", metavar="FILE|FOLDER")],
    to: _Out = None,
    file: SettingsFile = None,
) -> None:
    """persona_pack"""
    from personas.checking import check
    from personas.packs import SUFFIX, pack, read_pack

    settings = settings_of(file)
    data = pack(source)
    packed = read_pack(data, file=str(source))
    checked = check(packed.document, file=str(source), bases=_library(settings))
    if checked.persona is None or checked.wrong:
        for problem in checked.problems:
            err().print(_problem(problem, settings).text, markup=False)
        raise typer.Exit(2)
    target = to or Path(f"{checked.persona.id}{SUFFIX}")
    _create(target, data)
    title = say("personas.packed", settings, file=target, name=checked.persona.name)
    show(Card(title=title, rows=(_packed(packed, settings),), tone=Tone.GOOD), settings)


@persona_app.command("schema")
def persona_schema(
    tier: Annotated[Tier | None, typer.Option("--tier", help="persona_schema_tier")] = None, file: SettingsFile = None
) -> None:
    """persona_schema"""
    from personas.schema_export import json_schema

    out().print(_as_json(Context().run(json_schema, tier, settings_of(file).language)), markup=False, end="")


def _require_readable(document: bytes, target: Path, base: Persona | None) -> None:
    """A file is written only where it can be read again. Raises PersonaFileError."""
    from personas.checking import check
    from personas.errors import PersonaFileError

    checked = check(document, file=str(target), bases={base.id: base} if base else {})
    wrong = (problem.about for problem in checked.problems if isinstance(problem.about, PersonaFileError))
    if checked.persona is None and (error := next(wrong, None)):
        raise error


def _library(settings: Settings) -> dict[str, Persona]:
    from personas.loading import load_library

    return load_library(settings.personas.folders)


def _named(name: str, settings: Settings) -> Persona:
    """The persona of that id, or in that file. Raises Unknown, PersonaFileError."""
    from personas.loading import load_persona

    library = _library(settings)
    if name in library:
        return library[name]
    path = Path(name)
    if not path.is_file():
        raise Unknown("settings.unknown_persona", name=name, known=", ".join(library))
    return load_persona(path, bases=library)


def _base(name: str, settings: Settings) -> Persona:
    """The persona that another adds to. Raises UsageError."""
    library = {key: each for key, each in _library(settings).items() if each.tier is not Tier.INDIVIDUALISED}
    if name not in library:
        raise UsageError("personas.no_base", known=", ".join(library))
    return library[name]


def _origin(name: str, persona: Persona, settings: Settings) -> Persona:
    """What a persona is compared with where nothing is named: its base, or the one of its id. Raises Unknown."""
    library = _library(settings)
    origin = persona.extra.get("base", persona.id)
    if origin not in library or origin == name:
        raise Unknown("personas.nothing_to_compare", file=name)
    return library[origin]


def _content(path: Path) -> tuple[bytes, "Pack | None"]:
    """The persona file at `path`, and the pack it is in. Raises PersonaFileError."""
    from personas.errors import PersonaFileError
    from personas.packs import MAX_BYTES, is_pack, read_pack

    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        reason = reason_of(error)
        raise PersonaFileError("personas.unreadable", file=path, reason=reason) from error
    packed = read_pack(data, file=str(path)) if is_pack(data) else None
    return (packed.document if packed else data), packed


def _asked(line: str, name: str, settings: Settings, *, tier: Tier) -> tuple[str, str]:
    """The line that says who the persona is, and its name: asked for where somebody types. Raises UsageError."""
    from personas.drafting import draft

    if not line.strip() and interactive():
        line = out().input(say("personas.who_line", settings), markup=False)
        if line.strip() and not name and tier is not Tier.INDIVIDUALISED:
            default = draft(line).name
            name = out().input(say("personas.who_name", settings, default=default), markup=False).strip()
    if not line.strip():
        raise UsageError("personas.no_line")
    return line, name


def _create(path: Path, content: bytes) -> None:
    """A new file that only its owner reads. Raises UsageError where there is one, RefuseToStart where none can be."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
    except FileExistsError:
        raise UsageError("personas.exists", file=path) from None
    except OSError as error:
        reason = reason_of(error)
        raise RefuseToStart("personas.unwritable", file=path, reason=reason) from error


def _as_json(schema: dict[str, object]) -> str:
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"


def _blocked(persona: Persona, settings: Settings) -> tuple[Row, ...]:
    """The lines and examples that the guard does not let through."""
    from personas.cast import blocked_examples, blocked_lines

    async def blocked() -> list[tuple[str, str]]:
        async with open_guard(settings) as guard:
            return [*await blocked_lines(persona, guard), *await blocked_examples(persona, guard)]

    found = run(blocked())
    return tuple(Row(label=key, text=say("cli.persona_blocked", settings, rules=rules)) for key, rules in found)


def _told(path: Path, checked: "Checked", rows: tuple[Row, ...], settings: Settings, *, wrong: bool) -> None:
    verdict, tone = ("cli.persona_wrong", Tone.BAD) if wrong else ("cli.persona_fine", Tone.GOOD)
    name = checked.persona.name if checked.persona else "-"
    show(Card(title=say(verdict, settings, file=path, name=name), rows=rows, tone=tone), settings)


def _problem(problem: "Problem", settings: Settings) -> Row:
    place = f"{problem.line}: {problem.key}" if problem.line else problem.key
    level = say(f"cli.level_{problem.level}", settings)
    return Row(label=f"{level}: {place}", text=problem.explain(settings.language))


def _packed(packed: "Pack", settings: Settings) -> Row:
    text = say("personas.packed_files", settings, picture=int(bool(packed.picture)), lore=int(bool(packed.lore)))
    return Row(label=f"sha256 {packed.digest}", text=text)
