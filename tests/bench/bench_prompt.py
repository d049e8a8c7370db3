"""How long a prompt takes to compile behind large books and long memories: `python tests/bench/bench_prompt.py`.

What lore and memory look up is their own affair: here stand 5,000 entries and 10,000 memories, of which as many come as
asides as engines give at most, and a persona that knows five hundred facts itself.
"""

import dataclasses
import random
import time
from typing import Final

from personas.loading import bundled
from personas.messages import Aside, Turn
from personas.persona import Fact
from personas.prompting import Limits, compile_prompt

Row = tuple[str, float, str]
"""What was measured, how much, its unit."""

LORE: Final = 5_000
MEMORIES: Final = 10_000
GIVEN: Final = 64
"""Asides of a turn: more than a budget has room for."""
GOAL: Final = 10.0
"""Milliseconds, 95th percentile."""
RUNS: Final = 200
WORDS: Final = {
    "lighthouse_keeper": "the lantern swings above the door and nobody has touched it since the storm of last year",
    "cafe_owner": "등불이 문 위에서 흔들리고 지난해 폭풍이 분 뒤로는 아무도 그것에 손을 대지 않았다고 한다",
}


def times() -> dict[str, list[float]]:
    """Milliseconds of each compilation, by persona; processor time of this thread."""
    return {name: _times(name) for name in WORDS}


def _times(name: str) -> list[float]:
    choose = random.Random(7)
    words = WORDS[name].split()

    def sentence() -> str:
        return " ".join(choose.choices(words, k=18)) + "."

    lore = [Aside(text=sentence(), origin=f"lore:{number}", weight=choose.random()) for number in range(LORE)]
    memories = [
        Aside(text=sentence(), origin=f"memory:{number}", depth=choose.randrange(4), weight=choose.random())
        for number in range(MEMORIES)
    ]
    facts = tuple(Fact(id=f"f{number}", text=sentence()) for number in range(500))
    persona = dataclasses.replace(bundled()[name], facts=facts)
    turns = [Turn(role="assistant" if number % 2 else "user", text=sentence()) for number in range(41)]
    limits = Limits(budget=8_000)
    taken = []
    for number in range(RUNS):
        asides = (*choose.sample(lore, GIVEN // 2), *choose.sample(memories, GIVEN // 2))
        said = [*turns[:-1], Turn(role="user", text=f"{sentence()} {number}")]
        start = time.thread_time()
        made = compile_prompt(persona, said, limits=limits, canary="k3fz9qpl", asides=asides)
        taken.append((time.thread_time() - start) * 1000)
        assert made.tokens <= limits.budget
    return taken


def rows() -> list[Row]:
    """Median and 95th percentile."""
    result: list[Row] = []
    for name, taken in times().items():
        taken.sort()
        result.append((f"compile, {name}, median", taken[len(taken) // 2], "ms"))
        result.append((f"compile, {name}, p95", taken[len(taken) * 95 // 100], "ms"))
    return result


if __name__ == "__main__":
    for name, value, unit in rows():
        print(f"{name:55} {value:9.3f} {unit}")
