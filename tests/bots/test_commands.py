"""Commands, the same for every platform: who may, what comes of it, and in which language it is told."""

import re
from dataclasses import replace

import pytest

from bots.cards import Card, Tone
from bots.places import Place
from bots.platform import Caller, Role
from moderation.words import LANGUAGES
from personas.messages import Finished, Passage
from tests.support.house import ALONE, SERVER, Opened, caller, open_house
from tests.support.stage import reply_of, scripted

LINES = [
    *("/", "/help", "/persona", "/persona info", "/persona use scholar", "/persona info keeper", "/persona use"),
    *("/persona import", "/persona create", "/persona export", "/persona export keeper gif", "/persona remove keeper"),
    *("/persona pending", "/persona pending x1", "/persona approve x1", "/persona reject", "/persona history"),
    *("/persona nonsense", "/why", "/why nothing", "/report", "/note", "/note It rains.", "/note -", "/reset"),
    *("/memory", "/memory 3", "/memory 0", "/memory many", "/memory show", "/memory on", "/memory off"),
    *("/good", "/bad", "/bad long", "/manner", "/manner 20s", "/manner loud", "/prompt", "/prompt Hello?"),
    *("/lore", "/lore show nothing", "/lore show", "/lore test hello", "/lore test", "/lore add", "/lore remove x"),
    *("/lore add galaxy", "/lore nonsense"),
    *(
        "/review",
        "/review stats",
        "/review show nothing",
        "/review list nonsense",
        "/review search x y",
        "/review next",
    ),
    *("/review uphold", "/review note x0", "/review withdraw x0", "/review nonsense"),
    *(
        "/safety",
        "/privacy",
        "/privacy export",
        "/privacy erase",
        "/privacy consent",
        "/privacy consent no",
        "/privacy nonsense",
    ),
    *(
        "/talchum",
        "/talchum settings",
        "/talchum settings mode every",
        "/talchum settings mode loud",
        "/talchum limits",
    ),
    *("/talchum settings galaxy mode every", "/talchum limits person_messages x", "/talchum pause", "/talchum resume"),
    *("/talchum settings mark perhaps", "/talchum nonsense", "/nonsense", "/persona 'unclosed", "/quit"),
]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_command_answers_with_a_card_in_the_callers_language(language: str) -> None:
    async with open_house(scripted(reply_of("One."))) as opened:
        cards = {line: await opened.host.command(line, _owner(line, language)) for line in LINES}

    assert all(card.title for card in cards.values())
    korean = {line: any("가" <= char <= "힣" for char in _told(card)) for line, card in cards.items()}
    assert language == "en" or all(korean.values()), [line for line, there in korean.items() if not there]
    assert cards["/quit"].leave
    assert cards["/persona use scholar"].met


def _owner(line: str, language: str = "en") -> Caller:
    return caller(line, role=Role.OWNER, language=language)


def _told(card: Card) -> str:
    """A card without what is a name everywhere."""
    parts = (card.title, card.hint, *(f"{row.label} {row.text}" for row in card.rows))
    return " ".join(parts)


@pytest.mark.parametrize(
    ("line", "least"),
    [
        ("/review list", Role.MODERATOR),
        ("/review show x1 reveal", Role.MODERATOR),
        ("/persona use scholar", Role.MODERATOR),
        ("/persona export keeper", Role.MODERATOR),
        ("/persona remove keeper", Role.ADMIN),
        ("/persona create Jo Bakes", Role.ADMIN),
        ("/persona import", Role.MODERATOR),
        ("/persona pending", Role.MODERATOR),
        ("/persona approve x1", Role.SENIOR),
        ("/persona reject x1", Role.SENIOR),
        ("/persona history", Role.SENIOR),
        ("/talchum settings", Role.ADMIN),
        ("/talchum pause", Role.ADMIN),
        ("/privacy show", Role.MEMBER),
        ("/why", Role.MEMBER),
        ("/report", Role.MEMBER),
    ],
)
async def test_what_a_role_may_not_do_is_refused_and_changes_nothing(line: str, least: Role) -> None:
    async with open_house(scripted(reply_of("One."))) as opened:
        for role in Role:
            card = await opened.host.command(line, caller(line, role=role))
            refused = card.title.startswith("That is for:")
            assert refused == (role < least), (line, role)
            if refused:
                assert card.tone is Tone.BAD


async def test_help_shows_each_role_what_it_may_do_and_no_more() -> None:
    async with open_house(scripted(reply_of("One."))) as opened:
        shown = {role: await opened.host.command("/help", caller(role=role)) for role in Role}
        unknown = {role: await opened.host.command("/nonsense", caller("/nonsense", role=role)) for role in Role}

    labels = {role: " ".join(row.label for row in card.rows) for role, card in shown.items()}
    for role, card in shown.items():
        offered = ["/help", *(row.label.split()[0] for row in card.rows)]
        assert unknown[role].title.endswith(f"There are: {', '.join(offered)}")
    assert "/review" not in labels[Role.MEMBER]
    assert "/review" in labels[Role.MODERATOR]
    assert "/talchum" not in labels[Role.MODERATOR]
    assert "/talchum" in labels[Role.ADMIN]


async def test_what_is_in_mind_is_shown_and_the_last_turns_where_so_many_are_asked_for() -> None:
    wrong = (
        "/memory 21",
        "/memory 0",
        "/memory x",
        "/memory 1 2",
        "/memory -3",
        "/memory 002099",
        f"/memory 1{'0' * 5_000}",
    )
    async with open_house(scripted(reply_of("One."), reply_of("Two."))) as opened:
        for text in ("first", "second"):
            await said(opened, caller(text, place=ALONE, message=text))
        await opened.host.command("/note It rains.", caller(place=ALONE))
        cards = {
            line: await opened.host.command(line, caller(line, place=ALONE))
            for line in ("/memory", "/memory 3", "/memory 20", *wrong)
        }

    texts = {line: [row.text for row in card.rows] for line, card in cards.items()}
    assert "4" in texts["/memory"][0]
    assert texts["/memory"][1] == "It rains."
    assert texts["/memory"][2].startswith("Off.")
    assert texts["/memory 3"][3:] == ["One.", "second", "Two."]
    assert texts["/memory 20"][3:] == ["first", "One.", "second", "Two."]
    assert [row.label for row in cards["/memory 3"].rows[3:]] == ["Maren", "Ann", "Maren"]
    assert all("/memory [1-20]" in cards[line].title for line in wrong)


async def test_what_several_people_said_is_for_their_moderators() -> None:
    async with open_house(scripted(reply_of("One."))) as opened:
        await said(opened, caller("secret"))
        for role in Role:
            shown = await opened.host.command("/memory", caller(role=role))
            turns = await opened.host.command("/memory 2", caller(role=role))
            assert shown.rows
            assert ("secret" in str(turns)) == (role >= Role.MODERATOR)


async def said(opened: Opened, who: Caller) -> str:
    events = [event async for event in opened.host.reply(who)]
    assert any(isinstance(event, Finished) for event in events)
    return "".join(event.text for event in events if isinstance(event, Passage))


async def test_a_setting_in_private_is_the_persons_own_and_is_erased_with_the_rest() -> None:
    async with open_house(scripted(*[reply_of("One.")] * 3)) as opened:
        alone = caller("hello", place=ALONE)
        await opened.host.command("/persona use scholar", alone)
        assert (await opened.host.meet(alone)).id == "scholar"
        await opened.host.command("/privacy erase yes", alone)

        assert (await opened.host.meet(alone)).id == "keeper"


async def test_a_report_of_another_persons_reply_is_not_kept_as_the_reporters_own_words() -> None:
    async with open_house(scripted(reply_of("One."))) as opened:
        await said(opened, caller("a secret of ann's"))
        await opened.host.command("/report hateful rude", caller(person="bob", message="m2"))
        await opened.host.command("/privacy erase", caller(person="ann"))
        kept = [await opened.store.get("x1")]

    assert "secret" not in str(kept)


async def test_words_of_a_line_are_split_as_in_a_shell_and_an_open_quote_is_forgiven() -> None:
    async with open_house(scripted(reply_of("One."))) as opened:
        made = await opened.host.command("/persona create 'Old Jo' 'You bake bread.'", _owner(""))
        assert made.tone is Tone.GOOD, made
        listed = await opened.host.command('/persona "list', _owner(""))

    assert re.search("Usage|It goes like this", listed.title)


async def test_a_community_that_gets_another_key_keeps_its_own_personas_and_what_was_said() -> None:
    old, new = (Place(platform="console", scopes=(f"console:server:{name}",)) for name in ("old", "new"))
    generator = scripted(reply_of("One."), reply_of("Two."))
    async with open_house(generator) as opened:
        made = await opened.host.command("/persona create Jo 'You bake bread.'", replace(_owner(""), place=old))
        assert made.tone is Tone.GOOD, made
        asked = [caller("Hello?", place=place) for place in (old, new)]
        async for _ in opened.host.reply(asked[0]):
            pass

        for _ in range(2):
            await opened.host.moved(old, new, channel="new")

        assert "jo" in dict(opened.host.personas(new))
        assert "jo" not in dict(opened.host.personas(old))
        async for _ in opened.host.reply(asked[1]):
            pass
        turns = opened.troupe.hall.conversation(new.conversation, "keeper").turns
        async with open_house(generator, state=opened.state) as again:
            after = dict(again.host.personas(new))

    assert [turn.text for turn in turns] == ["Hello?", "One.", "Hello?", "Two."]
    assert "jo" in after


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "in the server or group that they look after: type /talchum"), ("ko", "서버나 그룹마다 정하는 거예요")],
)
async def test_alone_with_the_bot_only_what_is_there_is_offered(language: str, said: str) -> None:
    async with open_house(scripted(reply_of("One."))) as opened:

        async def told(line: str, place: Place) -> Card:
            return await opened.host.command(line, caller(line, role=Role.OWNER, language=language, place=place))

        named = [await told(f"/talchum {verb} Kim", ALONE) for verb in ("seniors", "moderators")]
        alone = await told("/talchum pause category", ALONE)
        server = await told("/talchum pause category", SERVER)

    assert [said in card.title for card in named] == [True, True]
    assert "/talchum seniors" in named[0].title
    assert alone.title.endswith(": here")
    assert server.title.endswith(": here, channel, server")
    assert {card.tone for card in (*named, alone, server)} == {Tone.BAD}
