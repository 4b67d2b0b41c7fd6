"""Who is doing what runs at this moment: a request's user and address, a command, or the
application.

Kept beside the call, not handed through it: signals of Django and of the sign-in library tell of
changes of rights without saying who made them.
"""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_address
from pathlib import Path

from reminders.models import TrailEntry

Source = TrailEntry.Source


def _nobody() -> int | None:
    return None


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who does a thing, from where; `user_id` is asked when it is noted, not before."""

    source: Source
    address: str = ""
    user_id: Callable[[], int | None] = _nobody
    login: str = ""


_current: ContextVar[Visitor] = ContextVar("visitor")


def current() -> Visitor:
    """Whoever it is; without a word, whoever started `manage.py`, or the application itself."""
    return _current.get(None) or _otherwise()


@contextmanager
def visiting(address: str, *, user_id: Callable[[], int | None]) -> Iterator[None]:
    """What runs within is done by a request from this address."""
    with _being(Visitor(Source.PERSON, readable_address(address), user_id)):
        yield


@contextmanager
def by_command() -> Iterator[None]:
    """What runs within is done by whoever typed a command, by their login on this machine."""
    with _being(Visitor(Source.COMMAND, login=_login())):
        yield


def readable_address(told: str) -> str:
    """An IP address in its usual writing; "unknown" for all else, made up to fool a log perhaps."""
    try:
        found = ip_address(told)
    except ValueError:
        return "unknown"
    # One visitor, one writing, as failures are counted.
    mapped = found.version == 6 and found.ipv4_mapped
    return str(mapped or found).partition("%")[0]


@cache
def _otherwise() -> Visitor:
    # For Django's own commands as well, such as `changepassword`, and for a shell.
    if Path(sys.argv[0]).name == "manage.py":
        return Visitor(Source.COMMAND, login=_login())
    return Visitor(Source.SYSTEM)


@contextmanager
def _being(visitor: Visitor) -> Iterator[None]:
    token = _current.set(visitor)
    try:
        yield
    finally:
        _current.reset(token)


def _login() -> str:
    try:
        return getpass.getuser()[:40]
    # A container may run under a number that has no name.
    except (OSError, KeyError):
        return "unknown"
