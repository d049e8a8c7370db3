"""What is different about a lore book."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from personas.lore.comparing import book_difference

ENTRIES = st.lists(st.sampled_from("abc"), max_size=6)


def book(contents: list[str]) -> dict[str, object]:
    return {"entries": [{"keys": ["k"], "content": content} for content in contents]}


@given(before=ENTRIES, after=ENTRIES)
def test_what_went_and_what_came_make_the_one_of_the_other(before: list[str], after: list[str]) -> None:
    found = book_difference(book(before), book(after))
    lines = Counter(found.lines if found else ())

    gone, came = Counter(before) - Counter(after), Counter(after) - Counter(before)
    assert lines == {("-", f"[k] {one}"): gone[one] for one in gone} | {("+", f"[k] {one}"): came[one] for one in came}
    assert (found is None) is (Counter(before) == Counter(after))


def test_other_programs_books_are_compared_and_what_is_no_entry_is_left_out() -> None:
    world = {"entries": {"0": {"key": ["a", 1], "content": "x\x07"}, "1": "no entry"}}
    found = book_difference({}, world)

    assert found is not None
    assert found.lines == (("+", "[a, 1] x"),)
    assert book_difference({"entries": None}, {}) is None
