"""Ids made from names."""

import re
import string
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personas.naming import free, id_like


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("윤서헌", "yun_seoheon"),
        ("한복남", "han_boknam"),
        ("김석은", "gim_seogeun"),
        ("홍길동 선생", "hong_gildong_seonsaeng"),
        ("민설린", "minseollin"),
        ("수학자", "suhakja"),
        ("밤에만 여는 빵집 주인", "bameman_yeoneun_ppangjip_juin"),
        ("값없는 닭", "gapseopneun_dak"),
        ("흙이", "heulgi"),
        ("좋은 않은", "joeun_aneun"),
        ("Mina 2호", "mina_2ho"),
        ("Åsa Ö.", "asa_o"),
        ("7 of 9", "persona_7_of_9"),
        ("桜", "persona"),
        ("!", "persona"),
        ("x" * 60, "x" * 30),
    ],
)
def test_an_id_is_the_name_in_latin_letters(name: str, written: str) -> None:
    assert id_like(name) == written


@given(name=st.text(max_size=60) | st.text(st.sampled_from("가값닭흙않좋이윤 é1-"), max_size=60))
def test_every_name_makes_an_id_that_a_persona_can_have(name: str) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]{0,29}", id_like(name))


@given(syllable=st.integers(0xAC00, 0xD7A3).map(chr))
def test_every_syllable_is_written_alike_whichever_way_it_is_composed(syllable: str) -> None:
    written = id_like(syllable)
    assert written == id_like(unicodedata.normalize("NFD", syllable))
    assert set(written) <= set(string.ascii_lowercase)


def test_an_id_that_is_taken_gets_the_first_number_that_is_free() -> None:
    assert free("mina", ()) == "mina"
    assert free("mina", {"mina", "mina_2"}) == "mina_3"
