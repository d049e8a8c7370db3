"""Asking a persona what it must and must not know: the model alone, and the same model behind prompt and guard."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Final

from bots.audit.running import Scene
from bots.cards import Card, Row, Tone
from moderation.words import catalogue
from personas.conversation import Conversation
from personas.generators import Generator
from personas.messages import Message, Passage, Turn, Withdrawal
from personas.probing import Answered, Kind, Probe, judged
from personas.prompting import Limits, compile_prompt

_WINDOW: Final = 4
Arm = dict[Kind, Counter[Answered]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """What came of asking."""

    persona: str
    model: str
    questions: int
    rounds: int
    alone: Arm
    """What the model said to a prompt that has the facts of the persona's moment only."""
    shown: Arm
    """What people would have read."""


async def ask_all(
    scene: Scene,
    generator: Generator,
    questions: Sequence[Probe],
    *,
    limits: Limits,
    rounds: int,
    step: Callable[[], None],
) -> Moments:
    """Every question `rounds` times, each in a conversation of its own. Raises GenerationError."""
    alone: Arm = {kind: Counter() for kind in Kind}
    shown: Arm = {kind: Counter() for kind in Kind}
    for number in range(rounds):
        for probe in questions:
            alone[probe.kind][judged(probe, await _drafted(scene, generator, probe, limits))] += 1
            shown[probe.kind][judged(probe, await _shown(scene, probe, number))] += 1
            step()
    persona = scene.cast.persona.id
    return Moments(
        persona=persona, model=generator.id, questions=len(questions), rounds=rounds, alone=alone, shown=shown
    )


def card(moments: Moments, language: str) -> Card:
    """The rates of right, evasive and wrong answers, by kind."""

    def say(key: str, **fields: object) -> str:
        return catalogue("bots").say(f"moments.{key}", language, **fields)

    rows = []
    for kind in Kind:
        for arm, counts in (("alone", moments.alone[kind]), ("shown", moments.shown[kind])):
            if total := counts.total():
                rates = {str(answered): f"{counts[answered] / total:.0%}" for answered in Answered}
                rows.append(Row(label=say(f"kind_{kind}"), text=say(arm, total=total, **rates)))
    wrong = moments.shown[Kind.FUTURE][Answered.WRONG] + moments.shown[Kind.ABSENT][Answered.WRONG]
    title = say("title", persona=moments.persona, model=moments.model, questions=moments.questions)
    return Card(title=title, rows=tuple(rows), hint=say("hint"), tone=Tone.BAD if wrong else Tone.PLAIN)


def document(moments: Moments) -> str:
    """The same as JSON, with counts."""
    arms: dict[str, Any] = {
        name: {str(kind): {str(answered): counts[answered] for answered in Answered} for kind, counts in arm.items()}
        for name, arm in (("alone", moments.alone), ("shown", moments.shown))
    }
    told = {"persona": moments.persona, "model": moments.model, "rounds": moments.rounds}
    return json.dumps({**told, "questions": moments.questions, **arms}, ensure_ascii=False, indent=1)


async def _drafted(scene: Scene, generator: Generator, probe: Probe, limits: Limits) -> str:
    """What the model says by itself."""
    turns = (Turn(role="user", text=probe.ask),)
    prompt = compile_prompt(scene.cast.persona, turns, limits=limits, canary=scene.cast.canary).prompt
    async with generator.generate(prompt) as generation:
        return "".join([piece async for piece in generation])


async def _shown(scene: Scene, probe: Probe, number: int) -> str:
    """What stands there at the end."""
    message = Message(
        platform="bench",
        conversation=f"{probe.id}:{number}",
        person="somebody",
        name="",
        text=probe.ask,
        at=scene.now(),
        id=f"{probe.id}:{number}",
    )
    text = ""
    async with aclosing(scene.runtime.respond(message, scene.cast, Conversation(window=_WINDOW))) as events:
        async for event in events:
            if isinstance(event, Passage):
                text += event.text
            elif isinstance(event, Withdrawal):
                text = ""
    return text
