"""`/scene`: who may have whom on the stage together, and what is said of it."""

from contextlib import AbstractAsyncContextManager

import pytest

from bots.cards import Card, Tone
from bots.platform import Role
from bots.scene import Scene
from bots.tongues import warning
from moderation.words import LANGUAGES
from tests.support.ensemble import ALL
from tests.support.house import ALONE, GROWN, SCHOLAR, SERVER, Opened, caller, open_house
from tests.support.stage import PERSONA, reply_of, scripted


def house() -> AbstractAsyncContextManager[Opened]:
    return open_house(scripted(reply_of("One."), reply_of("Two.")), personas=(*ALL, GROWN))


async def typed(opened: Opened, line: str, role: Role = Role.MODERATOR, **more: object) -> Card:
    return await opened.host.command(line, caller(role=role, **more))  # type: ignore[arg-type]


async def scene(opened: Opened, **more: object) -> Scene:
    return await opened.house.scenes.of(caller(**more))  # type: ignore[arg-type]


async def there(opened: Opened, **more: object) -> list[str]:
    return [cast.persona.id for cast in (await scene(opened, **more)).stage]


async def test_a_moderator_starts_changes_and_ends_a_scene() -> None:
    async with house() as opened:
        started = await typed(opened, "/scene start keeper pedlar")
        assert (started.tone, started.met, "Maren, Odo Fenn" in started.title) == (Tone.GOOD, True, True)
        assert await there(opened) == ["keeper", "pedlar"]
        await typed(opened, "/scene add scholar")
        assert await there(opened) == ["keeper", "pedlar", "scholar"]
        await typed(opened, "/scene remove keeper")
        assert await there(opened) == ["pedlar", "scholar"]
        shown = await typed(opened, "/scene", Role.MEMBER)
        assert [row.label for row in shown.rows] == ["pedlar", "scholar"]
        assert (await typed(opened, "/scene end")).tone is Tone.GOOD
        assert await there(opened) == []
        assert (await typed(opened, "/scene show", Role.MEMBER)).rows == ()


@pytest.mark.parametrize("verb", ["start keeper pedlar", "add scholar", "remove pedlar", "end"])
async def test_elsewhere_than_alone_it_is_for_moderators(verb: str) -> None:
    async with house() as opened:
        assert (await typed(opened, f"/scene {verb}", Role.MEMBER)).tone is Tone.BAD
        assert await there(opened) == []


async def test_alone_with_the_bot_anybody_may_and_it_is_theirs_and_erased_with_the_rest() -> None:
    async with house() as opened:
        await typed(opened, "/scene start keeper pedlar", Role.MEMBER, place=ALONE)
        assert await there(opened, place=ALONE) == ["keeper", "pedlar"]
        assert await there(opened) == []
        await typed(opened, "/privacy erase yes", Role.MEMBER, place=ALONE)

        assert await there(opened, place=ALONE) == []


async def test_a_persona_is_named_by_its_id_or_as_people_call_it() -> None:
    async with house() as opened:
        await typed(opened, "/scene start 'odo fenn' 윤서헌")

        assert await there(opened) == ["pedlar", "scholar"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("/scene start keeper", "2"),
        ("/scene start keeper keeper", "2"),
        ("/scene start", "2"),
        ("/scene start keeper nobody", "nobody"),
        ("/scene start keeper rake", "Rake"),
        ("/scene add scholar", "/scene start"),
        ("/scene add", "/scene"),
        ("/scene remove keeper", "/scene start"),
        ("/scene end", "/scene start"),
        ("/scene dance", "/scene"),
    ],
)
async def test_what_cannot_be_is_refused_with_a_reason(line: str, said: str, language: str) -> None:
    async with house() as opened:
        card = await typed(opened, line, language=language)

        assert card.tone is Tone.BAD
        assert said in card.title
        assert await there(opened) == []


async def test_the_last_two_cannot_be_parted_but_by_ending_it() -> None:
    async with house() as opened:
        await typed(opened, "/scene start keeper pedlar")
        card = await typed(opened, "/scene remove pedlar")

        assert "/scene end" in card.title
        assert await there(opened) == ["keeper", "pedlar"]


async def test_whoever_is_chosen_alone_speaks_alone_here_also_where_a_scene_holds_further_out() -> None:
    async with house() as opened:
        await opened.house.scenes.places.change(SERVER.scopes[0], scene=("keeper", "pedlar"))
        assert await there(opened) == ["keeper", "pedlar"]
        await typed(opened, "/persona use scholar")

        assert await there(opened) == []
        assert (await scene(opened)).cast.persona.id == "scholar"


async def test_a_scene_begins_anew_and_so_it_does_with_reset() -> None:
    async with house() as opened:
        hall = opened.house.scenes.hall
        for line in ("/scene start keeper pedlar", "/reset"):
            for persona in ("keeper", "pedlar"):
                hall.conversation(SERVER.conversation, persona).opened("Hello.")
            await typed(opened, line)

            assert [hall.conversation(SERVER.conversation, name).turns for name in ("keeper", "pedlar")] == [(), ()]


async def test_everybody_on_the_stage_is_marked_in_the_list_and_the_first_of_them_greets() -> None:
    async with house() as opened:
        await typed(opened, "/scene start pedlar keeper")
        listed = await typed(opened, "/persona list", Role.MEMBER)
        meeting = await opened.host.meet(caller())

        assert [row.label for row in listed.rows if row.label.startswith("▸")] == ["▸ keeper", "▸ pedlar"]
        assert meeting.greeting is not None
        assert (meeting.id, meeting.greeting.text) == ("pedlar", "Needles, nine a penny.")
        assert [turn.text for turn in opened.house.scenes.hall.conversation(SERVER.conversation, "keeper").turns] == [
            "Needles, nine a penny."
        ]


@pytest.mark.parametrize(("language", "said"), [("en", "윤서헌 speaks Korean"), ("ko", "윤서헌은 한국어로 말하지만")])
async def test_whoever_comes_on_the_stage_and_speaks_what_the_model_does_not_is_warned_of(
    language: str, said: str
) -> None:
    async with house() as opened:
        await typed(opened, "/scene start keeper scholar")
        started = (await opened.host.meet(caller(role=Role.MODERATOR, language=language))).warning
        await typed(opened, "/scene start keeper pedlar")
        fine = (await opened.host.meet(caller(role=Role.MODERATOR))).warning
        more = await typed(opened, "/scene add scholar", language=language)
        less = await typed(opened, "/scene remove pedlar", language=language)

    assert started is not None
    assert said in started.title
    assert fine is None
    assert said in more.rows[0].text
    assert more.tone is Tone.GOOD
    assert less.rows == (), "nothing is new"


def test_a_language_without_a_name_of_ours_is_told_by_its_code() -> None:
    told = warning((PERSONA, SCHOLAR), {"en", "ja"}, "en")
    assert told is not None
    assert told.title == f"{SCHOLAR.name} speaks Korean, but the model in use knows only English, ja: expect nonsense."
    assert told.rows == ()
    both = warning((PERSONA, SCHOLAR), {"ja"}, "en")
    assert both is not None
    assert [PERSONA.name in both.title, SCHOLAR.name in both.rows[0].text] == [True, True]
    assert warning((PERSONA, SCHOLAR), frozenset(), "en") is None, "nothing is known of the model"
