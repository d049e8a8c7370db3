"""Inline keyboards, and what a press of theirs says. Pure.

What a button carries is all that is known of it after a restart: `KIND1:VERB:…`, at most 64 bytes. The number counts
changes of what a kind means: a press of another version is a stale one. Who may press, and whether it still makes
sense, is asked when it is pressed; panels moreover say whose they are.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bots.consent import WORDINGS
from bots.places import Mode, PlaceSettings
from bots.pressing import STOP
from bots.streaming import Phase
from moderation.reasons import REASONS
from moderation.words import LANGUAGES, catalogue
from personas.feedback import REASONS as WISHES
from personas.manners import AUDIENCES

LONGEST: Final = 64
"""Bytes that Telegram takes behind a button."""
PAGE: Final = 8
"""Personas on one page of the list."""

REPLY: Final = "r"
DESK: Final = "d"
PERSONA: Final = "p"
SETTING: Final = "s"
REPORT: Final = "w"
PRIVACY: Final = "e"
APPEAL: Final = "a"
LANGUAGE: Final = "l"
IMPORT: Final = "i"
FEEDBACK: Final = "f"
_OWNED: Final = frozenset({PERSONA, SETTING, REPORT, PRIVACY, LANGUAGE, APPEAL, FEEDBACK})
"""Kinds of panels that belong to whoever asked for them."""
_KINDS: Final = frozenset({REPLY, DESK, IMPORT}) | _OWNED
_VERSION: Final = "1"

_CONTROLS: Final = (
    (("back", "◀"), ("again", "🔄"), ("forth", "▶"), ("more", "➡"), ("edit", "✏")),
    (("good", "👍"), ("bad", "👎"), ("delete", "🗑"), ("report", "🚩")),
)
_LEAVES: Final = ((("back", "◀"), ("forth", "▶")),)
_ABREAST: Final = 3
"""Buttons of the desk that have room beside each other on a phone."""
_SWITCHES: Final = ("mark", "paused", "answer_bots")
_MODES: Final = tuple(mode.value for mode in Mode)
_DATA: Final = re.compile(r"([a-z])(\d):([a-z_]+):(.*)", re.DOTALL)
_OWNER: Final = re.compile(r"(0|[1-9]\d{0,15}):(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """What a button says."""

    kind: str
    verb: str
    """Lower-case letters and "_"."""
    what: str = ""
    """What it is about: the id of a reply, a case (and, after "@", the number of its chat), a persona, a value."""
    owner: int = 0
    """Telegram's number of whoever alone may press it; of panels only."""


def pack(press: Press) -> str:
    """What the button carries. Raises ValueError where that is too long."""
    owner = f"{press.owner}:" if press.kind in _OWNED else ""
    data = f"{press.kind}{_VERSION}:{press.verb}:{owner}{press.what}"
    if len(data.encode()) > LONGEST:
        raise ValueError(f"a button carries {LONGEST} bytes")
    return data


def parse(data: str) -> Press | None:
    """What a button says that carries `data`; None where no button of this version does."""
    found = _DATA.fullmatch(data)
    if found is None or found[1] not in _KINDS or found[2] != _VERSION:
        return None
    if found[1] not in _OWNED:
        return Press(kind=found[1], verb=found[3], what=found[4])
    owned = _OWNER.fullmatch(found[4])
    return Press(kind=found[1], verb=found[3], what=owned[2], owner=int(owned[1])) if owned else None


def controls(phase: Phase, reply: str) -> InlineKeyboardMarkup | None:
    """The buttons under a reply."""
    if phase is Phase.PLAIN:
        return None
    if phase is Phase.RUNNING:
        return InlineKeyboardMarkup([[_button("⏹", Press(kind=REPLY, verb=STOP, what=reply))]])
    rows = _LEAVES if phase is Phase.LEAVES else _CONTROLS
    return InlineKeyboardMarkup(
        [[_button(sign, Press(kind=REPLY, verb=verb, what=reply)) for verb, sign in row] for row in rows]
    )


def belongs(keyboard: InlineKeyboardMarkup | None, reply: str) -> bool:
    """Whether a keyboard is the one of that reply."""
    carried = [button.callback_data for row in (keyboard.inline_keyboard if keyboard else ()) for button in row]
    presses = [parse(data) for data in carried if isinstance(data, str)]
    return any(press is not None and press.kind == REPLY and press.what == reply for press in presses)


def desk(
    exchange: str, acts: Sequence[Sequence[str]], language: str, *, turn: int = 0, server: str = ""
) -> InlineKeyboardMarkup:
    """The buttons under a case of the community with the key `server`, by their verbs, row by row: they work in any
    chat ("": the one they stand in). They are pressed for the case as it stood in that `turn`."""
    what = f"{exchange}#{turn}" + (f"@{server.rpartition(':')[2]}" if server else "")
    return InlineKeyboardMarkup(
        [
            [_button(_say(f"desk_{verb}", language), Press(kind=DESK, verb=verb, what=what)) for verb in row]
            for verbs in acts
            for row in (verbs[start : start + _ABREAST] for start in range(0, len(verbs), _ABREAST))
        ]
    )


def imports(number: str, acts: Sequence[Sequence[str]], language: str, *, server: str = "") -> InlineKeyboardMarkup:
    """The buttons under a persona that waits to be let into the community with the key `server`: as with `desk`."""
    what = number + (f"@{server.rpartition(':')[2]}" if server else "")
    say = catalogue("bots").say
    return InlineKeyboardMarkup(
        [
            [
                _button(say(f"imports.button_{verb}", language), Press(kind=IMPORT, verb=verb, what=what))
                for verb in verbs
            ]
            for verbs in acts
        ]
    )


def case_of(press: Press) -> tuple[str, int]:
    """The exchange that a button of the desk is about, as ID#TURN, or the import, and the number of the chat it was
    kept in; 0: this one."""
    exchange, _, chat = press.what.partition("@")
    return exchange, int(chat) if re.fullmatch(r"-?\d{1,16}", chat) else 0


def persona_mark(persona: str) -> str:
    """How a button names a persona: by its id, or by a digest of one that is too long."""
    if len(persona.encode()) <= 36 and not persona.startswith("~"):
        return persona
    return "~" + hashlib.sha256(persona.encode()).hexdigest()[:16]


def personas(
    people: Sequence[tuple[str, str]], page: int, speaker: str, *, owner: int, language: str
) -> InlineKeyboardMarkup:
    """Who can speak here, one page of (id, name): a press lets them. `speaker` is the id of who does."""
    last = max(0, (len(people) - 1) // PAGE)
    page = min(max(0, page), last)
    rows = [
        [_button(("▸ " if persona == speaker else "") + name, _mine(PERSONA, "use", persona_mark(persona), owner))]
        for persona, name in people[page * PAGE : (page + 1) * PAGE]
    ]
    leaf = [
        *([_button("◀", _mine(PERSONA, "page", str(page - 1), owner))] if page else []),
        _button(f"{page + 1} / {last + 1}", _mine(PERSONA, "page", str(page), owner)),
        *([_button("▶", _mine(PERSONA, "page", str(page + 1), owner))] if page < last else []),
    ]
    return InlineKeyboardMarkup([*rows, *([leaf] if last else []), _close(PERSONA, owner, language)])


def settings(now: PlaceSettings, *, owner: int, language: str) -> InlineKeyboardMarkup:
    """What can be switched here without typing. A press sets FIELD=VALUE; "-" takes back what was set."""

    def choice(label: str, field: str, value: str, *, chosen: bool) -> InlineKeyboardButton:
        return _button(_tick(label, chosen=chosen), _mine(SETTING, "set", f"{field}={value}", owner))

    modes = [
        choice(_say(f"setting_mode_{value}", language), "mode", value, chosen=value == now.mode.value)
        for value in _MODES
    ]
    tongues = [
        choice(_say("language_name", value), "language", value, chosen=value == now.language) for value in LANGUAGES
    ]
    switches = [
        [choice(_say(f"setting_{field}", language), field, "no" if chosen else "yes", chosen=chosen)]
        for field in _SWITCHES
        for chosen in [bool(getattr(now, field))]
    ]
    careful = choice(
        _say("setting_minors", language), "profile", "-" if now.profile else "minors", chosen=now.profile == "minors"
    )
    ages = [
        choice(_say(f"setting_{name}", language), "audience", "-" if now.audience == name else name, chosen=chosen)
        for name in AUDIENCES
        for chosen in [now.audience == name]
    ]
    return InlineKeyboardMarkup([modes, tongues, ages, *switches, [careful], _close(SETTING, owner, language)])


def reasons(message: str, *, owner: int, language: str) -> InlineKeyboardMarkup:
    """Why the reply in `message` is reported."""
    rows = [[_button(_say(f"reason_{name}", language), _mine(REPORT, name, message, owner))] for name in REASONS]
    own = [_button("✏ " + _say("reason_in_words", language), _mine(REPORT, "words", message, owner))]
    return InlineKeyboardMarkup([*rows, own, _close(REPORT, owner, language)])


def wishes(reply: str, *, owner: int, language: str) -> InlineKeyboardMarkup:
    """What is wrong with a reply."""
    say = catalogue("bots").say
    rows = [[_button(say(f"feedback.reason_{name}", language), _mine(FEEDBACK, name, reply, owner))] for name in WISHES]
    own = [_button("✏ " + say("feedback.in_words", language), _mine(FEEDBACK, "words", reply, owner))]
    return InlineKeyboardMarkup([*rows, own, _close(FEEDBACK, owner, language)])


def privacy(*, owner: int, language: str) -> InlineKeyboardMarkup:
    """What a person can do with what is kept of them."""
    return InlineKeyboardMarkup(
        [
            [_button("📄 " + _say("privacy_export", language), _mine(PRIVACY, "export", "", owner))],
            [_button("✍ " + _say("privacy_consents", language), _mine(PRIVACY, "consents", "", owner))],
            [_button("🗑 " + _say("privacy_erase", language), _mine(PRIVACY, "erase", "", owner))],
            _close(PRIVACY, owner, language),
        ]
    )


def consents(*, owner: int, language: str) -> InlineKeyboardMarkup:
    """What a person can allow or take back."""

    def choice(kind: str, sign: str, answer: str) -> InlineKeyboardButton:
        name = catalogue("bots").say(f"consent.name_{kind}", language)
        return _button(f"{sign} {name}", _mine(PRIVACY, "consent", f"{kind}={answer}", owner))

    rows = [[choice(kind, "✓", "yes"), choice(kind, "✗", "no")] for kind in WORDINGS]
    return InlineKeyboardMarkup([*rows, _close(PRIVACY, owner, language)])


def disagree(exchange: str, *, owner: int, language: str) -> InlineKeyboardMarkup:
    """For whoever wants somebody else to look at what was held against them."""
    return InlineKeyboardMarkup([[_button("⚖ " + _say("disagree", language), _mine(APPEAL, "ask", exchange, owner))]])


def erase(*, owner: int, language: str) -> InlineKeyboardMarkup:
    """Whether everything is really to be erased."""
    sure = [_button("🗑 " + _say("erase_sure", language), _mine(PRIVACY, "sure", "", owner))]
    return InlineKeyboardMarkup([sure, [_button(_say("erase_keep", language), _mine(PRIVACY, "close", "", owner))]])


def languages(chosen: str, *, owner: int) -> InlineKeyboardMarkup:
    """In which language we answer here, each named in itself."""
    names = [
        _button(_tick(_say("language_name", name), chosen=name == chosen), _mine(LANGUAGE, "use", name, owner))
        for name in LANGUAGES
    ]
    return InlineKeyboardMarkup([names])


def persona_of(mark: str, people: Iterable[tuple[str, str]]) -> str:
    """The id of whom a button names, among (id, name); "" where there is nobody of that mark any more."""
    return next((persona for persona, _ in people if persona_mark(persona) == mark), "")


def _mine(kind: str, verb: str, what: str, owner: int) -> Press:
    return Press(kind=kind, verb=verb, what=what, owner=owner)


def _close(kind: str, owner: int, language: str) -> list[InlineKeyboardButton]:
    return [_button("✖ " + _say("close", language), _mine(kind, "close", "", owner))]


def _tick(label: str, *, chosen: bool) -> str:
    return f"✓ {label}" if chosen else label


def _button(label: str, press: Press) -> InlineKeyboardButton:
    return InlineKeyboardButton(label, callback_data=pack(press))


def _say(key: str, language: str) -> str:
    return catalogue("bots").say(f"telegram.{key}", language)
