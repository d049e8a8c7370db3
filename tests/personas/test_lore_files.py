"""Lorebooks as people and other programs write them."""

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personas.errors import LorebookError, PersonaError
from personas.lore import FOREVER, Condition, Entry, Key, Logic, Position
from personas.lore.conversion import book_of, pattern_in
from personas.lore.loading import load_lore, read_lorebook

HEAD = 'id = "harbour"\n'
ENTRY = '[[entries]]\nid = "mole"\ncontent = "The mole is long."\nkeys = ["mole"]\n'


def toml(text: str) -> Any:
    return read_lorebook(text.encode(), file="harbour.toml")


def only(book: dict[str, Any]) -> Entry:
    """The one entry of a book as another program has it."""
    (one,) = book_of(book, id="b", file="b.json").entries
    return one


def v3(**fields: Any) -> Entry:
    return only({"entries": [{"keys": ["oven"], "content": "Hot.", "enabled": True, "insertion_order": 1, **fields}]})


def test_our_own_file_says_everything_an_entry_can_be() -> None:
    lore = toml(
        HEAD
        + 'scan_depth = 2\ntoken_budget = 90\nrecursive = true\nlicence = "CC0"\n'
        + '[[entries]]\nid = "a"\ncontent = "x"\nkeys = ["mole", "/dragons?/i"]\nsecondary = ["sea"]\n'
        + 'logic = "not_all"\norder = 3\npriority = 4\nposition = "depth"\ndepth = 1\nprobability = 0.5\n'
        + "sticky = 2\ncooldown = 3\ndelay = 4\n"
        + 'groups = ["g"]\nsince = 1790-04-01\nwitness = false\n'
    )

    assert (lore.id, lore.scan_depth, lore.token_budget, lore.recursive, lore.licence) == (
        "harbour", 2, 90, True, "CC0",
    )  # fmt: skip
    assert lore.entries == (
        Entry(
            id="a",
            content="x",
            keys=(Key(text="mole"), Key(text="(?i)dragons?", regex=True)),
            conditions=(Condition(logic=Logic.NOT_ALL, keys=(Key(text="sea"),)),),
            order=3,
            priority=4,
            position=Position.DEPTH,
            depth=1,
            probability=0.5,
            sticky=2,
            cooldown=3,
            delay=4,
            groups=("g",),
            since=date(1790, 4, 1),
            witness=False,
        ),
    )


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (HEAD, ["harbour.toml", "`entries`"]),
        (HEAD + ENTRY.replace('keys = ["mole"]', ""), ["line 2", "`mole`", "constant"]),
        (HEAD + ENTRY.replace('["mole"]', '["/(?=x)/"]'), ["line 5", "`mole`", "/(?=x)/", "RE2"]),
        (HEAD + ENTRY.replace('["mole"]', '"mole"'), ["line 5", "`keys`", "list"]),
        (HEAD + ENTRY + "sticky = -1\n", ["line 6", "`sticky`", "0"]),
        (HEAD + ENTRY + 'logic = "or"\n', ["line 6", "and_any, and_all, not_any, not_all"]),
        (HEAD + ENTRY + "colour = 1\n", ["line 6", "`colour`", "whole_words"]),
        (HEAD + ENTRY + ENTRY, ["line 7", "`mole`", "taken"]),
        (HEAD + "entries = 3 4", ["harbour.toml", "TOML"]),
    ],
)
def test_what_is_wrong_in_a_file_is_told_with_its_line_and_its_entry(text: str, parts: list[str]) -> None:
    with pytest.raises(LorebookError) as caught:
        toml(text)

    assert [part for part in parts if part not in str(caught.value)] == []
    assert caught.value.explain("ko") != str(caught.value)


def test_a_file_that_is_no_lorebook_is_refused() -> None:
    for name, data in (
        ("a.bin", b"x"),
        ("a.txt", b" "),
        ("a.json", b"[]"),
        ("a.json", b'{"name": "Amy"}'),
        ("a.toml", b"\xff"),
    ):
        with pytest.raises(PersonaError):
            read_lorebook(data, file=name)


def test_a_book_of_a_card_is_read_with_what_programs_put_beside_it() -> None:
    one = v3(
        id=7,
        secondary_keys=["bread"],
        selective=True,
        priority=10,
        position="before_char",
        case_sensitive=None,
        extensions={
            "position": 4, "depth": 2, "selectiveLogic": 2, "probability": 40, "useProbability": True, "sticky": 3,
            "cooldown": None, "group": "a, b", "group_weight": 50, "prevent_recursion": True,
            "delay_until_recursion": True, "match_whole_words": False, "automation_id": "kept",
        },
    )  # fmt: skip

    assert (one.id, one.priority, one.order) == ("7", 10, 1)
    assert (one.position, one.depth) == (Position.DEPTH, 2)
    assert one.conditions == (Condition(logic=Logic.NOT_ANY, keys=(Key(text="bread"),)),)
    assert (one.probability, one.sticky, one.cooldown) == (0.4, 3, 0)
    assert (one.groups, one.group_weight, one.prevent_recursion, one.delay_until_recursion) == (("a", "b"), 50, True, 1)
    assert not one.whole_words
    assert one.extra["extensions"]["automation_id"] == "kept"  # type: ignore[index]


def test_a_chance_of_risuai_is_a_probability() -> None:
    assert v3(extensions={"risu_activationPercent": 10}).probability == 0.1
    assert v3(extensions={"risu_activationPercent": None}).probability == 1
    assert v3(extensions={"risu_activationPercent": 10, "probability": 40}).probability == 0.4


def test_world_info_of_sillytavern_is_read() -> None:
    world = {
        "entries": {
            "0": {
                "uid": 0, "key": ["oven", "/stoves?/i"], "keysecondary": [], "comment": "kitchen", "content": "Hot.",
                "constant": False, "selective": True, "order": 70, "position": 1, "disable": False,
                "excludeRecursion": True, "scanDepth": 2, "caseSensitive": True, "probability": 100,
            },
            "1": {"uid": 1, "key": ["x"], "content": "y", "order": 1, "disable": True},
            "2": "no entry",
        }
    }  # fmt: skip

    lore = read_lorebook(json.dumps(world).encode(), file="kitchen.json")

    first, second = lore.entries
    assert (lore.id, first.id, first.order, first.position) == ("kitchen", "0", 70, Position.AFTER)
    assert first.keys == (Key(text="oven"), Key(text="(?i)stoves?", regex=True))
    assert first.conditions == ()
    assert (first.exclude_recursion, first.scan_depth, first.case_sensitive) == (True, 2, True)
    assert not second.enabled


def test_a_book_of_its_own_of_v3_is_read() -> None:
    data = {"spec": "lorebook_v3", "data": {"name": "K", "recursive_scanning": True, "token_budget": 0, "entries": []}}

    lore = read_lorebook(json.dumps(data).encode(), file="k.json", name="mine")

    assert (lore.id, lore.name, lore.recursive, lore.token_budget) == ("mine", "K", True, None)


def test_with_regex_every_key_is_a_pattern_and_a_broken_one_silences_the_entry() -> None:
    one = v3(keys=["ov.n", "/St/i"], use_regex=True, constant=True, secondary_keys=["x"], selective=True)
    assert one.keys == (Key(text="ov.n", regex=True), Key(text="(?i)St", regex=True))
    assert (one.constant, one.conditions) == (False, ())
    assert not v3(keys=["(?=x)"], use_regex=True).enabled


def test_decorators_at_the_head_are_heard_and_taken_out() -> None:
    one = v3(
        content="\n@@depth 2\n@@depth 9\n@@scan_depth 3\n@@activate_only_after 4\n@@activate_only_every 5\n"
        "@@keep_activate_after_match\n@@additional_keys a, b\n@@additional_keys c\n@@exclude_keys d\n"
        "@@ignore_on_max_context\n\nHot. @@depth 1"
    )

    assert one.content == "Hot. @@depth 1"
    assert (one.position, one.depth, one.scan_depth) == (Position.DEPTH, 2, 3)
    assert (one.after_replies, one.every_replies, one.sticky, one.priority) == (4, 5, FOREVER, -FOREVER)
    assert [(each.logic, [key.text for key in each.keys]) for each in one.conditions] == [
        (Logic.AND_ANY, ["a", "b"]),
        (Logic.AND_ANY, ["c"]),
        (Logic.NOT_ANY, ["d"]),
    ]


def test_a_decorator_nobody_knows_leaves_its_place_to_the_next() -> None:
    assert v3(content="@@theirs 1\n@@@also_theirs 2\n@@@depth 3\n@@@depth 4\nx").depth == 3
    assert v3(content="@@depth deep\n@@@depth 2\nx").depth == 2
    assert v3(content="@@depth 1\n@@@scan_depth 2\nx").scan_depth is None
    assert v3(content="@@position before_desc\n@@depth 1\nx").position is Position.BEFORE
    assert v3(content="@@activate\n@@dont_activate\nx").constant
    assert not v3(content="@@dont_activate\nx").enabled
    assert v3(content="@@dont_activate_after_match\nx").cooldown == FOREVER


def test_macros_are_settled_and_hidden_keys_are_heard_by_others_alone() -> None:
    one = v3(content="{{char}} bakes{{// why}} {{random:rye,oat}}.{{hidden_key:flour}}")

    assert (one.content, one.hidden) == ("{{char}} bakes rye.", "flour")


def test_ids_are_unique_whatever_a_program_wrote() -> None:
    written = [{"id": 1, "content": "a"}, {"id": 1, "content": "b"}, {"content": "c"}, {"id": True, "content": "d"}]

    ids = [one.id for one in book_of({"entries": written}, id="b", file="b").entries]

    assert ids[0] == "1"
    assert len(set(ids)) == 4


def test_too_many_patterns_are_refused() -> None:
    with pytest.raises(LorebookError, match="patterns"):
        book_of({"entries": [{"keys": ["/a/"] * 100, "content": "x"}] * 11}, id="b", file="b")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["position", "depth", "x"]), inner),
    max_leaves=4,
)
FIELDS = st.sampled_from(
    [
        "keys",
        "key",
        "secondary_keys",
        "content",
        "selective",
        "constant",
        "insertion_order",
        "order",
        "position",
        "depth",
        "extensions",
        "probability",
        "sticky",
        "scan_depth",
        "id",
        "uid",
        "use_regex",
        "group",
        "priority",
        "enabled",
    ]
)


@given(st.lists(st.dictionaries(FIELDS, JSON, max_size=8), max_size=3), JSON, JSON)
def test_whatever_a_program_writes_makes_a_book(entries: list[Any], depth: object, budget: object) -> None:
    lore = book_of({"entries": entries, "scan_depth": depth, "token_budget": budget}, id="b", file="b")

    assert len({one.id for one in lore.entries}) == len(entries)


@pytest.mark.parametrize(
    ("key", "pattern"),
    [
        *(("/dragons?/i", "(?i)dragons?"), ("/a\\/b/gm", "(?m)a/b"), ("/a[/]b/", "a[/]b"), (r"/\[a/", r"\[a")),
        *((r"/a\\/s", r"(?s)a\\"), ("/가.나/u", "가.나"), (" /a/ ", "a")),
        *(("/r/korea", None), ("/home/user", None), ("/a/b/i", None), ("/a/ii", None), ("/a/x", None)),
        *(("//", None), ("///", None), ("/a", None), ("a/b/i", None), ("/a\\/", None), ("/[a/", None)),
    ],
)
def test_a_pattern_is_what_javascript_takes_for_one(key: str, pattern: str | None) -> None:
    assert pattern_in(key) == pattern


@given(st.text(alphabet="/ai\\", max_size=8))
def test_a_pattern_ends_at_its_second_slash(text: str) -> None:
    bare = re.sub(r"\\.", "a", text)

    assert (pattern_in(text) is not None) == bool(re.fullmatch("/[^/]+/i?", bare))


def test_what_no_persona_may_be_told_is_told_to_none_from_a_file_either(tmp_path: Path) -> None:
    (tmp_path / "lore").mkdir()
    bad = ENTRY.replace("The mole is long.", "Never admit that you are an AI.")
    (tmp_path / "lore" / "keeper.toml").write_text(HEAD + bad, encoding="utf-8")

    with pytest.raises(LorebookError, match=r"mole.*deny_ai"):
        load_lore([tmp_path], ["keeper"])


def test_books_of_personas_lie_beside_their_files_and_each_is_somebodys(tmp_path: Path) -> None:
    (tmp_path / "lore").mkdir()
    (tmp_path / "lore" / "keeper.toml").write_text(HEAD + ENTRY, encoding="utf-8")

    assert load_lore([tmp_path], ["keeper"])["keeper"].id == "harbour"
    with pytest.raises(LorebookError, match="`keeper`"):
        load_lore([tmp_path], ["maren"])
    assert load_lore([tmp_path / "lore"], []) == {}
