"""What the filters of character see of the gold set, by category and language: `python -m tests.bench.bench_gold`."""

from tests.moderation.gold_set import CATEGORIES, HALVES, harmless, positives
from tests.moderation.test_gold import objections


def rows(half: str) -> list[tuple[str, str, int, int, int]]:
    """Category, language, sentences, those objected to for it, those objected to at all."""
    table = []
    for category in (*CATEGORIES, "harmless"):
        lines = harmless(half) if category == "harmless" else positives(category, half)
        for language in ("en", "ko"):
            seen = [objections(line) for line in lines if line.language == language]
            if seen:
                table.append(
                    (category, language, len(seen), sum(category in found for found in seen), sum(map(bool, seen)))
                )
    return table


if __name__ == "__main__":
    for half in HALVES:
        for category, language, count, named, seen in rows(half):
            print(f"{half:10} {category:14} {language}  sentences {count:4}   as this {named:4}   at all {seen:4}")
