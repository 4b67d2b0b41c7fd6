"""Two things at once: what runs beside a transaction waits for its locks, and goes on when it has
ended.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

from django.db import connection, transaction


class Beside(Thread):
    """Something that runs at the same time on a connection of its own; `result` is what came of
    it.
    """

    def __init__(self, work: Any) -> None:
        super().__init__(daemon=True)
        self.work = work
        self.result: Any = None
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            self.result = self.work()
        except Exception as error:
            self.error = error
        finally:
            connection.close()


@contextmanager
def beside(work: Any) -> Iterator[Beside]:
    """What the body does is not committed yet when `work` begins; it goes as far as it can, and
    waits.
    """
    running = Beside(work)
    with transaction.atomic():
        yield running
        running.start()
        wait_for_it(running)
    running.join(20)
    assert running.error is None


def wait_for_it(running: Beside) -> None:
    """Until it waits for a lock of ours, or is through."""
    until = time.monotonic() + 20
    while running.is_alive() and not somebody_waits():
        assert time.monotonic() < until
        time.sleep(0.05)


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool((cursor.fetchone() or (0,))[0])
