"""What is set in a place that becomes another: a group that becomes a supergroup, a channel that moves."""

import pytest

from bots.places import Place, Places, PlaceSettings
from bots.state.memory import MemoryState
from tests.bots.test_places import NOON


@pytest.fixture
def places() -> Places:
    return Places(MemoryState(clock=lambda: NOON), PlaceSettings(persona="keeper", language="en"))


async def test_what_is_set_in_a_scope_follows_it_to_another_key_and_takes_nothing_away_there(
    places: Places,
) -> None:
    old, new, other = (Place(platform="d", scopes=(f"d:server:{name}",)) for name in ("old", "new", "other"))
    await places.change("d:server:old", wake=("lamp",))
    await places.change("d:server:other", wake=("sea",))
    assert (await places.of(new)).wake == ()
    for _ in range(2):
        await places.move("d:server:old", "d:server:new")
    await places.move("d:server:new", "d:server:other")

    assert [(await places.of(place)).wake for place in (old, new, other)] == [(), ("lamp",), ("sea",)]


async def test_the_servers_whose_cards_come_to_a_channel_are_known_and_follow_when_it_moves(places: Places) -> None:
    await places.change("t:server:-1", log_channel="-9")
    await places.change("t:server:-2", log_channel="t:server:-9", mark=False)
    await places.change("d:server:3", log_channel="-9")
    await places.change("t:server:-4", log_channel="-99")
    await places.change("t:server:-5", mark=False)
    assert await places.sending_to("t", "-9") == ("t:server:-1", "t:server:-2")
    assert await places.sending_to("t", "") == ()

    await places.change("t:server:-9", log_channel="-9")
    for _ in range(2):
        await places.move("t:server:-9", "t:server:-100")

    assert await places.sending_to("t", "-9") == ()
    assert await places.sending_to("t", "-100") == ("t:server:-1", "t:server:-100", "t:server:-2")
    second = await places.of(Place(platform="t", scopes=("t:server:-2",)))
    assert (second.log_channel, second.mark) == ("-100", False)
    assert (await places.of(Place(platform="d", scopes=("d:server:3",)))).log_channel == "-9"
    await places.change("t:server:-1", log_channel=None)
    assert "t:server:-1" not in await places.sending_to("t", "-100")
