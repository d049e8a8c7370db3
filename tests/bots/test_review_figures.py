"""The figures of the desk as moderators get them, and who may do what there."""

from datetime import timedelta

import pytest

from bots.cards import Card
from bots.config import Settings
from bots.errors import NotAllowed, UsageError
from bots.parts import tools_of
from bots.review_asking import RANKS, help_card
from bots.review_commands import ReviewCommands
from bots.review_figures import duration
from bots.state.memory import MemoryState
from moderation.cases import Rank
from moderation.records import Decision
from moderation.review import ReviewDesk
from moderation.stores.memory import MemoryStore
from moderation.words import LANGUAGES
from tests.support.exchanges import NOON, by, closing, finding, numbered, objection, opening


class Desk:
    """Ten cases of two rules and two personas, three of them decided."""

    def __init__(self) -> None:
        self.now = NOON
        self.store = MemoryStore(ids=numbered())
        self.desk = ReviewDesk(self.store, clock=lambda: self.now)
        self.tools = tools_of(Settings.load(b"", {}), MemoryState(clock=lambda: self.now), now=lambda: self.now)

    async def fill(self) -> "Desk":
        for number in range(10):
            rule, persona = ("lexicon.slur", "maren") if number % 2 else ("bias.claim", "halmi")
            found = finding(rule, Decision.BLOCK if number < 2 else Decision.FLAG)
            kept = await self.store.open(opening(persona=persona, server="s1"), objection("x", found))
            await self.store.close(kept, closing())
        await self.typed("claim a2")
        self.now += timedelta(minutes=7)
        await self.typed("uphold a2")
        await self.typed("uphold a4", who="joon")
        await self.typed("overturn a3", who="joon")
        return self

    async def typed(
        self, line: str, *, who: str = "mina", rank: Rank = Rank.MODERATOR, language: str = "en", server: str = "s1"
    ) -> Card:
        commands = ReviewCommands(self.desk, language=language, tools=self.tools)
        return await commands.run(line.split(), by=by(who, rank=rank), server=server)


@pytest.fixture
async def desk() -> Desk:
    return await Desk().fill()


def rows(card: Card) -> dict[str, str]:
    return {row.label: row.text for row in card.rows}


async def test_rules_are_told_with_precision_its_interval_and_the_time_it_took(desk: Desk) -> None:
    told = rows(await desk.typed("stats rules"))

    assert list(told) == ["lexicon.slur", "bias.claim"]
    assert told["lexicon.slur"] == "decided 2 · upheld 2 · overturned 0 · right 100% (34%–100%) · usually 7 min"
    assert told["bias.claim"] == "decided 1 · upheld 0 · overturned 1 · right 0% (0%–79%)"


async def test_categories_personas_and_moderators_have_views_of_their_own(desk: Desk) -> None:
    assert list(rows(await desk.typed("stats categories"))) == ["slur", "claim"]
    assert list(rows(await desk.typed("stats personas"))) == ["maren", "halmi"]
    people = rows(await desk.typed("stats moderators days=1"))
    assert list(people) == ["joon", "mina"]
    assert "changed since 0%" in people["joon"]
    await desk.typed("overturn a4", rank=Rank.SENIOR)
    assert "changed since 50%" in rows(await desk.typed("stats moderators"))["joon"]


async def test_an_appeal_is_no_rule_in_any_view(desk: Desk) -> None:
    await desk.desk.appeal("a4", person="p1", comment="No.", tool="test")

    assert list(rows(await desk.typed("stats rules"))) == ["lexicon.slur", "bias.claim"]
    assert list(rows(await desk.typed("stats categories"))) == ["slur", "claim"]
    assert "appeal.contested" not in rows(await desk.typed("stats"))


async def test_what_is_past_is_left_out_and_so_is_another_community(desk: Desk) -> None:
    desk.now += timedelta(days=8)

    assert (await desk.typed("stats rules days=7")).rows == ()
    assert len((await desk.typed("stats rules days=9")).rows) == 2
    assert (await desk.typed("stats rules", server="s2")).rows == ()


async def test_all_in_all_says_what_waits_by_priority_and_what_is_overdue(desk: Desk) -> None:
    told = rows(await desk.typed("stats"))
    assert told["waiting, normal"] == "waiting 1 · the oldest since 2026-03-01\u00a012:00\u00a0UTC"
    assert told["waiting, low"].startswith("waiting 6 ·")

    desk.now += timedelta(days=4)

    assert "overdue 1" in rows(await desk.typed("stats"))["waiting, normal"]


@pytest.mark.parametrize(
    "line", ["stats x", "stats rules personas", "stats days=0", "stats days=x", "stats days=99999"]
)
async def test_what_no_figures_are_kept_of_is_answered_with_how_it_goes(desk: Desk, line: str) -> None:
    with pytest.raises(UsageError, match="stats \\[rules"):
        await desk.typed(line)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("view", ["", "rules", "categories", "personas", "moderators", "rules days=1"])
async def test_figures_are_told_in_every_language(desk: Desk, view: str, language: str) -> None:
    card = await desk.typed(f"stats {view}", language=language)

    hangul = any("가" <= char <= "힣" for char in f"{card.title} {card.hint} {rows(card)}")
    assert hangul is (language == "ko")


def test_times_are_told_in_the_unit_people_think_in() -> None:
    told = [duration(timedelta(minutes=count), "en") for count in (0.1, 7, 119, 120, 2_879, 2_880)]

    assert told == ["1 min", "7 min", "119 min", "2 h", "48 h", "2 d"]


# --- who may do what -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("verb", RANKS)
async def test_a_verb_is_offered_and_taken_from_its_rank_on_and_neither_below(
    desk: Desk, verb: str, language: str
) -> None:
    assert RANKS["uphold"] is Rank.MODERATOR
    for rank in Rank:
        offered = verb in [row.label.split()[0] for row in help_card(rank, language).rows]
        assert offered is (rank >= RANKS[verb] and verb != "brief")
        try:
            await desk.typed(verb, rank=rank, language=language)
            refused = False
        except NotAllowed:
            refused = True
        except UsageError:
            refused = False
        assert refused is (rank < RANKS[verb])
