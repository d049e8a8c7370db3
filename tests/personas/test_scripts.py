"""The format of scripts: what a file may say, and what is said where it is wrong."""

import json
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personas.errors import ScriptError
from personas.generators.scripts import (
    Chunking,
    Fault,
    Gold,
    Repair,
    Reply,
    Sentence,
    Unit,
    bundled_scripts,
    load_script,
    parse_script,
    tokens,
)

SLIP = """
{"script": "register_slip_2of4", "seed": 7, "tps": 50, "ttft_ms": 600, "chunk": "1-12chars", "cancel_lag_tokens": 0,
 "language": "ko",
 "sentences": [{"t": "어서 오세요."},
               {"t": "오늘 좀 춥지?", "gold": {"cat": "O4", "severity": 1}}, {"t": "유자차 어떠세요?"}],
 "repair": {"p_ok": 0.85, "ok": "오늘 좀 춥죠?", "bad": "춥지 않아?"}}
"""

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


def test_one_reply_is_a_script() -> None:
    script = parse_script(SLIP.encode(), file="slip.json")

    assert script.name == "register_slip_2of4"
    assert script.languages == {"ko"}
    assert script.replies == (
        Reply(
            script="register_slip_2of4",
            language="ko",
            seed=7,
            tps=50,
            ttft_ms=600,
            chunk="1-12chars",
            sentences=(
                Sentence(t="어서 오세요."),
                Sentence(t="오늘 좀 춥지?", gold=Gold(cat="O4", severity=1)),
                Sentence(t="유자차 어떠세요?"),
            ),
            repair=Repair(p_ok=0.85, ok="오늘 좀 춥죠?", bad="춥지 않아?"),
        ),
    )


def test_a_list_of_replies_is_named_by_its_first_and_speaks_all_their_languages() -> None:
    data = json.dumps([{"script": "a", "sentences": []}, {"script": "b", "language": "ko", "sentences": []}])

    script = parse_script(data.encode(), file="two.json")

    assert script.name == "a"
    assert script.languages == {"en", "ko"}


def test_json_lines_hold_one_reply_a_line_and_may_have_empty_ones() -> None:
    """A line separator within a text (U+2028) does not end the line."""
    data = '{"script": "a", "sentences": [{"t": "one\u2028two"}]}\n\n{"script": "b", "sentences": []}\n'

    script = parse_script(data.encode(), file="two.jsonl")

    assert [reply.script for reply in script.replies] == ["a", "b"]
    assert script.replies[0].sentences[0].t == "one\u2028two"


def test_a_byte_order_mark_is_no_part_of_the_script() -> None:
    assert parse_script(b"\xef\xbb\xbf" + SLIP.encode(), file="bom.json").name == "register_slip_2of4"


def reply(**changes: object) -> bytes:
    """A good reply but for `changes`."""
    return json.dumps({"script": "a", "sentences": [{"t": "Hello."}], **changes}).encode()


WRONG = [
    (b"[\n{", "scripted.syntax", "line 2, column 2"),
    (b"\n[NaN]", "scripted.constant", "NaN"),
    (b"\xff", "scripted.encoding", "line 1"),
    (b"[" * 100_000, "scripted.syntax", "JSON"),
    (b'{"script": "a", "script": "b", "sentences": []}', "scripted.twice", "script"),
    (b'{"script": "a", "sentences": [{"t": "\\ud800"}]}', "scripted.surrogate", "script"),
    (b"[]", "scripted.no_reply", "when"),
    (b"3", "scripted.not_object", "braces"),
    (reply(when="hello"), "scripted.no_reply", "when"),
    (reply(sentence="Hi."), "scripted.unknown_key", "sentence is not"),
    (reply(sentences=[{"t": "Hi.", "gold": {"category": "x", "cat": "y"}}]), "scripted.unknown_key", "cat, severity"),
    (b'{"sentences": []}', "scripted.missing", "script"),
    (reply(sentences=[{}]), "scripted.missing", "sentences[0].t"),
    (reply(sentences="Hi."), "scripted.not_list", "sentences"),
    (reply(sentences=["Hi."]), "scripted.not_object", "sentences[0]"),
    (reply(sentences=[{"t": 1}]), "scripted.not_text", "sentences[0].t"),
    (reply(sentences=[{"t": ""}]), "scripted.empty", "sentences[0].t"),
    (reply(sentences=[{"t": "a", "gold": {"cat": "x", "severity": 4}}]), "scripted.too_large", "≤ 3"),
    (reply(script="a/b"), "scripted.not_a_name", "script"),
    (reply(language="English"), "scripted.not_a_language", "language"),
    (reply(seed="7"), "scripted.not_integer", "seed"),
    (reply(tps="fast"), "scripted.not_number", "tps"),
    (reply(tps=0), "scripted.too_small", "> 0"),
    (reply(ttft_ms=-1), "scripted.too_small", "≥ 0"),
    (reply(chunk="12-1chars"), "scripted.chunk", "chunk"),
    (reply(chunk="0bytes"), "scripted.chunk", "chunk"),
    (reply(prefix_support="no"), "scripted.not_boolean", "prefix_support"),
    (reply(finish="done"), "scripted.not_one_of", "'stop', 'length', 'content_filter'"),
    (reply(repair={"ok": "a", "bad": "b"}), "scripted.missing", "repair.p_ok"),
    (reply(repair={"p_ok": 1.5, "ok": "a", "bad": "b"}), "scripted.too_large", "repair.p_ok"),
    (reply(fault={"kind": "fire"}), "scripted.not_one_of", "fault.kind"),
    (reply(fault={"kind": "status"}), "scripted.missing", "fault.status"),
    (reply(fault={"kind": "status", "status": 200}), "scripted.too_small", "≥ 400"),
    (reply(fault={"kind": "reset", "status": 500}), "scripted.excess", "fault.status"),
    (reply(fault={"kind": "status", "status": 500, "after_chars": 1}), "scripted.excess", "fault.after_chars"),
    (reply(fault={"kind": "non_stream_200", "after_sentences": 1}), "scripted.excess", "fault.after_sentences"),
    (reply(fault={"kind": "stall", "after_chars": 1, "after_sentences": 1}), "scripted.excess", "fault.after_chars"),
    (reply(fault={"kind": "stall", "times": 0}), "scripted.too_small", "fault.times"),
]


@pytest.mark.parametrize(("data", "key", "says"), WRONG)
def test_what_is_wrong_with_a_script_is_said_with_file_and_place_in_both_languages(
    data: bytes, key: str, says: str
) -> None:
    with pytest.raises(ScriptError) as caught:
        parse_script(data, file="mine.json")

    assert caught.value.key == key
    assert says in caught.value.explain("en")
    for language in ("en", "ko"):
        assert "mine.json" in caught.value.explain(language)
    assert caught.value.explain("en") != caught.value.explain("ko")


def test_an_error_in_a_list_names_the_reply_and_in_json_lines_the_line() -> None:
    good, bad = b'{"script": "a", "sentences": []}', b'{"script": "b", "sentences": [], "sed": 1}'

    with pytest.raises(ScriptError, match=r"mine\.json: \[1\]\.sed "):
        parse_script(b"[" + good + b", " + bad + b"]", file="mine.json")
    with pytest.raises(ScriptError, match=r"mine\.jsonl:3: sed "):
        parse_script(good + b"\n\n" + bad, file="mine.jsonl")
    with pytest.raises(ScriptError, match=r"mine\.jsonl, line 2, column 1"):
        parse_script(good + b"\n?", file="mine.jsonl")


@given(
    st.dictionaries(
        st.sampled_from(["script", "sentences", "seed", "tps", "chunk", "repair", "fault", "finish", "when", "other"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | texts,
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
            max_leaves=6,
        ),
    )
)
def test_any_json_is_a_script_or_a_script_error(record: dict[str, object]) -> None:
    complaint = None
    try:
        parse_script(json.dumps(record).encode(), file="any.json")
    except ScriptError as error:
        complaint = error

    assert complaint is None or all("any.json" in complaint.explain(language) for language in ("en", "ko"))


def test_a_file_is_loaded_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "slip.json"
    path.write_text(SLIP, encoding="utf-8")

    assert load_script(path) == load_script(str(path)) == parse_script(SLIP.encode(), file="slip.json")


def test_a_bundled_script_is_loaded_by_its_name() -> None:
    assert load_script("tea_house") == bundled_scripts()["tea_house"]


@pytest.mark.parametrize("source", ["no_such_script", "no\0such"])
def test_an_unknown_script_is_refused_with_the_names_of_those_that_there_are(source: str) -> None:
    with pytest.raises(ScriptError, match="tea_house") as caught:
        load_script(source)

    assert "tea_house" in caught.value.explain("ko")


def test_a_folder_is_not_a_script(tmp_path: Path) -> None:
    with pytest.raises(ScriptError) as caught:
        load_script(tmp_path)

    assert caught.value.key == "scripted.unreadable"


def test_bundled_scripts_are_named_like_their_files_and_show_what_a_guard_does() -> None:
    scripts = bundled_scripts()

    assert "tea_house" in scripts
    assert all(name == script.name for name, script in scripts.items())
    assert {"en", "ko"} <= {language for script in scripts.values() for language in script.languages}
    labels = {
        name: [
            (s.gold.severity, reply.repair is not None) for reply in script.replies for s in reply.sentences if s.gold
        ]
        for name, script in scripts.items()
    }
    assert labels["evening_chat"] == []
    assert labels["tea_house"] == [(1, True)]
    assert labels["slip_of_the_mask"] == [(2, True), (2, True)]
    assert labels["sudden_insult"] == [(3, False)]


@given(texts)
def test_tokens_concatenate_to_the_text(text: str) -> None:
    assert "".join(tokens(text)) == text


def test_a_syllable_a_short_word_and_a_sign_are_a_token_each() -> None:
    assert tokens("안녕, world of masquerades!") == ["안", "녕", ",", " world", " of", " masquera", "des", "!"]


@given(texts, st.integers(1, 9), st.integers(0, 9), st.sampled_from(Unit), st.integers())
def test_every_chunking_gives_non_empty_pieces_that_concatenate_to_the_text(
    text: str, least: int, more: int, unit: Unit, seed: int
) -> None:
    chunking = Chunking.parse(f"{least}-{least + more}{unit}s")

    pieces = list(chunking.split(text, random.Random(seed)))

    assert "".join(pieces) == text
    assert all(pieces)
    assert pieces == list(chunking.split(text, random.Random(seed)))
    if unit is Unit.CHARS:
        assert all(least <= len(piece) <= least + more for piece in pieces[:-1])


def test_chunks_in_bytes_cut_through_a_character_but_a_piece_of_text_has_whole_ones() -> None:
    chunking, dice = Chunking.parse("2bytes"), random.Random(0)

    assert list(chunking.cut("가a".encode(), dice)) == [b"\xea\xb0", b"\x80a"]
    assert list(chunking.split("가a", dice)) == ["가a"]


def test_a_value_made_by_hand_is_checked_like_one_from_a_file() -> None:
    with pytest.raises(ValueError, match="a key too few"):
        Fault(kind="status")
    with pytest.raises(ValueError, match="chunking"):
        Reply(script="a", sentences=(), chunk="3 words")
