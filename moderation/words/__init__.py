"""The words people read, in every language, beside each other in TOML files.

A package keeps its texts in a folder `words` with one file a topic. Each entry names its key and has the text in every
language, so that a missing translation is seen where it is made:

    [busy]
    en = "The store is busy; nothing was shown."
    ko = "저장소가 바빠서 아무것도 보여 드리지 않았어요."

The key of that entry in `store.toml` is `store.busy`. Fields in braces are filled by name: `{file}`. Where the field
`count` is 1, the English text is `en_one`, if that stands there too; Korean needs none.
"""

import functools
import importlib.resources
import re
import tomllib
from contextvars import ContextVar
from typing import ClassVar, Final

from moderation.words.particles import settle

KOREAN: Final = "ko"
LANGUAGES: Final = ("en", KOREAN)
DEFAULT_LANGUAGE: Final = "en"
_ONE: Final = f"{DEFAULT_LANGUAGE}_one"
"""Names the text of an entry for one of what is counted."""
PROGRAM: Final[ContextVar[str]] = ContextVar("PROGRAM", default="talchum")
"""How the program is typed where our words are read: there, its name before a command in a text is this."""
_TYPED: Final = re.compile(r"(?<![\w/.-])talchum(?= [a-z])")


class Catalogue:
    """All texts of one package. Immutable after loading; safe to share between threads."""

    def __init__(self, package: str) -> None:
        """Read every `*.toml` in the folder `words` of `package`.

        Raises KeyError when an entry lacks a language, ValueError when one is not a string: a package that cannot
        speak is a broken package, not bad input.
        """
        self._texts: dict[str, dict[str, str]] = {}
        folder = importlib.resources.files(package) / "words"
        for resource in sorted(folder.iterdir(), key=lambda item: item.name):
            if not resource.name.endswith(".toml"):
                continue
            topic = resource.name.removesuffix(".toml")
            for name, texts in tomllib.loads(resource.read_text(encoding="utf-8")).items():
                self._texts[f"{topic}.{name}"] = {
                    language: self._text(texts[language]) for language in (*LANGUAGES, *({_ONE} & texts.keys()))
                }

    @staticmethod
    def _text(value: object) -> str:
        if not isinstance(value, str):
            raise TypeError(f"a text must be a string, not {type(value).__name__}")
        return value

    def keys(self) -> frozenset[str]:
        """Every key, as `topic.name`."""
        return frozenset(self._texts)

    def __contains__(self, key: str) -> bool:
        return key in self._texts

    def say(self, key: str, language: str = DEFAULT_LANGUAGE, /, **fields: object) -> str:
        """The text of `key` in `language` (English where that language is not known), its fields filled in.

        Raises KeyError for an unknown key or a missing field.
        """
        texts = self._texts[key]
        if language != KOREAN and fields.get("count") == 1:
            language = _ONE
        text = _TYPED.sub(_program, texts.get(language, texts[DEFAULT_LANGUAGE])).format(**fields)
        return settle(text) if language == KOREAN else text


def _program(_: re.Match[str]) -> str:
    """For a text whose fields are not filled in yet."""
    return PROGRAM.get().replace("{", "{{").replace("}", "}}")


@functools.cache
def catalogue(package: str) -> Catalogue:
    """The catalogue of `package`, read once: it is a constant of the installed distribution."""
    return Catalogue(package)


class Explained(Exception):
    """An error made for people: a key into its package's words and the fields of that text.

    `str()` is English; `explain(language)` is what a person is shown. A field may itself be explained: it is then told
    in the same language.
    """

    package: ClassVar[str]

    def __init__(self, key: str, /, **fields: object) -> None:
        super().__init__(key, fields)
        self.key = key
        self.fields = fields

    def explain(self, language: str = DEFAULT_LANGUAGE) -> str:
        """What went wrong, where, and what was expected, in `language`."""
        fields = {
            name: value.explain(language) if isinstance(value, Explained) else value
            for name, value in self.fields.items()
        }
        return catalogue(self.package).say(self.key, language, **fields)

    def __str__(self) -> str:
        return self.explain()
