"""Tokens of a text by a model's own tokenizer, as it comes with the model: `tokenizer.json` of Hugging Face.

The only file of this package that knows `tokenizers`, which is an extra.
"""

import hashlib
import json
from collections import OrderedDict
from pathlib import Path
from typing import Any, Final

from personas.errors import ModelUnavailable

_REMEMBERED: Final = 4_096
"""Counts that are known without counting: most of a prompt is the same from turn to turn."""


class Tokenizer:
    """Meets `Count`. Used from one event loop. Remembers no text: only how many tokens a digest of one had."""

    def __init__(self, tokenizer: Any) -> None:
        """For `load`."""
        self._tokenizer = tokenizer
        self._known: OrderedDict[bytes, int] = OrderedDict()

    @classmethod
    def load(cls, file: Path) -> "Tokenizer":
        """The tokenizer in `file`. Blocks. Raises ModelUnavailable where the extra or the file is missing, or where it
        is no tokenizer."""
        try:
            import tokenizers
        except ModuleNotFoundError as error:
            raise ModelUnavailable("prompting.no_extra", file=file, module=error.name) from error
        try:
            source = file.read_text(encoding="utf-8")
            if not json.loads(source)["model"]["vocab"]:
                raise LookupError("vocab")
        except (OSError, ValueError, LookupError, TypeError) as error:
            raise ModelUnavailable("prompting.no_tokenizer", file=file, reason=type(error).__name__) from error
        return cls(tokenizers.Tokenizer.from_str(source))

    def __call__(self, text: str) -> int:
        """How many tokens `text` has; what a template puts around it is not counted."""
        data = text.encode("utf-8", "replace")
        key = hashlib.blake2b(data, digest_size=16).digest()
        if key in self._known:
            self._known.move_to_end(key)
            return self._known[key]
        count = len(self._tokenizer.encode(data.decode(), add_special_tokens=False).ids)
        self._known[key] = count
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return count
