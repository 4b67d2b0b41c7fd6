"""Which ports of this machine are free, and what to say of one that is not."""

from __future__ import annotations

import contextlib
import errno
import os
import socket

from config.launcher.supervisor import PartError

SANDBOX_PORTS = 20
LAST_PORT = 65535 - SANDBOX_PORTS


def port_refusal(host: str, port: int) -> OSError | None:
    """Return why nothing can listen there, or None if it can."""
    try:
        with socket.create_server((host, port)):
            return None
    except OSError as error:
        return error


def other_port(host: str, port: int, refusal: OSError) -> str:
    """Return why the port cannot be used, and what to call instead, as the caller would write
    it.
    """
    unknown = isinstance(refusal, socket.gaierror)
    reason = refusal.strerror if unknown or not refusal.errno else os.strerror(refusal.errno)
    problem = f"Port {port} of {host} cannot be used ({reason})."
    if unknown or refusal.errno == errno.EADDRNOTAVAIL:
        return f"{problem} --host takes an address of this machine, such as 127.0.0.1 or 0.0.0.0."
    first = 8000 if refusal.errno == errno.EACCES else port + 10
    usable = (other for other in range(first, LAST_PORT, 10) if port_refusal(host, other) is None)
    option = "make run PORT=" if "MAKELEVEL" in os.environ else "--port "
    return f"{problem} Choose another one: {option}{next(usable, 8000)}"


def free_port(first: int) -> int:
    """Return the first port from `first` on that nobody listens on."""
    for port in range(first, first + SANDBOX_PORTS):
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise PartError(
        f"The sandbox found no free port from {first} to {first + SANDBOX_PORTS - 1}; choose "
        f"--port."
    )


def listens(host: str, port: int) -> bool:
    """Tell whether something accepts connections there."""
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True
