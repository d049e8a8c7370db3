"""What holds where: the narrower before the wider, and the defaults last."""

import asyncio
import dataclasses
import itertools
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.cadence import strictest
from bots.errors import UsageError
from bots.places import FIELDS, SERVER_WIDE, Mode, Place, Places, PlaceSettings, kind_of
from bots.state import Entry
from bots.state.memory import MemoryState
from moderation.words import LANGUAGES

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SERVER, CATEGORY, CHANNEL, THREAD = "d:server:1", "d:category:2", "d:channel:3", "d:thread:4"
SCOPES = (SERVER, CATEGORY, CHANNEL, THREAD)
DEEP = Place(platform="d", scopes=SCOPES)
DIRECT = Place(platform="d", scopes=("d:dm:9",), private=True)


class Watched(MemoryState):
    """Notes what it is asked for, and answers when it may."""

    def __init__(self) -> None:
        super().__init__(clock=lambda: NOON)
        self.asked: list[str] = []
        self.may = asyncio.Event()
        self.may.set()

    async def many(self, kind: str, keys: Sequence[str]) -> dict[str, Entry]:
        self.asked += keys
        found = await super().many(kind, keys)
        await self.may.wait()
        return found


@pytest.fixture
def state() -> Watched:
    return Watched()


@pytest.fixture
def places(state: Watched) -> Places:
    return Places(state, PlaceSettings(persona="keeper", language="en"))


def test_a_place_knows_its_widest_and_its_narrowest_scope() -> None:
    assert (DEEP.server, DEEP.channel, DEEP.conversation) == (SERVER, CHANNEL, THREAD)
    assert (DIRECT.server, DIRECT.channel, DIRECT.conversation) == ("", "d:dm:9", "d:dm:9")
    alone = Place(platform="t", scopes=("t:server:1",))
    assert alone.server == alone.channel == alone.conversation == "t:server:1"
    with pytest.raises(ValueError, match="somewhere"):
        Place(platform="d", scopes=())


@pytest.mark.parametrize(
    ("scope", "kind"), [(SERVER, "server"), ("d:thread:a:b", "thread"), ("d:thread", ""), ("x", ""), ("", "")]
)
def test_the_kind_of_a_scope_is_in_its_key(scope: str, kind: str) -> None:
    assert kind_of(scope) == kind


async def test_where_nothing_is_set_the_defaults_hold(places: Places) -> None:
    assert await places.of(DEEP) == PlaceSettings(persona="keeper", language="en")
    assert (await places.explain(DEEP))["persona"] == ("keeper", "")
    assert tuple(await places.explain(DEEP)) == FIELDS


async def test_the_nearest_value_wins_and_is_shown_with_its_origin(places: Places) -> None:
    await places.change(SERVER, persona="halmi", mode=Mode.EVERY, chance=0.5)
    await places.change(CHANNEL, persona="yangban")
    await places.change(THREAD, chance=0)
    await places.change("d:channel:other", mode=Mode.CHANCE)

    settings, explained = await places.of(DEEP), await places.explain(DEEP)

    assert (settings.persona, settings.mode, settings.chance) == ("yangban", Mode.EVERY, 0)
    assert explained["persona"] == ("yangban", CHANNEL)
    assert explained["mode"] == (Mode.EVERY, SERVER)
    assert explained["chance"] == (0, THREAD)
    assert explained["language"] == ("en", "")


async def test_a_value_that_is_taken_back_is_inherited_again(places: Places, state: Watched) -> None:
    await places.change(SERVER, paused=True)
    await places.change(CHANNEL, paused=False, threads=True)
    assert not (await places.of(DEEP)).paused

    await places.change(CHANNEL, paused=None)
    assert (await places.of(DEEP)).paused
    assert (await places.of(DEEP)).threads

    await places.change(CHANNEL, threads=None, wake=None)
    assert not (await places.of(DEEP)).threads
    assert await state.get("place", CHANNEL) is None, "nothing is kept of a scope where nothing is set"


VALUES: dict[str, Any] = {
    "persona": "halmi",
    "personas": ("halmi", "윤서헌"),
    "scene": ("halmi", "yangban"),
    "scene_turns": 2,
    "scene_chance": 0.75,
    "mode": Mode.CHANCE,
    "chance": 0.25,
    "wake": ("탈춤", "hey keeper"),
    "threads": True,
    "language": "ko",
    "mark": False,
    "profile": "minors",
    "audience": "50s",
    "speech_level": "hapsyo",
    "notices": ("default", "new_york"),
    "memory": "channel",
    "paused": True,
    "log_channel": CHANNEL,
    "moderators": ("d:role:1",),
    "seniors": ("d:role:2", "d:user:3"),
    "moment": "1790-04-01",
    "answer_bots": True,
    "loop_limit": 3,
    **{f"{whose}_{what}": 7 for whose in ("person", "channel", "server") for what in ("messages", "tokens", "money")},
}


async def test_every_setting_can_be_set_and_is_there_after_a_restart(places: Places, state: Watched) -> None:
    assert tuple(VALUES) == FIELDS

    await places.change(SERVER, **VALUES)

    for each in (places, Places(state, PlaceSettings())):
        assert await each.of(DEEP) == PlaceSettings(**VALUES)
        assert set(await each.explain(DEEP)) == set(FIELDS)


async def test_what_people_type_becomes_what_it_means(places: Places) -> None:
    await places.change(SERVER, mode="every", wake=[" 탈춤", "탈춤 ", "keeper"], chance=1)

    settings = await places.of(DEEP)

    assert settings.mode is Mode.EVERY
    assert settings.wake == ("탈춤", "keeper")
    assert settings.chance == 1


WRONG: list[dict[str, object]] = [
    {"nonsense": 1}, {"chance": 1.01}, {"chance": -0.01}, {"chance": float("nan")}, {"chance": "x"}, {"chance": True},
    {"mode": "always"}, {"mode": 1}, {"threads": 1}, {"mark": "yes"}, {"profile": "adults"}, {"language": "fr"},
    {"persona": 3}, {"persona": "x" * 101}, {"personas": ("",)}, {"wake": ("x" * 101,)}, {"wake": "abc"},
    {"wake": (3,)}, {"wake": tuple(map(str, range(21)))}, {"loop_limit": -1}, {"loop_limit": 101}, {"loop_limit": True},
    {"log_channel": "zzz"}, {"log_channel": "#mods"}, {"log_channel": "x:1"},
    {"moment": "spring"}, {"moment": "1790-13-01"}, {"moment": 1790},
    {"scene": ("",)}, {"scene_turns": 0}, {"scene_turns": 7}, {"scene_chance": 1.5},
    {"person_messages": 1.5}, {"person_money": -1}, {"server_tokens": 10**15 + 1}, {"log_channel": None, "paused": 0},
]  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG, ids=str)
async def test_what_cannot_be_is_refused_in_both_languages_and_nothing_is_changed(
    places: Places, wrong: dict[str, object]
) -> None:
    await places.change(SERVER, persona="halmi")

    with pytest.raises(UsageError) as refused:
        await places.change(SERVER, **{"answer_bots": True, **wrong})

    english, korean = (refused.value.explain(language) for language in LANGUAGES)
    assert next(name for name in reversed(wrong)) in english
    assert any("가" <= char <= "힣" for char in korean)
    assert await places.of(DEEP) == PlaceSettings(persona="halmi", language="en")


async def test_what_is_for_a_whole_server_is_not_set_for_a_part_of_it(places: Places, state: Watched) -> None:
    for scope in (CATEGORY, CHANNEL, THREAD, "d:dm:9"):
        for name in SERVER_WIDE:
            with pytest.raises(UsageError, match=name):
                await places.change(scope, **{name: VALUES[name]})
    # Not even where it came to be there.
    await state.put(Entry(kind="place", key=CHANNEL, value={"server_messages": 1, "log_channel": "elsewhere"}))
    await places.change(SERVER, server_messages=5)

    settings = await places.of(DEEP)

    assert (settings.server_messages, settings.log_channel) == (5, "")


async def test_a_narrower_scope_can_be_more_careful_but_not_less(places: Places) -> None:
    await places.change(CHANNEL, profile="minors")
    await places.change(THREAD, profile="")
    assert (await places.explain(DEEP))["profile"] == ("minors", CHANNEL)
    assert (await places.of(Place(platform="d", scopes=(SERVER, "d:channel:other")))).profile == ""

    await places.change(SERVER, profile="minors")
    assert (await places.explain(DEEP))["profile"] == ("minors", SERVER)

    careful = Places(MemoryState(clock=lambda: NOON), PlaceSettings(profile="minors"))
    await careful.change(SERVER, profile="")
    assert (await careful.explain(DEEP))["profile"] == ("minors", "")


async def test_a_law_that_holds_further_out_holds_here_too(places: Places) -> None:
    await places.change(SERVER, notices=["new_york"])
    await places.change(THREAD, notices=["eu", "new_york"])

    assert (await places.explain(DEEP))["notices"] == (("default", "new_york", "eu"), THREAD)
    await places.change(THREAD, notices=None)
    assert (await places.explain(DEEP))["notices"] == (("default", "new_york"), SERVER)
    with pytest.raises(UsageError, match="california"):
        await places.change(SERVER, notices=["atlantis"])


async def test_where_a_law_wants_a_mark_nobody_takes_it_away(places: Places) -> None:
    await places.change(THREAD, mark=False)
    assert not (await places.of(DEEP)).mark

    await places.change(SERVER, notices=["korea"])

    assert (await places.explain(DEEP))["mark"] == (True, SERVER)


async def test_a_setting_of_a_newer_version_is_left_alone(places: Places, state: Watched) -> None:
    await state.put(Entry(kind="place", key=SERVER, value={"dreams": True, "paused": True}))

    assert (await places.of(DEEP)).paused
    await places.change(SERVER, paused=None)

    kept = await state.get("place", SERVER)
    assert kept is not None
    assert kept.value == {"dreams": True}


async def test_what_somebody_set_in_private_is_theirs(places: Places, state: Watched) -> None:
    await places.change("d:dm:9", "p", persona="halmi")
    await places.change("d:dm:9", language="ko")
    assert (await places.of(DIRECT)).persona == "halmi"
    assert [entry.key for entry in await state.of_person("p")] == ["d:dm:9"]

    await state.erase("p")

    assert await places.of(DIRECT) == PlaceSettings(persona="keeper", language="en")


# --- asked once ------------------------------------------------------------------------------------------------------


async def test_the_state_is_asked_once_for_each_scope_until_it_is_changed(places: Places, state: Watched) -> None:
    await places.of(DEEP)
    await places.of(DEEP)
    await places.of(Place(platform="d", scopes=(SERVER, "d:channel:5")))
    assert state.asked == [*SCOPES, "d:channel:5"]

    await places.change(CATEGORY, paused=True)
    state.asked.clear()

    assert (await places.of(DEEP)).paused
    assert (await places.of(DEEP)).paused
    assert state.asked == [CATEGORY]


async def test_what_somebody_set_in_private_ends_at_once_where_another_process_erases_them(
    places: Places, state: Watched
) -> None:
    await places.change("d:dm:9", "d:user:4", persona="scholar", language="ko")
    assert (await places.of(DIRECT)).persona == "scholar"
    await state.erase("d:user:4")

    assert await places.of(DIRECT) == PlaceSettings(persona="keeper", language="en")


async def test_other_defaults_hold_at_once_where_it_was_asked_before(places: Places) -> None:
    await places.change(SERVER, language="ko")
    assert await places.of(DEEP) == PlaceSettings(persona="keeper", language="ko")

    places.adopt(PlaceSettings(persona="scholar", language="en"))

    assert await places.of(DEEP) == PlaceSettings(persona="scholar", language="ko")
    assert await places.of(DIRECT) == PlaceSettings(persona="scholar", language="en")


async def test_what_holds_in_a_place_is_put_together_once(places: Places) -> None:
    assert await places.of(DEEP) is await places.of(Place(platform="d", scopes=SCOPES))


async def test_the_scopes_asked_for_last_are_remembered_and_no_more(state: Watched) -> None:
    places = Places(state, PlaceSettings(), remembered=2)
    for scope in "abacab":
        await places.of(Place(platform="d", scopes=(scope,)))

    assert state.asked == ["a", "b", "c", "b"]
    assert len(places._known) == len(places._merged) == 2
    await places.change("d:server:8", paused=True)
    assert (await places.of(DEEP)) == PlaceSettings()
    assert (await places.of(DEEP)) == PlaceSettings(), "also where a place has more scopes than are remembered"


async def test_what_was_read_before_a_change_is_not_remembered_after_it(places: Places, state: Watched) -> None:
    state.may.clear()
    reading = asyncio.create_task(places.of(DEEP))
    await asyncio.sleep(0)
    state.may.set()
    await places.change(SERVER, paused=True)  # before the one who reads goes on
    await reading

    assert (await places.of(DEEP)).paused


async def test_changes_at_once_are_all_made(places: Places, state: Watched) -> None:
    get = state.get

    async def slowly(kind: str, key: str) -> Entry | None:
        found = await get(kind, key)
        await asyncio.sleep(0)
        return found

    state.get = slowly  # type: ignore[method-assign]
    await asyncio.gather(*(places.change(SERVER, **{name: value}) for name, value in VALUES.items()))

    assert await places.of(DEEP) == PlaceSettings(**VALUES)


# --- algebra ---------------------------------------------------------------------------------------------------------

SOME = {name: st.sampled_from([value, getattr(PlaceSettings(), name), None]) for name, value in VALUES.items()}
CHANGES = st.lists(
    st.tuples(
        st.sampled_from(SCOPES), st.sampled_from(FIELDS).flatmap(lambda name: st.tuples(st.just(name), SOME[name]))
    ),
    max_size=25,
)


@given(changes=CHANGES, depth=st.integers(1, 4), default=st.sampled_from(["", "minors"]))
def test_settings_are_those_of_the_nearest_scope_that_has_them(
    changes: list[tuple[str, tuple[str, Any]]], depth: int, default: Any
) -> None:
    defaults = PlaceSettings(loop_limit=9, profile=default)
    place = Place(platform="d", scopes=SCOPES[:depth])
    last = {(scope, name): value for scope, (name, value) in changes if name not in SERVER_WIDE or scope == SERVER}

    def expected(name: str) -> tuple[Any, str]:
        own = [(last[scope, name], scope) for scope in place.scopes if last.get((scope, name)) is not None]
        if name == "notices":
            laws = dict.fromkeys(itertools.chain(defaults.notices, *(value for value, _ in own)))
            return tuple(laws), own[-1][1] if own else ""
        if name == "mark" and strictest(expected("notices")[0]).mark:
            return True, expected("notices")[1]
        if name == "profile":
            careful = [each for each in [(default, ""), *own] if each[0]]
            return (careful or [(default, ""), *own][-1:])[0]
        return own[-1] if own else (getattr(defaults, name), "")

    async def made() -> tuple[dict[str, Any], PlaceSettings]:
        places = Places(MemoryState(clock=lambda: NOON), defaults)
        for scope, (name, value) in changes:
            await places.of(place)
            if name not in SERVER_WIDE or scope == SERVER:
                await places.change(scope, **{name: value})
        return dict(await places.explain(place)), await places.of(place)

    explained, settings = asyncio.run(made())

    assert explained == {name: expected(name) for name in FIELDS}
    assert dataclasses.asdict(settings) == {name: value for name, (value, _) in explained.items()}
