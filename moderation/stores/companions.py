"""Transactions of a database, and what goes along with them."""

import contextlib
import sqlite3
from collections.abc import Iterator
from typing import Protocol


class Companion(Protocol):
    """What must be durable before a transaction is, and undone with it. Used on the worker's thread."""

    def settle(self) -> None:
        """A transaction is about to be committed. Raises sqlite3.Error where it must not be."""

    def abandon(self) -> None:
        """A transaction was taken back."""

    def trouble(self) -> Exception | None:
        """The error behind one that SQLite has no words for."""

    def close(self) -> None:
        """The connection is about to be closed."""


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection, companion: Companion | None = None) -> Iterator[None]:
    """A transaction that excludes other writers, committed at the end of the block, taken back where that raises."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        if companion:
            companion.settle()
        connection.execute("COMMIT")
    except sqlite3.Error as error:
        trouble = companion.trouble() if companion else None
        raise (trouble if isinstance(trouble, sqlite3.Error) else error) from trouble
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
            if companion:
                companion.abandon()
