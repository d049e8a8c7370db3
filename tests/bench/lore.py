"""What a turn takes to be searched for lore, in a book of thousands of entries."""

import itertools
import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from personas.lore import Condition, Entry, Key, Logic, Lorebook
from personas.lore.engine import Compiled, Talk
from personas.lore.source import tell_all
from personas.prompting import estimate_tokens
from tests.bench.measuring import SEED, cpu_ms, halves
from tests.bench.sizes import Sizes
from tests.bench.tables import Row, Section, Table, at_most
from tests.bench.texts import LANGUAGES, SPOKEN, TURNS

GOAL: Final = 5.0
"""Milliseconds, 95th percentile."""
MESSAGES: Final = 8
"""That are searched."""
BUDGET: Final = 800
_SYLLABLES: Final = {
    "en": ("bar", "bel", "cor", "dal", "dun", "el", "fal", "gar", "hal", "isk", "kel", "lor", "mar", "nor", "quen"),
    "ko": tuple("가나다라마바사아자차카타파하고노도로모보소오조초코토포호구누두루무부수우주추쿠투푸후"),
}
_PARTICLES: Final = {"en": ("", "'s", ","), "ko": ("", "은", "에서는", "까지", "이", "를")}


def lore(sizes: Sizes) -> Section:
    """One table: compiling a book, and turns that call for nothing, for a few entries, for a chain of them."""
    rows = [row for language in LANGUAGES for row in _measured(language, sizes.lore, sizes.texts)]
    note = (
        f"{sizes.lore:,} entries with three keys each and 250 characters, one in twenty a pattern, one in five with a "
        f"condition, some in groups, sticky, by chance; each names others, which are called for. {MESSAGES} messages "
        f"are searched, {sizes.texts} turns, processor time of the thread; {BUDGET} tokens have room."
    )
    columns = ("p50 ms", "p95 ms", "told", "called for")
    return Section(tables=(Table(title="lore", columns=columns, rows=tuple(rows), note=note),))


def _measured(language: str, count: int, turns: int) -> list[Row]:
    chance = random.Random(SEED)
    names = _names(language, count * 3, chance)
    book = _book(language, names, count, chance)
    compiling = halves([cpu_ms(lambda: Compiled.of(book)) for _ in range(5)])
    compiled = Compiled.of(book)
    sizes = {entry.id: estimate_tokens(entry.content, korean=language == "ko") for entry in book.entries}
    title = LANGUAGES[language]
    rows = [Row(name=f"{title}: compiling", values=(*compiling, "", ""))]
    for what, named in (("nothing named", 0), ("two entries named", 2), ("twenty entries named", 20)):
        times, told, called = [], 0, 0
        for number in range(turns):
            talk = _talk(language, names, named, number, chance)
            known: dict[str, dict[str, int]] = {}
            result: list[int] = []

            def turn(talk: Talk = talk, known: dict[str, dict[str, int]] = known, result: list[int] = result) -> None:
                mentions, _ = tell_all([compiled], talk, known, budget=BUDGET, size=lambda entry: sizes[entry.id])
                result[:] = [sum(mention.told for mention in mentions), len(mentions)]

            times.append(cpu_ms(turn))
            told, called = told + result[0], called + result[1]
        figures = halves(times)
        goal = at_most(figures[1], GOAL, "ms p95")
        rows.append(Row(name=f"{title}: {what}", values=(*figures, told / turns, called / turns), goal=goal))
    return rows


def _names(language: str, count: int, chance: random.Random) -> list[str]:
    """So many words that nobody says by chance, all different."""
    found: dict[str, None] = {}
    while len(found) < count:
        word = "".join(chance.choices(_SYLLABLES[language], k=chance.randint(3, 4)))
        found[word.capitalize()] = None
    return list(found)


def _book(language: str, names: Sequence[str], count: int, chance: random.Random) -> Lorebook:
    entries = []
    for number in range(count):
        one, other, third = names[number * 3 : number * 3 + 3]
        said = itertools.chain.from_iterable(chance.sample(SPOKEN[language], 5) for _ in range(2))
        content = " ".join((one, *said))[:230] + " " + " ".join(chance.choices(names, k=1))
        entry = Entry(id=str(number), content=content, keys=(Key(text=one), Key(text=other), Key(text=third)))
        if number % 20 == 0:
            entry = replace(entry, keys=(Key(text=f"(?i){one}[a-z가-힣]*", regex=True), Key(text=other)))
        if number % 5 == 1:
            keys = (Key(text=third), Key(text=names[chance.randrange(len(names))]))
            entry = replace(entry, conditions=(Condition(logic=Logic.NOT_ALL, keys=keys),))
        if number % 7 == 2:
            entry = replace(entry, groups=(f"g{number % 50}",), probability=0.8)
        if number % 11 == 3:
            entry = replace(entry, sticky=4, cooldown=6)
        entries.append(replace(entry, order=chance.randrange(200), constant=number % 1_000 == 999))
    return Lorebook(id="bench", version="", recursive=True, scan_depth=MESSAGES, entries=tuple(entries))


def _talk(language: str, names: Sequence[str], named: int, number: int, chance: random.Random) -> Talk:
    """Messages as people write them, some of which name something."""
    lines = [*SPOKEN[language], *TURNS[language]]
    texts = [" ".join(chance.choices(lines, k=4)) for _ in range(MESSAGES)]
    for name in chance.sample(names, named):
        at = chance.randrange(MESSAGES)
        texts[at] += f" {name}{chance.choice(_PARTICLES[language])} "
    return Talk(texts=tuple(texts), message=number + 1, seed="bench")
