"""Commands as lines."""

import shlex


def line_of(*words: str) -> str:
    """A line as a person would type it; empty words at the end are left out."""
    given = list(words)
    while given and not given[-1]:
        given.pop()
    return "/" + shlex.join(given)
