"""Pure: texts as they go to a model and to the guard."""

import unicodedata


def clean(text: str) -> str:
    """`text` as it goes to a model and to the guard: no lone surrogates, no controls but line breaks and tabs.

    Format characters (joiners, marks of direction) stay: languages need them, and the guard folds them by itself.
    """
    kept = (
        "\ufffd" if "\ud800" <= char <= "\udfff" else char
        for char in text.replace("\r\n", "\n").replace("\r", "\n")
        if char in "\n\t" or unicodedata.category(char) != "Cc"
    )
    return "".join(kept)
