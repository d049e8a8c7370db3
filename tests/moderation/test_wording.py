"""How well filters of phrases hear what is worded in many ways, and leave alone what sounds like it.

The lines stand in `wording`, one a line: `meant` should be noticed, `innocent` should not. A few of each are beyond
rules of phrases, so the floors are shares; they may rise, and a change that lowers one has lost something.
"""

from pathlib import Path

import pytest

from moderation.errors import FilterUnavailable
from moderation.filters import Filter
from moderation.filters.crisis import Crisis
from moderation.filters.fragments import composed
from moderation.filters.identity import Identity
from moderation.filters.injection import Injection
from moderation.filters.phrases import Source
from moderation.filters.romance import Romance
from moderation.records import Candidate, Stage
from tests.support.judges import loaded

LINES = Path(__file__).parent / "wording"
LEAST_HEARD = 0.94
MOST_MISTAKEN = 0.04
FILTERS: dict[str, tuple[Filter, float]] = {
    "identity": (loaded(Identity), 0.5),
    "injection": (loaded(Injection), 0.5),
    "crisis": (loaded(Crisis), 0.4),
    "romance": (loaded(Romance), 0.6),
}
"""With the score from which the policy that ships acts."""


def lines(topic: str, language: str, kind: str) -> list[str]:
    """The lines of one file."""
    return (LINES / f"{topic}_{language}_{kind}.txt").read_text(encoding="utf-8").splitlines()


def noticed(topic: str, text: str) -> bool:
    """Whether the filter's surest signal is enough to act on."""
    judge, threshold = FILTERS[topic]
    signals = judge.examine(Candidate(stage=Stage.INPUT, text=text))
    return any(signal.score is not None and signal.score >= threshold for signal in signals)


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("topic", FILTERS)
def test_what_is_meant_is_heard_in_most_wordings(topic: str, language: str) -> None:
    suite = lines(topic, language, "meant")
    assert len(suite) >= 100
    missed = [text for text in suite if not noticed(topic, text)]
    assert len(missed) <= (1 - LEAST_HEARD) * len(suite), missed


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("topic", FILTERS)
def test_what_only_sounds_like_it_is_left_alone(topic: str, language: str) -> None:
    suite = lines(topic, language, "innocent")
    assert len(suite) >= 120
    mistaken = [text for text in suite if noticed(topic, text)]
    assert len(mistaken) <= MOST_MISTAKEN * len(suite), mistaken


@pytest.mark.parametrize(
    "text",
    [
        "군대 때문에 죽고 싶어",
        "여행 와서 죽고 싶어",
        "방학 마지막 날인데 죽고 싶어",
        "과제 끝내고 죽을래",
        "두통약 한 통 다 삼켰어",
        "*cries* I want to die",
        "My exam is over and I want to die",
        "I'm on holiday and I want to kill myself",
    ],
)
def test_an_everyday_word_excuses_no_wish_to_die(text: str) -> None:
    assert noticed("crisis", text)


def source(tmp_path: Path, text: str) -> Source:
    """A phrase file with `text` in it."""
    (tmp_path / "phrases.toml").write_text(text, encoding="utf-8")
    return Source.read(tmp_path, "phrases.toml")


def test_a_fragment_is_written_out_as_one_group_even_inside_another(tmp_path: Path) -> None:
    text = "[define]\nsea = 'north|south'\nroad = 'to the %sea%'\n[[rule]]\nen = ['%road% sea']\n"
    assert composed(source(tmp_path, text)).table == {"rule": [{"en": ["(?:to the (?:north|south)) sea"]}]}


@pytest.mark.parametrize(
    "text",
    [
        "[[rule]]\nen = ['%nowhere%']\n",
        "[define]\nloop = 'a%loop%'\n[[rule]]\nen = ['%loop%']\n",
    ],
)
def test_a_fragment_that_leads_nowhere_is_refused_in_both_languages(tmp_path: Path, text: str) -> None:
    with pytest.raises(FilterUnavailable) as caught:
        composed(source(tmp_path, text))
    for language in ("en", "ko"):
        assert "phrases.toml" in caught.value.explain(language)
        assert "rule[0].en[0]" in caught.value.explain(language)


def test_define_holds_nothing_but_patterns(tmp_path: Path) -> None:
    with pytest.raises(FilterUnavailable):
        composed(source(tmp_path, "[define]\nsea = 3\n[[rule]]\nen = ['x']\n"))
