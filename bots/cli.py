"""The command line: what can be typed after `talchum`. Every function is thin; what it does stands elsewhere.

Help texts are keys into `words/cli.toml`; `bots.__main__` puts the words of the person's language in their place.
"""

from pathlib import Path
from typing import Annotated

import typer

SettingsFile = Annotated[Path | None, typer.Option("--settings", help="settings", metavar="FILE")]

app = typer.Typer(name="talchum", help="talchum", add_completion=False, no_args_is_help=True)
persona_app = typer.Typer(help="persona", no_args_is_help=True)
model_app = typer.Typer(help="model", no_args_is_help=True)
policy_app = typer.Typer(help="policy", no_args_is_help=True)
app.add_typer(persona_app, name="persona")
app.add_typer(model_app, name="model")
app.add_typer(policy_app, name="policy")
