"""A guard measured on labelled rows beside others: which rows, whose marks, what they come to, how it is shown."""

import asyncio
import gzip
import json
import math
import re
import sys
from collections.abc import Iterable, Mapping
from datetime import timedelta
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.bench.contest import BLOCKED, FLAGGED, OURS, Clocks, Marks, judged, strength
from moderation.bench.figures import BLOCKING, STEPS, Results, errors, results
from moderation.bench.page import page
from moderation.bench.report import estimate, remarks, tables
from moderation.bench.rivals import Rival, rivals
from moderation.bench.sets import LabelledSet, read_sets
from moderation.errors import BadRecord
from moderation.filters.lexicon import Lexicon
from moderation.filters.toxicity import Toxicity
from moderation.guard import Guard
from moderation.models.corpus import Row
from moderation.policy import Policy
from moderation.records import Decision, Signal, Stage
from moderation.shares import UNKNOWN, Estimate
from tests.support.judges import loaded

SCORE = st.floats(0.0, 1.0)
LIMIT = st.one_of(SCORE, st.just(math.inf))


def row(text: str, *, label: int = 0, lang: str = "en", source: str = "own", sub: str = "insult") -> dict[str, object]:
    return {"text": text, "label": label, "lang": lang, "source": source, "sub": sub}


def write(file: Path, rows: Iterable[Mapping[str, object]]) -> None:
    with gzip.open(file, "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps(each) + "\n" for each in rows)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path / "dev_a.jsonl.gz", [row(f"row {number}", label=number % 2) for number in range(40)])
    write(tmp_path / "dev_b.jsonl.gz", [row("안녕", lang="ko", source="songys"), row("hello", sub="hate")])
    write(tmp_path / "train_a.jsonl.gz", [row("never measured")])
    return tmp_path


def names(sets: Iterable[LabelledSet]) -> list[tuple[str, str]]:
    return [(each.name, each.language) for each in sets]


def test_rows_of_one_file_source_and_language_are_a_set_and_training_rows_are_none(folder: Path) -> None:
    sets = read_sets(folder)

    assert names(sets) == [("dev_a/own", "en"), ("dev_b/own", "en"), ("dev_b/songys", "ko")]
    assert sets[0].categories == ("any", "insult")
    assert sets[0].labels("any")[:3] == (False, True, False)
    assert sets[1].labels("insult") == (None,)


@pytest.mark.parametrize(
    ("only", "left"),
    [({"dev_a"}, 1), ({"own"}, 2), ({"dev_b/songys"}, 1), ({"dev_b/songys", "dev_a"}, 2), ({"dev_b", "own"}, 3)],
)
def test_sets_are_chosen_by_file_source_or_both(folder: Path, only: set[str], left: int) -> None:
    assert len(read_sets(folder, only=only)) == left


def test_a_sample_is_as_many_rows_in_their_order_and_the_same_for_one_seed(folder: Path) -> None:
    one, again, other = (read_sets(folder, sample=10, seed=seed)[0].rows for seed in (1, 1, 2))
    texts = [each.text for each in one]

    assert len(one) == 10
    assert texts == sorted(texts, key=lambda text: int(text.split()[1]))
    assert one == again != other
    assert len(read_sets(folder, sample=1000)[0].rows) == 40


@pytest.mark.parametrize("language", ["en", "ko"])
def test_no_rows_and_unknown_sets_are_told_with_what_there_is(folder: Path, language: str) -> None:
    with pytest.raises(BadRecord) as empty:
        read_sets(folder / "nowhere")
    with pytest.raises(BadRecord) as unknown:
        read_sets(folder, only={"dev_c"})

    assert "nowhere" in empty.value.explain(language)
    assert "dev_c" in unknown.value.explain(language)
    assert "dev_b/songys" in unknown.value.explain(language)


@given(SCORE, LIMIT, LIMIT)
def test_the_strength_of_a_score_tells_what_its_thresholds_decide(score: float, one: float, other: float) -> None:
    flag, block = sorted((one, other))
    found = strength(score, flag, block)

    assert 0.0 <= found <= 1.0
    assert (found >= FLAGGED) == (score >= flag)
    assert (found >= BLOCKED) == (score >= block)


@given(SCORE, SCORE, LIMIT, LIMIT)
def test_a_higher_score_is_never_weaker(one: float, other: float, this: float, that: float) -> None:
    (low, high), (flag, block) = sorted((one, other)), sorted((this, that))

    assert strength(low, flag, block) <= strength(high, flag, block)


def test_a_rule_that_only_flags_never_blocks_and_one_that_only_blocks_flags_as_well() -> None:
    assert FLAGGED < strength(1.0, 0.5, math.inf) < BLOCKED
    assert strength(0.6, math.inf, 0.5) >= BLOCKED
    assert strength(0.4, math.inf, 0.5) < FLAGGED


def test_the_thresholds_of_a_policy_are_those_it_decides_by() -> None:
    policy, judge = Policy.load(), loaded(Toxicity)
    for language in ("en", "ko"):
        flag, block = policy.thresholds("toxicity", "insult", stage=Stage.WHOLE, language=language)
        decided = [
            policy.decide(
                Signal(category="insult", score=score),
                judge=judge,
                stage=Stage.WHOLE,
                language=language,
                persona="",
                profile="",
                elapsed=timedelta(),
            ).decision
            for score in (flag - 0.001, flag, block)
        ]
        assert decided == [Decision.ALLOW, Decision.FLAG, Decision.BLOCK]


RIVAL = Rival(name="rival", judge=lambda text: 0.1 * len(text) % 1.0)


def small() -> LabelledSet:
    texts = {"you fucking idiot": True, "good morning to you": False, "what a day": False, "you dumb bastard": True}
    rows = tuple(
        Row(text=text, label=bad, lang="en", source="own", targets={"insult": bad}) for text, bad in texts.items()
    )
    return LabelledSet(file="dev_x", source="own", language="en", rows=rows)


def marked(rows: LabelledSet) -> Marks:
    policy = Policy.load().narrowed({"lexicon", "toxicity"})
    guard = Guard((loaded(Lexicon), loaded(Toxicity)), policy, monotonic=lambda: 0.0)
    ticks, tocks = count(), count(step=2)
    clocks = Clocks(wall=lambda: next(ticks) / 1000, processor=lambda: next(tocks) / 1000)
    steps: list[None] = []
    try:
        found = asyncio.run(judged(guard, [RIVAL], rows, clocks=clocks, step=lambda: steps.append(None)))
    finally:
        guard.close()
    assert len(steps) == len(rows.rows)
    return found


def measured() -> Results:
    return results(
        [marked(small())], [RIVAL], missing=["korcen", "detoxify"], about={"seed": "1"}, seed=1, resamples=20
    )


def test_the_guard_its_filters_its_rules_and_rivals_have_a_mark_for_every_row() -> None:
    found = marked(small())

    assert {OURS, "talchum/lexicon", "talchum/toxicity.insult", "rival"} < found.scores.keys()
    assert {len(scores) for scores in found.scores.values()} == {4}
    assert found.scores[OURS][0] >= BLOCKED > FLAGGED > found.scores[OURS][1]
    assert found.scores["rival"] == tuple(RIVAL.judge(each.text) for each in small().rows)
    assert found.times[OURS] == pytest.approx((1.0,) * 4)
    assert found.work["rival"] == pytest.approx((2.0,) * 4)


def test_figures_are_told_for_each_category_and_judge() -> None:
    found = measured()
    figures = {(figure.category, figure.judge): figure for figure in found.figures}

    assert {("any", OURS), ("any", BLOCKING), ("insult", "talchum/toxicity.insult"), ("any", "rival")} < figures.keys()
    assert ("any", "talchum/toxicity.insult") not in figures
    ours = figures["any", OURS]
    assert (ours.rows, ours.harmful, ours.auc.value, ours.recall.value, ours.false_alarm.value) == (4, 2, 1.0, 1.0, 0.0)
    assert figures["any", BLOCKING].threshold == BLOCKED
    assert {(timing.judge, timing.ratio_p50) for timing in found.timings if timing.judge == "rival"} == {("rival", 1.0)}
    assert [curve.judge for curve in found.curves] == [OURS, "rival"]


def test_at_a_rising_threshold_misses_rise_and_false_alarms_fall() -> None:
    scores = np.asarray([0.0, 0.2, 0.2, 0.9])
    misses, alarms = errors(scores, below=True), errors(scores, below=False)

    assert len(misses) == STEPS + 1
    assert misses[0] == 0.0
    assert misses[20] == 0.25
    assert misses[21] == misses[90] == 0.75
    assert list(misses) == sorted(misses)
    assert [one + other for one, other in zip(misses, alarms, strict=True)] == pytest.approx([1.0] * (STEPS + 1))
    assert all(math.isnan(share) for share in errors(np.asarray([]), below=True))


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_page_is_whole_asks_for_nothing_and_tells_its_plots_in_words(language: str) -> None:
    found = measured()
    text = page(found, language)
    plots = [ET.fromstring(svg) for svg in re.findall(r"<svg.*?</svg>", text, re.DOTALL)]

    assert len(plots) == len(found.curves)
    assert all(plot.find("title") is not None and "0.5" in (plot.findtext("desc") or "") for plot in plots)
    assert len({plot.get("aria-labelledby") for plot in plots}) == len(plots)
    assert f'lang="{language}"' in text
    assert not re.search(r"(?:src|href|url)\s*[=(]|@import|<script|https?:", text)
    assert "prefers-color-scheme: dark" in text
    assert all(text.count(f"<{tag}>") == text.count(f"</{tag}>") > 0 for tag in ("table", "tr", "figure", "main"))
    for table in tables(found, language):
        assert table.title.partition("(")[0] in text
        assert {len(table.columns)} == {len(cells) for cells in table.rows}


def test_what_is_shown_of_a_name_is_never_markup() -> None:
    rows = LabelledSet(file="<b>", source="own", language="en", rows=small().rows)
    found = results([marked(rows)], [RIVAL], missing=(), about={"<i>": "&"}, seed=1, resamples=5)

    assert "<b>" not in page(found, "en")
    assert "<i>" not in page(found, "en")


def test_facts_are_json_and_what_is_unknown_is_null() -> None:
    rows = LabelledSet(file="calm", source="own", language="en", rows=small().rows[1:3])
    found = results([marked(rows)], [], missing=(), about={}, seed=1, resamples=5)
    facts = json.loads(json.dumps(found.facts(), allow_nan=False))

    assert facts["figures"][0]["auc"]["value"] is None
    assert facts["figures"][0]["false_alarm"]["value"] == 0.0


@pytest.mark.parametrize("language", ["en", "ko"])
def test_who_is_missing_is_told_with_what_would_bring_them(language: str) -> None:
    told = remarks(measured(), language)

    assert any("korcen" in line and "talchum[bench]" in line for line in told)
    assert any("[detoxify]" in line for line in told)
    assert len(remarks(Results(about={}, missing=(), figures=(), timings=(), curves=()), language)) == 1


def test_estimates_are_short_and_what_is_unknown_is_a_dash() -> None:
    found = Estimate(value=0.8125, low=0.5, high=1.0)
    assert estimate(found, percent=False) == ".812 [.500, 1.000]"
    assert estimate(found, percent=True) == "81.2 % [50.0, 100.0]"
    assert estimate(UNKNOWN, percent=True) == "–"


def test_every_rival_is_either_here_or_missing_and_those_here_give_scores() -> None:
    here, missing = rivals([loaded(Lexicon)])

    assert {rival.name for rival in here} | set(missing) == {
        "korcen",
        "better-profanity",
        "alt-profanity-check",
        "detoxify",
    }
    assert "detoxify" in missing
    assert RIVAL.version == ""
    for rival in here:
        assert rival.version[:1].isdecimal()
        assert all(0.0 <= rival.judge(text) <= 1.0 for text in ("", "good morning", "안녕하세요", "fuck"))


def test_who_is_not_installed_is_missing_and_keeps_nobody_else_from_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "korcen", None)
    monkeypatch.setitem(sys.modules, "profanity_check", None)
    monkeypatch.setitem(sys.modules, "better_profanity", SimpleNamespace(Profanity=Words))
    here, missing = rivals()

    assert missing == ("korcen", "alt-profanity-check", "detoxify")
    assert [(rival.name, rival.judge("a bad word"), rival.judge("a word")) for rival in here] == [
        ("better-profanity", 1.0, 0.0)
    ]


class Words:
    """Stands in for better-profanity."""

    def contains_profanity(self, text: str) -> bool:
        return "bad" in text


class Heavy:
    """A filter called detoxify that knows one word and no Korean."""

    id, version, categories, stages = "detoxify", "0", frozenset({"toxicity", "threat"}), frozenset(Stage)

    def examine(self, candidate: object) -> list[Signal]:
        text = getattr(candidate, "text", "")
        known = text.isascii()
        return [Signal(category=name, score=float("bad" in text) if known else None) for name in ("threat", "toxicity")]


def test_a_detoxify_checkpoint_of_the_settings_takes_part() -> None:
    here, missing = rivals([Heavy()])
    heavy = next(rival for rival in here if rival.name == "detoxify")

    assert "detoxify" not in missing
    assert [heavy.judge(text) for text in ("bad", "fine", "나빠")] == [1.0, 0.0, 0.0]
