"""The lists behind the lexicon filter: a community's own, their version, and those that are refused."""

from pathlib import Path

import pytest

from moderation.errors import FilterUnavailable
from moderation.filters.lexicon import Lexicon
from tests.moderation.disguises import LANGUAGES
from tests.moderation.lexicon_signals import LEXICON
from tests.moderation.lexicon_signals import signals as _signals


def _list(folder: Path, text: str) -> Path:
    (folder / "own.toml").write_text(text, encoding="utf-8")
    return folder


OWN = """
language = "en"
provenance = "a test"
allow = ["blorpington"]

[[group]]
category = "profanity"
severity = 0.8
match = "anywhere"
terms = ["blorp"]
"""


def test_many_large_patterns_are_matched_each_for_itself(tmp_path: Path) -> None:
    """As a set they would need more memory than RE2 allows itself."""
    patterns = "".join(
        f'\n[[pattern]]\nname = "p{at}"\ncategory = "threat"\nseverity = 1.0\npattern = "foo.{{0,150}}bar{at}x"\n'
        for at in range(40)
    )
    lexicon = Lexicon.load(_list(tmp_path, OWN + patterns))
    assert [signal.detail for signal in _signals("a foo and bar7x", lexicon=lexicon)] == ["pattern 'p7'"]


PARTS = """
[parts]
number = "one|two"
couple = "{number} and {number}"

[[pattern]]
name = "in parts"
category = "threat"
severity = 1.0
pattern = 'x{1,2} {couple}y'
"""


def test_a_pattern_can_be_written_in_parts_and_parts_in_those_above_them(tmp_path: Path) -> None:
    lexicon = Lexicon.load(_list(tmp_path, OWN + PARTS))
    assert [signal.detail for signal in _signals("xx one and twoy", lexicon=lexicon)] == ["pattern 'in parts'"]
    assert not _signals("two and one", lexicon=lexicon)


@pytest.mark.parametrize(
    ("before", "after", "key"),
    [
        ("{couple}", "{cuple}", "pattern[0].pattern"),
        ("{number} and", "{couple} and", "parts.couple"),
        ("[parts]", "[[parts]]", "parts"),
        ('"one|two"', "1", "parts.number"),
    ],
)
def test_a_part_that_is_not_there_is_named(tmp_path: Path, before: str, after: str, key: str) -> None:
    parts = PARTS.replace(before, after)
    with pytest.raises(FilterUnavailable) as caught:
        Lexicon.load(_list(tmp_path, OWN.replace("[[group]]", f"{parts}\n[[group]]")))
    for language in LANGUAGES:
        assert "own.toml" in caught.value.explain(language)
        assert key in caught.value.explain(language)


def test_a_community_adds_terms_and_allowed_words(tmp_path: Path) -> None:
    _list(tmp_path, OWN)
    lexicon = Lexicon.load(extra=[tmp_path / "own.toml"])
    assert _signals("what a bl0rp", lexicon=lexicon)
    assert not _signals("Blorpington is nice", lexicon=lexicon)
    assert _signals("fuck", lexicon=lexicon)
    assert lexicon.version != LEXICON.version


def test_the_version_is_that_of_the_lists(tmp_path: Path) -> None:
    assert Lexicon.load().version == LEXICON.version
    first = Lexicon.load(_list(tmp_path, OWN)).version
    assert Lexicon.load(_list(tmp_path, OWN.replace("0.8", "0.7"))).version != first


@pytest.mark.parametrize(
    ("before", "after", "key"),
    [
        ('language = "en"', "", "language"),
        ("severity = 0.8", "severity = 2", "group[0].severity"),
        ("severity = 0.8", "severity = true", "group[0].severity"),
        ('category = "profanity"', 'category = "rude"', "group[0].category"),
        ('match = "anywhere"', 'match = "sometimes"', "group[0].match"),
        ('match = "anywhere"', 'mach = "anywhere"', "group[0].mach"),
        ('terms = ["blorp"]', "terms = [1]", "group[0].terms"),
        ('terms = ["blorp"]', 'terms = ["!!"]', "terms"),
        ('allow = ["blorpington"]', 'allow = ["!!"]', "allow"),
        ('language = "en"', "language = ", "own.toml"),
    ],
)
def test_a_wrong_list_says_file_key_and_what_was_expected(tmp_path: Path, before: str, after: str, key: str) -> None:
    folder = _list(tmp_path, OWN.replace(before, after))
    with pytest.raises(FilterUnavailable) as caught:
        Lexicon.load(folder)
    for language in LANGUAGES:
        assert "own.toml" in caught.value.explain(language)
        assert key in caught.value.explain(language)


def test_a_community_list_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FilterUnavailable, match=r"missing\.toml"):
        Lexicon.load(extra=[tmp_path / "missing.toml"])


def test_a_pattern_that_cannot_be_matched_is_refused(tmp_path: Path) -> None:
    wrong = '\n[[pattern]]\nname = "broken"\ncategory = "threat"\nseverity = 1.0\npattern = "("\n'
    with pytest.raises(FilterUnavailable, match="broken"):
        Lexicon.load(_list(tmp_path, OWN + wrong))
    with pytest.raises(FilterUnavailable, match=r"own\.toml.*broken"):
        Lexicon.load(_list(tmp_path, OWN + wrong.replace('"("', '"(foo.{0,900}){90}"')))


def test_a_folder_without_lists_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FilterUnavailable):
        Lexicon.load(tmp_path)
