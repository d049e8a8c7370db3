"""The section of the settings file that lets programs on this machine know how Talchum is. `bots.config` reads it."""

from typing import Annotated

from pydantic import AfterValidator

from bots.addresses import listening
from bots.filter_settings import Section


class MonitorSection(Section):
    """Tell programs on this machine how `talchum run` is: /health, /ready, /metrics."""

    listen: Annotated[str, AfterValidator(listening)] = "127.0.0.1:9464"
    """HOST:PORT. Nobody is asked who they are: no address that strangers reach."""
