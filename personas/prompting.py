"""Pure: persona, conversation and notes -> `Prompt`, within a budget of tokens. The same input gives the same prompt.

Layers, in the order the model reads them: policy, person, demonstrations, conversation, a note before the newest turn.
What has to go for want of room goes in this order: demonstrations beyond the first two, older turns, those two
demonstrations, recent turns, facts, the note, the end of the description, the beginning of the newest turn.
"""

import bisect
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from moderation.words import LANGUAGES, catalogue
from personas.errors import RefuseToStart
from personas.messages import Aside, Critique, Prompt, Turn
from personas.persona import Demonstration, Persona
from personas.portrait import portrait
from personas.style import drift

Count = Callable[[str], int]
"""Tokens of a text."""

MINORS: Final = "minors"
"""The profile of listeners who may be minors (see `Brief.profile`)."""
FRAME_TOKENS: Final = 8
"""What a chat template puts around one message: five in ChatML, up to eight elsewhere."""
_CRITIQUE_TOKENS: Final = 80
"""The words a generator puts around a critique."""
_LEAST_TURN: Final = 96
"""Room for a newest turn below which a conversation makes no sense."""
_CORE_FACTS: Final = 6
"""Facts that stand in the system text whatever is being said. The rest is looked up: the system text stays the same
from turn to turn, so that services can keep it cached."""
_RECALLED: Final = 3
_RECENT: Final = 6
"""Turns that come before any demonstration: without them a reply misses the point, without examples only the voice."""
_FIRST_DEMONSTRATIONS: Final = 2
_STOP_NAMES: Final = 8
_NAME_LENGTH: Final = 32

_TAGS: Final = re.compile(
    r"<(?=[|｜]|<SYS|/?s>|/?(?:start|end)_of_turn>|(?:bos|eos|pad|unk)>)|\[(?=/?(?:INST|SYSTEM_PROMPT)\])",
    re.IGNORECASE,
)
"""Where a piece of a chat template begins: servers read these as control tokens wherever they stand."""
_STOP_TAGS: Final = ("<|im_end|>", "<|im_start|>", "</s>", "<start_of_turn>", "[INST]")
_MACRO: Final = re.compile(r"\{\{\s?(char|user)\s?\}\}", re.IGNORECASE)
_NOT_IN_NAMES: Final = re.compile(r"[\W_]+")
_ROLE_NAMES: Final = frozenset(
    {"system", "assistant", "user", "developer", "tool", "model", "시스템", "사용자", "규칙"}
)
_TERM: Final = re.compile(r"[a-z]{4,}|(?<![가-힣])[가-힣]{2}")
_COMMON: Final = re.compile(
    "(?:about|also|been|could|does|ever|from|have|here|into|just|know|like|many|more|most|much|only|really|some|tell|than|"
    "that|their|them|then|there|they|this|very|want|were|what|when|where|which|while|will|with|would|your|"
    "그래|그런|나는|내가|네가|너는|당신|대해|뭐야|무슨|무엇|어떤|어떻|에서|오늘|우리|이야|있어|있는|있다|정말|제가|하는|한다|해줘)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How large a prompt may be and how often the model is reminded who it is."""

    budget: int
    """Tokens of context for everything that is read, the beginning of the reply included; the reply comes on top."""
    max_tokens: int = 400
    """Tokens of a reply."""
    reminder_every: int = 6
    """Replies in the window from which on a reminder of the voice stands before the newest turn; 0: never. It is
    renewed each turn instead of left behind in the window: that would say the same thing many times. Where the last
    replies have drifted from the demonstrations (see `personas.style`), it comes earlier and says in what."""
    count: Count | None = None
    """The tokenizer where it is known; otherwise `estimate_tokens`."""


def estimate_tokens(text: str, *, korean: bool = False) -> int:
    """Tokens of `text`, rather too many than too few. `korean`: the vocabulary is made for Korean too.

    Sixteenths of a token for each character: English words and spaces 5 (prose measures 3.5), capitals 8, digits, line
    breaks and signs 16, everything else 12 a byte of UTF-8 (an emoji: 3 tokens). A Hangul syllable is 26 in a Korean
    vocabulary and 48 in an English one, where it falls into its three bytes.
    """
    hangul = 26 if korean else 48
    return -(-sum(_sixteenths(char, hangul) for char in text) // 16)


def _sixteenths(char: str, hangul: int) -> int:
    if char == " " or "a" <= char <= "z":
        return 5
    if "A" <= char <= "Z":
        return 8
    if char.isascii():
        return 16
    if "가" <= char <= "힣":
        return hangul
    return 12 * len(char.encode("utf-8", "surrogatepass"))


def policy_layer(persona: Persona, canary: str, *, profile: str = "") -> str:
    """The rules the model gets first, ending in `canary`. This text, and nothing else of a prompt, must not leak.

    `profile` is who listens (`Brief.profile`): for any but everybody the rules say to treat them as minors.
    """
    listener = f"{_say('minors', persona)} " if profile else ""
    return _say("policy", persona, canary=canary, listener=listener)


def policy_layers(persona: Persona, canary: str) -> tuple[str, ...]:
    """The rules as they are told for everybody and for minors: none of it must leak, whoever listens."""
    return tuple(policy_layer(persona, canary, profile=profile) for profile in ("", MINORS))


def compile_prompt(  # noqa: PLR0913 - a prompt is made of this many things
    persona: Persona,
    turns: Sequence[Turn],
    *,
    limits: Limits,
    canary: str,
    people: tuple[str, ...] = (),
    asides: tuple[Aside, ...] = (),
    critique: Critique | None = None,
    prefix: str = "",
    profile: str = "",
) -> Prompt:
    """The prompt for the reply to the last of `turns`, which is a person's.

    `people` are the display names in the conversation, `asides` what memory and lore have to say for this turn.
    `critique` is worded by the generator; room is kept for it. `profile` is who listens (`Brief.profile`). Raises
    RefuseToStart where the budget has no room for the rules and a turn, ValueError where the last turn is not a
    person's.
    """
    if not turns or turns[-1].role != "user":
        raise ValueError("the last turn must be a person's")
    count = limits.count or (lambda text: estimate_tokens(text, korean=persona.language == "ko"))
    beside = (prefix, *((critique.category, critique.rule) if critique else ()))
    policy = policy_layer(persona, canary, profile=profile)
    spent = FRAME_TOKENS * 2 + sum(map(count, beside)) + (_CRITIQUE_TOKENS if critique else 0)
    return _Compiler(persona, turns, limits, count, people).compile(policy, asides, critique, prefix, spent)


def fill_macros(text: str, *, char: str, user: str) -> str:
    """`text` with {{char}} and {{user}} replaced, in any case. What is put in is not looked at again."""
    values = {"char": char, "user": user}
    return _MACRO.sub(lambda found: values[found.group(1).lower()], text)


def speaker(name: str, persona: Persona) -> str:
    """A display name as it may stand before a turn: one short run of letters and digits, nobody else's part."""
    kept = _NOT_IN_NAMES.sub(" ", name).strip()[:_NAME_LENGTH].strip()
    taken = not kept or kept.casefold() in _ROLE_NAMES or kept.casefold() == persona.name.casefold()
    return _say("somebody", persona) if taken else kept


def _say(key: str, persona: Persona, **fields: object) -> str:
    return catalogue("personas").say(f"prompting.{key}", persona.language, name=persona.name, **fields)


def _defused(text: str) -> str:
    """`text` without anything a server could take for a control token."""
    return _TAGS.sub(lambda found: f"{found.group()} ", text)


class _Compiler:
    """One compilation: what is said, and how much room is left."""

    def __init__(
        self, persona: Persona, turns: Sequence[Turn], limits: Limits, count: Count, people: tuple[str, ...]
    ) -> None:
        self._persona = persona
        self._turns = turns
        self._limits = limits
        self._count = count
        self._people = tuple(dict.fromkeys(speaker(name, persona) for name in people if name))
        names = {turn.name for turn in turns if turn.role == "user" and turn.name}
        self._several = len(names) > 1
        newest = turns[-1].name
        self._user = speaker(newest, persona) if newest else (self._people or (_say("somebody", persona),))[-1]
        self._left = limits.budget

    def compile(
        self, policy: str, asides: tuple[Aside, ...], critique: Critique | None, prefix: str, spent: int
    ) -> Prompt:
        """Give out the room, most needed first, then put the parts in the order of reading."""
        examples = _say("examples", self._persona)
        needed = spent + self._count(policy) + self._count(examples) + 2 + _LEAST_TURN
        if self._limits.budget < needed:
            raise RefuseToStart(
                "prompting.budget", persona=self._persona.id, budget=self._limits.budget, expected=needed
            )
        self._left = self._limits.budget - needed + _LEAST_TURN
        newest = self._newest()
        person = self._person()
        note = self._note(asides)
        facts = self._lines(self._core_facts())
        recent = self._window(self._turns[:-1][-_RECENT:])
        first = self._demonstrations(self._persona.demonstrations[:_FIRST_DEMONSTRATIONS])
        older = self._window(self._turns[:-1][:-_RECENT]) if len(recent) == min(_RECENT, len(self._turns) - 1) else []
        rest = self._demonstrations(self._persona.demonstrations[_FIRST_DEMONSTRATIONS:]) if first else []
        system = "\n".join(filter(None, (policy, *person, *facts, examples if first else "")))
        return Prompt(
            system=system,
            turns=(*first, *rest, *older, *recent, *note, newest),
            prefix=prefix,
            critique=critique,
            stop=self._stop(),
            max_tokens=self._limits.max_tokens,
        )

    def _take(self, *texts: str, frame: int = 1) -> bool:
        """Take room for all of `texts` or for none."""
        cost = sum(self._count(text) + frame for text in texts)
        if cost > self._left:
            return False
        self._left -= cost
        return True

    def _fill(self, text: str) -> str:
        return _defused(fill_macros(text, char=self._persona.name, user=self._user))

    def _turn(self, turn: Turn) -> Turn:
        """A turn as the model reads it. Where several speak, further lines are indented: nobody can forge a speaker."""
        text = _defused(turn.text)
        if turn.role == "user" and self._several:
            indented = text.replace("\n", "\n  ")
            text = f"{speaker(turn.name, self._persona)}: {indented}"
        return Turn(role=turn.role, text=text)

    def _newest(self) -> Turn:
        """The turn to be answered, cut at its beginning where it would leave less than half of the room."""
        turn = self._turn(self._turns[-1])
        wanted = sum(self._count(line) + 1 for line in self._described())
        room = self._left - min(wanted, self._left // 2)
        if not self._fits(turn.text, room):
            start = _first(len(turn.text), lambda at: self._fits(self._cut(turn.text, at), room))
            turn = Turn(role="user", text=self._cut(turn.text, start))
        self._take(turn.text, frame=FRAME_TOKENS)
        return turn

    def _fits(self, text: str, room: int) -> bool:
        return self._count(text) + FRAME_TOKENS <= room

    def _cut(self, text: str, start: int) -> str:
        return _say("cut", self._persona, text=text[start:])

    def _described(self) -> Iterator[str]:
        """Who the persona is, but for the facts; the description last, so that it is what gets cut."""
        persona = self._persona
        level = _say(f"register_{persona.register}", persona) if persona.register else ""
        voice = " ".join(filter(None, (persona.voice, level)))
        if voice:
            yield _say("voice", persona, voice=self._fill(voice))
        yield from map(self._fill, portrait(persona))
        if persona.moment:
            day = persona.moment
            yield _say("moment", persona, year=day.year, month=day.month, day=day.day)
        if persona.scenario:
            yield _say("scenario", persona, scenario=self._fill(persona.scenario))
        if persona.taboos:
            yield _say("taboos", persona, taboos=", ".join(map(_defused, persona.taboos)))
        yield _say("person", persona, description=self._fill(persona.description))

    def _person(self) -> list[str]:
        """As much of it as there is room for, the description first again: it says who the rest is about."""
        *lines, described = self._described()
        kept = [line for line in lines if self._take(line)]
        end = _first(len(described), lambda at: self._count(described[: at + 1]) >= self._left)
        described = described[:end]
        self._take(described)
        return [described, *kept]

    def _core_facts(self) -> list[str]:
        facts = [f"- {self._fill(fact.text)}" for fact in self._persona.known[:_CORE_FACTS]]
        return [_say("facts", self._persona), *facts] if facts else []

    def _recalled(self) -> list[str]:
        """The other facts that the newest turn speaks of, most in common first."""
        said = _terms(self._turns[-1].text)
        common = [(len(said & _terms(fact.text)), fact.text) for fact in self._persona.known[_CORE_FACTS:]]
        ranked = sorted((entry for entry in common if entry[0]), key=lambda entry: -entry[0])
        return [f"- {self._fill(text)}" for _, text in ranked[:_RECALLED]]

    def _note(self, asides: tuple[Aside, ...]) -> list[Turn]:
        """One message before the newest turn, with what matters just now; none where there is nothing to say."""
        lines = []
        every = self._limits.reminder_every
        replies = [turn.text for turn in self._turns if turn.role == "assistant"]
        drifts = drift(self._persona, replies) if every else ()
        if every and (drifts or len(replies) >= every):
            persona = self._persona
            level = _say(f"register_{persona.register}", persona) if persona.register else ""
            voice = " ".join(filter(None, (_first_sentence(persona.voice), level)))
            lines.append(_say("reminder", persona, voice=self._fill(voice)).strip())
            lines += [_say(f"drift_{aspect}", persona) for aspect in drifts]
        lines += [line for aside in asides if (line := self._fill(aside.text).strip())]
        recalled = self._recalled()
        lines += [_say("facts", self._persona), *recalled] if recalled else []
        text = "\n".join(lines)
        return [Turn(role="system", text=text)] if text and self._take(text, frame=FRAME_TOKENS) else []

    def _lines(self, lines: list[str]) -> list[str]:
        """As many of `lines` as there is room for; a heading alone is none."""
        kept = []
        for line in lines:
            if not self._take(line):
                break
            kept.append(line)
        return kept if len(kept) > 1 else []

    def _window(self, turns: Sequence[Turn]) -> list[Turn]:
        """The newest of `turns` that there is room for, without gaps, oldest first; each whole."""
        kept: list[Turn] = []
        for turn in reversed(turns):
            read = self._turn(turn)
            if not self._take(read.text, frame=FRAME_TOKENS):
                break
            kept.append(read)
        return kept[::-1]

    def _demonstrations(self, demonstrations: Iterable[Demonstration]) -> list[Turn]:
        """Pairs of turns, as many from the front as there is room for."""
        kept: list[Turn] = []
        for demonstration in demonstrations:
            said, reply = self._fill(demonstration.user), self._fill(demonstration.reply)
            if demonstration.scene:
                said = _say("scene", self._persona, scene=self._fill(demonstration.scene), text=said)
            if not self._take(said, reply, frame=FRAME_TOKENS):
                break
            kept += [Turn(role="user", text=said), Turn(role="assistant", text=reply)]
        return kept

    def _stop(self) -> tuple[str, ...]:
        """Where a model begins to speak for somebody else; the most likely first, as some services take only four."""
        role = catalogue("personas").say
        others = [language for language in LANGUAGES if language != self._persona.language]
        roles = [role("prompting.role", language) for language in (self._persona.language, *others)]
        names = (roles[0], self._user, *self._people[-_STOP_NAMES:], *roles[1:])
        return tuple(dict.fromkeys((*(f"\n{name}:" for name in names), *_STOP_TAGS)))


def _first(size: int, holds: Callable[[int], bool]) -> int:
    """The first place below `size` from which on `holds` is true; `size` where it never is."""
    return bisect.bisect_left(range(size), 1, key=lambda at: int(holds(at)))


def _terms(text: str) -> frozenset[str]:
    """What a text speaks of: longer English words without their plural, the first two syllables of Korean ones."""
    found = _TERM.findall(text.lower())
    return frozenset(word.removesuffix("s") for word in found if not _COMMON.fullmatch(word))


def _first_sentence(text: str) -> str:
    return re.split(r"(?<=[.!?])\s", text, maxsplit=1)[0]
