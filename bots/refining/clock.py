"""Time as the script has it: a thousand replies take as long as it takes to compute them."""


class Clock:
    """Seconds since the reply began; whoever waits makes them pass. Used by one reply at a time."""

    def __init__(self) -> None:
        self._now = 0.0

    def now(self) -> float:
        """Seconds."""
        return self._now

    def restart(self) -> None:
        """A new reply begins."""
        self._now = 0.0

    async def sleep(self, seconds: float) -> None:
        """So many seconds are over."""
        self._now += seconds
