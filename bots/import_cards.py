"""Cards about personas that wait to be let in. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from bots.cards import Card, Row, Tone, moment
from bots.quarantine import Ended, Pending
from bots.state import Line
from moderation.words import catalogue
from personas.differences import Difference, differences
from personas.lint import lint
from personas.persona import Persona
from personas.remarks import Remark

ACTS: Final = (("approve", "reject", "show"),)
"""Verbs of the buttons under one that waits."""
_ROOM: Final = 1_000
"""Characters of what is different in fields; those beyond are counted."""
_PIECES: Final = 3
"""Of one field."""
_PIECE: Final = 150
"""Characters of a piece."""
_REMARKS: Final = 3
_NAMED: Final = 5
"""Entries of a lore book."""
_KILO: Final = 1024
_SIGNS: Final = {"-": "−", "+": "+"}


def pending_card(pending: Pending, lore: Difference | None, language: str) -> Card:
    """One that waits, with what is different, short enough for one message, and the buttons to decide; `lore` is what
    is different about its lore book."""
    title = _say("replaces" if pending.current else "anew", language, name=pending.persona.name, id=pending.persona.id)
    rows = (
        Row(label=_say("file", language), text=f"{pending.file} · {_size(pending.size)} · {pending.digest[:12]}"),
        Row(label=_say("brought", language), text=f"{pending.by} · {moment(pending.at)}"),
        *notes(pending.seen, pending.unusable, lint(pending.persona), language),
        *changes(pending.current, pending.persona, lore, language),
    )
    hint = _say("hint", language, id=pending.id, until=moment(pending.until))
    return Card(title=title, rows=rows, hint=hint, pending=pending.id, acts=ACTS)


def whole_card(pending: Pending, lore: Difference | None, language: str) -> Card:
    """The same with everything that is different as a file to read."""
    card = pending_card(pending, lore, language)
    name = f"{pending.persona.id}.diff.txt"
    file = written(pending.current, pending.persona, lore)
    return Card(title=card.title, rows=card.rows[:2], file=file, file_name=name)


def ended_card(ended: Ended, language: str) -> Card:
    """What came of one that waited."""
    title = _say(ended.step, language, name=ended.name, id=ended.persona)
    rows = (Row(label=_say("by", language), text=f"{ended.by} · {moment(ended.at)}"),)
    return Card(title=title, rows=rows, tone=Tone.GOOD if ended.step == "approved" else Tone.PLAIN)


def list_card(waiting: Sequence[Pending], language: str) -> Card:
    """All that wait in a community."""
    rows = tuple(
        Row(
            label=pending.id,
            text=f"{pending.persona.name} ({pending.persona.id}) · {pending.by} · {moment(pending.at)}",
        )
        for pending in waiting
    )
    title = _say("waiting" if rows else "nothing", language)
    return Card(title=title, rows=rows, hint=_say("how", language) if rows else "")


def history_card(lines: Sequence[Line], language: str, *, most: int = 30) -> Card:
    """Who brought what and who decided, the newest first."""
    rows = []
    for line in reversed(lines[-most:]):
        told = {key: str(value) for key, value in line.value.items()}
        step = _say(f"step_{told['step']}", language)
        text = f"{step} · {told['persona']} {told['version']} · {line.person or '-'} · {told['digest'][:12]}"
        rows.append(Row(label=f"{moment(line.at)} {told['import']}", text=text))
    return Card(title=_say("history" if rows else "no_history", language), rows=tuple(rows))


def notes(seen: Iterable[str], unusable: Sequence[str], remarks: Iterable[Remark], language: str) -> tuple[Row, ...]:
    """What staff should know: what is special about a card, which entries of its lore book are never told, and what its
    author might improve."""
    special = [Row(label="!", text=catalogue("personas").say(key, language)) for key in seen]
    if unusable:
        named = ", ".join(unusable[:_NAMED]) + ("…" if len(unusable) > _NAMED else "")
        special.append(Row(label="!", text=_say("unusable", language, names=named)))
    told = [Row(label=remark.key, text=remark.message(language)) for remark in remarks]
    more = [Row(label="", text=f"+ {len(told) - _REMARKS}")] if len(told) > _REMARKS else []
    return (*special, *told[:_REMARKS], *more)


def changes(
    old: Persona | None, new: Persona, lore: Difference | None, language: str, *, room: int | None = _ROOM
) -> tuple[Row, ...]:
    """What is different, field by field, then the lore book, shortened to so many characters; None: whole."""
    found = differences(old, new)
    rows: list[Row] = []
    left = float("inf") if room is None else room

    def row_of(each: Difference) -> Row:
        return Row(label=field_name(each, language), text="\n".join(_whole(each) if room is None else _shown(each)))

    for each in found:
        row = row_of(each)
        left -= len(row.label) + len(row.text)
        if left < 0:
            break
        rows.append(row)
    if len(rows) < len(found):
        rows.append(Row(label="", text=_say("more", language, count=len(found) - len(rows))))
    if lore:  # which a model is told as it stands, so it is never left out
        rows.append(row_of(lore))
    return tuple(rows) or (Row(label="", text=_say("same", language)),)


def written(old: Persona | None, new: Persona, lore: Difference | None) -> bytes:
    """Everything that is different, in UTF-8."""
    lines = [f"--- {old.id} {old.version}" if old else "---", f"+++ {new.id} {new.version}"]
    for each in (*differences(old, new), *([lore] if lore else [])):
        lines += ["", f"@@ {each.field} @@", *(f"{sign} {piece}" for sign, piece in each.lines)]
    return ("\n".join(lines) + "\n").encode("utf-8", "replace")


def field_name(difference: Difference, language: str) -> str:
    """What people call a field of a persona."""
    key = f"imports.field_{difference.field}"
    known = key in catalogue("bots").keys()  # noqa: SIM118 - a method of the catalogue
    return catalogue("bots").say(key, language) if known else difference.field


def _whole(difference: Difference) -> Iterator[str]:
    return (f"{_SIGNS[sign]} {piece}" for sign, piece in difference.lines)


def _shown(difference: Difference) -> Iterator[str]:
    """Its first pieces, and how many more there are."""
    for sign, piece in difference.lines[:_PIECES]:
        cut = piece if len(piece) <= _PIECE else f"{piece[:_PIECE]}…"
        yield f"{_SIGNS[sign]} {cut}"
    rest = difference.lines[_PIECES:]
    if rest:
        gone = sum(sign == "-" for sign, _ in rest)
        yield f"… +{len(rest) - gone} −{gone}"


def _size(size: int) -> str:
    return f"{size / _KILO / _KILO:.1f} MB" if size >= _KILO * _KILO else f"{-(-size // _KILO)} kB"


def _say(key: str, language: str, **fields: object) -> str:
    return catalogue("bots").say(f"imports.{key}", language, **fields)
