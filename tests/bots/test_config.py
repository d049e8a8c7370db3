"""Settings: what is wrong with them is said before anything starts."""

from pathlib import Path

import pytest

from bots.config import Settings
from bots.errors import SettingsError


def load(document: str = "", *, file: Path | None = None, **environ: str) -> Settings:
    return Settings.load(document.encode(), environ, file=file)


@pytest.mark.parametrize(
    "url",
    [
        "http://[::1",
        "http://127.0.0.1:99999/v1",
        "http://127.0.0.1:0/v1",
        "http://127.0.0.1:port/v1",
        "not a url",
        "ftp://x",
        "https://",
        "https:///v1",
        "http://a..b/v1",
        "http://a b/v1",
        "http://a\\u0000b/v1",
        "http://a\\n/v1",
        "",
    ],
)
def test_an_address_nobody_can_be_asked_at_is_refused_with_its_key(url: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load(f'[model]\nbase_url = "{url}"')

    assert "talchum.toml: model.base_url: expected an address" in str(caught.value)
    assert "주소" in caught.value.explain("ko")


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:8080/v1", "https://api.example.com/v1", "http://[::1]:1/", "HTTP://localhost", "http://한글.kr"],
)
def test_an_address_that_can_be_asked_is_taken_as_it_is(url: str) -> None:
    assert load(f'[model]\nbase_url = "{url}"').model.base_url == url


@pytest.mark.parametrize("url", ["https://gateway.example.com", "gateway.example.com", "ws://", "wss://:8080"])
def test_a_gateway_that_is_no_websocket_is_named(url: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load(f'[discord]\ngateway_url = "{url}"')

    assert "talchum.toml: discord.gateway_url: expected the address of a websocket" in str(caught.value)


@pytest.mark.parametrize("url", ["", "wss://gateway.example.com/", "ws://127.0.0.1:8080/gateway"])
def test_a_gateway_is_a_websocket(url: str) -> None:
    section = load(f'[discord]\ngateway_url = "{url}"').discord
    assert section is not None
    assert section.gateway_url == url


@pytest.mark.parametrize("key", ["열쇠", "sesame\r\n", "sesame open", "sesame\x7f", "sesame\udcff"])
def test_a_key_no_header_can_carry_is_refused_by_its_variable_and_not_quoted(key: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load('[model]\nkey_variable = "MY_KEY"', MY_KEY=key)

    for told in (str(caught.value), caught.value.explain("ko")):
        assert "MY_KEY" in told
        assert "sesame" not in told
        assert "열쇠" not in told


def test_a_printable_key_is_kept() -> None:
    assert load(OPENAI_API_KEY="sk-a_B~9!").key.get_secret_value() == "sk-a_B~9!"


def test_a_folder_starts_where_its_name_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    file = Path("etc/talchum.toml")

    assert load('data = "here"', file=file).data == tmp_path / "etc" / "here"
    assert load('data = "here"', file=file, TALCHUM_DATA="there").data == tmp_path / "there"
    assert load(file=file, TALCHUM_DATA=str(tmp_path / "far")).data == tmp_path / "far"


def test_the_home_of_nobody_is_refused() -> None:
    with pytest.raises(SettingsError, match="data: expected a path"):
        load('data = "~nobody-of-this-name/x"')
    with pytest.raises(SettingsError, match="TALCHUM_DATA: expected a path"):
        load(TALCHUM_DATA="~nobody-of-this-name/x")


@pytest.mark.parametrize(
    ("key", "document"),
    [
        ("data", "data = 5"),
        ("policy.file", "[policy]\nfile = 5"),
        ("personas.folders.0", "[personas]\nfolders = [5]"),
        ("lexicon.lists.0", "[lexicon]\nlists = [5]"),
        ("privacy.keys", "[privacy]\nkeys = 5"),
        ("model.tokenizer", "[model]\ntokenizer = 5"),
    ],
)
def test_a_path_that_is_none_is_refused_as_a_text_in_both_languages(key: str, document: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load(document)

    assert str(caught.value) == f"talchum.toml: {key}: expected a text in quotes"
    assert caught.value.explain("ko").endswith(": 따옴표 안의 글")


@pytest.mark.parametrize(
    ("key", "document"),
    [
        ("model.use", 'use = "openai:"'),
        ("model.use", 'use = ""'),
        ("model.cheaper", 'cheaper = "m"'),
        ("model.fallbacks.1", 'fallbacks = ["openai:m", "opena:m"]'),
    ],
)
def test_a_model_that_is_none_is_refused_with_its_key(key: str, document: str) -> None:
    with pytest.raises(SettingsError, match=f"talchum.toml: {key}: expected KIND:NAME"):
        load(f"[model]\n{document}")


def test_no_cheaper_model_is_one_way_to_have_it() -> None:
    assert load('[model]\ncheaper = ""').model.cheaper == ""


@pytest.mark.parametrize(
    ("language", "document", "environ"),
    [
        ("ko", 'language = "ko"\nnonsense = 1', {}),
        ("ko", 'language = "ko"', {"OPENAI_API_KEY": "a key"}),
        ("en", 'language = "ko"\nnonsense = 1', {"TALCHUM_LANGUAGE": "en"}),
        ("ko", 'language = "ko"', {"TALCHUM_LANGUAGE": "fr"}),
        ("", 'language = "fr"', {}),
        ("", "language = []", {}),
        ("", "nonsense = 1", {}),
    ],
)
def test_what_is_wrong_is_told_in_the_language_that_the_settings_ask_for(
    language: str, document: str, environ: dict[str, str]
) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.load(document.encode(), environ)

    assert caught.value.language == language


def test_a_byte_order_mark_is_no_part_of_the_settings() -> None:
    assert Settings.load(b'\xef\xbb\xbflanguage = "ko"', {}).language == "ko"
