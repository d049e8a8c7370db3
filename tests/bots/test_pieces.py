"""A long reply in messages."""

import re
from itertools import pairwise
from unicodedata import category, name

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from wcwidth import iter_graphemes

from bots.harmless import calling_nobody, plain_links
from bots.pieces import LEAST, cut, units

WORDS = [
    *(" ", " ", " ", "\n", "\n\n", "  ", "\t", ". ", "。", "！", "?", "요.", "다", "네!", ", ", "、", "」", "a", "b"),
    *("ㅋㅋ", "가", "word", "안녕하세요", "supercalifragilistic", "語", "e\u0301", "👩\u200d👩\u200d👧", "👍🏽", "🇰🇷"),
    *("\u200d", "\u0301", "각", "क्ष", "😀", "1\ufe0f\u20e3", "\ud83d", "\ude00", "\u200b", "\u3164", "\ufe0f", "*"),
    *('"', "(", ")", "[", "]", "<", ">", ":", "h", "http", "1", "<@1>", "<@!12345678901234567>", "<#1>", "<@&7>"),
    *("<:name:1>", "<a:wave:123456>", "<t:1:R>", "</name sub:1>", "https://a.b/c", "<https://a.b>", "...", "_", "🇰"),
    *("https://example.com/a_(b)?c=d", "[two words](https://a.b/c)", "[가 나](http://x.y)"),
]  # fmt: skip
FENCES = ["```", "```py\n", "\n```\n", "\n```", "`", "``", "````", "```c++\nint x;\n```", "    indented\n"]
PROSE = st.lists(st.sampled_from(WORDS), max_size=150).map("".join)
TEXTS = st.one_of(
    PROSE, st.lists(st.one_of(st.sampled_from(WORDS), st.sampled_from(FENCES)), max_size=150).map("".join), st.text()
)
LIMITS = st.integers(LEAST, 90)


def length(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def room(text: str) -> int:
    """How much a text may take, with the signs that are put into it where it is shown."""
    return length(calling_nobody(plain_links(text)))


def unseen(char: str) -> bool:
    if "\U000e0000" <= char <= "\U000e0fff":
        return True
    fillers = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
    return char.isspace() or category(char) in {"Cc", "Cf", "Zs"} or char in fillers or "VARIATION" in name(char, "")


def blank(text: str) -> bool:
    """Whether nothing stands in `text` but white space, invisible signs and fences."""
    return all(map(unseen, re.sub(r"```(?:[\w+#.-]*\n)?", "", text)))


def places(text: str, pieces: tuple[str, ...]) -> list[tuple[int, int]]:
    """Where the pieces stand in the text, without the fences they were given. Fails where anything else is between."""
    found, at = [], 0
    for piece in pieces:
        bodies = [piece, piece.partition("\n")[2]] if piece.startswith("```") else [piece]
        bodies += [body.removesuffix("\n```") for body in bodies]
        starts = {body: text.find(body, at) for body in sorted(bodies, key=len, reverse=True) if body}
        start, body = next((start, body) for body, start in starts.items() if start >= 0 and blank(text[at:start]))
        at = start + len(body)
        found.append((start, at))
    assert blank(text[at:])
    return found


@pytest.mark.parametrize(
    ("text", "limit", "pieces"),
    [
        ("", 16, []),
        (" \n\t ", 16, []),
        ("\u200b\u3164\ufe0f\u2800\U000e0080", 16, []),
        ("\u200b" * 40 + "hi", 16, ["\u200b" * 8 + "hi"]),
        (" short \n", 16, ["short"]),
        ("exactly sixteen.", 16, ["exactly sixteen."]),
        ("One line.\nOne more.\n\nA paragraph.\nEnd.", 30, ["One line.\nOne more.", "A paragraph.\nEnd."]),
        ("One.\nTwo two.\n\nThree.\nFour four", 24, ["One.\nTwo two.", "Three.\nFour four"]),
        ("One.\n\nTwo three four five six", 24, ["One.\n\nTwo three four", "five six"]),
        ('He said "No way." Then he left', 24, ['He said "No way."', "Then he left"]),
        ("A first line\nand two. And more", 24, ["A first line", "and two. And more"]),
        ("A short one. Then some more", 20, ["A short one.", "Then some more"]),
        ("By land, and by the sea side", 16, ["By land,", "and by the sea", "side"]),
        ("It goes on and on and on", 16, ["It goes on and", "on and on"]),
        ("A. " + "b" * 30, 20, ["A.", "b" * 20, "b" * 10]),
        ("좋아요.\n\n" + "그" * 16, 16, ["좋아요.", "그" * 16]),
        ("오늘은 춥네요.그래도 바다는 좋아요.", 16, ["오늘은 춥네요.", "그래도 바다는 좋아요."]),
        ("다 좋았어요!“다음에 또 와요.”그가 말했어요", 20, ["다 좋았어요!“다음에 또 와요.”", "그가 말했어요"]),
        ("너무 재밌었어ㅋㅋㅋ 우리 내일도 가자", 16, ["너무 재밌었어ㅋㅋㅋ", "우리 내일도 가자"]),
        ("今日は寒いですね。海は静かです。", 16, ["今日は寒いですね。海は静かです。"]),
        ("今日は寒いですね。海はとても静かです。", 16, ["今日は寒いですね。", "海はとても静かです。"]),
        ("彼は言った「また来ます。」そして去った", 16, ["彼は言った「また来ます。」", "そして去った"]),
        ("今日はとても寒いので、家にいました", 16, ["今日はとても寒いので、", "家にいました"]),
        ("あ" * 10 + "、」" + "い" * 10, 16, ["あ" * 10 + "、」" + "い" * 4, "い" * 6]),
        ("あ" * 9 + "、" + "い" * 5 + "！！いい", 16, ["あ" * 9 + "、", "い" * 5 + "！！いい"]),
        ("x" * 15 + "😀" + "y", 16, ["x" * 15, "😀y"]),
        ("x" * 15 + "e\u0301y", 16, ["x" * 15, "e\u0301y"]),
        ("x" * 12 + "👩\u200d👩\u200d👧", 16, ["x" * 12, "👩\u200d👩\u200d👧"]),
        ("x" * 14 + "🇰🇷", 16, ["x" * 14, "🇰🇷"]),
        ("x" * 15 + "\u1100\u1161\u11a8", 16, ["x" * 15, "\u1100\u1161\u11a8"]),
        ("x" * 15 + "\ud83d\ude00", 16, ["x" * 15, "\ud83d\ude00"]),
        ("😀" * 9, 16, ["😀" * 8, "😀"]),
        ("가나다라마바사<@123456789>님", 16, ["가나다라마바사", "<@123456789>님"]),
        ("go to </give gold:123> now", 19, ["go to", "</give gold:123>", "now"]),
        ("at <t:1618953630:R> then", 16, ["at", "<t:1618953630:R>", "then"]),
        ("이것은https://a.bc/d를보세요아니요", 16, ["이것은", "https://a.bc/d를보", "세요아니요"]),
        ("가나다라마바사아자차카타파하https://a.b", 16, ["가나다라마바사아자차카타파하", "https://a.b"]),
        ("가나다라마바사아자차<https://a.b>", 16, ["가나다라마바사아자차", "<https://a.b>"]),
        ("[ab](https://a.b/cd)", 16, ["[ab](", "https://a.b/cd)"]),
        ("[some long words](https://a.b/c)", 16, ["[some long", "words](", "https://a.b/c)"]),
        ("</" + "e\u0301" * 10 + ":1>", 17, ["</" + "e\u0301" * 7, "e\u0301" * 3 + ":1>"]),
        ("so see [my own page](https://a.b) now", 31, ["so see", "[my own page](https://a.b) now"]),
        ("see https://a.b/" + "c" * 20, 16, ["see", "https://a.b/cccc", "c" * 16]),
        ("ha [ha ha] ha ha ha", 16, ["ha [ha ha] ha ha", "ha"]),
    ],
)
def test_a_text_is_cut_where_a_reader_would_pause(text: str, limit: int, pieces: list[str]) -> None:
    assert list(cut(text, limit)) == pieces


@pytest.mark.parametrize(
    ("text", "limit", "pieces"),
    [
        ("```py\nx = 1\n```", 16, ["```py\nx = 1\n```"]),
        ("```py\na = 1\nb = 2\nc = 3\n```\nDone.", 22, ["```py\na = 1\nb = 2\n```", "```py\nc = 3\n```\nDone."]),
        ("```\nif x:\n    y = 1\n\n\n    z = 2\n```", 32, ["```\nif x:\n    y = 1\n```", "```\n    z = 2\n```"]),
        ("So it is.\n```py\nx = 1\n```", 20, ["So it is.", "```py\nx = 1\n```"]),
        ("It is like this here:\n```py\na = 1\nb = 2\n```", 38, ["It is like this here:", "```py\na = 1\nb = 2\n```"]),
        ("x" * 13 + "```py\ny\n```", 16, ["x" * 13, "```py\ny\n```"]),
        ("x" * 15 + "```py\ny\n```", 16, ["x" * 15, "```py\ny\n```"]),
        ("```" + "a" * 23, 16, ["```aaaaaaaaa\n```", "```\naaaaaaaa\n```", "```\naaaaaa\n```"]),
        ("A sentence. ```x y``` and so on", 20, ["A sentence.", "```x y``` and so on"]),
        ("```c++\nint x;\nint y;\n```", 18, ["```c++\nint x;\n```", "```c++\nint y;\n```"]),
        ("```alanguage\nx = 1;\ny = 2;\n```", 23, ["```alanguage\nx = 1;\n```", "```\ny = 2;\n```"]),
        ("```\naaaa\nbbbb\n```", 16, ["```\naaaa\n```", "```\nbbbb\n```"]),
        ("```\naaaaaaaa\n```\n\nMore to say", 16, ["```\naaaaaaaa\n```", "More to say"]),
        ("```\naaaaaaaa\n\n  ```\n\nMore to say", 16, ["```\naaaaaaaa\n```", "More to say"]),
        ("```py\nx = 1", 20, ["```py\nx = 1\n```"]),
        ("```py\n0123456789abc", 18, ["```py\n01234567\n```", "```py\n89abc\n```"]),
        ("```py\n0123456789abc", 19, ["```py\n0123456789abc"]),
        ("Here: ```py\n", 20, ["Here: ```py"]),
        ("```\n" + "\n" * 40 + "x\n```", 16, ["```\nx\n```"]),
    ],
)
def test_code_that_does_not_fit_is_closed_and_opened_again(text: str, limit: int, pieces: list[str]) -> None:
    assert list(cut(text, limit)) == pieces


def test_the_first_piece_may_be_shorter() -> None:
    assert cut("one two three four five six seven", 24, first=16) == ("one two three", "four five six seven")
    assert cut("short enough", 24, first=16) == ("short enough",)


@pytest.mark.parametrize("limits", [(LEAST - 1, None), (100, LEAST - 1), (0, 100), (100, 0)])
def test_there_must_be_room_for_something(limits: tuple[int, int | None]) -> None:
    with pytest.raises(ValueError, match="room"):
        cut("text", limits[0], first=limits[1])


@given(TEXTS, LIMITS, LIMITS)
def test_every_piece_fits_and_has_something_to_see(text: str, limit: int, first: int) -> None:
    pieces = cut(text, limit, first=first)

    assert [length(piece) for piece in pieces] == [units(piece) for piece in pieces]
    assert all(room(piece) <= most for piece, most in zip(pieces, [first, *[limit] * len(pieces)], strict=False))
    assert not any(all(map(unseen, piece)) for piece in pieces)


@given(TEXTS, LIMITS)
def test_nothing_to_see_is_lost_or_doubled_or_changes_places(text: str, limit: int) -> None:
    places(text, cut(text, limit))


@given(PROSE, LIMITS)
def test_without_code_every_piece_is_a_part_of_the_text(text: str, limit: int) -> None:
    assert all(piece in text for piece in cut(text, limit))


@given(TEXTS, LIMITS)
def test_every_piece_but_the_last_closes_the_code_it_opens(text: str, limit: int) -> None:
    pieces = cut(text, limit)

    assert all(piece.count("```") % 2 == 0 for piece in pieces[:-1])


@given(PROSE, LIMITS)
@example("<https://example.com/a_(b)?c=d", 29)  # what hides its preview belongs to an address
@example("?요.👍🏽👍🏽、」</name sub:1><https://a.b>", 27)  # also where no more than that and a letter can be seen
def test_no_mention_address_link_or_character_that_fits_is_torn(text: str, limit: int) -> None:
    link, address = r"\[[^][\n]{1,60}\]\([^\s)]+\)", r"<?https?://[^\s<>。！？[]+"
    mention = r"<(?:@[!&]?\d+|#\d+|a?:\w{1,32}:\d+|t:\d+:\w|/[\w ]+:\d+)>"
    assume(all(room(match.group()) <= limit for match in re.finditer(link, text)))
    atoms = [match.span() for match in re.finditer(f"{link}|{address}|{mention}", text)]
    at = 0
    for cluster in iter_graphemes(text):
        after = at + len(cluster)
        atoms = [(start, after if at < end < after else end) for start, end in atoms] + [(at, after)]
        at = after
    stands = places(text, cut(text, limit))

    for (_, end), (start, _) in pairwise(stands):
        gap = range(end, start + 1) if text[end:start].isspace() else (end, start)
        torn = [span for span in atoms if all(span[0] < place < span[1] for place in gap)]
        assert all(room(text[first:last]) > limit for first, last in torn)


@given(TEXTS, LIMITS)
def test_no_character_of_two_halves_is_torn(text: str, limit: int) -> None:
    joined = [(before[-1], after[0]) for before, after in pairwise(cut(text, limit))]
    assert not any("\ud800" <= a <= "\udbff" and "\udc00" <= b <= "\udfff" for a, b in joined)


@given(TEXTS, LIMITS, LIMITS)
def test_as_a_text_grows_only_its_last_piece_changes(text: str, limit: int, first: int) -> None:
    pieces = cut(text, limit, first=first)
    for end in range(len(text)):
        *stable, _ = cut(text[:end], limit, first=first) or ("",)
        assert tuple(stable) == pieces[: len(stable)]


GROWING = [
    "We saw [this and that and other] things of [which some](not an address) are [gone](https://a.b/c).",
    "It is <@12345 and not <:one: or <t:12 but <@12345>. Then http is none and https://a.b is one, h at the end",
    "Now ```python is a language``` but ```py\nx = 1\n\n\ny = 2``` is code and ````\n`` is what ```` \n\n``` it is.",
    "e\u0301\u0301 👩\u200d👩\u200d👧👍🏽🇰🇷🇰🇷 각\u1100\u1161\u11a8 क्ष.",
    "다 좋아요!“네.”그래요. 今日は、寒い！！ですね。」はい",
]


@pytest.mark.parametrize("text", GROWING)
def test_so_it_is_for_every_beginning_of_these(text: str) -> None:
    for limit in range(LEAST, 50):
        pieces = cut(text, limit)
        for end in range(len(text)):
            *stable, _ = cut(text[:end], limit) or ("",)
            assert tuple(stable) == pieces[: len(stable)]


@given(PROSE, LIMITS)
def test_a_run_without_spaces_is_cut_only_at_its_pauses_unless_it_is_longer_than_a_piece(text: str, limit: int) -> None:
    text = text.replace("[", "").replace("</", "")
    for (_, end), (start, _) in pairwise(places(text, cut(text, limit))):
        run = re.split(r"\s", text[:end])[-1] + re.split(r"\s", text[start:])[0]
        paused = re.search(r"[。！？、][」*_\")\]>]*\Z|[가-힣][.!?]+[」)]*\Z", text[:end])
        assert end < start or paused or room(run) > limit


HUGE = ["a", "`", "[", "<", "<@", "</a", "h", "\u0301", "\n", " ", "```\n", "。", "!", "!가", "](", "\u200b", ": h"]


@pytest.mark.parametrize("unit", HUGE)
def test_a_huge_text_of_one_kind_is_cut_like_any_other(unit: str) -> None:
    text = unit * (40_000 // len(unit))

    pieces = cut(text, 2_000)

    assert all(length(piece) <= 2_000 for piece in pieces)
    places(text, pieces)
