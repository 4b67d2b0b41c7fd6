"""An embedded PostgreSQL 18 on a Unix socket.

Creates the data folder, starts and stops the server and survives what a crash leaves behind. Who
owns a running server is decided in `config.launcher.embedded.sharing`.
"""

import contextlib
import math
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from config.launcher.embedded import processes
from config.launcher.embedded.places import (
    ServiceError,
    ServicePaths,
    forget_sockets,
    make_home,
    place_of,
)
from config.launcher.embedded.programs import programs_for

USER = "reminders"
DATABASE = "reminders"
START_SECONDS = 60.0
LEAVE_SECONDS = 5.0
# What the log says once clients may come; one that gets no answer then will get none later.
ACCEPTING = "ready to accept connections"
ANSWER_SECONDS = 5.0
CRASH_LEFTOVERS = ("already exists", "pre-existing shared memory block", "is still in use")

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    # A diary of 100,000 rows writes 330 MB of log within ten seconds: with the 4 MB that follow
    # from less memory, the import itself waits for the disk that the log writer would see to.
    "shared_buffers": "256MB",
    "wal_buffers": "32MB",
    "temp_buffers": "64MB",
    "max_wal_size": "1GB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Statements and the details of errors hold names and numbers of patients.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "logging_collector": "off",
}
THROWAWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "shared_buffers": "64MB",
    "io_method": "sync",
}


class Postgres:
    """One server in one place; `throwaway` trades durability for speed."""

    def __init__(self, place: ServicePaths, *, throwaway: bool = False) -> None:
        self.place = place
        self._settings = {**SETTINGS, **(THROWAWAY if throwaway else {})}
        self._process: subprocess.Popen[bytes] | None = None
        self._refusal = ""

    @property
    def url(self) -> str:
        """The address as `DATABASE_URL` takes it."""
        return f"postgres://{USER}@/{DATABASE}?host={quote(str(self.place.sockets), safe='')}"

    @property
    def log(self) -> Path:
        return self.place.home / "server.log"

    def answers(self) -> bool:
        """Tell whether a server accepts connections here."""
        try:
            self._connect("postgres").close()
        except psycopg.OperationalError as error:
            self._refusal = " ".join(str(error).split())
            return False
        return True

    def start(self) -> None:
        """Start the server and wait until our database is there. Raises `ServiceError`."""
        programs = programs_for(self.place.identity)
        make_home(self.place)
        if not (self.place.data / "PG_VERSION").exists():
            self._create_cluster(programs)
        self._run(programs)
        self._create_database()

    def alive(self) -> bool:
        """Tell whether the server that we started is still running."""
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Stop the server that we started; open connections are cut off, what was committed is
        safe.
        """
        if self._process is not None:
            processes.stop(self._process, signal.SIGINT, seconds=10)
            self._process = None
            forget_sockets(self.place)

    def last_words(self, lines: int = 5) -> str:
        """Return the end of the server's log."""
        with contextlib.suppress(OSError):
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        return ""

    def _connect(self, database: str) -> psycopg.Connection:
        return psycopg.connect(
            host=str(self.place.sockets),
            user=USER,
            dbname=database,
            autocommit=True,
            connect_timeout=5,
        )

    def _create_cluster(self, programs: Path) -> None:
        fresh = self.place.home / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.rmtree(self.place.data, ignore_errors=True)
        options = [
            # Orders texts as the system's C.UTF-8 does, by code point, but sorts them in half the
            # time.
            "--locale-provider=builtin",
            "--locale=C.UTF-8",
            "--encoding=UTF8",
            "--auth=trust",
            f"--username={USER}",
        ]
        if self._settings.get("fsync") == "off":
            options.append("--no-sync")
        with self.log.open("ab") as log:
            created = processes.start(
                [programs / "initdb", *options, "-D", fresh],
                output=log,
                identity=self.place.identity,
                environment=_environment(),
                folder=self.place.home,
            )
        if created.wait() != 0:
            raise ServiceError(
                f"PostgreSQL could not create its data folder {fresh}:\n{self.last_words()}"
            )
        # Made beside and renamed: a start that is killed in between leaves no half of a cluster
        # that the next one would take for whole.
        fresh.rename(self.place.data)

    def _run(self, programs: Path) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            self._see_off_former_server()
            if self._launch(programs, deadline):
                return
            words = self.last_words()
            if time.monotonic() > deadline or not any(sign in words for sign in CRASH_LEFTOVERS):
                raise ServiceError(f"PostgreSQL did not start in {self.place.data}:\n{words}")
            time.sleep(0.2)

    def _launch(self, programs: Path, deadline: float) -> bool:
        options = [
            part
            for name, value in {
                **self._settings,
                "unix_socket_directories": _listed(self.place.sockets),
            }.items()
            for part in ("-c", f"{name}={value}")
        ]
        self.log.unlink(
            missing_ok=True
        )  # a server that is still leaving writes on into the old file
        with self.log.open("wb") as log:
            self._process = processes.start(
                [programs / "postgres", "-D", self.place.data, *options],
                output=log,
                # The fast way to end: open connections are cut off, and nothing has to be recovered
                # at the next start.
                at_parents_death=signal.SIGINT,
                identity=self.place.identity,
                environment=_environment(),
                folder=self.place.home,
            )
        accepting = math.inf
        while time.monotonic() < min(deadline, accepting + ANSWER_SECONDS):
            if self._process.poll() is not None:
                return False
            if self.answers():
                return self.alive()
            if accepting == math.inf and ACCEPTING in self.last_words(lines=1000):
                accepting = time.monotonic()
            time.sleep(0.03)
        self.stop()
        raise ServiceError(f"PostgreSQL in {self.place.data} does not answer: {self._refusal}")

    def _see_off_former_server(self) -> None:
        """Wait for a server whose parent was killed, and forget one that left its pid file
        behind.
        """
        patience = time.monotonic() + LEAVE_SECONDS
        while (pid := self._former_server()) is not None:
            if time.monotonic() > patience:
                # Nobody owns it, as we do: not every system signals the death of a parent.
                os.kill(pid, signal.SIGINT)
                patience += LEAVE_SECONDS
            time.sleep(0.05)
        (self.place.data / "postmaster.pid").unlink(missing_ok=True)

    def _former_server(self) -> int | None:
        """Return the process that the pid file names, if it is a server of this data folder."""
        try:
            pid = int((self.place.data / "postmaster.pid").read_text().split()[0])
            os.kill(pid, 0)
            if sys.platform != "linux":
                return pid
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except (OSError, IndexError, ValueError):
            return None
        # Process numbers are used again: a stranger that has this one now must not be waited for,
        # and not be stopped.
        return pid if os.fsencode(self.place.data) in command else None

    def _create_database(self) -> None:
        with self._connect("postgres") as connection:
            if (
                connection.execute(
                    "SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]
                ).fetchone()
                is None
            ):
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))


def postgres_place(var: Path) -> ServicePaths:
    """Return where the server of the data folder `var` lives; PostgreSQL refuses to run as root."""
    return place_of("postgres", var, drops_root=True)


def _listed(folder: Path) -> str:
    """Return a path as one item of a setting that takes several."""
    quoted = str(folder).replace('"', '""')
    return f'"{quoted}"'


def _environment() -> dict[str, str]:
    """Return what the server may see: PG* variables of the caller would change what it does."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
