"""How much is remembered of thirty things told in five conversations, by rules and words alone."""

from personas.memory.noticing import Rules
from tests.personas.memory_lines import SAYING, TELLING
from tests.personas.memory_plants import PLANTS, measure
from tests.support.remembering import minded


async def test_what_was_told_is_recalled_nothing_of_anybody_else_and_nothing_that_no_longer_holds() -> None:
    assert sum(map(len, PLANTS)) == 30
    async with minded("tobias", "hayun") as mind:
        rates = await measure(mind)

    assert rates.recall >= 0.9, rates.missed
    assert rates.wrong_person == 0, rates.leaked
    assert rates.stale == 0
    assert (rates.asked, rates.replaced) >= (24, 5)


def test_half_of_what_the_rules_were_not_written_for_is_noticed_and_next_to_nothing_else() -> None:
    rules = Rules.load()

    assert (len(TELLING), len(SAYING)) == (40, 35)
    assert sum(bool(rules.notice(line)) for line in TELLING) >= 20
    assert sum(bool(rules.notice(line)) for line in SAYING) <= 1
