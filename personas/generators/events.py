"""Pure: what a stream of server-sent events says, however it is cut into packets.

As the HTML standard has it, without what an event is called and numbered, which means nothing in a chat stream.
"""

import codecs


class Events:
    """Reads one stream. Fed with bytes as they come; linear in them."""

    def __init__(self) -> None:
        self._rest: list[bytes] = []
        """The beginning of a line whose end did not come yet."""
        self._data: list[bytes] = []
        """The lines of an event whose end did not come yet."""
        self._first = True
        """Whether no line came yet."""
        self._returned = False
        """Whether the last byte was a carriage return: a line feed after it ends no further line."""

    def feed(self, packet: bytes) -> list[bytes]:
        """The data of the events that are complete now, in order."""
        if self._returned and packet:
            packet, self._returned = packet.removeprefix(b"\n"), False
        if packet.endswith(b"\r"):
            self._returned = True
        if b"\n" not in packet and b"\r" not in packet:
            self._rest.append(packet)
            return []
        lines = b"".join((*self._rest, packet)).splitlines()
        self._rest = [] if packet.endswith((b"\n", b"\r")) else [lines.pop()]
        return [event for line in lines if (event := self._line(line)) is not None]

    def finish(self) -> list[bytes]:
        """The data of an event whose end is that of the stream: the standard has it dropped, but services leave out the
        empty line after the last one."""
        return self.feed(b"\n\n")

    def _line(self, line: bytes) -> bytes | None:
        """The data of the event that `line` ends, if it ends one."""
        if self._first:
            line, self._first = line.removeprefix(codecs.BOM_UTF8), False
        if not line:
            data, self._data = self._data, []
            return b"\n".join(data) if data else None
        field, _, value = line.partition(b":")
        if field == b"data":
            self._data.append(value.removeprefix(b" "))
        return None
