"""Which request, task and texts a line of the log is about: random ids alone, never a person.

Kept beside the call, so that lines of every library carry them as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

Ids = dict[str, Any]  # Any: an id, or a list of them
_current: ContextVar[Ids] = ContextVar("log_ids", default={})  # noqa: B039  # never changed


def current() -> Ids:
    """The ids that hold here, by their names in the log."""
    return _current.get()


@contextmanager
def about(**ids: Any) -> Iterator[None]:
    """What is logged within carries these ids besides those from outside."""
    token = _current.set(_current.get() | ids)
    try:
        yield
    finally:
        _current.reset(token)


def begin(**ids: Any) -> None:
    """What is logged in this thread from now on carries these ids, and no others."""
    _current.set(ids)


def carried(work: Callable[P, R]) -> Callable[P, R]:
    """The same for a thread of its own: without this it would know none of the ids."""
    context = copy_context()

    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        return context.run(work, *args, **kwargs)

    return run
