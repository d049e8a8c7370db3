"""Why a file cannot be read, in both languages."""

import errno
import os
import re
import tomllib
from pathlib import Path

import pytest

from moderation.errors import PolicyError
from moderation.file_faults import reason_of
from moderation.policy import Policy
from moderation.words import catalogue

KEYS = catalogue("moderation").keys()
NAMED = sorted(key.partition(".")[2] for key in KEYS if key.startswith("file_faults.E"))


@pytest.mark.parametrize("name", NAMED)
def test_what_the_system_refuses_is_told_in_english_as_the_system_tells_it_and_in_korean(name: str) -> None:
    number = getattr(errno, name)
    reason = reason_of(OSError(number, os.strerror(number)))

    assert reason.explain("en") == os.strerror(number)
    assert re.search("[가-힣]", reason.explain("ko"))


def test_what_nobody_foresaw_is_told_as_the_system_tells_it() -> None:
    assert reason_of(OSError(errno.EDOM, "out of domain")).explain("ko") == "out of domain"
    assert reason_of(OSError()).explain("ko") == "OSError"
    assert reason_of(RuntimeError("/secret")).explain("ko") == "RuntimeError"


@pytest.mark.parametrize(
    ("document", "place"),
    [(b"a = 1\nb = \n", "2번째 줄 5번째 칸"), (b"a = [1,\n", "파일 끝"), (b"a = 1\nb = '\xff'\n", "2번째 줄")],
)
def test_a_document_that_is_not_toml_is_told_with_the_place(document: bytes, place: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - either of two
        tomllib.loads(document.decode("utf-8"))

    assert place in reason_of(caught.value).explain("ko")
    assert re.search(r"line 2|end of document", reason_of(caught.value).explain("en"))


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ("language = ko\n", "따옴표로 감싸야 함"),
        ("language\n", "키 뒤에 '='이 없음"),
        ("= 1\n", "키로 읽을 수 없음"),
        ("a = 1 2\n", "값 뒤에 다른 것이 있음"),
        ("[model\n", "대괄호가 닫히지 않음"),
        ('a = "b\n', "따옴표가 닫히지 않음"),
        ("a = 'b\n", "따옴표가 닫히지 않음"),
        ('a = "C:\\data"\n', "경로는 작은따옴표로"),
        ('a = "C:\\Users"\n', "경로는 작은따옴표로"),
        ("a = [1\n", "']'가 없음"),
        ("a = {b = 1\n", "'}'가 없음"),
        ("a = 2026-02-30\n", "날짜나 시각이 아님"),
        ("a = 1\na = 2\n", "같은 이름이 두 번 나옴"),
        ("[a]\n[a]\n", "같은 이름이 두 번 나옴"),
        ("a = {b = 1, b = 2}\n", "같은 이름이 두 번 나옴"),
    ],
)
def test_what_people_write_that_is_no_toml_is_told_in_either_language(document: str, told: str) -> None:
    with pytest.raises(tomllib.TOMLDecodeError) as caught:
        tomllib.loads(document)
    reason = reason_of(caught.value)

    assert told in reason.explain("ko")
    assert not re.search("[A-Za-z]{2}", reason.explain("ko"))
    assert not re.search("[가-힣]", reason.explain("en"))
    assert "{" not in reason.explain("en")


def test_whoever_reads_of_a_policy_that_is_not_there_reads_one_language(tmp_path: Path) -> None:
    with pytest.raises(PolicyError) as caught:
        Policy.load(tmp_path)
    assert "폴더임" in caught.value.explain("ko")
    assert "Is a directory" in caught.value.explain("en")
