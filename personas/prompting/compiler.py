"""Pure: gives out the room of a prompt, what is needed most first, and puts the parts into the order of reading."""

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from personas.errors import RefuseToStart
from personas.extras import POST_HISTORY
from personas.manners import Manner
from personas.messages import Aside, Critique, Prompt, Turn
from personas.persona import Demonstration, Persona
from personas.portrait import portrait
from personas.prompting.counting import FRAME_TOKENS, estimate_tokens
from personas.prompting.limits import Limits
from personas.prompting.parts import Compiled, Fate, Part, Place
from personas.prompting.reading import WITH_PERSON, first, stops, turn_of, woven
from personas.prompting.recalling import even_share, lightest_first, recalled
from personas.prompting.texts import defused, fill_macros, policy_layer, say, speaker
from personas.style import drift

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
_SENTENCE: Final = re.compile(r"(?<=[.!?])\s")


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
    manner: Manner = Manner(),  # noqa: B008 - frozen
    about: str = "",
) -> Compiled:
    """The prompt for the reply to the last of `turns`, which is a person's, and what it was made of.

    `people` are the display names in the conversation, `asides` what memory and lore have to say for this turn.
    `critique` is worded by the generator; room is kept for it. `profile` is who listens (`Brief.profile`), `manner` how
    they are spoken to, `about` what a person said where the last turn is words of ours ("": they said that). Raises
    RefuseToStart where the budget has no room for the rules and a turn, ValueError where the last turn is not a
    person's.
    """
    if not turns or turns[-1].role != "user":
        raise ValueError("the last turn must be a person's")
    compiler = _Compiler(persona, turns, limits, people, manner, about or turns[-1].text)
    return compiler.compile(policy_layer(persona, canary, profile=profile), asides, critique, prefix)


class _Compiler:
    """One compilation: what is said, and how much room is left."""

    def __init__(
        self,
        persona: Persona,
        turns: Sequence[Turn],
        limits: Limits,
        people: tuple[str, ...],
        manner: Manner,
        about: str,
    ) -> None:
        self._about = about
        self._persona = persona
        self._turns = turns
        self._limits = limits
        self._manner = manner
        self._level = manner.level(persona)
        self._count = limits.count or (lambda text: estimate_tokens(text, korean=persona.language == "ko"))
        self._people = tuple(dict.fromkeys(speaker(name, persona) for name in people if name))
        names = {turn.name for turn in turns if turn.role == "user" and turn.name}
        self._several = len(names) > 1
        newest = turns[-1].name
        self._user = speaker(newest, persona) if newest else (self._people or (say("somebody", persona),))[-1]
        self._left = limits.budget

    def compile(self, policy: str, asides: tuple[Aside, ...], critique: Critique | None, prefix: str) -> Compiled:
        """Give out the room, most needed first, then put the parts in the order of reading."""
        rules = self._part("policy", "system", policy)
        heading = self._part("examples", "system", say("examples", self._persona))
        beside = self._beside(critique, prefix)
        needed = sum(part.tokens for part in (rules, heading, *beside)) + _LEAST_TURN
        budget = self._limits.budget
        if budget < needed:
            raise RefuseToStart("prompting.budget", persona=self._persona.id, budget=budget, expected=needed)
        self._left = budget - needed + _LEAST_TURN
        described = list(self._described())
        newest = self._newest(described)
        person = self._person(described)
        last = self._last_word()
        reminder = self._reminder()
        told = self._asides(asides)
        before = [*reminder, *told.get(1, [])]
        looked_up = {part.origin for parts in told.values() for part in parts if part.stands}
        known = self._recalled(looked_up, begun=any(part.stands for part in before))
        facts = self._core_facts()
        window = self._window()
        shown = self._demonstrations(window)
        if not any(part.stands for part in shown):
            heading = replace(heading, fate=Fate.LEFT_OUT, why="nothing")
        told[1] = [*before, *known]
        told[0] = [*told.get(0, []), *last]
        system = [rules, *person, *facts, heading, *told.pop(WITH_PERSON, [])]
        messages = [[part] for part in shown] + woven([*window, newest], told)
        return self._made(system, messages, beside, critique, prefix)

    def _made(
        self,
        system: list[Part],
        messages: list[list[Part]],
        beside: list[Part],
        critique: Critique | None,
        prefix: str,
    ) -> Compiled:
        standing = [[part for part in message if part.stands] for message in messages]
        prompt = Prompt(
            system="\n".join(part.text for part in system if part.stands),
            turns=tuple(map(turn_of, filter(None, standing))),
            prefix=prefix,
            critique=critique,
            stop=stops(self._persona, self._user, self._people),
            max_tokens=self._limits.max_tokens,
        )
        parts = (*system, *(part for message in messages for part in message), *beside)
        return Compiled(prompt=prompt, parts=parts, budget=self._limits.budget)

    def _part(self, origin: str, place: Place, text: str, *, frame: int = 1) -> Part:
        return Part(origin=origin, place=place, text=text, tokens=self._count(text) + frame)

    def _take(self, *parts: Part, why: str = "room") -> list[Part]:
        """Take room for all of `parts` or for none, of which each then says `why`."""
        cost = sum(part.tokens for part in parts)
        if cost > self._left:
            return [replace(part, fate=Fate.LEFT_OUT, why=why) for part in parts]
        self._left -= cost
        return list(parts)

    def _beside(self, critique: Critique | None, prefix: str) -> list[Part]:
        """What is no text of the prompt, but takes room."""
        parts = [Part(origin="frame", place="beside", text="", tokens=FRAME_TOKENS * 2)]
        if prefix:
            parts.append(self._part("prefix", "beside", prefix, frame=0))
        if critique:
            tokens = self._count(critique.category) + self._count(critique.rule) + _CRITIQUE_TOKENS
            parts.append(Part(origin="critique", place="beside", text=critique.rule, tokens=tokens))
        return parts

    def _fill(self, text: str) -> str:
        return defused(fill_macros(text, char=self._persona.name, user=self._user))

    def _turn(self, turn: Turn) -> Turn:
        """A turn as the model reads it. Where several speak, further lines are indented: nobody can forge a speaker."""
        text = defused(turn.text)
        if turn.role == "user" and self._several:
            indented = text.replace("\n", "\n  ")
            text = f"{speaker(turn.name, self._persona)}: {indented}"
        return Turn(role=turn.role, text=text)

    def _newest(self, described: list[tuple[str, str]]) -> Part:
        """The turn to be answered, cut at its beginning where it would leave less than half of the room."""
        text = self._turn(self._turns[-1]).text
        wanted = sum(self._count(line) + 1 for _, line in described)
        room = self._left - min(wanted, self._left // 2)
        fate = Fate.KEPT
        if not self._fits(text, room):
            whole, fate = text, Fate.CUT
            start = first(len(whole), lambda at: self._fits(self._cut(whole, at), room))
            text = self._cut(whole, start)
        part = self._part("turn:0", "user", text, frame=FRAME_TOKENS)
        self._left -= part.tokens
        return replace(part, fate=fate, why="room" if fate is Fate.CUT else "")

    def _fits(self, text: str, room: int) -> bool:
        return self._count(text) + FRAME_TOKENS <= room

    def _cut(self, text: str, start: int) -> str:
        return say("cut", self._persona, text=text[start:])

    def _voice(self, voice: str) -> str:
        """How the persona talks: in its author's words, and at its speech level here."""
        level = say(f"register_{self._level}", self._persona) if self._level else ""
        return " ".join(filter(None, (voice, level)))

    def _described(self) -> Iterator[tuple[str, str]]:
        """Who the persona is, but for the facts, with origins; the description last, so that it is what gets cut."""
        persona = self._persona
        if voice := self._voice(persona.voice):
            yield "voice", say("voice", persona, voice=self._fill(voice))
        for origin, line in portrait(persona):
            yield origin, self._fill(line)
        if tone := self._manner.tone:
            yield "audience", say(f"audience_{tone}", persona)
        if persona.moment:
            day = persona.moment
            yield "moment", say("moment", persona, year=day.year, month=day.month, day=day.day)
        if persona.scenario:
            yield "scenario", say("scenario", persona, scenario=self._fill(persona.scenario))
        if persona.taboos:
            yield "taboos", say("taboos", persona, taboos=", ".join(map(defused, persona.taboos)))
        yield "description", say("person", persona, description=self._fill(persona.description))

    def _person(self, described: list[tuple[str, str]]) -> list[Part]:
        """As much of who the persona is as there is room for, the description first again: the rest is about them."""
        *lines, (origin, description) = described
        kept = [part for name, line in lines for part in self._take(self._part(name, "system", line))]
        end = first(len(description), lambda at: self._count(description[: at + 1]) >= self._left)
        (part,) = self._take(self._part(origin, "system", description[:end]))
        if end < len(description):
            part = replace(part, fate=Fate.CUT if part.stands else Fate.LEFT_OUT, why="room")
        return [part, *kept]

    def _last_word(self) -> list[Part]:
        """What a card wants said after the conversation."""
        written = self._fill(self._persona.extra.get(POST_HISTORY, "")).strip()
        if not written:
            return []
        text = say("last_word", self._persona, text=written)
        return self._take(self._part("card:last_word", "note", text, frame=FRAME_TOKENS))

    def _reminder(self) -> list[Part]:
        """What the model is reminded of before the newest turn, where it is time or its replies have drifted."""
        every = self._limits.reminder_every
        replies = [turn.text for turn in self._turns if turn.role == "assistant"]
        # At another level than the author's the demonstrations' endings are no measure.
        untold = {"endings"} if self._level != self._persona.register else set()
        drifts = [aspect for aspect in drift(self._persona, replies) if aspect not in untold] if every else []
        if not every or not (drifts or len(replies) >= every):
            return []
        persona = self._persona
        voice = self._fill(self._voice(_SENTENCE.split(persona.voice, maxsplit=1)[0]))
        lines = [("reminder", say("reminder", persona, voice=voice).strip())]
        lines += [(f"drift:{aspect}", say(f"drift_{aspect}", persona)) for aspect in drifts]
        return self._lines(lines)

    def _lines(self, lines: Iterable[tuple[str, str]], *, begun: bool = False) -> list[Part]:
        """Lines of one message of ours, as many from the front as there is room for; `begun`: of one that is there."""
        parts: list[Part] = []
        for origin, text in lines:
            frame = 1 if begun else FRAME_TOKENS
            parts += self._take(self._part(origin, "note", text, frame=frame))
            if not parts[-1].stands:
                break
            begun = True
        return parts

    def _asides(self, asides: tuple[Aside, ...]) -> dict[int, list[Part]]:
        """The asides by depth, as many as their share has room for. What somebody set as a note is one of them."""
        seen: set[str] = set()
        parts: list[tuple[Aside, Part]] = []
        for aside in asides:
            text = self._fill(aside.text).strip()
            if text and text not in seen:
                seen.add(text)
                place: Place = "system" if aside.depth is None else "note"
                # The frame of its message is counted for each, although those of one depth share it.
                frame = 1 if aside.depth is None else FRAME_TOKENS
                parts.append((aside, self._part(aside.origin, place, text, frame=frame)))
        left_out = self._left_out(parts)
        told: dict[int, list[Part]] = {}
        for number, (aside, whole) in enumerate(parts):
            why = left_out.get(number, "")
            part = replace(whole, fate=Fate.LEFT_OUT, why=why) if why else whole
            told.setdefault(WITH_PERSON if aside.depth is None else max(0, aside.depth), []).append(part)
        return told

    def _left_out(self, parts: list[tuple[Aside, Part]]) -> dict[int, str]:
        """Which asides there is no room for, by number, and why; room is taken for the others."""
        costs = [part.tokens for _, part in parts]
        weights = [aside.weight for aside, _ in parts]
        # What somebody set is bound by no share.
        set_by_hand = sum(cost for cost, weight in zip(costs, weights, strict=True) if weight == math.inf)
        share = math.floor(self._limits.budget * self._limits.asides) + set_by_hand
        left_out = lightest_first(costs, weights, min(self._left, share))
        self._left -= sum(cost for number, cost in enumerate(costs) if number not in left_out)
        return left_out

    def _recalled(self, told: set[str], *, begun: bool) -> list[Part]:
        """The other facts that the newest turn speaks of, but for those `told` already, by origin."""
        facts = [fact for fact in self._persona.known[_CORE_FACTS:] if f"fact:{fact.id}" not in told]
        spoken_of = recalled(self._about, facts)[:_RECALLED]
        return self._listed([(fact.id, fact.text) for fact in spoken_of], "note", begun=begun)

    def _core_facts(self) -> list[Part]:
        known = self._persona.known[:_CORE_FACTS]
        return self._listed([(fact.id, fact.text) for fact in known], "system", begun=True)

    def _listed(self, facts: list[tuple[str, str]], place: Place, *, begun: bool) -> list[Part]:
        """Facts under their heading, as many as there is room for; a heading alone is none."""
        if not facts:
            return []
        frame = 1 if begun else FRAME_TOKENS
        heading = self._part("facts", place, say("facts", self._persona), frame=frame)
        lines = [self._part(f"fact:{name}", place, f"- {self._fill(text)}") for name, text in facts]
        parts = self._take(heading, lines[0])
        for line in lines[1:]:
            parts += self._take(line) if parts[-1].stands else [replace(line, fate=Fate.LEFT_OUT, why="room")]
        return parts

    def _window(self) -> list[Part]:
        """The recent turns before the newest: without gaps, oldest first. Where they do not all fit beside an example,
        the longest are cut at their beginning: one long turn would take all that was said before it along."""
        recent = [self._past(back, turn) for back, turn in enumerate(reversed(self._turns[:-1][-_RECENT:]), start=1)]
        most = even_share([part.tokens for part in recent], self._left - min(self._example(), self._left // 2))
        parts: list[Part] = []
        for part in recent:
            parts += self._older(self._shortened(part, most), parts)
        return parts[::-1]

    def _past(self, back: int, turn: Turn) -> Part:
        place: Place = "user" if turn.role == "user" else "assistant"
        return self._part(f"turn:-{back}", place, self._turn(turn).text, frame=FRAME_TOKENS)

    def _example(self) -> int:
        """What the first demonstration takes."""
        texts = [text for one in self._persona.demonstrations[:1] for text in (one.user, one.reply)]
        return sum(self._count(self._fill(text)) + FRAME_TOKENS for text in texts)

    def _shortened(self, part: Part, most: int) -> Part:
        """At most so many tokens of a turn, where that is enough to make sense."""
        if part.tokens <= most or most < _LEAST_TURN:
            return part
        start = first(len(part.text), lambda at: self._fits(self._cut(part.text, at), most))
        text = self._cut(part.text, start)
        return replace(part, text=text, tokens=self._count(text) + FRAME_TOKENS, fate=Fate.CUT, why="room")

    def _older(self, part: Part, newer: list[Part]) -> list[Part]:
        if newer and not newer[-1].stands:
            return [replace(part, fate=Fate.LEFT_OUT, why="gap")]
        return self._take(part)

    def _demonstrations(self, window: list[Part]) -> list[Part]:
        """Two demonstrations, then the older turns, which are put into `window`, then further demonstrations."""
        demonstrations = self._persona.demonstrations
        shown = self._shown(demonstrations[:_FIRST_DEMONSTRATIONS], [])
        older = list(reversed(window))
        for back, turn in enumerate(reversed(self._turns[:-1][:-_RECENT]), start=_RECENT + 1):
            older += self._older(self._past(back, turn), older)
        window[:] = older[::-1]
        return shown + self._shown(demonstrations[_FIRST_DEMONSTRATIONS:], shown)

    def _shown(self, demonstrations: Iterable[Demonstration], before: list[Part]) -> list[Part]:
        """Pairs of turns, as many from the front as there is room for."""
        parts: list[Part] = []
        for number, one in enumerate(demonstrations, start=len(before) // 2 + 1):
            said, reply = self._fill(one.user), self._fill(one.reply)
            if one.scene:
                said = say("scene", self._persona, scene=self._fill(one.scene), text=said)
            origin = f"demonstration:{number}"
            pair = (
                self._part(origin, "user", said, frame=FRAME_TOKENS),
                self._part(origin, "assistant", reply, frame=FRAME_TOKENS),
            )
            earlier = parts or before
            if earlier and not earlier[-1].stands:
                parts.extend(replace(part, fate=Fate.LEFT_OUT, why="gap") for part in pair)
            else:
                parts += self._take(*pair)
        return parts
