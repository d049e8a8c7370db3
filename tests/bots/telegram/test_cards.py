"""Cards as Telegram's HTML: read back by a strict parser, whole, masked, and calling nobody."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.cards import Card, Row, Tone
from bots.pieces import units
from bots.telegram_bot.cards import ROOM, Sheet, escape, sheets
from bots.telegram_bot.keyboards import languages
from moderation.words import LANGUAGES

TAGS = re.compile(r'<(/?)(b|i|tg-spoiler|a)(?: href="([^"<>]*)")?>')
texts = st.text(max_size=60) | st.sampled_from(
    ["<b>", "&amp;", "```", "a < b > c & d", "telegram:user:77", "\ud800", "@mina", "\u200b", "\n\n", "  ", "</a>"]
)
rows = st.builds(Row, label=texts, text=texts | st.text(min_size=3_000, max_size=9_000), secret=st.booleans())
cards = st.builds(
    Card,
    title=texts | st.text(max_size=6_000),
    rows=st.lists(rows, max_size=6).map(tuple),
    hint=texts,
    tone=st.sampled_from(Tone),
)


def read(sheet: Sheet) -> tuple[str, list[tuple[str, str, str]]]:
    """The text of a sheet as people see it, and (tag, address, what it is around); fails where a tag is amiss."""
    seen, at = "", 0
    open_: list[tuple[str, str, int]] = []
    found: list[tuple[str, str, str]] = []
    for tag in TAGS.finditer(sheet.text):
        seen += plain(sheet.text[at : tag.start()])
        at = tag.end()
        if tag[1]:
            name, address, begin = open_.pop()
            assert name == tag[2]
            found.append((name, address, seen[begin:]))
        else:
            open_.append((tag[2], tag[3] or "", len(seen)))
    seen += plain(sheet.text[at:])
    assert open_ == []
    return seen, found


def plain(between: str) -> str:
    assert "<" not in between
    assert ">" not in between
    assert not re.search(r"&(?!(?:amp|lt|gt|quot|#x27);)", between)
    return html.unescape(between)


def squeezed(text: str) -> str:
    """What must not be lost: no white space, no fences, which a cut closes and opens again."""
    text = re.sub("[\ud800-\udfff]", "\ufffd", text.replace("\u2060", "")).replace("`", "")
    return "".join(text.split())


@given(card=cards)
def test_every_sheet_is_sound_fits_and_shows_something(card: Card) -> None:
    for sheet in sheets(card, "en"):
        seen, found = read(sheet)
        assert 0 < units(seen) <= ROOM
        assert seen.strip()
        assert len(found) <= 100


@given(title=st.text(max_size=9_000), rows=st.lists(st.text(max_size=5_000), max_size=4))
def test_nothing_of_a_card_is_cut_off(title: str, rows: list[str]) -> None:
    card = Card(
        title=f"[{title}]", rows=tuple(Row(label=f"({number})", text=f"[{row}]") for number, row in enumerate(rows))
    )
    shown = "".join(read(sheet)[0] for sheet in sheets(card, "en"))

    wanted = card.title + "".join(row.label + row.text for row in card.rows)
    assert squeezed(shown) == squeezed(wanted)


@given(said=st.text(alphabet="ab <&>\n", min_size=1, max_size=9_000))
def test_what_is_secret_is_masked_on_every_sheet(said: str) -> None:
    pages = [read(sheet) for sheet in sheets(Card(title="T", rows=(Row(label="", text=said, secret=True),)), "en")]
    masked = "".join(text for _, found in pages for tag, _, text in found if tag == "tg-spoiler")

    assert squeezed(masked) == squeezed(said)


def test_masks_are_not_lost_where_there_are_more_than_telegram_keeps() -> None:
    card = Card(title="T", rows=tuple(Row(label=str(number), text="•", secret=True) for number in range(300)))
    pages = [read(sheet) for sheet in sheets(card, "en")]

    assert max(len(found) for _, found in pages) <= 90
    assert sum(tag == "tg-spoiler" for _, found in pages for tag, *_ in found) == 300


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_person_is_a_name_or_somebody(language: str) -> None:
    card = Card(title="telegram:user:77 and telegram:user:78", hint="telegram:user:-10042")
    [(seen, found)] = [read(sheet) for sheet in sheets(card, language, names={"telegram:user:77": "<Mina>"})]

    nobody = {"en": "somebody", "ko": "누군가"}[language]
    assert seen == f"<Mina> and {nobody}\n{nobody}"
    links = {text: address for tag, address, text in found if tag == "a"}
    assert links == {"<Mina>": "tg://user?id=77", nobody: "tg://user?id=78"}


def test_a_card_calls_nobody_and_leaves_addresses_of_mail_as_they_are() -> None:
    [sheet] = sheets(Card(title="@mina", rows=(Row(label="@all", text="mail a@b.c"),)), "en")

    assert re.findall(r"\S*@\w+", read(sheet)[0]) == ["a@b"]


def test_a_short_row_is_one_line_and_a_long_one_has_its_label_above() -> None:
    [sheet] = sheets(Card(title="T", rows=(Row(label="mode", text="mention"), Row(label="why", text="so " * 20))), "en")

    lines = read(sheet)[0].split("\n")
    assert lines[1:3] == ["mode  mention", "why"]


def test_the_tone_is_seen() -> None:
    assert [read(sheets(Card(title="T", tone=tone), "en")[0])[0] for tone in Tone] == ["T", "✅ T", "⚠️ T"]


def test_a_keyboard_stands_under_the_last_sheet() -> None:
    long = Card(title="T", rows=(Row(label="", text="word " * 2_000),))
    keyboard = languages("en", owner=7)

    assert [sheet.keyboard for sheet in sheets(long, "en", keyboard=keyboard)] == [None, None, keyboard]


def test_a_case_has_its_desk_under_the_last_sheet() -> None:
    long = Card(title="T", rows=(Row(label="", text="word " * 1_000),), exchange="x3f9kq", acts=(("uphold",),), turn=3)
    first, last = sheets(long, "ko", server="telegram:server:-10042")

    assert first.keyboard is None
    assert last.keyboard is not None
    [button] = [one for row in last.keyboard.inline_keyboard for one in row if "유지" in one.text]
    assert button.callback_data == "d1:uphold:x3f9kq#3@-10042"


def test_escaped_text_is_shown_as_it_is() -> None:
    assert html.unescape(escape('<a href="x">&amp;</a>')) == '<a href="x">&amp;</a>'
    assert not set('<>"') & set(escape('<a href="x">'))
    assert escape("\ud83d") == "\ufffd"
