"""English speech levels: what belongs to one of them alone."""

import pytest

from moderation.errors import FilterUnavailable
from moderation.filters.register import Register
from moderation.filters.register_english import parse_english
from moderation.records import Brief, Candidate, Stage
from moderation.words import LANGUAGES
from personas.cast import brief_of
from personas.loading import bundled
from tests.support.judges import loaded

JUDGE = loaded(Register)


def seen(text: str, *levels: str, shown: str = "", language: str = "en") -> list[str]:
    """What is objected to in it."""
    brief = Brief(language=language, registers=levels)
    signals = JUDGE.examine(Candidate(stage=Stage.PIECE, text=text, shown=shown, brief=brief))
    return [text[span.start : span.end] for signal in signals if (signal.score or 0) >= 0.8 for span in signal.spans]


@pytest.mark.parametrize(
    ("text", "levels", "found"),
    [
        ("I'm gonna fetch the lamp.", ("formal",), ["gonna"]),
        ("Yeah, you guys are late.", ("formal", "period"), ["Yeah", "you guys"]),
        ("I am going to fetch the lamp.", ("formal",), []),
        ("Okay, no worries.", ("period",), ["Okay", "no worries"]),
        ("Okay, no worries.", ("formal",), []),
        ("How may I assist you today?", ("casual",), ["How may I assist you"]),
        ("What can I get you?", ("casual",), []),
        ("Gonna rain, yeah.", ("casual",), []),
        ("Gonna rain, yeah.", (), []),
        ('He said "yeah, dude" and left.', ("formal",), []),
        ("An awesome sight, and the night so cool! My bad leg sounds good for once, for real.", ("period",), []),
        ("The ok-coral, an okapi and a broom.", ("period",), []),
        ("You\u2019re gonna see.", ("formal",), ["gonna"]),
    ],
)
def test_what_belongs_to_another_level_alone_is_seen(text: str, levels: tuple[str, ...], found: list[str]) -> None:
    assert seen(text, *levels) == found


def test_a_phrase_that_began_in_what_was_shown_is_seen_and_what_was_shown_is_not_seen_again() -> None:
    assert seen(" guys are late.", "formal", shown="Well, you") == [" guys"]
    assert seen(" rains.", "formal", shown="Yeah, it") == []
    assert seen(" And so it rains.", "formal", shown="Yeah, you guys are late.") == []


def test_korean_is_judged_by_its_endings_alone() -> None:
    assert seen("yeah 그렇습니다.", "hapsyo", language="ko") == []


def test_no_line_of_a_bundled_persona_is_out_of_its_own_level() -> None:
    personas = [persona for persona in bundled().values() if persona.language == "en" and persona.registers]
    assert {"victorian_detective", "lighthouse_keeper"} <= {persona.id for persona in personas}
    for persona in personas:
        for line in (*persona.lines, *(one.reply for one in persona.demonstrations)):
            signals = JUDGE.examine(Candidate(stage=Stage.WHOLE, text=line, brief=brief_of(persona)))
            assert all(not signal.score for signal in signals), line


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "source",
    ["", "[[phrases]]\nlevels = ['loud']\nwords = ['x']", "[[phrases]]\nlevels = ['formal']\nwords = []", "["],
)
def test_a_file_that_is_wrong_is_refused_with_the_place(source: str, language: str) -> None:
    with pytest.raises(FilterUnavailable) as caught:
        parse_english(source, "english.toml")

    assert "english.toml" in caught.value.explain(language)
