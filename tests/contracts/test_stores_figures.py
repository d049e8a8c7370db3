"""What every store tells of decisions that were made."""

from dataclasses import replace
from datetime import timedelta

import pytest

from moderation.cases import GUARD, Priority, Rank, ReviewStep, Ruling
from moderation.figures import Decided
from moderation.records import Decision, Outcome
from moderation.review import ReviewDesk
from moderation.stores import Query, Store
from tests.support.exchanges import NOON, by, closing, finding, objection, opening

MINUTE = timedelta(minutes=1)


class Desk:
    """A desk over a store, with a clock to be set."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.now = NOON
        self.desk = ReviewDesk(store, clock=lambda: self.now)

    async def case(self, *rules: str, server: str = "s1", persona: str = "maren") -> str:
        begun = opening(server=server, persona=persona)
        kept = await self.store.open(begun, objection("x", *(finding(rule) for rule in rules or ("lexicon.slur",))))
        await self.store.close(kept, closing())
        return kept

    async def take(self, case: str, step: ReviewStep, *, who: str = "mina", after: timedelta = MINUTE) -> None:
        self.now += after
        await self.desk.take(case, step, by=by(who, rank=Rank.SENIOR))

    async def decided(self, server: str | None = None, *, past: timedelta = timedelta(days=30)) -> tuple[Decided, ...]:
        return await self.desk.decided(past, server=server)


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)


async def test_a_decision_is_told_with_who_what_how_long_and_about_which_rules(desk: Desk) -> None:
    kept = await desk.case("lexicon.slur", "guard.late")
    await desk.take(kept, ReviewStep.CLAIM)
    await desk.take(kept, ReviewStep.OVERTURN, after=4 * MINUTE)

    (made,) = await desk.decided()

    assert made == Decided(
        case=kept,
        at=NOON + 5 * MINUTE,
        by="mina",
        ruling=Ruling.OVERTURNED,
        stands=True,
        changed=False,
        handling=4 * MINUTE,
        persona="maren",
        rules=("guard.late", "lexicon.slur"),
    )


async def test_what_was_decided_otherwise_or_taken_back_is_changed_and_what_was_confirmed_only_stands_no_more(
    desk: Desk,
) -> None:
    changed, reopened, twice, confirmed = [await desk.case() for _ in range(4)]
    for case in (changed, reopened, twice, confirmed):
        await desk.take(case, ReviewStep.UPHOLD)
    await desk.take(changed, ReviewStep.OVERTURN, who="joon")
    await desk.take(reopened, ReviewStep.REOPEN)
    await desk.take(twice, ReviewStep.REOPEN)
    await desk.take(twice, ReviewStep.UPHOLD, who="joon")
    await desk.desk.appeal(confirmed, person="p1", comment="No.", tool="console")
    await desk.take(confirmed, ReviewStep.UPHOLD, who="joon")

    told = [(each.case, each.by, each.ruling.value, each.stands, each.changed) for each in await desk.decided()]

    assert told == [
        (changed, "mina", "upheld", False, True),
        (reopened, "mina", "upheld", False, True),
        (twice, "mina", "upheld", False, True),
        (confirmed, "mina", "upheld", False, False),
        (changed, "joon", "overturned", True, False),
        (twice, "joon", "upheld", True, False),
        (confirmed, "joon", "upheld", True, False),
    ]


async def test_words_of_somebodys_own_are_a_decision_and_what_nobody_decided_in_time_is_none(desk: Desk) -> None:
    held = [
        await desk.store.open(opening(server="s1"), objection("a draft", finding("lexicon.slur", Decision.BLOCK)))
        for _ in range(2)
    ]
    for case in held:
        await desk.store.close(case, closing(Outcome.HELD))
    await desk.desk.take(held[0], ReviewStep.EDIT, by=by("mina"), note="Other words.")
    await desk.desk.take(held[1], ReviewStep.UPHOLD, by=GUARD)

    assert [(each.case, each.by, each.ruling, each.stands) for each in await desk.decided()] == [
        (held[0], "mina", Ruling.UPHELD, True)
    ]


async def test_the_time_is_that_since_the_claim_before_the_decision_and_of_one_press_unknown(desk: Desk) -> None:
    slow, quick = await desk.case(), await desk.case()
    await desk.take(slow, ReviewStep.CLAIM)
    await desk.take(slow, ReviewStep.RELEASE)
    await desk.take(slow, ReviewStep.CLAIM, after=60 * MINUTE)
    await desk.take(slow, ReviewStep.UPHOLD, after=2 * MINUTE)
    await desk.take(quick, ReviewStep.UPHOLD)
    await desk.take(slow, ReviewStep.REOPEN)
    await desk.take(slow, ReviewStep.CLAIM)  # after the decisions: of none of them

    assert [each.handling for each in await desk.decided()] == [2 * MINUTE, None]


async def test_only_the_time_that_has_just_passed_and_one_community_are_told_of(desk: Desk) -> None:
    old, here, there = await desk.case(), await desk.case(), await desk.case(server="s2")
    await desk.take(old, ReviewStep.UPHOLD)
    await desk.take(here, ReviewStep.UPHOLD, after=timedelta(days=2))
    await desk.take(there, ReviewStep.UPHOLD)

    assert [each.case for each in await desk.decided(past=timedelta(days=1))] == [here, there]
    assert [each.case for each in await desk.decided("s1")] == [old, here]
    assert await desk.decided("s3") == await desk.decided("") == ()


async def test_cases_that_were_merged_are_one_with_the_rules_of_both(desk: Desk) -> None:
    one, other = await desk.case("lexicon.slur"), await desk.case("guard.late")
    await desk.desk.merge(one, other, by=by())
    await desk.take(other, ReviewStep.UPHOLD)

    (made,) = await desk.decided()

    assert (made.case, made.rules, made.stands) == (one, ("guard.late", "lexicon.slur"), True)


async def test_how_cases_stand_is_counted_over_all_communities_as_the_statistics_do(desk: Desk) -> None:
    cases = [await desk.case(server=server) for server in ("s1", "s1", "s2", "s2")]
    await desk.take(cases[0], ReviewStep.UPHOLD)
    await desk.take(cases[1], ReviewStep.CLAIM)
    await desk.take(cases[2], ReviewStep.OVERTURN)

    standing, stats = await desk.desk.standing(), await desk.store.stats()

    assert {name: count for name, count in standing.states.items() if count} == {"claimed": 1, "closed": 2, "queued": 1}
    assert standing.rulings == {"upheld": 1, "overturned": 1}
    assert (standing.states, standing.rulings) == (stats.states, stats.rulings)


async def test_siblings_are_cases_that_wait_of_one_person_with_one_persona_in_one_place(desk: Desk) -> None:
    async def kept(at: timedelta = timedelta(0), *, person: str = "p1", **more: str) -> str:
        begun = replace(opening(person=person, **more), at=NOON + at)
        case = await desk.store.open(begun, objection("x", finding("lexicon.slur"), finding("bias.claim")))
        await desk.store.close(case, closing())
        return case

    late, early = await kept(MINUTE), await kept()
    claimed, erased = await kept(), await kept(person="p3")
    other = [await kept(person="p2"), await kept(server="s9"), await kept(persona="maren"), await kept(person="p3")]
    nobody = [await kept(person="") for _ in range(2)]
    await desk.take(claimed, ReviewStep.CLAIM)
    await desk.store.erase("p3", platform="console")

    found = await desk.store.siblings(100)

    assert [each.case for each in found] == [early, late], (other, nobody, erased)
    assert {each.rules for each in found} == {frozenset({"lexicon.slur", "bias.claim"})}
    assert (found[0].opened, found[0].person) == (NOON, found[1].person)
    assert [each.case for each in await desk.store.siblings(2)] == [early, late]
    assert await desk.store.siblings(1) == ()


async def test_an_erased_case_still_counts(desk: Desk) -> None:
    kept = await desk.case()
    await desk.take(kept, ReviewStep.UPHOLD)
    await desk.store.erase("p1", platform="console")

    assert [(each.case, each.rules) for each in await desk.decided()] == [(kept, ("lexicon.slur",))]


async def test_a_list_is_narrowed_by_category_and_by_when_and_how_late(desk: Desk) -> None:
    for rules in (("lexicon.slur",), ("bias.claim",), ("toxicity.slur",)):
        await desk.case(*rules)

    async def listed(**query: object) -> list[str]:
        return [kept.id for kept in await desk.store.list(Query(**query))]  # type: ignore[arg-type]

    second = timedelta(seconds=1)
    assert await listed(category="slur") == ["a3", "a1"]
    assert await listed(category="slur", rule="lexicon") == ["a1"]
    assert await listed(category="lexicon") == await listed(category="sl") == []
    assert len(await listed(opened_after=NOON)) == len(await listed(opened_before=NOON + second)) == 3
    assert await listed(opened_after=NOON + second) == await listed(opened_before=NOON) == []
    low, normal, *rest = [NOON] * len(Priority)
    assert len(await listed(late=(low + second, normal, *rest))) == 3
    assert await listed(late=(low, normal + second, *rest)) == []
