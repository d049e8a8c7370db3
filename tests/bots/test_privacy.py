"""What a person is told of what is kept of them, what they can take away, and what is left after they erase it."""

import json
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from bots.cards import Card, Tone
from bots.consent import WORDINGS, Consents, asked
from bots.errors import UsageError
from bots.privacy import PrivacyCommands
from bots.state import Entry, Line
from bots.state.memory import MemoryState
from bots.worded import marked
from moderation.errors import StoreFailed
from moderation.records import Decision, Outcome, Stage
from moderation.stores import Query
from moderation.stores.memory import MemoryStore
from moderation.words import LANGUAGES
from tests.support.exchanges import NOON, closing, decide, finding, numbered, objection, opening, report

DAY = timedelta(days=1)


@dataclass
class Office:
    """The commands with the two places they look into."""

    store: MemoryStore = field(default_factory=lambda: MemoryStore(ids=numbered()))
    state: MemoryState = field(default_factory=lambda: MemoryState(clock=lambda: NOON))

    @property
    def privacy(self) -> PrivacyCommands:
        return PrivacyCommands(self.store, self.state, clock=lambda: NOON)

    async def typed(self, line: str, *, person: str = "p1", language: str = "") -> Card:
        return await self.privacy.run(line.split(), person=person, platform="console", language=language)

    async def exported(self, person: str = "p1") -> dict[str, Any]:
        told: dict[str, Any] = json.loads(await self.privacy.export(person, "console"))
        return told


@pytest.fixture
async def office() -> Office:
    """p1 has one decided exchange, one under way, a report of a reply to p2, two entries and a counter."""
    made = Office()
    blocked = replace(finding("lexicon.slur", Decision.BLOCK), detail="the matched entry")
    decided = await made.store.open(
        opening("안녕?", server="s1"), objection("안녕?", finding("crisis.word"), stage=Stage.INPUT)
    )
    await made.store.add(decided, objection("a draft nobody saw", blocked, shown="so far"))
    await made.store.add(decided, objection("a flagged sentence", finding("bias.group")))
    await made.store.close(decided, closing(Outcome.REPAIRED, shown="what was shown"))
    await made.store.report(opening(server="s1", message="m8"), report("what was shown", by="p2", comment="of p2"),
                            exchange=decided)  # fmt: skip
    await decide(made.store, decided, note="the note")
    await made.store.open(opening("under way \ud83d"), objection("y"))
    theirs = await made.store.open(opening("of another", person="p2", server="s1"), objection("z"))
    await made.store.report(opening(server="s1", message="m9"), report("seen", by="p1", comment="of mine"),
                            exchange=theirs)  # fmt: skip
    await made.state.put(Entry(kind="reply", key="r1", value={"shown": ["1", "2"]}, person="p1", until=NOON + DAY))
    await made.state.put(Entry(kind="place", key="c1", value={"persona": "halmi"}, person="p1"))
    await made.state.put(Entry(kind="place", key="c2", value={"persona": "halmi"}, person="p2"))
    await made.state.add({"day p1": 3}, until=NOON + DAY, people={"day p1": "p1"})
    return made


async def test_what_is_kept_is_counted_and_no_text_is_told(office: Office) -> None:
    card = await office.typed("show")

    told = {row.label: row.text for row in card.rows}
    assert "3 kept, 2 of them" in told["exchanges"]
    assert told["entries"].startswith("3:")
    assert "never used for training unless you agree" in told["what and why"]
    assert "only their number is kept" in told["what and why"]
    assert "/privacy erase" in card.hint
    for text in ("안녕", "draft", "flagged sentence", "under way", "seen"):
        assert text not in str(card)
    nobody = await office.typed("", person="p9")
    assert "0 kept, 0 of them" in str(nobody)


async def test_an_export_is_everything_of_that_person_in_the_shape_that_is_documented(office: Office) -> None:
    told = await office.exported()

    assert set(told) == {
        *("format", "at", "platform", "person", "ai_generated", "generator", "notice"),
        *("exchanges", "memories", "entries", "counters", "consents"),
    }
    assert (told["format"], told["at"], told["platform"], told["person"]) == (2, NOON.isoformat(), "console", "p1")
    decided, under_way, reported = told["exchanges"]
    assert decided == {
        "id": "a1",
        "at": NOON.isoformat(),
        "server": "s1",
        "conversation": "c1",
        "message": "m1",
        "persona": "halmi",
        "persona_version": "v1",
        "model": "scripted",
        "policy": "cafe",
        "language": "ko",
        "said": "안녕?",
        "state": "closed",
        "ruling": "upheld",
        "outcome": "repaired",
        "shown": "what was shown",
        "objections": decided["objections"],
        "reviews": [{"at": NOON.isoformat(), "step": "uphold"}],
    }
    assert decided["objections"][0] == {
        "at": NOON.isoformat(),
        "stage": "input",
        "rules": [{"rule": "crisis.word", "decision": "FLAG"}],
        "text": "안녕?",
    }
    assert (under_way["said"], under_way["outcome"], under_way["shown"]) == ("under way \ud83d", None, None)
    assert (reported["id"], reported["said"], reported["outcome"]) == ("a3", "", None)
    assert [(each["text"], each["comment"]) for each in reported["objections"]] == [("seen", "of mine")]
    assert told["entries"] == [
        {"kind": "place", "key": "c1", "value": {"persona": "halmi"}, "until": None},
        {"kind": "reply", "key": "r1", "value": {"shown": ["1", "2"]}, "until": (NOON + DAY).isoformat()},
    ]
    assert told["counters"] == {"day p1": 3}


async def test_an_export_shows_nothing_that_was_held_back_and_nothing_of_others(office: Office) -> None:
    objections = (await office.exported())["exchanges"][0]["objections"]

    assert [each["text"] for each in objections] == ["안녕?", None, "a flagged sentence", "what was shown"]
    assert "comment" not in objections[3]
    file = (await office.privacy.export("p1", "console")).decode()
    for text in ("a draft nobody saw", "the matched entry", "of p2", "the note", "mina", "of another", "0.75"):
        assert text not in file


async def test_an_export_does_not_tell_a_member_which_moderator_worded_a_reply(office: Office) -> None:
    await office.state.put(Entry(kind="reply", key="r2", value={"author": "discord:user:7"}, person="p1"))
    authors = ["", "p1", "hidden:discord:server:1", "discord:user:7"]
    await office.state.put(Entry(kind="variants", key="r2", value={"authors": authors}, person="p1"))
    mine = report("edited", by="p1", comment=marked("so rude ✏", "discord:user:7"))
    await office.store.report(opening(server="s1", message="m10"), mine)

    told = await office.exported()
    values = {(entry["kind"], entry["key"]): entry["value"] for entry in told["entries"]}
    assert values["reply", "r2"] == {"author": "somebody"}
    assert values["variants", "r2"] == {"authors": ["", "p1", "somebody", "somebody"]}
    assert told["exchanges"][-1]["objections"][0]["comment"] == "so rude ✏ ✏ somebody"


async def test_an_export_is_readable_utf_8(office: Office) -> None:
    file = await office.privacy.export("p1", "console")

    assert "안녕?" in file.decode("utf-8")
    card = await office.typed("export")
    assert card.file == file
    assert card.file_name.endswith(".json")
    nobody = await office.exported("p9")
    assert (nobody["exchanges"], nobody["entries"], nobody["counters"]) == ([], [], {})


async def test_erasing_says_how_much_and_leaves_only_what_others_have(office: Office) -> None:
    await office.typed("consent training yes")

    card = await office.typed("erase yes")

    assert "3 exchanges" in card.title
    assert "3 other entries" in card.title
    assert card.tone is Tone.GOOD
    left = await office.exported()
    assert (left["exchanges"], left["entries"]) == ([], [])
    for text in ("안녕", "under", "draft", "flagged", "shown"):
        assert await office.store.list(Query(text=text)) == (), text
    assert (await office.exported("p2"))["exchanges"][0]["said"] == "of another"
    assert len((await office.exported("p2"))["entries"]) == 1
    again = await office.typed("erase yes")
    assert again.title == "Nothing was kept of you."


@pytest.mark.parametrize("yes", ["예", "네", "Yes"])
@pytest.mark.parametrize("no", ["아니요", "아니오", "NO"])
async def test_yes_and_no_are_understood_in_both_languages(office: Office, yes: str, no: str) -> None:
    async def stands() -> bool:
        return await Consents(office.state, lambda: NOON).consented("console", "p1", "training")

    await office.typed(f"consent training {yes}")
    assert await stands()
    await office.typed(f"consent training {no}")
    assert not await stands()
    await office.typed(f"consent training {yes}")
    await office.typed(f"consent {no}")
    assert not await stands()

    await office.typed(f"erase {yes}")
    assert (await office.exported())["exchanges"] == []


async def test_an_export_says_to_people_and_programs_that_a_machine_wrote_it(office: Office) -> None:
    told = await office.exported()

    assert told["ai_generated"] is True
    assert told["generator"].startswith("talchum ")
    assert "AI" in told["notice"]


@pytest.mark.parametrize("kind", WORDINGS)
async def test_nobody_has_consented_who_has_not_said_so(office: Office, kind: str) -> None:
    async def stands(person: str = "p1") -> str:
        labels = [row.label for row in (await office.typed("consent", person=person)).rows]
        (told,) = [label for label in labels if label.startswith(f"{kind}:")]
        assert told in {row.label: row.text for row in (await office.typed("show", person=person)).rows}["consent"]
        return told

    assert await stands() == f"{kind}: no"
    await office.typed(f"consent {kind} yes")
    assert await stands() == f"{kind}: yes, since 2026-03-01"
    assert await stands("p2") == f"{kind}: no"
    await office.typed(f"consent {kind} no")
    assert await stands() == f"{kind}: no"
    await office.typed(f"consent {kind} yes")
    await office.typed("erase yes")
    assert await stands() == f"{kind}: no"


async def test_everything_is_taken_back_at_once(office: Office) -> None:
    for kind in WORDINGS:
        await office.typed(f"consent {kind} yes")

    value = {"consent": "of a newer version", "granted": True, "wording": 1, "platform": "console"}
    await office.state.append(Line(kind="consent", at=NOON, value=value, person="p1"))

    card = await office.typed("consent no")

    assert card.tone is Tone.GOOD
    assert [row.label for row in card.rows] == [f"{kind}: no" for kind in WORDINGS]


async def test_an_export_has_every_yes_and_no_with_the_words_it_was_said_to(office: Office) -> None:
    await office.typed("consent memory yes")
    await office.typed("consent memory no")

    told = (await office.exported())["consents"]

    assert [each["granted"] for each in told] == [True, False]
    assert told[0] == {
        "consent": "memory",
        "granted": True,
        "at": NOON.isoformat(),
        "wording": WORDINGS["memory"],
        "asked": asked("memory", "en"),
    }


async def test_a_store_that_fails_erases_nothing_behind_its_back(office: Office) -> None:
    """What it has is still there to be erased when it is asked again."""
    await office.store.aclose()

    with pytest.raises(StoreFailed):
        await office.typed("erase yes")

    assert len(await office.state.of_person("p1")) == 2


@pytest.mark.parametrize(
    "line",
    [
        "nonsense",
        "show all",
        "export x",
        "erase everything",
        "consent maybe",
        "consent yes",
        "consent training",
        "consent training maybe",
    ],
)
async def test_what_cannot_be_understood_is_answered_with_how_it_goes(office: Office, line: str) -> None:
    for language in LANGUAGES:
        with pytest.raises(UsageError) as refused:
            await office.typed(line, language=language)
        usage = "/privacy [show | export | erase [yes] | consent [training|samples|memory yes|no]]"
        assert usage in refused.value.explain(language)

    assert len((await office.exported())["exchanges"]) == 3


@pytest.mark.parametrize(
    "line", ["show", "export", "consent", "consent memory yes", "consent no", "erase", "erase yes"]
)
async def test_every_card_is_in_the_language_of_the_person(office: Office, line: str) -> None:
    english, korean = await office.typed(line, language="en"), await office.typed(line, language="ko")

    def words(card: Card) -> str:
        return " ".join((card.title, card.hint, *(f"{row.label} {row.text}" for row in card.rows)))

    assert not any("가" <= char <= "힣" for char in words(english))
    assert any("가" <= char <= "힣" for char in words(korean))
    usual = PrivacyCommands(office.store, office.state, clock=lambda: NOON, language="ko")
    assert await usual.show("p1", "console") == await office.typed("show", language="ko")
