"""Which memories matter to what is being said."""

from datetime import UTC, datetime, timedelta

import numpy as np

from personas.memory import Kind, Memory, Whose
from personas.memory.digesting import LONGEST, digest
from personas.memory.noticing import Rules
from personas.memory.shelf import Shelf, pack
from personas.messages import Turn
from tests.support.encoders import BagEncoder

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ANN = Whose(person="ann", scope="s", persona="keeper")


def memory(id_: str, text: str, **changes: object) -> Memory:
    given = {"id": id_, "whose": ANN, "kind": Kind.FACT, "text": text, "at": NOON, **changes}
    return Memory(**given)  # type: ignore[arg-type]


def shelf(*memories: Memory, encoder: str = "") -> Shelf:
    return Shelf(memories, about=Rules.load().about, encoder=encoder)


def found(shelf_: Shelf, text: str, **options: object) -> list[str]:
    return [told.memory.id for told in shelf_.search(text, NOON, most=3, **options)]  # type: ignore[arg-type]


KNOWN = (
    memory("home", "나는 부산에 살아", slot="home", value="부산"),
    memory("cat", "my cat is called Mochi", slot="pet:cat", value="Mochi"),
    memory("tea", "I really love jasmine tea", slot="taste:jasminetea", value="+"),
    memory("exam", "I have a statics exam on Friday", kind=Kind.EPISODE),
)


def test_what_shares_words_is_found_in_either_language() -> None:
    assert found(shelf(*KNOWN), "내가 어디 살지?") == ["home"]
    assert found(shelf(*KNOWN), "What town do I live in?") == ["home"]
    assert found(shelf(*KNOWN), "How is my cat doing?") == ["cat"]
    assert found(shelf(*KNOWN), "Are you ready for your statics test?") == ["exam"]


def test_what_has_nothing_to_do_with_it_is_not() -> None:
    assert found(shelf(*KNOWN), "Is it going to rain at the harbour?") == []
    assert found(shelf(*KNOWN), "") == []
    assert found(shelf(), "cat") == []


def test_what_has_expired_has_ended_or_is_the_account_is_left_out_before_anything_is_compared() -> None:
    gone = shelf(
        memory("expired", "my cat is called Mochi", until=NOON),
        memory("ended", "my cat is called Mochi", ended=NOON - DAY),
        memory("account", "my cat is called Mochi", kind=Kind.SUMMARY),
        *(memory(f"other{number}", f"my rabbit {number} hops", until=NOON + DAY) for number in range(3)),
    )

    assert found(gone, "cat Mochi") == []
    assert gone.summary
    assert gone.summary.id == "account"


def test_the_newer_and_the_asked_for_come_first_among_equals() -> None:
    assert found(
        shelf(
            memory("old", "the picnic was fun", at=NOON - 60 * DAY), memory("new", "the picnic was fun"),
            memory("asked", "the picnic was fun", asked=True, at=NOON - DAY),
        ),
        "picnic",
    ) == ["asked", "new", "old"]  # fmt: skip


def test_meaning_finds_what_words_do_not_and_another_encoders_vectors_say_nothing() -> None:
    encoder = BagEncoder()
    vector = encoder.encode(["kitten purrs"])[0]
    known = memory("cat", "Mochi", encoder=encoder.name, vector=pack(vector))

    assert found(shelf(known, encoder=encoder.name), "feline", vector=vector) == ["cat"]
    assert found(shelf(known, encoder="another"), "feline", vector=vector) == []
    restored = np.frombuffer(known.vector, np.int8).astype(np.float32) / 127
    assert float(restored @ vector) > 0.99


def test_an_account_has_the_telling_sentence_of_each_side_and_forgets_its_beginning() -> None:
    said = [f"Hm. We hid chest number {at} under the old pier. Ok." for at in range(60)]
    turns = [(Turn(role="user", text=text), "Aye, the tide covers it.") for text in said]

    account = digest("", turns, char="{{char}}", user="{{user}}", noted=lambda _: False)

    assert len(account) <= LONGEST
    assert "{{user}}: We hid chest number 59 under the old pier." in account
    assert "chest number 0 " not in account
    assert digest(account, [(Turn(role="user", text="ok"), "Yes.")], char="c", user="u", noted=bool) == account
