"""`python -m tests.fuzz NAME [options of libFuzzer]`: fuzz one target for as long as it is let; finds go to the corpus.

Needs atheris (`pip install atheris`), which is no dependency of the tests: it has wheels for few systems only.
"""

import sys
from pathlib import Path


def main() -> int:
    """The exit code."""
    name, *options = sys.argv[1:] or [""]
    try:
        import atheris
    except ImportError:
        print("atheris is not installed: pip install atheris", file=sys.stderr)
        return 2
    with atheris.instrument_imports(include=["bots", "personas", "moderation"]):
        from tests.fuzz.targets import CORPORA, TARGETS
    if name not in TARGETS:
        print(f"python -m tests.fuzz {'|'.join(TARGETS)} [-max_total_time=60 …]", file=sys.stderr)
        return 2
    found = Path(".fuzz") / name
    found.mkdir(parents=True, exist_ok=True)
    arguments = [sys.argv[0], f"-artifact_prefix={found}/", *options, str(found), str(CORPORA / name)]
    atheris.Setup(arguments, TARGETS[name])
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
