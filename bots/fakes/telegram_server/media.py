"""Files: uploaded by the bot, sent again by their id, fetched by their path; photos from an address, too.

Not emulated: other files from an address, thumbnails, what Telegram makes of a picture. How large one is in pixels is
read of a PNG alone, and told of none.
"""

import struct
from typing import Any, Final

from bots.fakes.telegram_server import payloads, sending, texts
from bots.fakes.telegram_server.calls import Call, Handler, Upload
from bots.fakes.telegram_server.refusals import NotEmulated, bad
from bots.fakes.telegram_server.world import File, Json, World

LARGEST_UPLOAD: Final = 50 << 20
LARGEST_PHOTO: Final = 10 << 20
LARGEST_FETCHED: Final = 5 << 20
"""A photo from an address."""
LARGEST_DOWNLOAD: Final = 20 << 20
_SIDES: Final = 10_000
"""Pixels of both sides together, at most."""
_RATIO: Final = 20
_PICTURES: Final = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"BM")


def photo_sizes(world: World, file: File) -> list[Json]:
    """What a photo is on the wire: a small one, and the whole as the last."""
    small = world.add_file("small.jpg", "photos/jpeg", file.data, size=min(file.size, 1000))
    return [
        {**payloads.file(small), "width": 90, "height": 90},
        {**payloads.file(file), "width": 800, "height": 800},
    ]


def document(file: File) -> Json:
    return {**payloads.file(file), "file_name": file.name, "mime_type": file.kind}


def send_photo(call: Call) -> Json:
    formatted = texts.caption(call.fields)
    upload = _upload(call, "photo")
    if isinstance(upload, Upload):
        size = len(upload.data)
        if size > LARGEST_PHOTO:
            raise bad(f"file of size {size} bytes is too big for a photo; the maximum size is {LARGEST_PHOTO} bytes")
        if not upload.data.startswith(_PICTURES):
            raise bad("IMAGE_PROCESS_FAILED")
        width, height = _size(upload.data)
        if width + height > _SIDES or max(width, height) > _RATIO * min(width, height):
            raise bad("PHOTO_INVALID_DIMENSIONS")
    where = sending.place(call)
    if not where.chat.pictures and not where.chat.status(call.service.world.bot).above:
        raise bad("not enough rights to send photos to the chat")
    sizes = photo_sizes(call.service.world, _kept(call, upload, "photos/jpeg"))
    return sending.post(call, where, formatted, {"photo": sizes})


def send_document(call: Call) -> Json:
    if "thumbnail" in call.files or "thumbnail" in call.fields:
        raise NotEmulated("thumbnails")
    formatted = texts.caption(call.fields)
    upload = _upload(call, "document")
    where = sending.place(call)
    kind = upload.kind
    return sending.post(call, where, formatted, {"document": document(_kept(call, upload, kind))})


def get_file(call: Call) -> Json:
    file = call.service.world.files.get(call.fields["file_id"])
    if file is None:
        raise bad("invalid file_id")
    if file.size > LARGEST_DOWNLOAD:
        raise bad("file is too big")
    return {**payloads.file(file), "file_path": file.path}


HANDLERS: Final[dict[str, Handler]] = {
    "sendPhoto": send_photo,
    "sendDocument": send_document,
    "getFile": get_file,
}


def _upload(call: Call, name: str) -> Upload | File:
    """What is to be sent: a part of the form, or a file that is there already. Raises Refusal."""
    value: Any = call.fields.get(name, "")
    part = call.files.get(value.removeprefix("attach://") if value.startswith("attach://") else name)
    if part is not None:
        if not part.data:
            raise bad("file must be non-empty")
        return part
    if not value or value.startswith("attach://"):
        raise bad(f"there is no {name} in the request")
    if value.startswith(("http://", "https://")):
        return _fetched(call, value, name)
    file = call.service.world.files.get(value)
    if file is None:
        raise bad("wrong file identifier/HTTP URL specified")
    return file


def _fetched(call: Call, address: str, name: str) -> Upload:
    """What Telegram finds at an address. Raises Refusal."""
    if name != "photo":
        raise NotEmulated("files from an address")
    data = call.service.world.web.get(address)
    if data is None or len(data) > LARGEST_FETCHED:
        raise bad("failed to get HTTP URL content")
    if not data.startswith(_PICTURES):
        raise bad("wrong type of the web page content")
    return Upload(name="photo.jpg", kind="photos/jpeg", data=data)


def _size(data: bytes) -> tuple[int, int]:
    """Width and height of a PNG that says so."""
    said = data[12:16] == b"IHDR" and len(data) >= 24
    return struct.unpack(">II", data[16:24]) if said else (0, 0)


def _kept(call: Call, upload: Upload | File, kind: str) -> File:
    if isinstance(upload, File):
        return upload
    return call.service.world.add_file(upload.name, kind, upload.data)
