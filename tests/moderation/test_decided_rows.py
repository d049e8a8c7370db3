"""What people decided as training rows: whose texts are used, and what they teach."""

import pytest

from moderation.models.corpus import OWN
from moderation.models.decided import DecidedRows, decided_rows
from moderation.records import Objection
from moderation.stores.memory import MemoryStore
from tests.support import exchanges
from tests.support.decided import fill, scored

CALM = "the quiet harbour"
KOREAN = "항구가 참 조용하네요"


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore(ids=exchanges.numbered())


def of(text: str, rule: str = "toxicity.insult") -> Objection:
    return scored(rule, 0.9, version="v1", text=text)


async def rows(store: MemoryStore, *people: str) -> DecidedRows:
    """`people` agreed, on the console."""

    async def consented(platform: str, person: str) -> bool:
        return platform == "console" and person in people

    return await decided_rows(store, consented)


async def test_only_texts_of_people_who_agreed_are_used_and_the_others_are_counted(store: MemoryStore) -> None:
    await fill(store, [(of(CALM), False)], person="mina")
    await fill(store, [(of("you blorb"), True), (of("another"), True)], person="hana")

    found = await rows(store, "mina")
    assert [(row.text, row.targets) for row in found.rows] == [(CALM, {"insult": False})]
    assert found.withheld == 2
    nobody = await rows(store)
    assert (nobody.rows, nobody.withheld) == ((), 3)


async def test_a_row_teaches_the_head_of_the_rule_in_the_language_of_the_text(store: MemoryStore) -> None:
    await fill(
        store,
        [
            (of(KOREAN), False),
            (of("I am a man", "character.human_claim"), True),
            (of(CALM, "bias.generalisation"), True),
        ],
        person="mina",
    )

    found = await rows(store, "mina")
    assert {(row.text, row.lang, row.label, *row.targets.items()) for row in found.rows} == {
        (KOREAN, "ko", False, ("insult", False)),
        ("I am a man", "en", True, ("human_claim", True)),
    }
    assert {row.source for row in found.rows} == {OWN}
    assert found.withheld == 0  # a rule without a head teaches nothing, whoever agreed


async def test_what_was_decided_both_ways_or_not_at_all_teaches_nothing(store: MemoryStore) -> None:
    await fill(
        store,
        [(of(CALM), False), (of(CALM), True), (of("open"), None), (of("twice"), True), (of("twice"), True)],
        person="mina",
    )

    assert [row.text for row in (await rows(store, "mina")).rows] == ["twice"]


async def test_what_was_erased_teaches_nothing(store: MemoryStore) -> None:
    await fill(store, [(of(CALM), False)], person="mina")
    await store.erase("mina", platform="console")

    assert (await rows(store, "mina", "")).rows == ()


async def test_what_is_nobodys_teaches_nothing(store: MemoryStore) -> None:
    await fill(store, [(of(CALM), False)], person="")

    found = await rows(store, "")
    assert (found.rows, found.withheld) == ((), 1)
