"""The review desk: what a step does, what the trail keeps, and what members report."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.errors import AlreadyInTargetState, InvalidTransition, ReviewError, UnknownExchange
from moderation.records import (
    Action,
    CaseState,
    Closing,
    Decision,
    Exchange,
    Opening,
    Origin,
    Outcome,
    Review,
    ReviewStep,
    Stage,
)
from moderation.review import REASONS, ReviewDesk, step
from moderation.stores import Query
from moderation.stores.memory import MemoryStore
from moderation.words import LANGUAGES
from tests.moderation.reviewing import OPENING, finding, objection
from tests.support.exchanges import NOON, numbered, opening

DECISIONS = {ReviewStep.UPHOLD: CaseState.UPHELD, ReviewStep.OVERTURN: CaseState.OVERTURNED}
BESIDE = (ReviewStep.NOTE, ReviewStep.REVEAL, ReviewStep.WITHDRAW)


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore(ids=numbered())


@pytest.fixture
async def desk(store: MemoryStore) -> AsyncIterator[ReviewDesk]:
    """Each step is taken a minute after the one before."""
    minutes = itertools.count()
    await store.open(OPENING, objection())
    yield ReviewDesk(store, clock=lambda: NOON + timedelta(minutes=next(minutes)))
    await store.aclose()


# --- the pure function -----------------------------------------------------------------------------------------------


@given(state=st.sampled_from(CaseState), what=st.sampled_from(ReviewStep))
def test_a_decision_moves_a_case_unless_it_stands_already(state: CaseState, what: ReviewStep) -> None:
    if what in BESIDE:
        assert step(state, what) is state
    elif DECISIONS[what] is state:
        with pytest.raises(AlreadyInTargetState):
            step(state, what)
    else:
        assert step(state, what) is DECISIONS[what]


@given(st.lists(st.sampled_from(ReviewStep)))
def test_the_last_decision_stands_whatever_was_noted_between(steps: list[ReviewStep]) -> None:
    state = CaseState.OPEN
    for what in steps:
        try:
            state = step(state, what)
        except AlreadyInTargetState:
            assert DECISIONS[what] is state

    decisions = [DECISIONS[what] for what in steps if what in DECISIONS]
    assert state is (decisions[-1] if decisions else CaseState.OPEN)


@given(st.sampled_from(CaseState), st.sampled_from(ReviewStep))
def test_no_step_leads_back_to_an_open_case(state: CaseState, what: ReviewStep) -> None:
    try:
        after = step(state, what)
    except AlreadyInTargetState:
        return

    assert (after is CaseState.OPEN) == (state is CaseState.OPEN and what in BESIDE)


# --- the desk --------------------------------------------------------------------------------------------------------


async def test_every_step_is_kept_with_who_where_when_and_what(desk: ReviewDesk) -> None:
    await desk.reveal("a1", actor="mina", tool="terminal")
    await desk.uphold("a1", actor="mina", tool="discord", note="  심한 말이에요 ")
    await desk.note("a1", "see also a0", actor="joon", tool="telegram")
    last = await desk.overturn("a1", actor="joon", tool="terminal")

    opened, upheld, overturned = CaseState.OPEN, CaseState.UPHELD, CaseState.OVERTURNED
    rows = [(r.at - NOON, r.actor, r.tool, r.step.value, r.before, r.after, r.note) for r in last.reviews]
    assert rows == [
        (timedelta(minutes=0), "mina", "terminal", "reveal", opened, opened, ""),
        (timedelta(minutes=1), "mina", "discord", "uphold", opened, upheld, "심한 말이에요"),
        (timedelta(minutes=2), "joon", "telegram", "note", upheld, upheld, "see also a0"),
        (timedelta(minutes=3), "joon", "terminal", "overturn", upheld, overturned, ""),
    ]
    assert (last.state, last.version) == (overturned, 4)
    assert await desk.show("a1") == last


async def test_deciding_the_same_again_is_said_and_changes_nothing(desk: ReviewDesk) -> None:
    before = await desk.uphold("a1", actor="mina", tool="terminal")

    with pytest.raises(AlreadyInTargetState) as refused:
        await desk.uphold("a1", actor="joon", tool="terminal")

    assert "upheld already" in refused.value.explain("en")
    assert "유지" in refused.value.explain("ko")
    assert await desk.show("a1") == before


async def test_a_decision_on_an_older_view_is_refused(desk: ReviewDesk) -> None:
    seen = await desk.show("a1")
    await desk.uphold("a1", actor="mina", tool="terminal", version=seen.version)

    with pytest.raises(InvalidTransition) as refused:
        await desk.overturn("a1", actor="joon", tool="discord", version=seen.version)

    assert refused.value.fields == {"id": "a1", "state": CaseState.UPHELD, "step": ReviewStep.OVERTURN}
    assert (await desk.show("a1")).state is CaseState.UPHELD


class Overtaking(MemoryStore):
    """Lets somebody else add a note between the look and the step, the first few times."""

    def __init__(self, *, times: int) -> None:
        super().__init__(ids=lambda: "a1")
        self.times = times

    async def get(self, exchange: str) -> Exchange:
        seen = await super().get(exchange)
        if self.times:
            self.times -= 1
            other = Review(
                at=NOON,
                actor="joon",
                tool="x",
                step=ReviewStep.NOTE,
                before=seen.state,
                after=seen.state,
                note="me too",
            )
            await self.review(exchange, other, version=seen.version)
        return seen


async def test_a_decision_that_is_overtaken_is_refused_but_a_note_looks_again() -> None:
    store = Overtaking(times=1)
    await store.open(OPENING, objection())
    desk = ReviewDesk(store, clock=lambda: NOON)

    with pytest.raises(InvalidTransition):
        await desk.uphold("a1", actor="mina", tool="terminal")
    store.times = 3
    noted = await desk.note("a1", "mine", actor="mina", tool="terminal")

    assert noted.state is CaseState.OPEN
    assert [review.note for review in noted.reviews] == ["me too"] * 4 + ["mine"]


async def test_a_note_that_is_always_overtaken_gives_up() -> None:
    store = Overtaking(times=1000)
    await store.open(OPENING, objection())

    with pytest.raises(InvalidTransition):
        await ReviewDesk(store, clock=lambda: NOON).note("a1", "mine", actor="mina", tool="terminal")


async def test_many_notes_at_once_are_all_kept(desk: ReviewDesk) -> None:
    await asyncio.gather(*(desk.note("a1", f"note {number}", actor="mina", tool="terminal") for number in range(5)))

    notes = {review.note for review in (await desk.show("a1")).reviews}
    assert notes == {f"note {number}" for number in range(5)}


@pytest.mark.parametrize("blank", ["", "  \n\t "])
async def test_a_blank_note_or_actor_is_refused(desk: ReviewDesk, blank: str) -> None:
    with pytest.raises(ReviewError) as empty:
        await desk.note("a1", blank, actor="mina", tool="terminal")
    with pytest.raises(ReviewError) as nobody:
        await desk.uphold("a1", actor=blank, tool="terminal")

    assert (empty.value.key, nobody.value.key) == ("review.empty_note", "review.nobody")
    assert (await desk.show("a1")).reviews == ()


async def test_an_unknown_exchange_is_said_to_be_unknown(desk: ReviewDesk) -> None:
    with pytest.raises(UnknownExchange, match="zz"):
        await desk.reveal("zz", actor="mina", tool="terminal")


async def test_the_desk_lists_searches_and_counts(desk: ReviewDesk, store: MemoryStore) -> None:
    await store.open(OPENING, objection(finding("bias")))
    await store.close("a2", Closing(at=NOON, outcome=Outcome.WITHHELD, shown="다른 말"))
    await desk.overturn("a2", actor="mina", tool="terminal")

    assert [each.id for each in await desk.list(Query(state=CaseState.OPEN))] == ["a1"]
    assert [each.id for each in await desk.search("바보")] == ["a2", "a1"]
    assert [each.id for each in await desk.search("바보", limit=1)] == ["a2"]
    assert [each.id for each in await desk.search("다른")] == ["a2"]
    stats = await desk.stats()
    assert stats.states["overturned"] == 1
    assert stats.rules["bias.slur"].overturned == 1


# --- one community among others --------------------------------------------------------------------------------------


@pytest.fixture
async def shared(store: MemoryStore) -> AsyncIterator[ReviewDesk]:
    """a1 of one community, a2 of another, a3 in private."""
    for server in ("s1", "s2", ""):
        await store.open(opening(f"hello {server}", server=server), objection())
        await store.count(Outcome.CLEAN, server)
    yield ReviewDesk(store, clock=lambda: NOON)
    await store.aclose()


ASKS: dict[str, Callable[[ReviewDesk, str, str | None], Awaitable[object]]] = {
    "show": lambda desk, case, server: desk.show(case, server=server),
    "uphold": lambda desk, case, server: desk.uphold(case, actor="m", tool="t", server=server),
    "overturn": lambda desk, case, server: desk.overturn(case, actor="m", tool="t", server=server),
    "note": lambda desk, case, server: desk.note(case, "n", actor="m", tool="t", server=server),
    "reveal": lambda desk, case, server: desk.reveal(case, actor="m", tool="t", server=server),
    "withdraw": lambda desk, case, server: desk.withdraw(case, actor="m", tool="t", server=server),
    "list before": lambda desk, case, server: desk.list(Query(before=case), server=server),
    "next after": lambda desk, case, server: desk.next(after=case, server=server),
}


@pytest.mark.parametrize("ask", ASKS)
async def test_a_case_of_another_community_is_as_if_it_did_not_exist(shared: ReviewDesk, ask: str) -> None:
    before = [await shared.show(case) for case in ("a1", "a2", "a3")]

    for server, hidden in (("s1", ("a2", "a3")), ("s2", ("a1", "a3")), ("", ("a1", "a2"))):
        for case in hidden:
            with pytest.raises(UnknownExchange) as refused:
                await ASKS[ask](shared, case, server)
            with pytest.raises(UnknownExchange) as missing:
                await ASKS[ask](shared, "zz", server)
            assert refused.value.explain("en").replace(case, "zz") == missing.value.explain("en")

    assert [await shared.show(case) for case in ("a1", "a2", "a3")] == before
    for server, own in (("s1", "a1"), ("s2", "a2"), ("", "a3")):
        await ASKS[ask](shared, own, server)


async def test_who_runs_the_instance_reaches_every_case(shared: ReviewDesk) -> None:
    for case in ("a1", "a2", "a3"):
        for ask in ASKS.values():
            await ask(shared, case, None)


async def test_what_is_listed_counted_and_put_before_somebody_is_of_their_community(shared: ReviewDesk) -> None:
    async def seen(server: str | None) -> tuple[list[str], list[str], str, int, int]:
        case = await shared.next(server=server)
        stats = await shared.stats(server=server)
        return (
            [each.id for each in await shared.list(Query(), server=server)],
            [each.id for each in await shared.search("hello", server=server)],
            case.id if case else "",
            stats.outcomes["clean"],
            stats.states["open"],
        )

    assert await seen(None) == (["a3", "a2", "a1"], ["a3", "a2", "a1"], "a1", 3, 3)
    assert await seen("s1") == (["a1"], ["a1"], "a1", 1, 1)
    assert await seen("s2") == (["a2"], ["a2"], "a2", 1, 1)
    assert await seen("") == ([], [], "", 0, 0), "in private nobody reviews, least of all everything"
    assert await shared.list(Query(server="s2"), server="s1") == ()
    assert set((await shared.stats(server="")).outcomes) == {outcome.value for outcome in Outcome}


async def test_a_case_can_be_left_for_later(shared: ReviewDesk) -> None:
    seen: list[str] = []
    while case := await shared.next(after=seen[-1] if seen else ""):
        seen.append(case.id)

    assert seen == ["a1", "a2", "a3"]


# --- what members report ---------------------------------------------------------------------------------------------


async def reported(desk: ReviewDesk, *, message: str = "m9", **changes: str) -> str:
    """The id of the exchange a report of p2 stands in."""
    told = {"said": "hi", "shown": "the reply", "reason": "hateful", "comment": " 너무해요 ", "exchange": ""} | changes
    return await desk.report(
        origin=Origin(platform="discord", conversation="c1", person="p2", message=message, server="s1"),
        persona="halmi",
        persona_version="v1",
        model="scripted",
        policy="cafe",
        language="ko",
        **told,
    )


async def test_a_report_is_an_open_case_with_what_was_shown_and_why(desk: ReviewDesk) -> None:
    case = await desk.show(await reported(desk))

    (objected,) = case.objections
    (found,) = objected.findings
    assert (objected.stage, objected.text, objected.by) == (Stage.WHOLE, "the reply", "p2")
    assert (found.rule, found.decision, found.detail) == ("report.hateful", Decision.FLAG, "너무해요")
    assert (found.version, found.score, found.action) == ("1", None, Action.NONE)
    assert case.opening == Opening(
        origin=Origin(platform="discord", conversation="c1", person="p2", message="m9", server="s1"),
        at=NOON,
        persona="halmi",
        persona_version="v1",
        model="scripted",
        policy="cafe",
        language="ko",
        said="hi",
    )
    assert case.closing is not None
    assert (case.closing.outcome, case.closing.shown, case.state) == (Outcome.FLAGGED, "the reply", CaseState.OPEN)
    assert sum((await desk.stats()).outcomes.values()) == 0


async def test_the_case_of_a_report_is_of_the_person_who_was_answered(desk: ReviewDesk, store: MemoryStore) -> None:
    case = await reported(desk, answered="p7")

    assert (await desk.show(case)).opening.origin.person == "p7"
    assert (await desk.show(case)).objections[0].by == "p2"
    assert await store.erase("p7", platform="discord") == 1
    assert (await desk.show(case)).opening.said == ""


async def test_a_report_made_twice_is_one_and_may_join_what_is_kept(desk: ReviewDesk, store: MemoryStore) -> None:
    place = Origin(platform="discord", conversation="c1", person="p1", message="m1", server="s1")
    kept = await store.open(replace(OPENING, origin=place), objection())

    assert await reported(desk, exchange=kept) == await reported(desk, exchange=kept, comment="again") == kept
    assert await reported(desk, exchange="zz", message="m10") not in {"zz", kept}
    assert len((await desk.show(kept)).objections) == 2


async def test_a_report_reopens_nothing(desk: ReviewDesk) -> None:
    case = await reported(desk)
    await desk.overturn(case, actor="mina", tool="discord")

    assert await reported(desk, exchange=case, message="m10") == case

    after = await desk.show(case)
    assert (after.state, len(after.objections)) == (CaseState.OVERTURNED, 2)


async def test_a_reason_nobody_knows_is_refused_with_those_there_are(desk: ReviewDesk) -> None:
    before = await desk.list(Query())

    with pytest.raises(ReviewError) as refused:
        await reported(desk, reason="boring")

    for language in LANGUAGES:
        assert all(known in refused.value.explain(language) for known in (*REASONS, "boring"))
    assert await desk.list(Query()) == before


async def test_taking_down_is_noted_and_decides_nothing(desk: ReviewDesk) -> None:
    await desk.uphold("a1", actor="mina", tool="terminal")
    once = await desk.withdraw("a1", actor="mina", tool="discord", note=" 지워요 ")
    twice = await desk.withdraw("a1", actor="joon", tool="discord")

    noted = once.reviews[-1]
    assert (noted.step, noted.actor, noted.note) == (ReviewStep.WITHDRAW, "mina", "지워요")
    assert (noted.before, noted.after, twice.state) == (CaseState.UPHELD, CaseState.UPHELD, CaseState.UPHELD)
    assert len(twice.reviews) == 3
