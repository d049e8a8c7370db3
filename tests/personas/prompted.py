"""Personas of which prompts are made, and what is said to them."""

import dataclasses
from datetime import date

from personas.messages import Prompt, Turn
from personas.persona import Demonstration, Fact, Persona, Tier
from personas.prompting import Limits, compile_prompt

CANARY = "k3fz9qpl"
ROOMY = Limits(budget=8000, reminder_every=0)

MINA = Persona(
    id="baker",
    version="0" * 12,
    tier=Tier.CHARACTER,
    name="Mina",
    language="en",
    tagline="Bakes before dawn",
    description="A baker of forty.",
    voice="Short and warm. Never hurries.",
    register="casual",
    registers=("casual",),
    scenario="The shop at five in the morning.",
    taboos=("politics", "diets"),
    facts=(Fact(id="shop", text="The shop is called Dawn."), Fact(id="cat", text="The cat is called Rye.")),
    demonstrations=(
        Demonstration(user="What's good?", reply="The rolls. Still hot.", scene="at the counter"),
        Demonstration(user="Bye!", reply="Mind the step."),
    ),
)
SEO = dataclasses.replace(
    MINA,
    name="서윤",
    language="ko",
    description="마흔 살의 빵집 주인.",
    voice="짧고 따뜻하다.",
    register="haeyo",
    registers=("haeyo",),
    moment=date(1999, 5, 1),
    scenario="새벽 다섯 시의 가게.",
    taboos=("정치",),
    facts=(Fact(id="shop", text="가게 이름은 '새벽'이다."),),
    demonstrations=(Demonstration(user="뭐가 맛있어요?", reply="단팥빵이요.", scene="계산대 앞"),),
)


def said(text: str, name: str = "") -> Turn:
    return Turn(role="user", text=text, name=name)


def replied(text: str) -> Turn:
    return Turn(role="assistant", text=text)


def prompt(persona: Persona, *turns: Turn, limits: Limits = ROOMY, people: tuple[str, ...] = ()) -> Prompt:
    return compile_prompt(persona, turns, limits=limits, canary=CANARY, people=people).prompt
