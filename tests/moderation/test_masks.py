"""Private data is not kept: what a mask does to a text, what the guard hides, and that every kept text passes it."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.cases import Ruling
from moderation.filters.privacy import Privacy
from moderation.guard import Guard
from moderation.masks import Hidden, Masked, masked
from moderation.policy import Policy
from moderation.records import Closing, Exchange, Outcome, Signal, Span, Stage
from moderation.stores import Query
from moderation.stores.masking import MaskingStore
from moderation.stores.memory import MemoryStore
from tests.support.exchanges import NOON, decide, finding, numbered, objection, opening, report
from tests.support.judges import loaded

PRIVACY = loaded(Privacy)
NUMBER = "010-2345-6789"
PLACES = st.lists(
    st.tuples(st.builds(lambda start, length: Span(start, start + length), st.integers(0, 40), st.integers(0, 12)),
              st.sampled_from(["phone", "card", "gossip"])),
    max_size=5,
)  # fmt: skip


@pytest.fixture
def guard() -> Guard:
    return Guard([PRIVACY], Policy.load().narrowed(["privacy"]), monotonic=lambda: 0.0)


@pytest.fixture
def store(guard: Guard) -> MaskingStore:
    return MaskingStore(MemoryStore(ids=numbered()), guard.hidden)


def kept_texts(exchange: Exchange) -> list[str]:
    shown = [exchange.closing.shown] if exchange.closing else []
    details = [found.detail for kept in exchange.objections for found in kept.findings]
    return [exchange.opening.said, *(part for kept in exchange.objections for part in (kept.text, kept.shown)),
            *details, *shown]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("내 번호는 010-2345-6789야", "내 번호는 [전화번호]야"),
        ("my cell is 010-2345-6789, ok", "my cell is [phone number], ok"),
        ("카드 4539 1488 0343 6467로 결제해", "카드 [카드 번호]로 결제해"),
        ("주민번호는 900101 - 1234568이야", "주민번호는 [신분증 번호]이야"),
        ("공일공에 이삼사오에 육칠팔구예요", "[전화번호]예요"),
        ("번호: 0️⃣1️⃣0️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣8️⃣9️⃣ 끝", "번호: [전화번호] 끝"),
        ("hong@naver.com으로 보내", "[이메일 주소]으로 보내"),
        ("key: sk-proj-AbCdEfGhIjKlMnOpQrStUvWxYz0123456789!", "key: [key]!"),
    ],
)
def test_what_is_certain_is_replaced_by_what_it_was_in_the_language_of_the_text(
    guard: Guard, text: str, left: str
) -> None:
    assert masked(text, guard.hidden(text)).text == left


@pytest.mark.parametrize(
    "text", ["사무실은 02-312-4567이에요", "우리 집은 서울 마포구 모래내로 12예요", "2026-11-21", ""]
)
def test_what_may_be_a_mistake_stays_legible_for_those_who_review(guard: Guard, text: str) -> None:
    assert guard.hidden(text) == ()
    assert masked(text, guard.hidden(text)) == Masked(text)


def test_a_policy_without_masks_keeps_everything() -> None:
    policy = Policy.load().narrowed(["privacy"])
    rules = policy._file.model_dump(exclude_unset=True)
    for rule in rules["filters"]["privacy"].values():
        del rule["mask"]
    plain = Guard([PRIVACY], Policy(rules, file="mine", only=frozenset({"privacy"})), monotonic=lambda: 0.0)

    assert plain.hidden(NUMBER) == ()
    assert plain.policy.hash != policy.hash


class Broken:
    """A filter that cannot tell."""

    id = "privacy"
    version = "0123456789ab"
    categories = PRIVACY.categories
    stages = PRIVACY.stages

    def examine(self, candidate: object) -> Sequence[Signal]:
        raise RuntimeError(NUMBER)


def test_where_private_data_cannot_be_looked_for_no_word_is_kept_and_none_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    guard = Guard([Broken()], Policy.load().narrowed(["privacy"]), monotonic=lambda: 0.0)
    text = f"call {NUMBER}"

    assert masked(text, guard.hidden(text)).text == "[not kept: private data could not be looked for]"
    assert NUMBER not in caplog.text
    assert "RuntimeError" in caplog.text


class Odd(Broken):
    """One that says nothing, or what it never declared."""

    def __init__(self, *signals: Signal) -> None:
        self._signals = signals

    def examine(self, candidate: object) -> Sequence[Signal]:
        return self._signals


@pytest.mark.parametrize("signals", [(), (Signal(category="gossip", score=1.0, spans=(Span(0, 4),)),)])
def test_a_filter_that_says_nothing_it_declared_has_not_looked_for_private_data(signals: tuple[Signal, ...]) -> None:
    guard = Guard([Odd(*signals)], Policy.load().narrowed(["privacy"]), monotonic=lambda: 0.0)

    assert guard.hidden(NUMBER) == ((Span(0, len(NUMBER)), "unjudged"),)


@given(st.text(alphabet="ab가\u200b\u0301 ", max_size=40), PLACES)
def test_nothing_of_a_place_is_left_and_everything_else_is(text: str, hidden: list[Hidden]) -> None:
    made = masked(text, hidden)
    rest = [char for place, char in enumerate(text) if not any(span.start <= place < span.end for span, _ in made.cuts)]
    labels = {place for _, label in made.cuts for place in range(label.start, label.end)}

    assert [char for place, char in enumerate(made.text) if place not in labels] == rest
    for span, _ in hidden:
        inside = Span(min(span.start, len(text)), min(span.end, len(text)))
        assert inside.start == inside.end or any(
            place.start <= inside.start and inside.end <= place.end for place, _ in made.cuts
        )
    for _, label in made.cuts:
        assert made.text[label.start] == "["
        assert made.text[label.end - 1] == "]"


@given(st.text(alphabet="abc ", max_size=40), PLACES, st.integers(0, 40), st.integers(0, 12))
def test_a_place_of_the_original_is_found_again(text: str, hidden: list[Hidden], start: int, length: int) -> None:
    made = masked(text, hidden)
    span = Span(min(start, len(text)), min(start + length, len(text)))
    moved = made.span(span)

    assert 0 <= moved.start <= moved.end <= len(made.text)
    if not any(place.start < span.end and span.start < place.end for place, _ in made.cuts):
        assert made.text[moved.start : moved.end] == text[span.start : span.end]


async def test_no_text_that_is_kept_has_the_number_wherever_it_stood(store: MaskingStore) -> None:
    said = f"이 바보야, {NUMBER}로 전화해"
    kept = await store.open(opening(said), objection(said, stage=Stage.INPUT))
    await store.add(kept, objection("6789로 걸게", shown="그럼 010-2345-"))
    await store.add(kept, objection(f"{NUMBER}!", stage=Stage.WHOLE, shown=f"{NUMBER}!"))
    await store.close(kept, Closing(at=NOON, outcome=Outcome.FLAGGED, shown=f"그럼 {NUMBER}로 걸게"))
    reported = await store.report(opening(said, message="m9"), report(f"{NUMBER}!", comment=f"내 번호 {NUMBER}"))

    texts = [text for name in (kept, reported) for text in kept_texts(await store.get(name))]
    assert not [text for text in texts if "6789" in text or "2345" in text]
    assert "이 바보야, [전화번호]로 전화해" in texts
    assert {"그럼 [전화번호]", "[전화번호]로 걸게", "내 번호 [전화번호]"} <= set(texts)
    assert await store.list(Query(text="2345")) == ()
    assert [found.id for found in await store.list(Query(text="바보야"))] == [reported, kept]


async def test_findings_point_at_the_same_words_as_before(store: MaskingStore) -> None:
    text = f"{NUMBER} 이 바보야"
    insult = text.index("바보")
    found = finding()
    there = Span(insult, insult + 2)
    placed = replace(found, spans=(there, Span(4, 8)))
    kept = await store.get(await store.open(opening(text), objection(text, placed, stage=Stage.INPUT)))
    again = kept.objections[0]
    places = [again.text[span.start : span.end] for span in again.findings[0].spans]

    assert places == ["바보", "[전화번호]"]


async def test_what_is_read_and_reviewed_goes_through_untouched(store: MaskingStore) -> None:
    kept = await store.open(opening("hello"), objection("draft"))
    reviewed = await decide(store, kept, Ruling.UPHELD)

    assert reviewed.case.ruling is Ruling.UPHELD
    assert reviewed.objections == (objection("draft"),)
