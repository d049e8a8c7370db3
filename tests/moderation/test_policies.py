"""Policies put to use and gone back from: what is in use, what is kept, who was first."""

import functools
import json
import tempfile
import threading
import tomllib
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.errors import PolicyError
from moderation.policies import Entry, PolicyHistory
from moderation.policy import Policy, policy_text
from moderation.policy_changes import Threshold, differences, rewritten
from moderation.records import Stage
from moderation.words import LANGUAGES

SHIPPED = policy_text()
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@functools.cache
def with_block(value: float) -> str:
    """The policy that ships with another threshold for insults."""
    return rewritten(SHIPPED, [threshold("block", value)])


def threshold(key: str, value: float, *, rule: str = "toxicity.insult", language: str = "en") -> Threshold:
    return Threshold(rule=rule, stage=Stage.WHOLE, language=language, key=key, value=value)


def parsed(text: str) -> Policy:
    return Policy.parse(text, file="p.toml")


@pytest.fixture
def history(tmp_path: Path) -> PolicyHistory:
    seconds = count()
    return PolicyHistory(tmp_path / "policies", clock=lambda: NOON + timedelta(seconds=next(seconds)))


def apply(history: PolicyHistory, text: str | None, why: str = "") -> Entry:
    return history.add(text, parsed(text or SHIPPED), actor="mina", why=why)


def test_where_nothing_was_applied_the_policy_that_ships_is_in_use(history: PolicyHistory) -> None:
    assert history.current() is None
    assert history.entries() == ()


def test_what_is_applied_is_in_use_with_its_comments_and_stands_in_the_history(history: PolicyHistory) -> None:
    text = "# ours\n" + with_block(0.9)
    entry = apply(history, text, "오탐이 많아서")

    current = history.current()
    assert current is not None
    assert current.read_text(encoding="utf-8") == text
    assert Policy.load(current).hash == entry.hash == parsed(text).hash
    assert history.entries() == (entry,)
    assert (entry.number, entry.at, entry.actor, entry.why) == (1, NOON, "mina", "오탐이 많아서")


@settings(max_examples=8, deadline=None)
@given(st.lists(st.sampled_from([None, 0.85, 0.9, 0.95]), min_size=1, max_size=5))
def test_to_apply_and_to_go_back_is_the_identity(values: list[float | None]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        history = PolicyHistory(Path(folder), clock=lambda: NOON)
        for value in values:
            apply(history, None if value is None else with_block(value))
        before = Policy.load(history.current())
        kept = history.entries()[-1]
        apply(history, with_block(0.99))
        assert Policy.load(history.current()).hash != before.hash
        file = history.file(kept)
        apply(history, None if file is None else file.read_text(encoding="utf-8"))

        assert Policy.load(history.current()).hash == before.hash
        assert differences(before, Policy.load(history.current())) == ()
        assert len(history.entries()) == len(values) + 2


def test_two_files_of_one_policy_are_both_kept(history: PolicyHistory) -> None:
    one, other = (apply(history, f"# {comment}\n{with_block(0.9)}") for comment in ("one", "other"))

    assert one.hash == other.hash
    files = [history.file(entry) for entry in (one, other)]
    assert [file.read_text(encoding="utf-8")[:5] for file in files if file] == ["# one", "# oth"]


def test_what_was_changed_by_hand_or_is_gone_is_refused_in_every_language(history: PolicyHistory) -> None:
    apply(history, with_block(0.9))
    current = history.current()
    assert current is not None
    current.write_text(with_block(0.5), encoding="utf-8")

    with pytest.raises(PolicyError, match="changed by hand") as caught:
        history.current()
    assert "손으로" in caught.value.explain("ko")
    current.unlink()
    with pytest.raises(PolicyError, match=current.name):
        history.current()


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"at": "2026"}', b"\xff"])
def test_a_damaged_entry_is_no_pass_to_another_policy(history: PolicyHistory, content: bytes, tmp_path: Path) -> None:
    apply(history, with_block(0.9))
    (tmp_path / "policies" / "0002.json").write_bytes(content)

    with pytest.raises(PolicyError, match=r"0002\.json"):
        history.current()


def test_of_many_who_apply_at_once_every_one_is_kept_or_told(history: PolicyHistory) -> None:
    told: list[PolicyError] = []
    texts = [with_block(0.8 + number / 100) for number in range(8)]
    start = threading.Barrier(len(texts))

    def work(text: str) -> None:
        start.wait()
        try:
            apply(history, text)
        except PolicyError as error:
            told.append(error)

    threads = [threading.Thread(target=work, args=(text,)) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    entries = history.entries()
    assert len(entries) + len(told) == len(texts)
    assert [entry.number for entry in entries] == list(range(1, len(entries) + 1))
    assert {error.key for error in told} <= {"policy.overtaken"}
    assert Policy.load(history.current()).hash == entries[-1].hash


def test_nothing_half_written_is_left_behind_and_nobody_else_may_read_it(
    history: PolicyHistory, tmp_path: Path
) -> None:
    apply(history, with_block(0.9))
    folder = tmp_path / "policies"

    assert sorted(path.suffix for path in folder.iterdir()) == [".json", ".toml"]
    assert folder.stat().st_mode & 0o077 == 0
    assert json.loads((folder / "0001.json").read_bytes())["actor"] == "mina"


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "policies").write_text("a file")
    history = PolicyHistory(tmp_path / "policies", clock=lambda: NOON)

    with pytest.raises(PolicyError) as caught:
        apply(history, with_block(0.9))
    for language in LANGUAGES:
        assert "policies" in caught.value.explain(language)


# --- what is written --------------------------------------------------------------------------------------------------


@settings(max_examples=20, deadline=None)
@given(
    st.sampled_from(["toxicity.insult", "bias.generalisation", "lexicon.profanity", "omni.violence"]),
    st.sampled_from(["en", "ko"]),
    st.floats(0, 1),
)
def test_a_threshold_is_written_for_its_language_alone_and_all_else_stays(
    rule: str, language: str, value: float
) -> None:
    text = rewritten(SHIPPED, [threshold("flag", value, rule=rule, language=language)])
    judge, _, category = rule.partition(".")
    before, after = parsed(SHIPPED).document, json.loads(json.dumps(toml(text)))

    written = after["filters"][judge][category]["output"]["flag"]
    assert written[language] == value
    (other,) = {"en", "ko"} - {language}
    standing = before["filters"][judge][category]["output"]["flag"]
    assert written[other] == (standing[other] if isinstance(standing, dict) else standing)
    assert [line for line in SHIPPED.splitlines() if line.startswith("#")] == [
        line for line in text.splitlines() if line.startswith("#")
    ]


def toml(text: str) -> dict[str, object]:
    return tomllib.loads(text)


def test_a_profile_that_would_be_left_milder_follows() -> None:
    """Minors: insults are blocked from .88 in English and .6 in Korean on."""
    new = parsed(rewritten(SHIPPED, [threshold("flag", 0.5), threshold("block", 0.8)]))

    changes = {each.key: (each.before, each.after) for each in differences(parsed(SHIPPED), new)}
    assert changes == {
        "filters.toxicity.insult.output.flag.en": ("0.79", "0.5"),
        "filters.toxicity.insult.output.block.en": ("0.93", "0.8"),
        "profiles.minors.filters.toxicity.insult.output.flag.en": ("0.7", "0.5"),
        "profiles.minors.filters.toxicity.insult.output.block.en": ("0.88", "0.8"),
    }


CAPTAIN = "\n[personas.captain.filters.toxicity.insult]\noutput = {{ {} }}\n"
SCORES = st.integers(1, 99).map(lambda number: number / 100)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["flag", "block"]),
    SCORES | st.dictionaries(st.sampled_from(["en", "ko", "ja"]), SCORES, min_size=1),
    st.dictionaries(st.sampled_from(["en", "ko", "ja"]), st.tuples(SCORES, SCORES).map(sorted), min_size=1),
    st.sampled_from(["personas.captain", "profiles.minors"]),
    st.sampled_from(
        ["flag = 0.5, block = 0.7", "flag = { en = 0.3, ja = 0.6 }, block = 0.7", "flag = 0.5, block = { ko = 0.9 }"]
    ),
)
def test_whatever_is_fitted_is_a_policy_also_where_only_one_threshold_is_changed_for_some(
    key: str, own: float | dict[str, float], fitted: dict[str, list[float]], whose: str, general: str
) -> None:
    written = ", ".join(f"{name} = {score}" for name, score in own.items()) if isinstance(own, dict) else ""
    section = CAPTAIN.format(f"{key} = {{ {written} }}" if written else f"{key} = {own}")
    without_minors = SHIPPED[: SHIPPED.index("[profiles.minors.filters.lexicon]")]
    begun, _, rest = without_minors.partition("[filters.toxicity.insult]\n")
    shipped, _, rest = rest.partition("\n")
    assert shipped.startswith("output = ")
    text = f"{begun}[filters.toxicity.insult]\noutput = {{ {general} }}\n{rest}" + section.replace(
        "personas.captain", whose
    )
    try:
        parsed(text)
    except PolicyError:
        return  # not a policy before either

    new = rewritten(
        text,
        [
            threshold(each, value, language=language)
            for language, pair in fitted.items()
            for each, value in zip(("flag", "block"), pair, strict=True)
        ],
    )

    policy = parsed(new)
    for language, pair in fitted.items():
        assert [*policy.thresholds("toxicity", "insult", stage=Stage.WHOLE, language=language)] == pair


def test_a_language_that_a_rule_names_for_one_threshold_keeps_the_other_too() -> None:
    block = "block = { en = 0.93, ko = 0.83 }, action"
    text = SHIPPED.replace(f"ko = 0.55 }}, {block}", f"ko = 0.55, ja = 0.7 }}, {block}", 1)
    assert text != SHIPPED

    new = parsed(rewritten(text, [threshold("block", 0.5), threshold("flag", 0.4)]))

    assert new.thresholds("toxicity", "insult", stage=Stage.WHOLE, language="ja") == (0.7, 0.83)


def test_the_block_of_a_persona_stays_and_its_flag_comes_down_to_it() -> None:
    text = SHIPPED + CAPTAIN.format("block = 0.8")
    new = parsed(rewritten(text, [threshold("flag", 0.9), threshold("block", 0.95)]))

    changes = {each.key: each.after for each in differences(parsed(text), new)}
    assert changes["personas.captain.filters.toxicity.insult.output.flag.en"] == "0.8"
    assert not [key for key in changes if key.startswith("personas.captain.filters.toxicity.insult.output.block")]


def test_what_is_only_in_one_of_two_policies_is_a_difference() -> None:
    new = parsed(SHIPPED.replace("locked = true\n", "", 1))

    (gone,) = differences(parsed(SHIPPED), new)
    assert (gone.key, gone.before, gone.after) == ("filters.lexicon.slur.locked", "true", "")
    assert [each.before for each in differences(new, parsed(SHIPPED))] == [""]
