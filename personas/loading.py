"""Persona files: TOML that people write -> `Persona`. Strict: what is not understood is refused, never ignored."""

import dataclasses
import hashlib
import importlib.resources
import json
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from moderation.file_faults import reason_of
from moderation.words import DEFAULT_LANGUAGE, catalogue
from personas.entries import demonstrations_of, dilemmas_of, facts_of, relations_of
from personas.errors import PersonaFileError
from personas.knowledge.beside import documents_beside
from personas.lint import denial_in, lint
from personas.packs import MAX_BYTES as PACKED
from personas.packs import SUFFIX, is_pack, read_pack
from personas.persona import REGISTERS, Ocean, Persona, Tier
from personas.remarks import Level, Remark, line_of
from personas.schema import DemographicFile, OverlayFile, fit

MAX_BYTES: Final = 262_144
"""A persona with two hundred facts has about 40 kB."""

_DEFAULT_REGISTERS: Final[Mapping[str, tuple[str, ...]]] = {"en": (), "ko": ("haeyo", "hapsyo")}
"""For a persona that names none. Korean cannot be spoken without a level: the polite one, which mixes with the formal
one in ordinary speech."""

_TONES: Final[Mapping[str, str]] = {"": "haeyo", "formal": "hapsyo", "casual": "hae", "period": "hao"}
"""The Korean level beside which the lines of an English level stand in the words of this package."""

_MACHINE: Final = re.compile(
    r"(?<![A-Za-z])(?:A\.?I|[Pp]rogram)(?![A-Za-z])|[Aa]rtificial intelligence|인공지능|프로그램"
)
_MACHINE_WORDS: Final = "AI, 인공지능, program, 프로그램"


class _LintRefusal(PersonaFileError):
    """A lint error: its text depends on the reader's language as a whole, not only the frame around it."""

    def __init__(self, file: object, remark: Remark, document: str) -> None:
        # Whoever gave a card, or a few lines, never saw the TOML that was made of it.
        line = line_of(remark, document) if str(file).endswith(".toml") else 0
        super().__init__(
            "personas.lint_error_at" if line else "personas.lint_error", file=file, key=remark.key, line=line
        )
        self._remark = remark

    def explain(self, language: str = DEFAULT_LANGUAGE) -> str:
        message, suggestion = self._remark.message(language), self._remark.suggestion(language)
        say = catalogue(self.package).say
        return say(self.key, language, **self.fields, message=message, suggestion=suggestion)


def load_persona(path: Path, *, bases: Mapping[str, Persona] | None = None) -> Persona:
    """The persona in the file `path`; `bases` are the personas an individualised one may build on, by id.

    Checks the file, not the taste: `personas.lint` judges what it says. Raises PersonaFileError.
    """
    return build(path, parse(path), bases or {})


def read_persona(raw: bytes, *, file: str) -> Persona:
    """The persona that the bytes of a file describe; `file` names it in errors. It builds on no other.

    As strict as a library: raises PersonaFileError for lint errors too.
    """
    persona = build(file, content_of(file, raw), {})
    _refuse_lint_errors(file, persona, lambda: raw)
    return persona


def load_library(folders: Iterable[Path] = ()) -> dict[str, Persona]:
    """The bundled personas and those of `folders` (files `*.toml`, packs `*.talchum.zip`,
    subfolders are not read; or such a file itself), by id.

    Raises PersonaFileError for the first file that is wrong, takes an id twice, or has a lint error.
    """
    return _load([_bundled_folder(), *folders])


def bundled() -> dict[str, Persona]:
    """The personas that ship with the package, by id, in the order of their file names."""
    return _load([_bundled_folder()])


def default_lines(language: str, register: str, name: str) -> dict[str, tuple[str, ...]]:
    """Lines for a persona called `name` whose author wrote none, in that speech level.

    The keys are those fields of `Persona`: greetings, disclosure (one line), fallbacks, failures, wordless.
    """
    say = catalogue("personas").say
    level = _TONES.get(register, register)
    told = "en" if language == "en" and not register else level
    return {
        "greetings": (say(f"personas.greeting_{level}", language),),
        "disclosure": (say(f"runtime.disclosure_{told}", language, name=name),),
        "fallbacks": tuple(say(f"personas.fallback_{number}_{level}", language) for number in (1, 2)),
        "failures": (say(f"personas.failure_{level}", language),),
        "wordless": (say(f"personas.wordless_{level}", language),),
    }


def _bundled_folder() -> Traversable:
    return importlib.resources.files("personas") / "library"


def _load(folders: Iterable[Traversable]) -> dict[str, Persona]:
    """Characters first, then what builds on them; the order of the result is that of the files."""
    parsed: dict[str, tuple[Traversable, dict[str, object]]] = {}
    for file in _files(folders):
        content = parse(file)
        identity = str(content.get("id", file))
        if identity in parsed:
            raise PersonaFileError("personas.duplicate_id", file=file, id=identity, other=parsed[identity][0])
        parsed[identity] = (file, content)
    # The bundled ones are linted by the tests, not at every start.
    ours = frozenset(_files([_bundled_folder()]))
    found: dict[str, Persona] = {}
    for overlay in (False, True):
        for identity, (file, content) in parsed.items():
            if (content.get("tier") == Tier.INDIVIDUALISED) is overlay:
                canon = {key: base for key, base in found.items() if base.tier is not Tier.INDIVIDUALISED}
                found[identity] = build(file, content, canon)
                if file not in ours:
                    _refuse_lint_errors(file, found[identity], partial(_raw, file))
    return {identity: found[identity] for identity in parsed}


def _files(folders: Iterable[Traversable]) -> list[Traversable]:
    files: list[Traversable] = []
    for folder in folders:
        if folder.is_file():
            files.append(folder)
            continue
        if not folder.is_dir():
            raise PersonaFileError("personas.no_folder", file=folder)
        inside = sorted(folder.iterdir(), key=lambda item: item.name)
        files.extend(item for item in inside if item.name.endswith((".toml", SUFFIX)) and item.is_file())
    return files


def _refuse_lint_errors(file: object, persona: Persona, content: Callable[[], bytes]) -> None:
    for remark in lint(persona):
        if remark.level is Level.ERROR:
            raise _LintRefusal(file, remark, content().decode("utf-8-sig", "replace"))


def parse(file: Traversable) -> dict[str, object]:
    """The TOML of `file`, or of the pack that it is, whatever it says."""
    most = PACKED if file.name.endswith(SUFFIX) else MAX_BYTES
    try:
        with file.open("rb") as stream:
            raw = stream.read(most + 1)
    except OSError as error:
        raise PersonaFileError("personas.unreadable", file=file, reason=reason_of(error)) from error
    return content_of(file, document_in(raw, file))


def _raw(file: Traversable) -> bytes:
    return document_in(file.read_bytes(), file)


def document_in(raw: bytes, file: object) -> bytes:
    """The persona file in `raw`: itself, or what is packed in it. Raises PersonaFileError."""
    return read_pack(raw, file=str(file)).document if is_pack(raw) else raw


def content_of(file: object, raw: bytes) -> dict[str, object]:
    """What the TOML in `raw` says; `file` names it in errors."""
    if len(raw) > MAX_BYTES:
        raise PersonaFileError("personas.too_big", file=file, expected=MAX_BYTES)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise PersonaFileError("personas.not_utf8", file=file, line=line) from error
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _syntax_error(file, text, str(error)) from error
    except RecursionError as error:
        raise PersonaFileError("personas.too_deep", file=file) from error


def _syntax_error(file: object, text: str, complaint: str) -> PersonaFileError:
    """The parser tells the place in its message only."""
    reason, _, place = complaint.rpartition(" (at ")
    numbers = re.findall(r"\d+", place)
    if len(numbers) == 2:
        line, column = (int(number) for number in numbers)
    else:
        line, column = text.count("\n") + 1, len(text) - (text.rfind("\n") + 1) + 1
    return PersonaFileError("personas.syntax", file=file, line=line, column=column, reason=reason or complaint)


def build(file: object, content: dict[str, object], bases: Mapping[str, Persona]) -> Persona:
    """The persona that the TOML of `file` describes, on one of `bases` where it is individualised. Raises
    PersonaFileError."""
    parsed = fit(file, content)
    version = _digest(content)
    if isinstance(parsed, OverlayFile):
        made = _overlaid(file, parsed, version, bases)
    else:
        made = _complete(file, parsed, version)
    return dataclasses.replace(made, file=str(file))


def _digest(content: object) -> str:
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()[:12]


def _complete(file: object, parsed: DemographicFile, version: str) -> Persona:
    """The persona of a file, its missing lines taken from the words of this package."""
    register, registers = _speech(file, parsed)
    lines = _lines(parsed, register)
    documents = documents_beside(file, parsed.documents)
    disclosure = lines["disclosure"][0]
    _require_plain(file, disclosure, parsed.language, register, parsed.name)
    return Persona(
        id=parsed.id,
        version=_digest([version, *(document.id for document in documents)]) if documents else version,
        tier=Tier(parsed.tier),
        name=parsed.name,
        language=parsed.language,
        tagline=parsed.tagline or parsed.description.splitlines()[0][:200],
        description=parsed.description,
        voice=parsed.voice,
        register=register,
        registers=registers,
        moment=parsed.moment,
        world=parsed.world,
        scenario=parsed.scenario,
        facts=facts_of(parsed.facts),
        relations=relations_of(parsed.relations),
        ocean=Ocean(**parsed.ocean.model_dump()),
        demonstrations=demonstrations_of(parsed.demonstrations),
        held_out=demonstrations_of(parsed.demonstrations, held_out=True),
        dilemmas=dilemmas_of(parsed.dilemmas),
        documents=documents,
        taboos=tuple(parsed.taboos),
        greetings=lines["greetings"],
        disclosure=disclosure,
        fallbacks=lines["fallbacks"],
        failures=lines["failures"],
        wordless=lines["wordless"],
        mature=parsed.mature,
        source=parsed.source,
        licence=parsed.licence,
        authors=tuple(parsed.authors),
        extra=dict(parsed.extra),
    )


def _lines(parsed: DemographicFile, register: str) -> dict[str, tuple[str, ...]]:
    """What is said as it is: what the author wrote, with the name filled in, and otherwise the `default_lines`."""
    lines = default_lines(parsed.language, register, parsed.name)
    for key, written in (
        ("greetings", parsed.greetings),
        ("disclosure", [parsed.disclosure] if parsed.disclosure else []),
        ("fallbacks", parsed.fallbacks),
        ("failures", parsed.failures),
        ("wordless", parsed.wordless),
    ):
        if written:
            lines[key] = tuple(_filled(line, parsed.name) for line in written)
    return lines


def _speech(file: object, parsed: DemographicFile) -> tuple[str, tuple[str, ...]]:
    """The default speech level and every allowed one."""
    known = REGISTERS[parsed.language]
    registers = tuple(parsed.registers) or ((parsed.register_,) if parsed.register_ else ())
    registers = registers or _DEFAULT_REGISTERS[parsed.language]
    for number, register in enumerate(registers, start=1):
        if register not in known:
            key = f"registers.{number}" if parsed.registers else "register"
            raise PersonaFileError("personas.want_one_of", file=file, key=key, expected=", ".join(known))
    default = parsed.register_ or (registers[0] if registers else "")
    if default and default not in registers:
        raise PersonaFileError("personas.default_register", file=file, key="register", expected=", ".join(registers))
    return default, registers


def _require_plain(file: object, disclosure: str, language: str, register: str, name: str) -> None:
    """The line is shown to people who sincerely ask: it states what the persona is and takes nothing back."""
    found = denial_in(disclosure)
    if found:
        example = default_lines(language, register, name)["disclosure"][0]
        raise PersonaFileError("personas.disclosure_denial", file=file, key="disclosure", found=found, expected=example)
    sentences = re.split(r"(?<=[.!?])\s+", disclosure)
    if not any(_MACHINE.search(sentence) for sentence in sentences if not sentence.endswith("?")):
        raise PersonaFileError("personas.disclosure_plain", file=file, key="disclosure", expected=_MACHINE_WORDS)


def _overlaid(file: object, parsed: OverlayFile, version: str, bases: Mapping[str, Persona]) -> Persona:
    """The base with one person's additions at the end; which canon they were made for stands in `extra`."""
    base = bases.get(parsed.base)
    if base is None:
        raise PersonaFileError("personas.unknown_base", file=file, key="base", expected=", ".join(sorted(bases)) or "-")
    taken = {fact.slot for fact in base.facts if fact.slot}
    for number, fact in enumerate(parsed.facts, start=1):
        if fact.slot in taken:
            key = f"facts.{number}.slot"
            raise PersonaFileError("personas.canon_slot", file=file, key=key, found=fact.slot, base=base.id)
    return dataclasses.replace(
        base,
        id=parsed.id,
        version=_digest([base.version, version]),
        tier=Tier.INDIVIDUALISED,
        description="\n".join(part for part in (base.description, parsed.description) if part),
        facts=base.facts + facts_of(parsed.facts),
        relations=base.relations + relations_of(parsed.relations),
        demonstrations=base.demonstrations + demonstrations_of(parsed.demonstrations),
        held_out=base.held_out + demonstrations_of(parsed.demonstrations, held_out=True),
        extra=base.extra
        | {"base": base.id, "canon": base.version}
        | ({"made_for": parsed.canon} if parsed.canon else {}),
    )


def _filled(line: str, name: str) -> str:
    """Not `str.format`: a brace in an author's line is a brace."""
    return line.replace("{{char}}", name).replace("{name}", name)
