"""Machines of one site on one network: namespaces on a bridge, whose links may be cut.

The database, the broker and the provider are where the test runs, at `CENTRE`. A host has a network
of its own and nothing else: its programs share the files and the clock with all others.
"""

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from config.launcher.embedded import processes
from tests.programs import ROOT

CENTRE = "10.77.0.1"
BRIDGE = "tt-bridge"
CGROUPS = Path("/sys/fs/cgroup")
PERIOD = 100_000
"""Microseconds, of which a host that is held gets its share."""


def ip(*arguments: str) -> None:
    """Run `ip`, which must go well."""
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


def forget(*arguments: str) -> None:
    """Run `ip`, whether there is anything to forget or not."""
    subprocess.run(["ip", *arguments], check=False, capture_output=True)


class Host:
    """One machine: its link, its programs, and its share of a core."""

    def __init__(self, number: int, folder: Path, environment: dict[str, str]) -> None:
        self.name = f"tt-host-{number}"
        self._link = f"tt-link-{number}"
        self.address = f"10.77.0.{10 + number}"
        self._environment = environment
        self.log = folder / f"{self.name}.log"
        self.programs: list[subprocess.Popen[bytes]] = []

    def plug_in(self) -> None:
        """Bring it onto the network."""
        ip("netns", "add", self.name)
        ip("link", "add", self._link, "type", "veth", "peer", "name", "eth0", "netns", self.name)
        ip("link", "set", self._link, "master", BRIDGE, "up")
        ip("-n", self.name, "address", "add", f"{self.address}/24", "dev", "eth0")
        for device in ("lo", "eth0"):
            ip("-n", self.name, "link", "set", device, "up")

    def start(self, command: Sequence[str], **environment: str) -> subprocess.Popen[bytes]:
        """Start a program on it."""
        with self.log.open("ab") as log:
            program = processes.start(
                ["ip", "netns", "exec", self.name, *command],
                output=log,
                environment=self._environment | environment,
                folder=ROOT,
            )
        self.programs.append(program)
        return program

    def cut(self) -> None:
        """Take its cable out: nothing gets through, and nobody is told."""
        ip("link", "set", self._link, "down")

    def mend(self) -> None:
        """Plug it in again."""
        ip("link", "set", self._link, "up")

    def kill(self) -> None:
        """All its programs at once, as when the power fails."""
        for program in self.programs:
            processes.kill_group(program)
        for program in self.programs:
            program.wait()
        self.programs.clear()

    def stop(self, *, within: float) -> float:
        """Ask its programs to end, as a shutdown does; the seconds until the last one had."""
        began = time.monotonic()
        for program in self.programs:
            program.send_signal(signal.SIGTERM)
        for program in self.programs:
            with suppress(subprocess.TimeoutExpired):
                program.wait(max(0.0, began + within - time.monotonic()))
        return time.monotonic() - began

    def hold_to(self, share: float) -> None:
        """Let its programs have so much of a core together."""
        group = _group(self.name)
        group.mkdir(exist_ok=True)
        if (group / "cpu.max").exists():
            (group / "cpu.max").write_text(f"{int(share * PERIOD)} {PERIOD}")
        else:
            (group / "cpu.cfs_period_us").write_text(str(PERIOD))
            (group / "cpu.cfs_quota_us").write_text(str(int(share * PERIOD)))
        for program in self.programs:
            (group / "cgroup.procs").write_text(str(program.pid))

    def remove(self) -> None:
        """End what runs on it and take it away."""
        self.kill()
        forget("netns", "del", self.name)
        forget("link", "del", self._link)
        with suppress(OSError):
            _group(self.name).rmdir()

    def said(self) -> str:
        """The end of what its programs said, for a test that failed."""
        return self.log.read_text(errors="replace")[-5000:] if self.log.exists() else ""


def _group(name: str) -> Path:
    """Where the processes of a host are held: the older kind of control groups has a tree for
    each resource.
    """
    older = CGROUPS / "cpu"
    return (older if older.is_dir() else CGROUPS) / name


def lacking() -> str:
    """What this machine lacks for all this; empty where it has everything."""
    if os.geteuid() != 0:
        return "needs root"
    try:
        ip("netns", "list")
    except OSError:
        return "needs iproute2"
    if not (CGROUPS / "cpu").is_dir() and "cpu" not in _controllers():
        return "needs control groups for the processor"
    return ""


def _controllers() -> str:
    file = CGROUPS / "cgroup.controllers"
    return file.read_text() if file.exists() else ""


@contextmanager
def bridge() -> Iterator[None]:
    """The network, with the test itself at its centre."""
    forget("link", "del", BRIDGE)
    ip("link", "add", BRIDGE, "type", "bridge")
    ip("address", "add", f"{CENTRE}/24", "dev", BRIDGE)
    ip("link", "set", BRIDGE, "up")
    try:
        yield
    finally:
        forget("link", "del", BRIDGE)
