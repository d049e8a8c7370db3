"""A thread that owns one SQLite connection and runs jobs on it, so that the event loop never waits for a disk.

One transaction serves all jobs that wait at the moment (group commit): under load, many writes share one flush to disk,
and none of them is reported before that flush. Each of several jobs runs in a savepoint of its own, so that one that is
refused leaves the others alone, whatever it raises: the thread outlives every defect in a job.
"""

import asyncio
import contextlib
import itertools
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, Literal, TypeVar

from moderation.errors import ModerationError, StoreBusy, StoreFailed
from moderation.stores.companions import Companion
from moderation.stores.faults import defective, failed

T = TypeVar("T")
Job = Callable[[sqlite3.Connection], T]


class _Attempt:
    """Work that may fail by itself.

    What concerns the connection as a whole passes through: SQLite's errors, and what ends a thread on purpose. Anything
    else was raised by the one who works in it; it stops here and is kept in `raised`.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.raised: Exception | None = None

    def __enter__(self) -> "_Attempt":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if error is None:
            return True
        if isinstance(error, sqlite3.Error) or not isinstance(error, Exception):
            return False
        self.raised = error
        return True


class _Savepoint(_Attempt):
    """A part of a transaction that is taken back where something is raised in it."""

    def __enter__(self) -> "_Savepoint":
        self._connection.execute("SAVEPOINT task")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if not super().__exit__(kind, error, trace):
            return False
        if self.raised is not None:
            self._connection.execute("ROLLBACK TO task")
        self._connection.execute("RELEASE task")
        return True


class _Task(Generic[T]):
    """A job and the future of its result. The result is held back until it is durable.

    A future of the event loop: it takes a third of the time of one that any thread may settle, and only the loop does.
    """

    def __init__(self, job: Job[T], *, alone: bool) -> None:
        self.loop = asyncio.get_running_loop()
        self.future: asyncio.Future[T] = self.loop.create_future()
        self.alone = alone
        """In no transaction of ours."""
        self.told = False
        """What came of it is on its way to the event loop."""
        self.refused = False
        """It was done, and raised something."""
        self._job = job
        self._taken = threading.Lock()
        self._settle: Callable[[], None]

    def take(self) -> bool:
        """Whether it is to be done by whoever asks: nobody else did, and it was not cancelled. From any thread."""
        return not self.future.cancelled() and self._taken.acquire(blocking=False)

    def run(self, connection: sqlite3.Connection, file: Path, *, shared: bool = False) -> None:
        """Do the job; raises only what concerns the transaction, or the connection, as a whole. `shared`: others have
        the same transaction, so that what it did before it raised something is taken back by itself."""
        attempt = _Savepoint(connection) if shared else _Attempt(connection)
        with attempt:
            result = self._job(connection)
            self._settle = lambda: self.future.set_result(result)
        self.refused = attempt.raised is not None
        if attempt.raised is not None:
            refusal = attempt.raised
            self.fail(refusal if isinstance(refusal, ModerationError) else defective(refusal, file))

    def fail(self, error: Exception) -> None:
        """Nothing came of it."""
        self._settle = lambda: self.future.set_exception(error)

    def settle(self) -> None:
        """Hand over what came of it. On the event loop."""
        if not self.future.done():  # cancelled while it was done
            self._settle()


class Worker:
    """Runs jobs in order, on its own thread, in transactions. `call` belongs to one event loop."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        *,
        file: Path,
        mode: Literal["DEFERRED", "IMMEDIATE"],
        waiting: int,
        companion: Companion,
    ) -> None:
        """Takes over `companion` and `connection`, which must be in autocommit mode and allow another thread than its
        maker's.

        `mode`: IMMEDIATE for jobs that write, DEFERRED for jobs that only read. `waiting`: how many jobs may wait.
        """
        self._connection = connection
        self._companion = companion
        self._file = file
        self._begin = f"BEGIN {mode}"
        self._queue: queue.SimpleQueue[_Task[Any] | None] = queue.SimpleQueue()
        self._waiting = waiting
        self._stopped = threading.Event()
        self._in_hand: list[_Task[Any]] = []
        # A daemon: a program that forgot to close its store can still end. What was not reported was not promised.
        self._thread = threading.Thread(target=self._serve, name=f"{file.name} {mode.lower()}", daemon=True)
        self._thread.start()

    async def call(self, job: Job[T]) -> T:
        """The result of `job`, which runs inside a transaction, once it is durable.

        Raises StoreBusy where too many jobs wait; StoreFailed where SQLite refuses, the worker is stopped, or the job
        raises something unforeseen; and the ModerationError a job raises. Cancelled while it waits, a job is not run;
        cancelled later, it is done all the same.
        """
        return await self._give(_Task(job, alone=False))

    async def call_alone(self, job: Job[T]) -> T:
        """The result of `job`, which runs in its turn but outside of any transaction: for what SQLite refuses inside
        one. What it does is durable as it says itself. Raises what `call` raises."""
        return await self._give(_Task(job, alone=True))

    async def _give(self, task: _Task[T]) -> T:
        if self._stopped.is_set():
            raise StoreFailed("stores.closed")
        if self._queue.qsize() >= self._waiting:
            raise StoreBusy("stores.busy")
        self._queue.put(task)
        # Where the thread ended just now, it may have looked for the last time.
        if self._stopped.is_set() and task.take():
            raise StoreFailed("stores.closed")
        return await task.future

    async def stop(self) -> None:
        """Take no more jobs, finish those that were taken, close the connection. Idempotent."""
        if not self._stopped.is_set():
            self._stopped.set()
            self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    def _serve(self) -> None:
        try:
            while self._take():
                for alone, tasks in itertools.groupby(self._in_hand, key=lambda task: task.alone):
                    if alone:
                        self._run_alone(tasks)
                    else:
                        self._transact(list(tasks))
        finally:
            self._stopped.set()
            self._abandon()
            self._companion.close()
            self._connection.close()

    def _take(self) -> bool:
        """Wait for a job, then take all that wait and were not cancelled; False at the sentinel."""
        taken = [self._queue.get()]
        with contextlib.suppress(queue.Empty):
            while taken[-1] is not None:
                taken.append(self._queue.get_nowait())
        self._in_hand = [task for task in taken if task is not None and task.take()]
        if taken[-1] is None and self._in_hand:
            self._queue.put(None)  # the jobs first, then the end
            return True
        return taken[-1] is not None

    def _transact(self, tasks: Sequence[_Task[Any]]) -> None:
        """Run `tasks` in one transaction; where SQLite refuses it, each alone, so that only the guilty one fails."""
        try:
            self._connection.execute(self._begin)
        except sqlite3.Error as error:  # locked: waiting as long again for each of them would not help
            self._fail(tasks, error)
            return
        try:
            for task in tasks:
                task.run(self._connection, self._file, shared=len(tasks) > 1)
            if len(tasks) == 1 and tasks[0].refused:
                self._roll_back()
            else:
                self._companion.settle()
                self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            self._roll_back()
            if len(tasks) == 1:
                self._fail(tasks, error)
                return
            for task in tasks:
                self._transact([task])
        else:
            self._tell(tasks)

    def _run_alone(self, tasks: Iterable[_Task[Any]]) -> None:
        for task in tasks:
            try:
                task.run(self._connection, self._file)
            except sqlite3.Error as error:
                self._roll_back()
                self._fail([task], error)
            else:
                self._tell([task])

    def _fail(self, tasks: Sequence[_Task[Any]], error: sqlite3.Error) -> None:
        trouble = self._companion.trouble()
        known = trouble if isinstance(trouble, sqlite3.Error) else error
        for task in tasks:
            failure = failed(known, self._file)
            failure.__cause__ = trouble
            task.fail(failure)
        self._tell(tasks)

    def _tell(self, tasks: Sequence[_Task[Any]]) -> None:
        """What was done is durable, what was not is over: have the event loop hand over all of it at once."""
        for task in tasks:
            task.told = True
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            tasks[0].loop.call_soon_threadsafe(_settle, tasks)

    def _roll_back(self) -> None:
        self._companion.abandon()
        if self._connection.in_transaction:  # a full disk ends a transaction by itself
            self._connection.execute("ROLLBACK")

    def _abandon(self) -> None:
        """Nobody waits for ever, whatever ended the thread."""
        with contextlib.suppress(queue.Empty):
            while True:
                task = self._queue.get_nowait()
                if task is not None and task.take():
                    self._in_hand.append(task)
        for task in self._in_hand:
            if not task.told:
                task.fail(StoreFailed("stores.closed"))
                self._tell([task])


def _settle(tasks: Sequence[_Task[Any]]) -> None:
    for task in tasks:
        task.settle()
