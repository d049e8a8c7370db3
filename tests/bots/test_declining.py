"""What the router gives for something that holds no words."""

from dataclasses import replace

from bots.cards import Card
from bots.platform import Caller
from bots.state import Entry
from bots.state.memory import MemoryState
from moderation.errors import StoreFailed
from personas.messages import Passage
from tests.support.house import ALONE, SCHOLAR, Opened, caller, open_house
from tests.support.stage import NOW, PERSONA, reply_of, scripted


class Broken(MemoryState):
    """Takes nothing in."""

    async def put_new(self, entry: Entry) -> bool:
        raise StoreFailed("stores.closed")


async def declined(opened: Opened, who: Caller) -> list[str]:
    """What somebody is shown, each with its kind."""
    shown = []
    async for event in opened.host.decline(who):
        assert isinstance(event, Card | Passage)
        shown.append(f"card: {event.title}" if isinstance(event, Card) else event.text)
    return shown


async def test_the_persona_that_is_meant_says_it_in_its_own_words_after_the_notice_that_it_is_an_ai() -> None:
    async with open_house(scripted(reply_of("Hi."))) as opened:
        notice, words = await declined(opened, caller(persona="scholar"))
        again = await declined(opened, caller(persona="keeper"))

        assert "AI" in notice
        assert words == SCHOLAR.wordless[0]
        assert again == [PERSONA.wordless[0]]


async def test_words_of_ours_in_the_language_of_the_persona_stand_in_for_an_author_who_wrote_none() -> None:
    async with open_house(scripted(reply_of("Hi.")), personas=[replace(SCHOLAR, wordless=())]) as opened:
        *_, words = await declined(opened, caller())

        assert words == "여기서는 글만 읽을 수 있어요. 글로 적어 주세요."


async def test_who_rests_or_is_for_adults_does_not_speak_here_either() -> None:
    async with open_house(scripted(reply_of("Hi."))) as opened:
        assert await declined(opened, caller(persona="rake", place=ALONE)) == [
            "card: Rake is for adults, and speaks only in age-restricted channels."
        ]
        await opened.house.scenes.places.change("test:server:1", paused=True)
        (card,) = await declined(opened, caller())

        assert card.startswith("card: The personas are resting here.")


async def test_where_the_state_fails_nobody_speaks() -> None:
    async with open_house(scripted(reply_of("Hi.")), state=Broken(clock=lambda: NOW)) as opened:
        (card,) = await declined(opened, caller())

        assert card.startswith("card: Something of mine is broken just now")


async def test_it_counts_among_the_messages_of_a_day() -> None:
    async with open_house(scripted(reply_of("Hi.")), settings="[places]\nperson_messages = 1\n") as opened:
        await declined(opened, caller())
        second = await declined(opened, caller(message="m2"))

        assert second == ["card: That was all for today: a limit is reached."]
