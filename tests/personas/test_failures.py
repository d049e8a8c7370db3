"""What is told of a service that refuses."""

import pytest

from personas.generators.failures import Refusal, failure


@pytest.mark.parametrize("status", [None, 400, 401, 402, 404, 429, 500])
def test_a_service_that_names_no_code_is_told_of_in_one_language(status: int | None) -> None:
    refused = failure(Refusal(host="127.0.0.1:35031", model="m", status=status))

    assert "no code" in refused.explain("en")
    assert "오류 코드 없음" in refused.explain("ko")
    assert "no code" not in refused.explain("ko")
    named = failure(Refusal(host="127.0.0.1:35031", model="m", status=status, names=("bad_model",)))
    assert "bad_model" in named.explain("ko")


@pytest.mark.parametrize(
    ("host", "particle"), [("127.0.0.1:35031", "이"), ("127.0.0.1:8002", "가"), ("a.example", "이(가)")]
)
def test_the_particle_behind_a_host_fits_it(host: str, particle: str) -> None:
    refused = failure(Refusal(host=host, model="m", status=429))

    assert refused.explain("ko").startswith(f"{host}{particle} 요청을")
