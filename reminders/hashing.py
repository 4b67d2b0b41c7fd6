"""Passwords are hashed a few at a time, so that a crowd at the sign-in leaves the staff pages their
share.

A hash keeps a core busy for a good part of a second. Whoever finds no turn soon is asked to try
again.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.auth.hashers import PBKDF2PasswordHasher

AT_ONCE, MAY_WAIT = 2, 2
WAIT_SECONDS = 3.0


class TooBusyError(Exception):
    """There is no turn to hash a password now."""


class Turns:
    """So many at once, so many more waiting for at most so many seconds."""

    def __init__(self, *, at_once: int, may_wait: int, seconds: float) -> None:
        self._inside = threading.BoundedSemaphore(at_once + may_wait)
        self._at_work = threading.BoundedSemaphore(at_once)
        self._seconds = seconds

    @contextmanager
    def one(self) -> Iterator[None]:
        """Hold a turn. Raises TooBusyError where none is to be had soon."""
        # Turned away at once when the queue is full: waiting requests would take the web threads.
        if not self._inside.acquire(blocking=False):
            raise TooBusyError
        try:
            with self._turn():
                yield
        finally:
            self._inside.release()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        # A limit, because a sign-in that waits longer is tried again and doubles the queue.
        if not self._at_work.acquire(timeout=self._seconds):
            raise TooBusyError
        try:
            yield
        finally:
            self._at_work.release()


TURNS = Turns(at_once=AT_ONCE, may_wait=MAY_WAIT, seconds=WAIT_SECONDS)
"""Those of this process."""


class InTurn(PBKDF2PasswordHasher):
    """Django's own hash, in turn."""

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        """The hash as it is stored. Raises TooBusyError."""
        # Checking a password hashes it as well and comes through here, so both are counted.
        with TURNS.one():
            return super().encode(password, salt, iterations)
