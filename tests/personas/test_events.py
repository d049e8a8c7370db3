"""Events of a stream: the same for every way to cut it into packets, by the rules of the HTML standard."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personas.generators.events import Events

LINES = st.sampled_from(
    [b"data: a", b"data:a", b"data", b"data: ", b"data:  b", b": ping", b"event: x", b"id: 7", b"", "data: 가".encode()]
)
ENDS = st.sampled_from([b"\n", b"\r", b"\r\n"])


def read(*packets: bytes) -> list[bytes]:
    stream = Events()
    return [event for packet in packets for event in stream.feed(packet)]


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_an_event_ends_at_an_empty_line_whatever_ends_lines(end: bytes) -> None:
    assert read(b'data: {"a": 1}' + 2 * end + b"data: b" + 2 * end) == [b'{"a": 1}', b"b"]


def test_a_line_feed_of_its_own_packet_ends_no_second_line_after_a_return() -> None:
    assert read(b"data: a\r", b"\n", b"data: b\r", b"", b"\n", b"\n") == [b"a\nb"]


def test_the_lines_of_one_event_are_joined() -> None:
    assert read(b"data: a\ndata:\ndata:b\n\n") == [b"a\n\nb"]


def test_one_space_after_the_colon_is_no_part_of_the_data() -> None:
    assert read(b"data:  a \n\n") == [b" a "]


def test_signs_of_life_and_what_is_no_data_are_no_events() -> None:
    assert read(b": ping\n\nevent: message\nid: 1\nretry: 5\n\ndatum: x\n\n\n\ndata: a\n: ping\n\n") == [b"a"]


def test_an_event_that_does_not_end_is_none() -> None:
    assert read(b"data: a\n") == []
    assert read(b"data: a\n", b"dat", b"a: b", b"\n") == []


def test_separators_that_only_other_texts_have_end_no_line() -> None:
    assert read("data: a\u2028b\x0bc\x1cd\x85\n\n".encode()) == ["a\u2028b\x0bc\x1cd\x85".encode()]


@given(st.lists(st.tuples(LINES, ENDS)), st.data())
def test_packets_may_be_cut_anywhere(lines: list[tuple[bytes, bytes]], data: st.DataObject) -> None:
    whole = b"".join(line + end for line, end in lines)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)))))
    packets = [whole[start:end] for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True)]

    assert read(*packets) == read(whole)
    assert read(*(whole[at : at + 1] for at in range(len(whole)))) == read(whole)
