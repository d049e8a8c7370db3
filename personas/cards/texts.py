"""Pure: the texts of a card as a persona has them. Macros resolved, lengths kept, example dialogues taken apart."""

import re
import zlib
from collections.abc import Iterator
from functools import partial
from typing import Final

from moderation.words import DEFAULT_LANGUAGE
from personas.cleaning import clean
from personas.persona import Demonstration

MAX_LINE: Final = 1_000
MAX_PROSE: Final = 6_000
"""Code points: what `personas.schema` takes."""
_LOOKED_AT: Final = 60_000
"""Code points of a field that are read at all: comments that vanish take room too."""
_PASSES: Final = 5
"""Macros within macros."""
_SILENCE: Final = "…"
"""What the other person says in an example that shows only the character."""

_CHAR, _USER = "\1", "\2"
"""Stand for the names while macros are resolved; cleaned texts have no controls."""
_ANGLED: Final = re.compile(r"<(bot|char|user)>", re.IGNORECASE)
_MACRO: Final = re.compile(r"\{\{([^{}]*)\}\}")
_VANISHING: Final = re.compile(r"\s*(?://|(?:comment|hidden_key)\s*:|(?:original|trim|noop)\s*$)", re.IGNORECASE)
_CHOICE: Final = re.compile(r"\s*(?:random|pick)\s*:{1,2}(.*)", re.IGNORECASE | re.DOTALL)
_ROLL: Final = re.compile(r"\s*roll[\s:]\s*(?:(\d{0,2})d)?(\d{1,6})\s*([+-]\s*\d{1,6})?\s*", re.IGNORECASE)
_REVERSE: Final = re.compile(r"\s*reverse\s*:(.*)", re.IGNORECASE | re.DOTALL)
_COMMA: Final = re.compile(r"(?<!\\),")

_SENTENCE_END: Final = re.compile(r"[.!?…][\"'”’»)\]*_~]*(?=\s)|[。！？][」』]?|\n")
_OPEN_MACRO: Final = re.compile(r"\{\{?[^{}]*$")
_START: Final = re.compile(r"<start>", re.IGNORECASE)

_CALLED: Final = re.compile(r",\s*\{\{user\}\}(?:님|씨|야|아)?(?=\s*[.!?…~)\"”*]|\s*$)", re.MULTILINE)
_CALLING: Final = re.compile(r"(^|[.!?…\"“(*]\s*)\{\{user\}\}(?:(?:님|씨|야|아)?[,!]|야(?=\s))\s*(\w)", re.MULTILINE)
"""A name that only calls somebody: the sentence stands without it."""
_USER_WITH: Final = {
    "en": re.compile(r"(^|[.!?…]\s+|[\"“*])?\{\{user\}\}('s|’s| is\b| was\b| has\b)?", re.MULTILINE),
    "ko": re.compile(r"()\{\{user\}\}(?:님|씨)?([은이을]\([는가를]\)|와\(과\)|는|가(?![가-힣])|를|와|랑|로)?"),
}
"""What stands before it where a sentence may begin, and what follows it and has to agree with it."""
_ENDINGS: Final = {
    "'s": "r",
    "’s": "r",
    " is": " are",
    " was": " were",
    " has": " have",
    "은(는)": "은",
    "이(가)": "이",
    "을(를)": "을",
    "와(과)": "과",
    "는": "은",
    "가": "이",
    "를": "을",
    "와": "과",
    "랑": "이랑",
    "로": "으로",
}
_YOU: Final = {"en": "you", "ko": "당신"}


def resolved(text: str, variant: int = 0) -> tuple[str, bool]:
    """`text` with no macro but {{char}} and {{user}} among those cards know, and whether its end was left out.

    A choice is the one of that number, from the first on again after the last, and a die always falls alike: a persona
    is the same in every prompt, which services can then keep. What is a remark or invisible vanishes. Unknown macros
    stay: the lint names them.
    """
    text, whole = clean(text[:_LOOKED_AT]), len(text) <= _LOOKED_AT
    text = _ANGLED.sub(lambda found: _USER if found[1].lower() == "user" else _CHAR, text)
    for _ in range(_PASSES):
        text, count = _MACRO.subn(partial(_resolve, variant=variant), text)
        if not count:
            break
    text = text.replace(_CHAR, "{{char}}").replace(_USER, "{{user}}")
    return text.strip(), whole


def choices_in(text: str) -> int:
    """How many variants there are of `text`: as many as its longest choice has; 1 where it has none."""
    choices = (_CHOICE.fullmatch(macro[1]) for macro in _MACRO.finditer(text[:_LOOKED_AT]))
    return max((len(_several(found[1])) for found in choices if found), default=1)


def _several(choice: str) -> list[str]:
    return choice.split("::") if "::" in choice else _COMMA.split(choice)


def _resolve(macro: re.Match[str], variant: int) -> str:
    inside = macro[1]
    name = inside.strip().lower()
    if name in {"char", "bot"}:
        return _CHAR
    if name == "user":
        return _USER
    if name == "newline":
        return "\n"
    if _VANISHING.match(inside):
        return ""
    if found := _CHOICE.fullmatch(inside):
        several = _several(found[1])
        return several[variant % len(several)].replace("\\,", ",").strip()
    if found := _ROLL.fullmatch(inside):
        return str(_rolled(found, variant))
    if found := _REVERSE.fullmatch(inside):
        return found[1].strip()[::-1]
    return macro[0]


def _rolled(roll: re.Match[str], variant: int) -> int:
    """What dice come to, whose fall is in their macro: "2d6+1"."""
    dice, sides, more = int(roll[1] or 1), int(roll[2]), int((roll[3] or "0").replace(" ", ""))
    fall = zlib.crc32(f"{variant} {roll[0]}".encode())
    return more + sum(1 + (fall * (number + 1) >> 8) % sides for number in range(dice)) if sides else more


def shortened(text: str, limit: int) -> str:
    """`text` if it has at most `limit` code points, otherwise up to the last sentence that fits, or the last word."""
    if len(text) <= limit:
        return text
    head = text[: limit + 1]
    end = max((found.end() for found in _SENTENCE_END.finditer(head) if found.end() <= limit), default=0)
    if end < limit // 4:  # one sentence without end: better torn than lost
        end = max(head.rfind(" "), head.rfind("\n"))
    kept = head[: end if end > 0 else limit]
    return _OPEN_MACRO.sub("", kept).strip()


def addressed(text: str, *, name: str, language: str) -> str:
    """`text` as a line that is shown as it stands: {{char}} is `name`, {{user}} whoever reads it."""
    text = _CALLED.sub("", text)
    text = _CALLING.sub(lambda found: found[1] + found[2].upper(), text)
    language = language if language in _YOU else DEFAULT_LANGUAGE
    you = _YOU[language]

    def spoken_to(found: re.Match[str]) -> str:
        begins = found[1] is not None
        return (found[1] or "") + (you.capitalize() if begins else you) + _ENDINGS.get(found[2] or "", "")

    text = _USER_WITH[language].sub(spoken_to, text)
    return text.replace("{{char}}", name)


def demonstrations_in(text: str, names: tuple[str, ...]) -> Iterator[Demonstration]:
    """The exchanges in resolved example dialogues, in order, in any length; `names` are those of the character.

    Blocks begin at <START>; a turn begins at a line that begins with a speaker; what stands before the first speaker
    is the scene. A person's turn without a reply is left out.
    """
    character = "|".join(re.escape(name) for name in ("{{char}}", *names))
    speaker = re.compile(rf"\s*(?:({re.escape('{{user}}')})|{character})\s*[:：]\s?(.*)", re.DOTALL)
    for block in _START.split(text):
        scene, turns = _turns(block, speaker)
        said = _SILENCE
        for is_user, lines in turns:
            spoken = "\n".join(lines).strip()
            if is_user:
                said = spoken or _SILENCE
            elif spoken:
                yield Demonstration(user=said, reply=spoken, scene=scene)
                said, scene = _SILENCE, ""


def _turns(block: str, speaker: re.Pattern[str]) -> tuple[str, list[tuple[bool, list[str]]]]:
    """The scene and the turns of a block: whether a person speaks, and what. Turns of one speaker are joined."""
    scene: list[str] = []
    turns: list[tuple[bool, list[str]]] = []
    for line in block.split("\n"):
        found = speaker.match(line)
        if found is None:
            (turns[-1][1] if turns else scene).append(line)
            continue
        is_user = bool(found[1])
        if turns and turns[-1][0] is is_user:
            turns[-1][1].append(found[2])
        else:
            turns.append((is_user, [found[2]]))
    return "\n".join(scene).strip(), turns


def dialogue(demonstrations: tuple[Demonstration, ...]) -> str:
    """`demonstrations` as a card writes them: what `demonstrations_in` reads."""
    lines = []
    for shown in demonstrations:
        lines += ["<START>", *([shown.scene] if shown.scene else [])]
        lines += [f"{{{{user}}}}: {shown.user}", f"{{{{char}}}}: {shown.reply}"]
    return "\n".join(lines)
