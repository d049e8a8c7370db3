"""The filter over presidio's recognisers: with the extra the real library, without it a clear refusal."""

import importlib.util
import socket
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from bots.config import DATA_VARIABLE, Settings
from bots.parts import open_guard
from moderation.errors import FilterUnavailable
from moderation.filters import Filter
from moderation.filters.presidio import Presidio
from moderation.policy import Policy
from moderation.records import Candidate, Decision, Signal, Stage

MISSING = importlib.util.find_spec("presidio_analyzer") is None
needs_extra = [
    pytest.mark.presidio,
    pytest.mark.skipif(MISSING, reason="the extra [presidio] is not installed"),
    pytest.mark.filterwarnings("ignore"),  # those of spaCy are its own
]


@pytest.fixture(scope="module")
def presidio() -> Presidio:
    return Presidio.load()


def examine(presidio: Presidio, text: str, language: str = "", *, shown: str = "") -> Sequence[Signal]:
    return presidio.examine(Candidate(stage=Stage.PIECE, text=text, language=language, shown=shown))


def worst(presidio: Presidio, text: str) -> float:
    return max(signal.score or 0.0 for signal in examine(presidio, text))


@pytest.mark.skipif(not MISSING, reason="the extra [presidio] is installed")
def test_without_the_extra_the_refusal_names_it_in_both_languages() -> None:
    with pytest.raises(FilterUnavailable) as refusal:
        Presidio.load()
    assert "pip install 'talchum[presidio]'" in refusal.value.explain("en")
    assert "추가 구성이 필요해요" in refusal.value.explain("ko")


@pytest.mark.skipif(not MISSING, reason="the extra [presidio] is installed")
async def test_settings_that_switch_it_on_without_the_extra_keep_the_program_from_starting(tmp_path: Path) -> None:
    with pytest.raises(FilterUnavailable, match="presidio"):
        async with open_guard(Settings.load(b"[presidio]\n", {DATA_VARIABLE: str(tmp_path)})):
            pass


async def test_it_is_off_unless_settings_name_it(tmp_path: Path) -> None:
    settings = Settings.load(b"", {DATA_VARIABLE: str(tmp_path)})
    async with open_guard(settings) as guard:
        assert settings.presidio is None
        assert "presidio" not in {judge.id for judge in guard.filters}


class TestWithTheExtra:
    pytestmark = needs_extra

    def test_it_meets_the_contract_of_a_filter_and_the_policy_that_ships_has_rules_for_it(
        self, presidio: Presidio
    ) -> None:
        assert isinstance(presidio, Filter)
        assert presidio.id == "presidio"
        assert presidio.stages == frozenset(Stage)
        assert len(presidio.version) == 12
        Policy.load().narrowed(["presidio"]).check([presidio])

    async def test_settings_switch_it_on_beside_what_ships(self, tmp_path: Path) -> None:
        settings = Settings.load(b'[presidio]\nlanguages = ["ko"]\n', {DATA_VARIABLE: str(tmp_path)})
        async with open_guard(settings) as guard:
            assert {judge.id for judge in guard.filters} > {"lexicon", "privacy", "presidio"}
            verdict = await guard.judge(Candidate(stage=Stage.WHOLE, text="여권번호는 M12345678이에요"))
        assert {finding.rule for finding in verdict.objections} > {"presidio.personal", "privacy.personal"}
        assert verdict.decision is Decision.BLOCK

    def test_the_network_is_never_asked(self, monkeypatch: pytest.MonkeyPatch) -> None:
        asked: list[object] = []

        def ask(host: object, *_: object, **__: object) -> list[object]:
            asked.append(host)
            return []

        monkeypatch.setattr(socket.socket, "connect", lambda _, address: ask(address))
        monkeypatch.setattr(socket, "getaddrinfo", ask)

        fresh = Presidio.load()

        assert worst(fresh, "write to nell@brightmail.co.uk") == 1.0
        assert worst(fresh, "write to nell@brightmail.notatopleveldomain") == 0.0
        assert asked == []

    @pytest.mark.parametrize(
        ("text", "found", "detail"),
        [
            ("주민번호는 900101-1234568이야", "900101-1234568", "id (KR_RRN)"),
            ("주민번호는 900101 - 1234568이야", "900101 - 1234568", "id (KR_RRN)"),
            ("주민번호 900101-1234567 맞아요", "900101-1234567", "id (KR_RRN)"),
            ("외국인등록번호 850715-5234567이에요", "850715-5234567", "id (KR_FRN)"),
            ("사업자등록번호는 123-45-67891이에요", "123-45-67891", "id (KR_BRN)"),
            ("여권번호는 M12345678이에요", "M12345678", "id (KR_PASSPORT)"),
            ("면허번호 11-12-345678-90이에요", "11-12-345678-90", "id (KR_DRIVER_LICENSE)"),
            ("번호는010-2345-6789야", "010-2345-6789", "phone (PHONE_NUMBER)"),
            ("메일은 hong@naver.com이에요", "hong@naver.com", "email (EMAIL_ADDRESS)"),
            ("카드 ４５３９ 1488 0343 6467로", "４５３９ 1488 0343 6467", "card (CREDIT_CARD)"),
            ("call me at (415) 832-7741", "(415) 832-7741", "phone (PHONE_NUMBER)"),
            ("my ssn is 219-09-9999", "219-09-9999", "id (US_SSN)"),
            ("my Korean resident number is 900101-1234568", "900101-1234568", "id (KR_RRN)"),
            ("pay to DE89370400440532013000 please", "DE89370400440532013000", "account (IBAN_CODE)"),
        ],
    )
    def test_it_finds_private_data_at_its_place_in_both_languages(
        self, presidio: Presidio, text: str, found: str, detail: str
    ) -> None:
        best = max(examine(presidio, text), key=lambda signal: signal.score or 0.0)

        assert (best.score or 0.0) >= 0.6
        assert best.detail == detail
        assert [text[span.start : span.end] for span in best.spans] == [found]

    @pytest.mark.parametrize(
        "text",
        [
            "주문번호 112345678901이에요", "합계는 1234567891원이에요", "1588-1234로 문의하세요", "user@example.com",
            "Order 112345678901 has shipped.", "set it to 192.168.0.1, then v1.2.3", "2026-11-21", "안녕하세요",
        ],
    )  # fmt: skip
    def test_what_only_looks_like_it_is_not_worth_keeping(self, presidio: Presidio, text: str) -> None:
        assert worst(presidio, text) < 0.5

    def test_a_language_it_was_not_loaded_for_is_abstained_from_with_a_reason(self, presidio: Presidio) -> None:
        assert [(signal.score, "en, ko" in signal.detail) for signal in examine(presidio, "привет, 010-2345-6789")] == [
            (None, True)
        ]
        english = Presidio.load(["en"])
        assert [signal.score for signal in examine(english, "번호는 010-2345-6789야")] == [None]
        assert english.version != presidio.version

    def test_what_stands_at_the_end_or_across_an_edge_of_a_long_text_is_found_once(self, presidio: Presidio) -> None:
        for before in (1990, 1795, 1800, 3605, 20_000):
            text = "a" * (before - 1) + " 900101-1234568"
            places = [span for signal in examine(presidio, text, "ko") for span in signal.spans]
            assert [(span.start, span.end) for span in places] == [(before, before + 14)], before

    def test_a_number_that_began_in_what_was_shown_is_clipped_to_the_text(self, presidio: Presidio) -> None:
        seen = examine(presidio, "234568이에요", shown="주민번호는 900101-1")
        assert [(span.start, span.end) for signal in seen for span in signal.spans] == [(0, 6)]

    @pytest.mark.parametrize("text", ["", " ", "\ud800", "번호 \udfff", "\u0000", "🐚" * 300, "1" * 3000, "a@" * 500])
    def test_any_code_points_are_judged(self, presidio: Presidio, text: str) -> None:
        for signal in examine(presidio, text, "en"):
            assert signal.score is not None
            assert all(span.end <= len(text) for span in signal.spans)

    def test_threads_do_not_disturb_each_other(self, presidio: Presidio) -> None:
        texts = ["번호는 010-2345-6789야", "my ssn is 219-09-9999", "안녕", "900101-1234568 " * 20] * 3
        alone = [examine(presidio, text) for text in texts]
        together: dict[int, Sequence[Signal]] = {}

        def work(place: int) -> None:
            together[place] = examine(presidio, texts[place])

        threads = [threading.Thread(target=work, args=(place,)) for place in range(len(texts))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [together[place] for place in range(len(texts))] == alone
