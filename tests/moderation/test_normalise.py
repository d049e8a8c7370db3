"""Matching keys: what each reading makes of a text, and the way back to the original."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.normalise import (
    Folded,
    Gap,
    Reading,
    View,
    disguises,
    fold,
    fold_character,
    keystrokes,
    read_plain,
    typed_on_korean,
    visible_tail,
)

ANY_TEXT = st.text(alphabet=st.characters(codec=None, categories=None), max_size=60)
HANGUL = st.text(alphabet=st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3), min_size=1, max_size=20)


def _view(folded: Folded, reading: Reading) -> View:
    return next(view for view in folded.views if view.reading is reading)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Ｆ", "f"),
        ("𝓯", "f"),
        ("🅵", "f"),
        ("🇫", "f"),
        ("ⓕ", "f"),
        ("ᶠ", "f"),
        ("с", "c"),
        ("é", "e"),
        ("\u200b", ""),
        ("̶", ""),
        ("\U000e0061", ""),
        ("\u202e", ""),
        ("\u3000", " "),
        ("\n", " "),
        ("ﾤ", "ㄴ"),
        ("ᄉ", "ㅅ"),
        ("ᆯ", "ㄹ"),
        ("�", "�"),
        ("ﬁ", "fi"),
        ("가", "가"),
        ("田", "田"),
        ("ノ", "ノ"),
        ("㉮", "가"),
    ],
)
def test_a_code_point_is_folded_to_what_it_is_read_as(written: str, read: str) -> None:
    assert fold_character(written) == read


def test_letters_with_dots_between_them_are_one_key_with_their_gaps() -> None:
    view = _view(fold("f.u c"), Reading.LATIN)
    assert view.key == "fuc"
    assert list(view.gaps) == [Gap.WIDE, Gap.MARK, Gap.SPACE, Gap.WIDE]


def test_repeated_letters_are_counted_not_kept() -> None:
    view = _view(fold("fuuuck"), Reading.LATIN)
    assert (view.key, list(view.counts)) == ("fuck", [1, 3, 1, 1])
    assert view.span(0, 4) == (0, 6)


def test_letters_spelled_out_one_by_one_are_counted_too() -> None:
    assert _view(fold("a s s"), Reading.LATIN).key == "as"


@pytest.mark.parametrize("written", ["sh1t", "5h1t", "$h|t", "sh!7"])
def test_signs_are_read_as_the_letters_they_are_drawn_for(written: str) -> None:
    assert any(view.key == "shit" for view in fold(written).views if view.reading is Reading.LEET)


@pytest.mark.parametrize("written", ["ㅅㅣㅂㅏㄹ", "시ㅂㅏㄹ", "시바ㄹ", "ㅅlㅂㅏㄹ", "ㅅ ㅣ ㅂ ㅏ ㄹ", "ﾵￜﾲￂﾩ"])
def test_split_jamo_are_put_together(written: str) -> None:
    view = _view(fold(written), Reading.JAMO)
    assert view.key == "시발"
    assert view.span(0, 2) == (0, len(written))


@pytest.mark.parametrize(
    "written",
    [
        "ㅅ-ㅣ-ㅂ-ㅏ-ㄹ",
        "ㅅ🤡ㅣ💀ㅂ😀ㅏ🇰🇷ㄹ",
        "ㅅㅣㅣㅣㅂㅏㅏㄹ",
        "tl발",
        "시qkf",
        "si발",
        "시bal",
        "🌱발",
        "시👣",
        "시1이2발",
    ],
)
def test_what_stands_for_a_syllable_or_its_letters_is_read_as_it(written: str) -> None:
    """Spelled out with anything between, drawn out, on the wrong keyboard, by sound, as a picture."""
    views = [view for view in fold(written).views if view.reading is Reading.JAMO and view.key == "시발"]
    assert views
    assert views[0].span(0, 2) == (0, len(written))


@pytest.mark.parametrize("written", ["🌱 심었어요", "病院", "PC방", "3시 발표", "1️⃣ 이벤트"])
def test_what_only_stands_near_hangul_is_no_syllable(written: str) -> None:
    plain = {view.raw for view in fold(written).views if view.reading is Reading.HANGUL}
    read = {view.raw for view in fold(written).views if view.reading is Reading.JAMO}
    assert not {text for text in read if text not in plain and any(word in text for word in ("씨", "병원", "시발"))}


def test_a_letter_that_stands_between_all_others_is_a_separator() -> None:
    assert [view.key for view in fold("fxuxcxk axe").views][1] == "fuckaxe"
    assert len(fold("sexxxy axes").views) == 1


def test_two_regional_indicators_are_a_flag_and_more_are_letters() -> None:
    assert fold("🇰🇷 vs 🇺🇸!").views[0].key == "vs"
    assert fold("🇫🇺🇨🇰").views[0].key == "fuck"


@pytest.mark.parametrize("written", ["ƒµ₵ꝁ", "ᖴᑌᑕK", "千ㄩ匚Ҝ", "ƒմçҟ", "ϝυϲκ", "₣Ʉ₵₭", "ƑÚÇĶ", "ʄʊɕƙ"])
def test_alphabets_that_look_alike_are_read_as_latin(written: str) -> None:
    assert fold(written).views[0].key == "fuck"


@pytest.mark.parametrize("written", ["시발", "씨발", "쉬발", "시이이발", "씨바알", "시.발", "시1발", "시\u200b발"])
def test_syllables_lose_tension_glides_and_stretching(written: str) -> None:
    assert _view(fold(written), Reading.HANGUL).key == "시발"


def test_conjoining_jamo_are_read_like_syllables() -> None:
    text = unicodedata.normalize("NFD", "병신")
    view = _view(fold(text), Reading.JAMO)
    assert view.raw == "병신"
    assert view.span(0, 2) == (0, len(text))


@pytest.mark.parametrize(
    ("seen", "meant", "stands"),
    [
        ("씨", "시", True),
        ("쉬", "시", True),
        ("너", "녀", False),
        ("싶", "씹", False),
        ("죤", "존", True),
        ("세", "새", True),
    ],
)
def test_a_disguise_adds_and_does_not_take_away(seen: str, meant: str, stands: bool) -> None:
    assert disguises(seen, meant) is stands


def test_the_wrong_keyboard_is_known_both_ways() -> None:
    assert keystrokes("시발") == "tlqkf"
    assert typed_on_korean("fuck") == "려차"
    assert typed_on_korean("shit") == "노ㅑㅅ"


@given(HANGUL)
def test_what_was_typed_on_the_wrong_keyboard_comes_back_without_tension(text: str) -> None:
    """Typing loses the shift key only: the keys of both spellings are the same."""
    assert keystrokes(typed_on_korean(keystrokes(text))) == keystrokes(text)


@given(ANY_TEXT, st.integers(1, 20))
def test_the_visible_tail_is_the_end_of_what_is_seen(text: str, count: int) -> None:
    """As long as no letter is repeated beyond its fourth."""
    seen = [character for character in text if fold_character(character)]
    assert visible_tail("".join(dict.fromkeys(seen)), count) == "".join(list(dict.fromkeys(seen))[-count:])
    assert len(visible_tail(text, count)) <= min(count, len(seen))


def test_neither_padding_nor_stretching_pushes_a_word_out_of_the_tail() -> None:
    assert visible_tail("oh f" + "\u200b" * 5000, 4) == "oh f"
    assert visible_tail("oh f" + "u" * 5000, 8) == "oh fuuuu"
    assert visible_tail("-" * 9, 8) == "-" * 8


def test_emoji_sequences_and_persian_joiners_leave_nothing_to_match() -> None:
    assert fold("👨‍👩‍👧‍👦 🏳️‍🌈").views == ()
    assert fold("می‌خواهم").views == ()


@given(ANY_TEXT)
def test_every_reading_leads_back_into_the_text_in_order(text: str) -> None:
    """Offsets of every view are in bounds, not empty and do not run backwards, for any code points."""
    folded = fold(text)
    assert len(folded.plain.key) == len(folded.plain.starts) == len(folded.plain.ends)
    for view in folded.views:
        assert (
            len(view.key) == len(view.raw) == len(view.at) == len(view.upto) == len(view.counts) == len(view.gaps) - 1
        )
        spans = [view.span(at, at + 1) for at in range(len(view.key))]
        assert all(0 <= start < end <= len(text) for start, end in spans)
        assert spans == sorted(spans)


@given(ANY_TEXT)
def test_folding_twice_changes_nothing(text: str) -> None:
    key = read_plain(text).key
    assert read_plain(key).key == key or "\ufffd" in key or not key.isascii()


@given(ANY_TEXT)
def test_keys_can_be_given_to_the_matchers(text: str) -> None:
    """They speak UTF-8: no lone surrogate is left."""
    for view in fold(text).views:
        view.key.encode()
