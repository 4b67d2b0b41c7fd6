"""The database connections of threads: none is held while the provider is being asked, and each of
several that work side by side has its own.

A hanging provider must not use up the pool that the staff pages draw from.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from django.db import connection

T = TypeVar("T")
R = TypeVar("R")


def release_connection() -> None:
    """Give this thread's connection back; the next query takes another. Not within a
    transaction.
    """
    # Within a transaction closing would roll back what the caller believes to be written.
    if not connection.in_atomic_block:
        connection.close()


def map_ordered(
    work: Callable[[T], R], portions: Iterable[T], *, hands: int
) -> Iterator[tuple[T, R]]:
    """Each portion with what became of it, in their order; the next ones are under way meanwhile.

    While one of them computes, the database works for another: on two processors that takes little
    more than half the time. The work of a portion has to be a transaction of its own.

    With one hand all is done in the calling thread. Portions are taken there in any case, `hands`
    ahead at most. An error of the work is raised in its turn, once the portions that are under way
    are done.
    """
    if hands == 1:
        for portion in portions:
            yield portion, work(portion)
        return
    with ThreadPoolExecutor(hands, thread_name_prefix="side-by-side") as pool:
        under_way: deque[tuple[T, Future[R]]] = deque()
        for portion in portions:
            under_way.append((portion, pool.submit(_alone, work, portion)))
            if len(under_way) == hands:
                yield _result(under_way)
        while under_way:
            yield _result(under_way)


def _result(under_way: deque[tuple[T, Future[R]]]) -> tuple[T, R]:
    portion, future = under_way.popleft()
    return portion, future.result()


def _alone(work: Callable[[T], R], portion: T) -> R:
    try:
        return work(portion)
    finally:
        release_connection()
