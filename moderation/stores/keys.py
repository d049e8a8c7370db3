"""The secrets of one instance: a master key, and what is derived from it.

The master key is kept outside of every database, in a file of its own or in the environment. Nothing is encrypted with
it but the keys of persons (`moderation.stores.keyring`); person keys and search terms are kept as HMACs under keys that
are derived from it (HKDF, RFC 5869), so that a database by itself says neither who nor what.
"""

import base64
import binascii
import hashlib
import hmac
import os
from functools import lru_cache
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from moderation.errors import StoreUnavailable
from moderation.stores.faults import unavailable

MASTER: Final = "master.key"
"""The file of the master key: base64, one line."""
KEYRING: Final = "keyring.db"

SIZE: Final = 32
"""Bytes of every key: AES-256."""
_NONCE: Final = 12
_REMEMBERED: Final = 16_384
_VERSION: Final = b"\x01"
"""Of the form of what is sealed: this byte, a random nonce, the ciphertext with its tag."""


class Box:
    """Seals and opens with one key: AES-256-GCM. Usable from any thread."""

    __slots__ = ("_cipher",)

    def __init__(self, key: bytes) -> None:
        """`key` has SIZE bytes."""
        self._cipher = AESGCM(key)

    def seal(self, content: bytes, label: bytes) -> bytes:
        """`content`, readable by nobody else, and only where the same `label` is named."""
        nonce = os.urandom(_NONCE)
        return _VERSION + nonce + self._cipher.encrypt(nonce, content, label)

    def open(self, sealed: bytes, label: bytes) -> bytes:
        """The inverse. Raises ValueError where it was sealed otherwise, or changed since."""
        if sealed[:1] != _VERSION:
            raise ValueError("sealed in a way that this version does not know")
        try:
            return self._cipher.decrypt(sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :], label)
        except InvalidTag:
            raise ValueError("sealed with another key, or changed since") from None


class Keys:
    """The secrets of an instance. Immutable; usable from any thread."""

    def __init__(self, master: bytes, *, folder: Path, source: str) -> None:
        """`source` is where the master key came from, for people."""
        self.folder = folder
        self.source = source
        self._persons = _derived(master, b"persons")
        self._terms = _derived(master, b"terms")
        self.term = lru_cache(_REMEMBERED)(self._term)
        """`_term`, whose answers for words that come often are remembered."""
        self._marks = _derived(master, b"marks")
        self.wrapping = Box(_derived(master, b"wrapping"))
        """Seals the keys of persons."""
        self.fingerprint = _derived(master, b"fingerprint")[:16].hex()
        """Tells this master key from another, and nothing else about it."""

    @classmethod
    def at(cls, folder: Path, *, master: str = "", variable: str = "", make: bool = True) -> "Keys":
        """The secrets whose files are in `folder`.

        `master` is the master key in base64 where the environment has it, in `variable`; "" means the file MASTER in
        `folder`, which is made at random, readable by its owner alone, where there is none and `make` says that nothing
        was ever sealed with one.

        Raises StoreUnavailable: no key there, not a key, folder or file that cannot be read or written.
        """
        folder = folder.absolute()
        file = folder / MASTER
        if master:
            return cls(_decoded(master.encode(), variable), folder=folder, source=variable)
        try:
            if make and not (folder / KEYRING).exists():
                _make(file)
            text = file.read_bytes()
        except FileNotFoundError:
            raise StoreUnavailable("keys.missing", file=file, variable=variable) from None
        except OSError as error:
            raise unavailable(error, file) from error
        return cls(_decoded(text, str(file)), folder=folder, source=str(file))

    def person(self, person: str) -> bytes:
        """What a person is known by where nobody is named: an HMAC."""
        return _hmac(self._persons, person)[:16]

    def mark(self, text: str) -> bytes:
        """What a message, a conversation or a document is found by: an HMAC."""
        return _hmac(self._marks, text)[:16]

    def _term(self, term: str) -> str:
        """What a term is searched by: an HMAC, in letters and digits that no tokenizer divides or folds. Short: two
        terms may share one, so what is found has to be looked at."""
        digest = hashlib.blake2b(term.encode("utf-8", "surrogatepass"), key=self._terms, digest_size=4)
        return digest.hexdigest()


def _decoded(text: bytes, source: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), altchars=b"-_" if set(text) & set(b"-_") else None, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != SIZE:
        raise StoreUnavailable("keys.malformed", source=source)
    return key


def _make(file: Path) -> None:
    """Make a master key, whole or not at all. Does nothing where there is one, or another process is faster."""
    if file.exists():
        return
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = file.with_name(f".{MASTER}-{os.urandom(6).hex()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(base64.b64encode(os.urandom(SIZE)) + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
        try:
            os.link(draft, file)
        except FileExistsError:
            return
        lasting(file.parent)
    finally:
        draft.unlink(missing_ok=True)


def lasting(folder: Path) -> None:
    """Let what files of `folder` are named survive a loss of power."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _derived(master: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=SIZE, salt=None, info=b"talchum " + purpose).derive(master)


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode("utf-8", "surrogatepass"), "sha256")
