"""Decide who starts and stops the embedded PostgreSQL when several programs want it at once.

The first one that finds no server owns it: it starts the server as its child and stops it at its
end. Others that come meanwhile use it; the owner waits for them before it stops. Two advisory locks
carry this, so a crash frees both.
"""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

from config.launcher.embedded.places import ServiceError, make_data_folder, unusable
from config.launcher.embedded.postgres import Postgres, postgres_place

WAIT_SECONDS = 60.0
RUNNING = "manage.py up"


class Lock:
    """An advisory lock on a file; it goes with the process."""

    def __init__(self, path: Path) -> None:
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise ServiceError(unusable(path, error)) from None

    def take(self, *, shared: bool = False) -> bool:
        """Take the lock if nobody else holds it."""
        try:
            fcntl.flock(self._file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def sign(self, text: str) -> None:
        """Write down, for those who find the lock taken, who holds it."""
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, text.encode(), 0)

    def signature(self) -> str:
        """Return what the holder wrote down."""
        return os.pread(self._file, 200, 0).decode(errors="replace")

    def release(self) -> None:
        """Give the lock back."""
        os.close(self._file)


@contextlib.contextmanager
def shared_postgres(var: Path) -> Iterator[Postgres]:
    """Use the running server, or start one and, once nobody else uses it, stop it at the end.

    For management commands: whoever comes first is the owner. Raises `ServiceError`.
    """
    make_data_folder(var)
    server, owner, users = Postgres(postgres_place(var)), _lock(var, "owner"), _lock(var, "users")
    try:
        owns = _own_or_find(server, owner)
        # Before the server is used: an owner that is about to stop waits for those who hold this.
        users.take(shared=True)
        if owns:
            server.start()
        yield server
    finally:
        # Our own first, or we would wait for ourselves.
        users.release()
        _stop_when_unused(server, var)
        owner.release()


@contextlib.contextmanager
def owned_postgres(var: Path) -> Iterator[Postgres]:
    """Own the server for the time of the block, after a command that owns it now. Raises
    `ServiceError`.
    """
    make_data_folder(var)
    server, owner = Postgres(postgres_place(var)), _lock(var, "owner")
    try:
        _own(server, owner)
        owner.sign(RUNNING)
        server.start()
        yield server
    finally:
        server.stop()
        owner.release()


def runs_here(var: Path) -> bool:
    """Tell whether `manage.py up` runs with the embedded database of this data folder."""
    with contextlib.suppress(ServiceError):
        owner = _lock(var, "owner")
        try:
            return not owner.take(shared=True) and owner.signature() == RUNNING
        finally:
            owner.release()
    return False


def _own(server: Postgres, owner: Lock) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not owner.take():
        if owner.signature() == RUNNING or time.monotonic() > deadline:
            raise ServiceError(
                f"Another program is using the database in {server.place.home}: it is running "
                "already. Stop it first, or set DATA_DIR to another folder for a second one."
            )
        time.sleep(0.1)


def _own_or_find(server: Postgres, owner: Lock) -> bool:
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        if owner.take():
            # What a former owner wrote must not stand for us.
            owner.sign("")
            return True
        if server.answers():
            return False
        time.sleep(0.1)
    raise ServiceError(
        f"The database in {server.place.home} belongs to a program that does not let it answer."
    )


def _stop_when_unused(server: Postgres, var: Path) -> None:
    if not server.alive():
        return
    users, deadline = _lock(var, "users"), time.monotonic() + WAIT_SECONDS
    # Exclusively: it is had only once nobody holds it shared.
    while not users.take() and time.monotonic() < deadline:
        time.sleep(0.05)
    server.stop()
    users.release()


def _lock(var: Path, what: str) -> Lock:
    return Lock(var / f"postgres.{what}.lock")
