"""What people are told where the state cannot be asked: that it did not work. Nothing is done then."""

from collections.abc import Sequence

import pytest

from bots.places import Place
from bots.state import Entry
from bots.state.memory import MemoryState
from moderation.errors import StoreFailed
from moderation.words import LANGUAGES, catalogue
from tests.bots.telegram.menu_stage import alert, on_telegram
from tests.support.stage import NOW, reply_of, scripted

REPLIES = tuple(reply_of(f"Reply {number}.") for number in range(1, 5))


def told(language: str = "en") -> str:
    return catalogue("bots").say("showing.not_possible", language)


class Failing(MemoryState):
    """A state whose disk is full, or cannot be asked, once a test says so."""

    def __init__(self) -> None:
        super().__init__(clock=lambda: NOW)
        self.full = self.unasked = False

    async def many(self, kind: str, keys: Sequence[str]) -> dict[str, Entry]:
        if self.unasked:
            raise StoreFailed("stores.closed")
        return await super().many(kind, keys)

    async def put(self, entry: Entry) -> None:
        if self.full:
            raise StoreFailed("stores.closed")
        await super().put(entry)

    async def put_new(self, entry: Entry) -> bool:
        if self.full or self.unasked:
            raise StoreFailed("stores.closed")
        return await super().put_new(entry)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_whoever_types_or_presses_where_nothing_can_be_noted_is_told_that_it_did_not_work(language: str) -> None:
    state = Failing()
    async with on_telegram(scripted(*REPLIES), state=state, language=language) as stage:
        reply = await stage.reply()
        state.full = True
        answers = await stage.say("/persona")
        query = await stage.press(reply, "r1:again")

        assert [one.text for one in answers] == [f"⚠️ {told(language)}"]
        assert alert(query) == told(language)
        assert query.answer["show_alert"]
        assert reply.text.endswith("Reply 1.")
        assert len(reply.versions) == 1


async def test_where_nobody_knows_what_holds_there_and_who_asks_nothing_is_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with on_telegram(scripted(*REPLIES)) as stage:
        reply = await stage.reply()

        async def settings(_: Place) -> None:
            raise StoreFailed("stores.closed")

        monkeypatch.setattr(stage.opened.host, "settings", settings)
        [answer] = await stage.say("/reset")
        query = await stage.press(reply, "r1:delete")

        assert told() in answer.text
        assert alert(query) == told()
        assert not reply.deleted
        assert stage.opened.host._house.scenes.hall.conversation(f"telegram:dm:{stage.private.id}", "keeper").turns


async def test_a_state_that_fails_in_the_middle_of_a_press_is_told_of_too() -> None:
    state = Failing()
    async with on_telegram(scripted(*REPLIES), state=state) as stage:
        [panel] = await stage.say("/language")
        claims = 0
        put_new = state.put_new

        async def claimed(entry: Entry) -> bool:
            nonlocal claims
            claims += 1
            done = await put_new(entry)
            state.full = True
            return done

        state.put_new = claimed  # type: ignore[method-assign]
        query = await stage.press(panel, "한국어")

        assert claims == 1
        assert query.answer is not None
        assert not any("한국어로" in one.text for one in stage.server.answers())


async def test_in_a_group_only_whoever_calls_the_bot_is_told() -> None:
    state = Failing()
    async with on_telegram(scripted(*REPLIES), state=state) as stage:
        await stage.reply()
        state.unasked = True
        among_people = await stage.say("Shall we go?", chat=stage.group)
        answers = await stage.say("Hello?", chat=stage.group, mention_bot=True)

        assert among_people == []
        assert [one.text for one in answers] == [f"⚠️ {told()}"]
