"""Run several programs as one: a common log, one end for all, and a reason when a part dies.

What the parts are is decided by the `up` command.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import IO, Protocol

from config.launcher.embedded import processes

COLOURS = (36, 32, 33, 35, 34, 31)
NAME_WIDTH = 8


class PartError(Exception):
    """A part could not start or ended by itself; the text names it and says why."""


class ManagedService(Protocol):
    """An embedded service that runs beside the parts."""

    def alive(self) -> bool:
        """Tell whether it still runs."""

    def last_words(self) -> str:
        """Return the end of its log."""


class Log:
    """Lines of all parts on standard output, each with its part's name, coloured on a terminal."""

    def __init__(self, out: IO[str] | None = None) -> None:
        self._out = out or sys.stdout
        self._lock = threading.Lock()
        self._colours = self._out.isatty() and "NO_COLOR" not in os.environ
        self._names: list[str] = []

    def line(self, name: str, text: str) -> None:
        """Write one line of the part `name`."""
        with self._lock:
            if name not in self._names:
                self._names.append(name)
            label = f"{name:<{NAME_WIDTH}} |"
            if self._colours:
                colour = COLOURS[self._names.index(name) % len(COLOURS)]
                label = f"\x1b[{colour}m{label}\x1b[0m"
            try:
                self._out.write(f"{label} {text}\n")
                self._out.flush()
            except (
                OSError,
                ValueError,
            ):  # nobody reads the log any more: the pipe or terminal is gone
                return


class SupervisedProcess:
    """One program that should run until it is told to stop."""

    def __init__(
        self, name: str, command: list[str], *, environment: Mapping[str, str], log: Log
    ) -> None:
        self.name = name
        self._tail: deque[str] = deque(maxlen=12)
        self._log = log
        self.process = processes.start(command, output=subprocess.PIPE, environment=environment)
        self._reader = threading.Thread(target=self._read, name=f"log of {name}", daemon=True)
        self._reader.start()

    def ended(self) -> str | None:
        """Return why the part is no longer running, or None while it is."""
        status = self.process.poll()
        if status is None:
            return None
        # Its last lines may still be in the pipe; but a grandchild that holds it open must not keep
        # us.
        self._reader.join(1)
        how = (
            f"was ended by {signal.Signals(-status).name}"
            if status < 0
            else f"ended with status {status}"
        )
        return "\n".join(
            [f"{self.name} {how}. Its last lines:", *(f"  {line}" for line in self._tail)]
        )

    def _read(self) -> None:
        for raw in self.process.stdout or ():
            line = raw.decode(errors="replace").rstrip()
            self._tail.append(line)
            self._log.line(self.name, line)


class Supervisor:
    """Starts parts, watches them and the embedded services, and stops all of them together."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._parts: list[SupervisedProcess] = []
        self._services: dict[str, ManagedService] = {}

    def watch(self, name: str, service: ManagedService) -> None:
        """Take the end of an embedded service for the end of all."""
        self._services[name] = service

    def start(self, name: str, command: list[str], environment: Mapping[str, str]) -> None:
        """Start a part. Call it from the main thread: its end would take the part along."""
        self._parts.append(SupervisedProcess(name, command, environment=environment, log=self._log))

    def check(self) -> None:
        """Raise `PartError` if something has ended by itself; services first, as their end ends
        others.
        """
        for name, service in self._services.items():
            if not service.alive():
                raise PartError(f"{name} ended by itself. Its last lines:\n{service.last_words()}")
        for part in self._parts:
            if reason := part.ended():
                raise PartError(reason)

    def wait_for(self, name: str, ready: Callable[[], bool], *, seconds: float) -> None:
        """Wait until `ready`, or raise `PartError` when that takes too long or a part dies
        meanwhile.
        """
        deadline = time.monotonic() + seconds
        while not ready():
            self.check()
            if time.monotonic() > deadline:
                raise PartError(f"{name} did not become ready within {seconds:g} seconds.")
            time.sleep(0.1)

    def run(self) -> None:
        """Watch until something ends by itself (`PartError`) or a signal interrupts."""
        while True:
            self.check()
            time.sleep(0.3)

    def stop(self, *, seconds: float = 10.0) -> None:
        """Ask all parts to end at once; kill what is left after `seconds`."""
        running = [part.process for part in self._parts if part.process.poll() is None]
        for process in running:
            # All of them first, then the waiting: they end side by side, not one after the other.
            process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + seconds
        for process in running:
            processes.wait_or_kill(process, seconds=max(0.0, deadline - time.monotonic()))
        self._parts.clear()

    def kill(self) -> None:
        """Kill all parts at once."""
        for part in self._parts:
            processes.kill_group(part.process)
