"""A corpus that is trained on in seconds."""

import gzip
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from moderation.models.corpus import HEADS, Row
from moderation.models.templates import template_rows


def row(text: str, *, label: int = 0, lang: str = "en", source: str = "own", sub: str = "insult") -> dict[str, object]:
    return {"text": text, "label": label, "lang": lang, "source": source, "sub": sub}


def write(file: Path, rows: Iterable[Mapping[str, object]]) -> Path:
    with gzip.open(file, "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps(each, ensure_ascii=False) + "\n" for each in rows)
    return file


def small_corpus(folder: Path) -> Path:
    """A community that takes "blorb" for an insult, and Korean that takes "꾸엑" for one."""
    places = ["harbour", "tower", "market", "garden", "kitchen", "bridge", "school", "forest"]
    moods = ["quiet", "green", "old", "warm", "busy", "small"]
    rows = [row(f"the {mood} {place}") for mood in moods for place in places]
    rows += [row(f"you {mood} blorb of the {place}", label=1) for mood in moods for place in places]
    rows += [row(f"{place} 근처는 조용해요", lang="ko", source="songys", sub="") for place in places for _ in moods]
    rows += [row(f"{place}의 꾸엑 {mood}", label=1, lang="ko") for mood in moods for place in places]
    rows += [
        row(f"{mood} people of the {place} are all thieves", label=1, sub="stereotype")
        for mood in moods
        for place in places
    ]
    write(folder / "train_small.jsonl.gz", rows)
    write(
        folder / "dev_tox.jsonl.gz", [row("you blorb", label=1), row("the calm sea"), row("여기는 조용해요", lang="ko")]
    )
    return folder


@contextmanager
def fewer_templates() -> Iterator[None]:
    """One in ten of those that have thousands of their kind: training takes seconds, not a minute."""
    rare = {head for head in HEADS if head not in {"insult", "hate"}}

    def thinned(*, kept: bool = False) -> Iterator[Row]:
        for number, each in enumerate(template_rows(kept=kept)):
            if number % 10 == 0 or any(each.targets.get(head) for head in rare):
                yield each

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("moderation.models.training.template_rows", thinned)
        yield
