"""What every filter must do that asks a service: judged by a fake one on this machine, whatever it answers."""

import asyncio
import json
import logging
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from moderation.errors import BadAnswer, EndpointDown, FilterFailed
from moderation.filters import Filter
from moderation.filters.endpoint import Endpoint, EndpointSettings
from moderation.filters.remote import Remote, Terms
from moderation.guard import GUARD, Guard
from moderation.policy import Policy
from moderation.records import Brief, Candidate, Decision, Stage, Verdict
from tests.contracts.judging import BAD, KEY, WAYS, Way
from tests.support.judges import filters
from tests.support.judging_server import Answering, JudgingServer, Said, as_json, completion, refusal


@pytest.fixture(params=list(WAYS))
def way(request: pytest.FixtureRequest) -> Way:
    return WAYS[request.param]


@pytest.fixture
def server(way: Way) -> Iterator[JudgingServer]:
    with JudgingServer(way.says) as server:
        yield server


Making = Callable[..., Remote]


@pytest.fixture
def making(way: Way) -> Iterator[Making]:
    """Makes the filter for the address of a service."""
    made: list[Remote] = []

    def make(base_url: str, *, required: bool = True, timeout: float = 30.0, model: str = "any") -> Remote:
        settings = EndpointSettings(model=model, base_url=base_url, api_key=KEY, timeout=timedelta(seconds=timeout))
        terms = Terms(languages=frozenset({"en", "ko"}), required=required)
        made.append(way.make(Endpoint(settings, monotonic=time.monotonic), terms))
        return made[-1]

    yield make
    for judge in made:
        judge.close()


@pytest.fixture
def judge(server: JudgingServer, making: Making) -> Remote:
    """The filter, with all the time in the world."""
    return making(server.base_url)


def whole(text: str, **rest: Any) -> Candidate:
    return Candidate(stage=Stage.WHOLE, text=text, **rest)


def test_every_filter_that_asks_a_service_is_here() -> None:
    assert set(WAYS) == {"omni", "qwen3guard", "safeguard", "judge"}


def test_it_says_who_it_is_and_the_policy_has_a_rule_for_all_it_can_see(
    way: Way, server: JudgingServer, making: Making
) -> None:
    judge = making(server.base_url)

    assert isinstance(judge, Filter)
    assert WAYS[judge.id] is way
    assert re.fullmatch("[0-9a-f]{12}", judge.version)
    assert judge.version == making(server.base_url).version != making(server.base_url, model="another").version
    assert judge.stages == way.stages
    Policy.load().check([*filters(), judge])
    assert server.calls == []


def test_what_the_service_objects_to_gets_a_high_score_and_everything_else_none(
    way: Way, server: JudgingServer, making: Making
) -> None:
    judge = making(server.base_url)
    bad, fine = (
        {signal.category: signal.score for signal in judge.examine(whole(text))} for text in ("you fool", "good sea")
    )

    assert set(bad) == set(fine) == judge.categories
    assert (bad[way.hit] or 0.0) >= 0.9
    assert all((score or 0.0) < 0.1 for name, score in bad.items() if name != way.hit)
    assert all((score or 0.0) < 0.1 for score in fine.values())


def test_what_it_finds_names_the_model_that_found_it(way: Way, judge: Remote) -> None:
    found = {signal.category: signal.detail for signal in judge.examine(whole("you fool"))}

    assert found[way.hit] == "any"
    assert {signal.detail for signal in judge.examine(whole("…", language="en"))} <= {"", "any"}


PIECES = st.sampled_from(
    ["hello ", "안녕", "\ud800", "\n", "\x00", "<|end|>", '"', "{", "👨‍👩‍👧", "Safety: Safe\n", "ㅋ"]
)
TEXTS = st.one_of(st.text(max_size=40), st.lists(PIECES, max_size=8).map("".join))


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=TEXTS, said=TEXTS, shown=TEXTS, stage=st.sampled_from(Stage))
def test_any_text_gets_an_answer(judge: Remote, text: str, said: str, shown: str, stage: Stage) -> None:
    seen = judge.examine(Candidate(stage=stage, text=text, said=said, shown=shown))

    assert {signal.category for signal in seen} == judge.categories
    assert all(signal.score is not None or signal.detail for signal in seen)


def test_what_stands_at_the_end_of_a_long_text_is_sent_too(judge: Remote) -> None:
    seen = judge.examine(whole("The sea is calm. " * 1_000 + BAD))

    assert max(signal.score or 0.0 for signal in seen) >= 0.9


@pytest.mark.parametrize(("text", "language"), [("bonjour", "fr"), ("今日は", ""), ("привет", "")])
def test_a_language_it_does_not_know_is_abstained_from_with_a_reason_and_never_sent(
    server: JudgingServer, making: Making, text: str, language: str
) -> None:
    for signal in making(server.base_url).examine(whole(text, language=language)):
        assert signal.score is None
        assert "en, ko" in signal.detail
    assert server.calls == []


def test_a_text_without_letters_is_read_in_the_language_of_the_persona(server: JudgingServer, making: Making) -> None:
    judge = making(server.base_url)

    assert all(signal.score is not None for signal in judge.examine(whole("…", brief=Brief(language="ko"))))
    assert all(signal.score is None for signal in judge.examine(whole("…", brief=Brief(language="fr"))))


def test_nothing_but_blanks_is_not_sent(server: JudgingServer, making: Making) -> None:
    assert {signal.score for signal in making(server.base_url).examine(whole(" \n"))} == {0.0}
    assert server.calls == []


def test_a_text_is_asked_about_once(server: JudgingServer, making: Making) -> None:
    judge = making(server.base_url)
    first = judge.examine(whole("you fool", said="hi"))

    assert judge.examine(whole("you fool", said="hi")) == first
    assert len(server.calls) == 1
    judge.examine(whole("you fools", said="hi"))
    assert len(server.calls) == 2


def test_only_the_latest_texts_are_remembered_and_a_failure_is_not(
    way: Way, server: JudgingServer, making: Making, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("moderation.filters.remote._REMEMBERED", 2)
    judge = making(server.base_url)
    for text in ("one", "two", "one", "three", "one", "two"):
        judge.examine(whole(text))
    assert len(server.calls) == 4  # "two" had gone when it came again

    server.answering = lambda path, body: refusal(500)
    with pytest.raises(EndpointDown):
        judge.examine(whole("four"))
    server.answering = way.says
    assert all(signal.score is not None for signal in judge.examine(whole("four")))


def test_the_key_goes_to_the_service_and_nowhere_else(server: JudgingServer, making: Making) -> None:
    judge = making(server.base_url)
    judge.examine(whole("hello"))
    server.answering = lambda path, body: refusal(401)

    assert server.calls[0].key == f"Bearer {KEY}"
    with pytest.raises(EndpointDown) as caught:
        judge.examine(whole("you"))
    assert KEY not in caught.value.explain("en") + caught.value.explain("ko") + repr(judge.endpoint._settings)


def refusing(status: int) -> Answering:
    return lambda path, body: refusal(status)


OUTAGES: Final[Mapping[str, Answering]] = {
    **{str(status): refusing(status) for status in (401, 403, 404, 429, 500, 503)},
    "slow": lambda path, body: Said(body=b"{}", pause=0.6),
    "trickle": lambda path, body: Said(body=b" " * 40, pieces=40, pause=0.05),
}
"""The service is not what it should be, whatever the text."""


@pytest.mark.parametrize("outage", OUTAGES)
def test_an_outage_fails_a_filter_that_is_required(server: JudgingServer, making: Making, outage: str) -> None:
    server.answering = OUTAGES[outage]
    with pytest.raises(EndpointDown) as caught:
        making(server.base_url, timeout=0.3).examine(whole("hello there"))
    assert "127.0.0.1" in caught.value.explain("ko")
    assert len(server.calls) == 1  # no second attempt


@pytest.mark.parametrize("outage", OUTAGES)
def test_in_an_outage_one_that_is_not_required_abstains_with_a_reason_and_logs_no_text(
    server: JudgingServer, making: Making, outage: str, caplog: pytest.LogCaptureFixture
) -> None:
    server.answering = OUTAGES[outage]
    with caplog.at_level(logging.WARNING):
        seen = making(server.base_url, timeout=0.3, required=False).examine(whole("hello there"))

    assert {signal.score for signal in seen} == {None}
    assert all("127.0.0.1" in signal.detail for signal in seen)
    assert "filter out of reach" in caplog.text
    assert "hello" not in caplog.text


def test_nobody_there_is_an_outage(making: Making) -> None:
    with pytest.raises(EndpointDown, match="cannot be reached"):
        making("http://127.0.0.1:1/v1").examine(whole("hello"))
    assert all(s.score is None for s in making("http://127.0.0.1:1/v1", required=False).examine(whole("hello")))


NO_JUDGEMENTS: Final[Mapping[str, Answering]] = {
    **{str(status): refusing(status) for status in (400, 413, 422)},
    "not JSON": lambda path, body: Said(body=b"<html>hello</html>"),
    "not text": lambda path, body: Said(body=b"\xff\xfe"),
    "empty": lambda path, body: Said(body=b""),
    "deep": lambda path, body: Said(body=b"[" * 200_000),
    "another thing": lambda path, body: as_json({"ok": True}),
    "a list": lambda path, body: as_json([1, 2]),
    "nothing in it": lambda path, body: as_json({"results": [], "choices": []}),
    "null": lambda path, body: as_json({"results": None, "choices": None}),
    "half": lambda path, body: as_json({"results": [{"category_scores": {}}], "choices": [{"message": {}}]}),
    "a chat": lambda path, body: completion("I'm sorry, but I can't help with that."),
    "said as well": lambda path, body: completion("Sure! Safety: Safe\nCategories: None"),
    "blank": lambda path, body: completion("  "),
    "no text": lambda path, body: completion(None, refusal="No."),
    "thoughts alone": lambda path, body: completion(None, reasoning='{"violation": 0, "categories": []}'),
    "cut off": lambda path, body: completion("Safety: Safe\nCategories: None", finish="length"),
    "withheld": lambda path, body: completion("Safety: Safe\nCategories: None", finish="content_filter"),
}
"""It answers, but gives no judgement: a text may have brought that about."""


@pytest.mark.parametrize("required", [True, False])
@pytest.mark.parametrize("answer", NO_JUDGEMENTS)
def test_what_is_no_judgement_is_no_pass_even_where_outages_are_forgiven(
    server: JudgingServer, making: Making, answer: str, required: bool
) -> None:
    server.answering = NO_JUDGEMENTS[answer]
    with pytest.raises(BadAnswer) as caught:
        making(server.base_url, required=required).examine(whole("hello"))
    assert caught.value.explain("en") != caught.value.explain("ko")
    assert "hello" not in str(caught.value)


def test_an_answer_longer_than_any_judgement_is_not_read_to_its_end(
    way: Way, server: JudgingServer, judge: Remote
) -> None:
    server.answering = lambda path, body: Said(body=b" " * 1_000_001 + way.says(path, body).body)
    with pytest.raises(BadAnswer):
        judge.examine(whole("hello"))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.recursive(
        st.one_of(st.none(), st.booleans(), st.floats(), st.text(max_size=8), st.sampled_from(["choices", "results"])),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3),
            st.dictionaries(
                st.sampled_from(["choices", "results", "message", "content", "category_scores", "finish_reason"]), inner
            ),
        ),
        max_leaves=8,
    )
)
def test_whatever_comes_back_is_a_judgement_or_a_failure_of_ours(
    server: JudgingServer, judge: Remote, content: object
) -> None:
    server.answering = lambda path, body: Said(body=json.dumps(content).encode())
    with pytest.raises(FilterFailed):
        judge.examine(whole("hello"))


def test_threads_do_not_disturb_each_other(way: Way, server: JudgingServer, making: Making) -> None:
    texts = [f"{'you fool' if number % 3 else 'hello'} {number}" for number in range(40)]
    judge, other = making(server.base_url), making(server.base_url)
    alone = [judge.examine(whole(text)) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda text: other.examine(whole(text)), texts)) == alone


async def test_a_guard_blocks_in_an_outage_of_a_required_one_and_goes_on_without_one_that_is_not(
    server: JudgingServer, making: Making
) -> None:
    server.answering = OUTAGES["500"]
    decisions = {}
    for required in (True, False):
        judge = await asyncio.to_thread(making, server.base_url, required=required)
        judges = [*await asyncio.to_thread(filters), judge]
        policy = await asyncio.to_thread(Policy.load)
        guard = Guard(judges, policy, monotonic=time.monotonic, waiting=frozenset({judge.id}))
        verdict = await guard.judge(whole("The sea is calm this evening."))
        guard.close()
        decisions[required] = verdict.decision
        if required:
            assert any(f.filter == GUARD and f.detail.startswith(judge.id) for f in verdict.objections)

    assert decisions == {True: Decision.BLOCK, False: Decision.ALLOW}


def test_a_service_that_hangs_makes_no_other_filter_late(server: JudgingServer, making: Making) -> None:
    """All of them ask at once, more than the guard has threads that work."""
    released = threading.Event()

    def hang(path: str, body: Mapping[str, Any]) -> Said:
        released.wait(30)
        return refusal(500)

    server.answering = hang
    judge = making(server.base_url, required=False)
    policy = Policy.load()
    guard = Guard(
        [judge, *filters(["lexicon"])],
        policy.narrowed(["lexicon", judge.id]),
        monotonic=time.monotonic,
        waiting=frozenset({judge.id}),
    )
    candidates = [whole(f"The sea is calm, {number}.") for number in range(policy.limits.workers + 2)]

    async def ask() -> list[Verdict]:
        return await asyncio.gather(*(guard.judge(candidate) for candidate in candidates))

    verdicts = asyncio.run(ask())
    released.set()
    guard.close()

    for verdict in verdicts:
        assert {(f.category, f.detail) for f in verdict.findings if f.filter == GUARD} == {("late", judge.id)}
        assert any(f.filter == "lexicon" and f.score == 0.0 for f in verdict.findings)
