"""Markup and entities at the fake Telegram: what it finds wrong, what it makes of it, and that offsets are UTF-16."""

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram.helpers import escape_markdown

from bots.fakes.telegram_server import html_mode, markdown_mode
from bots.fakes.telegram_server.entities import Formatted, cut, detected, settled, units
from bots.fakes.telegram_server.refusals import Refusal

LANTERN = "🏮"
UNPAIRED = (
    "Text contains invalid Unicode characters after decoding HTML entities, check for unmatched surrogate code units"
)
TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")))
SPACED = st.text(st.sampled_from(f" \n{LANTERN}가x"), max_size=6)


def kinds(found: Formatted) -> list[tuple[str, str]]:
    """Type of each entity, and what it covers."""
    return [(one["type"], cut(found.text, one["offset"], one["length"])) for one in found.entities]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("a<", "Unclosed start tag at byte offset 1"),
        (f"{LANTERN}<br>", 'Unsupported start tag "br" at byte offset 4'),
        ("<b ", 'Unclosed start tag "b" at byte offset 0'),
        ("<a =x>y</a>", 'Empty attribute name in the tag "a" at byte offset 0'),
        ("<a href=x y=,>z</a>", "Unexpected end of name token at byte offset 12"),
        ('<a href="x>y</a>', "Unclosed start tag at byte offset 0"),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("<b><i>x</i>", 'Can\'t find end tag corresponding to start tag "b"'),
        ("&#xD800;", UNPAIRED),
    ],
)
def test_the_first_thing_wrong_with_html_is_named(source: str, said: str) -> None:
    with pytest.raises(Refusal) as refusal:
        html_mode.parse(source)

    assert refusal.value.description == f"Bad Request: can't parse entities: {said}"


def test_html_becomes_text_with_entities() -> None:
    found = html_mode.parse(
        f"{LANTERN}<b>bold <i>both</i></b> &lt;&amp;&nope; <tg-spoiler>dark</tg-spoiler>"
        "<span class='tg-spoiler'>er</span>"
        '<pre><code class="language-c">int</code></pre><code>x</code><s>no</s><u></u>'
        '<a href="https://talchum.example/a?b=1">here</a><blockquote expandable>far</blockquote>'
    )

    assert found.text == f"{LANTERN}bold both <&&nope; darkerintxnoherefar"
    assert sorted(kinds(found)) == sorted(
        [
            ("bold", "bold both"), ("italic", "both"), ("spoiler", "dark"), ("spoiler", "er"), ("pre", "int"),
            ("code", "x"), ("strikethrough", "no"), ("text_link", "here"), ("expandable_blockquote", "far"),
        ]
    )  # fmt: skip
    assert [one.get("language") for one in found.entities if one["type"] == "pre"] == ["c"]
    assert [one["url"] for one in found.entities if "url" in one] == ["https://talchum.example/a?b=1"]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("Well.", "Character '.' is reserved and must be escaped with the preceding '\\'"),
        ("a-b", "Character '-' is reserved and must be escaped with the preceding '\\'"),
        ("(a)", "Character '(' is reserved and must be escaped with the preceding '\\'"),
        ("a>b", "Character '>' is reserved and must be escaped with the preceding '\\'"),
        (f"{LANTERN}*a", "Can't find end of Bold entity at byte offset 4"),
        ("*a _b*", "Can't find end of Bold entity at byte offset 5"),
        ("__a_", "Can't find end of Italic entity at byte offset 3"),
        ("_a__", "Can't find end of Underline entity at byte offset 2"),
        ("||a|", "Character '|' is reserved and must be escaped with the preceding '\\'"),
        ("~a", "Can't find end of Strikethrough entity at byte offset 0"),
        ("`a", "Can't find end of Code entity at byte offset 0"),
        ("```py a", "Can't find end of PreCode entity at byte offset 0"),
        ("[a", "Can't find end of TextUrl entity at byte offset 0"),
        ("[a](talchum.example", "Can't find end of a URL at byte offset 4"),
        (">*a\nb*", "Can't find end of Bold entity at byte offset 1"),
    ],
)
def test_the_first_thing_wrong_with_markdown_is_named(source: str, said: str) -> None:
    with pytest.raises(Refusal) as refusal:
        markdown_mode.parse(source)

    assert refusal.value.description == f"Bad Request: can't parse entities: {said}"


def test_markdown_becomes_text_with_entities() -> None:
    found = markdown_mode.parse(
        f"{LANTERN}*bold _both_* \\<\\& ||dark|| __under__ ~no~ `x\\`` [here](https://talchum.example/\\))\n"
        "```c\nint```\n>far\n>away\nnear"
    )

    assert found.text == f"{LANTERN}bold both <& dark under no x` here\nint\nfar\naway\nnear"
    assert sorted(kinds(found)) == sorted(
        [
            ("bold", "bold both"), ("italic", "both"), ("spoiler", "dark"), ("underline", "under"),
            ("strikethrough", "no"), ("code", "x`"), ("text_link", "here"), ("pre", "int"),
            ("blockquote", "far\naway\n"),
        ]
    )  # fmt: skip
    assert [one["url"] for one in found.entities if "url" in one] == ["https://talchum.example/)"]


@given(TEXTS)
def test_escaped_text_comes_out_as_it_was(text: str) -> None:
    assert html_mode.parse(html.escape(text)) == Formatted(text=text)
    assert markdown_mode.parse(escape_markdown(text, version=2)) == Formatted(text=text)


@given(TEXTS, TEXTS.filter(str.strip), TEXTS)
def test_an_entity_covers_in_both_markups_what_it_was_put_around(before: str, within: str, after: str) -> None:
    as_html = html_mode.parse(f"{html.escape(before)}<b>{html.escape(within)}</b>{html.escape(after)}")
    escaped = [escape_markdown(part, version=2) for part in (before, within, after)]
    as_markdown = markdown_mode.parse("{}*{}*{}".format(*escaped))

    assert as_html == as_markdown
    assert kinds(as_html) == [("bold", within)]
    assert as_html.entities[0]["offset"] == units(before)


@given(SPACED, SPACED, SPACED)
def test_a_text_is_stripped_and_its_entities_move_along(before: str, within: str, after: str) -> None:
    span = {"type": "bold", "offset": units(before), "length": units(within)}
    found = settled(Formatted(text=before + within + after, entities=(span,)))
    bold = [covered for kind, covered in kinds(found) if kind == "bold"]

    assert found.text == (before + within + after).strip()
    assert bold in ([], [within], [within.strip()], [within.lstrip()], [within.rstrip()])
    assert bold or not within.strip()


def test_what_telegram_finds_by_itself() -> None:
    text = (
        f"{LANTERN} /start@talchum_bot and /help, a/b @haneul_kim #tea_house "
        "https://talchum.example/x?y=1. mail@talchum.example"
    )

    assert [(one["type"], cut(text, one["offset"], one["length"])) for one in detected(text)] == [
        ("bot_command", "/start@talchum_bot"), ("bot_command", "/help"), ("mention", "@haneul_kim"),
        ("hashtag", "#tea_house"), ("url", "https://talchum.example/x?y=1"), ("email", "mail@talchum.example"),
    ]  # fmt: skip


def test_nothing_is_found_inside_of_code() -> None:
    assert kinds(settled(html_mode.parse("<code>/start</code> /help"))) == [
        ("code", "/start"),
        ("bot_command", "/help"),
    ]
