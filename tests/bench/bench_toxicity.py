"""How fast the toxicity model judges, and how well it ranks: `python tests/bench/bench_toxicity.py [FOLDER]`.

FOLDER holds labelled development sets (dev_*.jsonl.gz, see `moderation.models.corpus`); without one only speed is
measured, on texts made up by number.
"""

import itertools
import random
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from moderation.filters.toxicity import Toxicity
from moderation.models.corpus import Row as Labelled
from moderation.models.corpus import read_rows
from moderation.models.measuring import area_under_curve
from moderation.records import Candidate, Stage

Row = tuple[str, float, str]
"""What was measured, how much, its unit."""

TEXTS: Final = 300
LENGTHS: Final = (50, 300, 4000)
SYLLABLES: Final = "가나다라마바사아자차카타파하거너더러머버서어저처커터퍼허갈난달람맘밥삿앙잔찬칼탈팔할"
WORDS: Final = ("river", "lantern", "mask", "drum", "village", "moon", "harvest", "market", "song", "winter", "bridge")


def rows(data: Path | None = None) -> list[Row]:
    """All measurements; with `data`, the area under the curve on every development set in it too."""
    toxicity = Toxicity.load()
    result = list(_speed(toxicity))
    if data is not None:
        for file in sorted(data.glob("dev_*.jsonl.gz")):
            result.extend(_ranking(toxicity, file.name.removesuffix(".jsonl.gz"), list(read_rows(file))))
    return result


def _speed(toxicity: Toxicity) -> Iterator[Row]:
    chance = random.Random(1)
    for language, length in itertools.product(("en", "ko"), LENGTHS):
        texts = [_text(chance, language, length) for _ in range(TEXTS if length < 1000 else TEXTS // 10)]
        times = []
        for text in texts:
            start = time.perf_counter()
            toxicity.examine(Candidate(stage=Stage.PIECE, text=text, language=language))
            times.append(time.perf_counter() - start)
        for share in (50, 95):
            yield f"{length} characters, {language}, p{share}", float(np.percentile(times, share)) * 1000, "ms"


def _text(chance: random.Random, language: str, length: int) -> str:
    if language == "en":
        return " ".join(chance.choices(WORDS, k=length // 5))[:length]
    return "".join(chance.choices(SYLLABLES + "    ", k=length))


def _ranking(toxicity: Toxicity, name: str, labelled: Sequence[Labelled]) -> Iterator[Row]:
    """By source, language and head; "any" ranks all rows of a source by the higher of insult and hate."""
    judged = [(row, _scores(toxicity, row)) for row in labelled]
    for source, language in sorted({(row.source, row.lang) for row in labelled}):
        here = [(row, scores) for row, scores in judged if (row.source, row.lang) == (source, language)]
        for head in sorted(toxicity.categories):
            said = [(row.targets[head], scores[head]) for row, scores in here if head in row.targets]
            yield from _area(f"{name}, {source}, {language}, {head}", said)
        overall = [(row.label, max(scores["insult"], scores["hate"])) for row, scores in here]
        yield from _area(f"{name}, {source}, {language}, any", overall)


def _area(name: str, said: Sequence[tuple[bool, float]]) -> Iterator[Row]:
    labels = [label for label, _ in said]
    if len(set(labels)) == 2:
        yield name, area_under_curve(labels, [score for _, score in said]), f"AUC of {len(said)}"


def _scores(toxicity: Toxicity, row: Labelled) -> dict[str, float]:
    found = toxicity.examine(Candidate(stage=Stage.WHOLE, text=row.text, language=row.lang))
    return {signal.category: signal.score for signal in found if signal.score is not None}


if __name__ == "__main__":
    for measured, value, unit in rows(Path(sys.argv[1]) if len(sys.argv) > 1 else None):
        print(f"{measured:45} {value:10.3f} {unit}")
