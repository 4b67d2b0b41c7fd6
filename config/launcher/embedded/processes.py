"""Start child processes that cannot outlive us, whatever happens to us.

On Linux the kernel signals the child when its parent dies, also after kill -9. What is started, and
when it is stopped, is decided by others.
"""

import ctypes
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Identity:
    """The user that a service runs as when we are root."""

    uid: int
    gid: int


def unprivileged_identity() -> Identity | None:
    """Return the user to drop to, or None where we are no root ourselves."""
    return nobody() if os.geteuid() == 0 else None


def nobody() -> Identity:
    """Return the user that owns nothing else."""
    try:
        found = pwd.getpwnam("nobody")
    except KeyError:
        return Identity(65534, 65534)
    return Identity(found.pw_uid, found.pw_gid)


def start(
    command: Sequence[str | Path],
    *,
    output: IO[bytes] | int,
    at_parents_death: signal.Signals = signal.SIGKILL,
    identity: Identity | None = None,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own, so that the terminal's Ctrl-C reaches only us.

    Call it from a thread that lives as long as the child should: the kernel takes the death of the
    starting thread for the death of the parent.
    """
    return subprocess.Popen(  # the commands are our own
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        env=environment,
        cwd=folder,
        # Ctrl-C at the terminal goes to a whole group: the parts are told by us instead.
        start_new_session=True,
        user=identity.uid if identity else None,
        group=identity.gid if identity else None,
        extra_groups=[] if identity else None,
        preexec_fn=end_with_parent(at_parents_death, parent=os.getpid()),  # only two system calls
    )


def end_with_parent(how: signal.Signals, *, parent: int) -> Callable[[], None]:
    """Return what a child of `parent` runs, after a change of user, to receive `how` when that
    dies.
    """

    def bind() -> None:
        if _libc is None:
            return
        _libc.prctl(PR_SET_PDEATHSIG, how, 0, 0, 0)
        if os.getppid() != parent:  # it died before the call above
            os._exit(1)

    return bind


def stop(process: subprocess.Popen[bytes], how: signal.Signals, *, seconds: float) -> None:
    """Ask a child to end by the signal `how`; kill it with its group if that takes longer than
    `seconds`.
    """
    if process.poll() is None:
        process.send_signal(how)
    wait_or_kill(process, seconds=seconds)


def wait_or_kill(process: subprocess.Popen[bytes], *, seconds: float) -> None:
    """Wait for a child to end; kill it with its group if that takes longer than `seconds`."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        kill_group(process)
        process.wait()


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill a child and what it started itself."""
    try:
        # The group and not the process alone: the children of one that is killed would go on
        # without it.
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
