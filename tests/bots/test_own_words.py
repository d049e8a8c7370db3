"""A community's own words: tried before they hold, heard there alone, and gone again."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest

from bots.cards import Card, Tone
from bots.config import Settings
from bots.errors import NotAllowed, UsageError
from bots.own_words import OwnWords, Words
from bots.parts import tools_of
from bots.review_commands import ReviewCommands
from bots.state import Entry
from bots.state.memory import MemoryState
from moderation.cases import Rank
from moderation.errors import ModerationError
from moderation.filters.lexicon import Lexicon
from moderation.guard import Guard
from moderation.policy import Policy
from moderation.records import Brief, Candidate, Decision, Stage
from moderation.review import ReviewDesk
from moderation.stores.memory import MemoryStore
from moderation.wordlists import WordLists, read_word_lists
from tests.support.exchanges import NOON, by, closing, finding, numbered, objection, opening
from tests.support.house import ALONE, SERVER, caller, open_house
from tests.support.stage import Asks, Marks, on_stage, reply_of, scripted

LISTED = 'language = "en"\nprovenance = "made up"\nallow = ["barfish"]\n[[group]]\ncategory = "profanity"\nseverity = 0.9\nterms = ["gorp"]\n[[group]]\ncategory = "self_harm"\nseverity = 0.9\nterms = ["snarl"]\n'  # noqa: E501


@pytest.fixture
def listed(tmp_path_factory: pytest.TempPathFactory) -> WordLists:
    file = tmp_path_factory.mktemp("lists") / "made.toml"
    file.write_text(LISTED, encoding="utf-8")
    return read_word_lists([file])


def found(lexicon: Lexicon, text: str, community: str = "s1") -> set[str]:
    """The categories that are found in a text there."""
    candidate = Candidate(stage=Stage.WHOLE, text=text, brief=Brief(community=community))
    return {signal.category for signal in lexicon.examine(candidate) if signal.score}


def own(*added: str, allowed: tuple[str, ...] = (), category: str = "threat") -> WordLists:
    return Words(added=tuple((word, category) for word in added), allowed=allowed).lists


def test_an_added_word_is_found_there_alone_and_however_it_is_disguised(listed: WordLists) -> None:
    lexicon = Lexicon(listed)
    lexicon.hear("s1", own("flibber", "구름떡"))

    for text in ("you flibber", "F.L.I.B.B.E.R", "fl1bber", "구름떡은", "구 름 떡"):
        assert found(lexicon, text) == {"threat"}, text
        assert found(lexicon, text, "s2") == found(lexicon, text, "") == set()
    assert found(lexicon, "gorp") == found(lexicon, "gorp", "s2") == {"profanity"}
    lexicon.hear("s1", None)
    assert found(lexicon, "you flibber") == set()


def test_what_a_community_allows_is_no_hit_there_but_safety_is_not_its_to_allow(listed: WordLists) -> None:
    lexicon = Lexicon(listed)
    lexicon.hear("s1", own(allowed=("gorp", "snarl")))

    assert found(lexicon, "gorp") == set()
    assert found(lexicon, "gorp", "s2") == {"profanity"}
    assert found(lexicon, "snarl") == {"self_harm"}


def test_what_all_lists_allow_keeps_no_community_from_objecting_to_it(listed: WordLists) -> None:
    lexicon = Lexicon(listed)
    lexicon.hear("s1", own("barfish"))

    assert found(lexicon, "barfish") == {"threat"}
    lexicon.hear("s1", own("barfish", allowed=("barfish",)))
    assert found(lexicon, "barfish") == set()


def test_a_trial_changes_nothing(listed: WordLists) -> None:
    lexicon = Lexicon(listed)

    tried = lexicon.trying(own("flibber"))

    assert found(tried, "flibber", "") == {"threat"}
    assert found(lexicon, "flibber", "") == found(lexicon, "flibber") == set()


def test_a_word_is_objected_to_or_allowed_and_never_both() -> None:
    words = Words().adding("a1", "threat").allowing("a1").adding("b2", "slur").adding("b2", "threat")

    assert words == Words(added=(("b2", "threat"),), allowed=("a1",))
    assert words.without("a1").without("b2") == Words()


async def test_everything_of_a_reply_is_judged_as_of_the_community_it_is_in() -> None:
    seen: list[str] = []
    marks = Marks(fault=lambda candidate: seen.append(candidate.brief.community))
    async with on_stage(scripted(reply_of("Aye.", "The lamp is lit.")), filters=(marks, Asks())) as stage:
        seen.clear()
        stage.conversation.community = "s1"
        await stage.say()

    assert len(seen) >= 4
    assert set(seen) == {"s1"}


async def test_a_scene_has_the_words_of_its_community_ready_and_in_private_none() -> None:
    async with open_house(scripted(reply_of("Aye."))) as opened:
        here, alone = [await opened.house.scenes.of(caller(place=place)) for place in (SERVER, ALONE)]

    assert (here.conversation.community, alone.conversation.community) == ("test:server:1", "")


# --- as admins type it -----------------------------------------------------------------------------------------------


@dataclass
class Town:
    """A community, s1, in whose store a1 was blocked for gorp and a2 shown with a flibber in it."""

    state: MemoryState
    store: MemoryStore
    guard: Guard
    words: OwnWords

    async def typed(
        self, line: str, *, rank: Rank = Rank.ADMIN, server: str | None = "s1", language: str = "en"
    ) -> Card:
        desk = ReviewDesk(self.store, clock=lambda: NOON)
        tools = replace(tools_of(Settings.load(b"", {}), self.state, now=lambda: NOON), words=self.words)
        commands = ReviewCommands(desk, language="en", tools=tools)
        return await commands.run(line.split(), by=by("ada", rank=rank), server=server)

    async def decision(self, text: str, server: str = "s1") -> Decision:
        candidate = Candidate(stage=Stage.WHOLE, text=text, brief=Brief(community=server))
        return (await self.guard.judge(candidate)).decision


@pytest.fixture(scope="module")
def policy() -> Policy:
    return Policy.load().narrowed(["lexicon"])


@pytest.fixture
async def town(listed: WordLists, policy: Policy) -> AsyncIterator[Town]:
    state, store = MemoryState(clock=lambda: NOON), MemoryStore(ids=numbered())
    guard = Guard((Lexicon(listed),), policy, monotonic=time.monotonic)
    gorp, other = finding("lexicon.profanity", Decision.BLOCK), finding("toxicity.insult", Decision.FLAG)
    for text, shown, server, found_ in (
        ("you gorp", "hello", "s1", gorp),
        ("hm", "you flibber", "s1", other),
        ("you gorp", "flibber", "s2", gorp),
    ):
        kept = await store.open(opening(server=server), objection(text, found_))
        await store.close(kept, closing(shown=shown))
    yield Town(state, store, guard, OwnWords(state, guard))
    guard.close()


async def test_a_word_is_tried_on_what_is_kept_there_before_it_holds(town: Town) -> None:
    tried = await town.typed("lexicon add flibber threat")

    assert [row.text for row in tried.rows] == ["1: a2", "0"]
    assert "/review lexicon add flibber threat yes" in tried.hint
    assert await town.decision("flibber") is Decision.ALLOW
    assert (await town.typed("lexicon list")).rows == ()

    assert (await town.typed("lexicon add flibber threat yes")).tone is Tone.GOOD

    assert await town.decision("flibber") is Decision.BLOCK
    assert await town.decision("flibber", "s2") is Decision.ALLOW


async def test_what_an_allowed_word_would_have_released_is_told(town: Town) -> None:
    tried = await town.typed("lexicon allow gorp")
    assert [row.text for row in tried.rows] == ["0", "1: a1"]

    await town.typed("lexicon allow gorp yes")

    assert await town.decision("gorp") is Decision.ALLOW
    assert [(row.label, row.text) for row in (await town.typed("lexicon")).rows] == [("allowed", "gorp")]
    await town.typed("lexicon remove gorp yes")
    assert await town.decision("gorp") is Decision.BLOCK


async def test_words_hold_after_a_restart_from_the_first_text_on_and_move_with_their_community(town: Town) -> None:
    await town.typed("lexicon add flibber yes")
    town.guard.filters[0].hear("s1", None)  # type: ignore[attr-defined]
    anew = OwnWords(town.state, town.guard)
    assert await town.decision("flibber") is Decision.ALLOW

    await anew.ready("s1")
    assert await town.decision("flibber") is Decision.BLOCK

    await anew.move("s1", "s9")
    await anew.move("s1", "s9")
    await anew.ready("s9")
    assert await town.decision("flibber", "s9") is Decision.BLOCK


async def test_words_that_are_changed_while_the_old_ones_are_read_hold(town: Town) -> None:
    changed = asyncio.Event()

    class Slow(MemoryState):
        async def get(self, kind: str, key: str) -> Entry | None:
            entry = await super().get(kind, key)
            await changed.wait()
            return entry

    words, after = OwnWords(Slow(clock=lambda: NOON), town.guard), Words().adding("gorp", "threat")
    reading = asyncio.create_task(words.of("s9"))
    await asyncio.sleep(0)
    await words.put("s9", after)
    changed.set()

    assert await reading == await words.of("s9") == after


async def test_what_another_process_sets_holds_from_the_next_message_on(town: Town, listed: WordLists) -> None:
    guard = Guard((Lexicon(listed),), town.guard.policy, monotonic=time.monotonic)
    outside = OwnWords(town.state, guard)
    await town.words.ready("s1")
    await outside.put("s1", Words().adding("flibber", "threat"))
    assert await town.decision("flibber") is not Decision.BLOCK

    await town.words.ready("s1")
    assert await town.decision("flibber") is Decision.BLOCK
    await outside.put("s1", Words())
    await town.words.ready("s1")
    assert await town.decision("flibber") is not Decision.BLOCK
    guard.close()


async def test_a_community_that_is_forgotten_for_room_is_remembered_when_it_speaks(town: Town) -> None:
    small = OwnWords(town.state, town.guard, remembered=1)
    await small.put("s1", Words().adding("flibber", "threat"))
    await small.ready("s2")
    assert await town.decision("flibber") is Decision.ALLOW

    await small.ready("s1")

    assert await town.decision("flibber") is Decision.BLOCK


@pytest.mark.parametrize(
    "line",
    [
        "lexicon add", "lexicon dance x", "lexicon add flibber nonsense", "lexicon allow a b", "lexicon add x yes",
        f"lexicon add {'x' * 51} yes", "lexicon list x", "lexicon add ... yes",
    ],
)  # fmt: skip
async def test_what_is_no_word_is_refused_and_nothing_is_kept(town: Town, line: str) -> None:
    with pytest.raises((UsageError, ModerationError)):
        await town.typed(line)

    assert await town.words.of("s1") == Words()


async def test_only_admins_change_words_and_only_where_they_hold(town: Town) -> None:
    with pytest.raises(NotAllowed):
        await town.typed("lexicon add flibber yes", rank=Rank.SENIOR)
    for server in (None, ""):
        with pytest.raises(UsageError, match="lexicon"):
            await town.typed("lexicon add flibber yes", server=server)
    assert (await town.typed("lexicon remove nothing yes")).tone is Tone.BAD
