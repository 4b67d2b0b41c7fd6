"""Listens: waitress with many threads, able to cut a connection or refuse all of them by order.

Nothing here knows what is served. One `Listener` is one TCP port or Unix socket.
"""

import contextlib
import logging
import os
import socket
import stat
import struct
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from waitress.channel import (
    ClientDisconnected,
    HTTPChannel,
)
from waitress.server import create_server
from waitress.task import WSGITask

from reminders.sandbox.http import LARGEST_BODY

logging.getLogger("waitress.queue").setLevel(logging.ERROR)

Application = Callable[..., Any]  # Any: as WSGI defines it
_RESET = struct.pack("ii", 1, 0)
CLOSE_AFTER_ANSWER = 0.1
"""Seconds that the answer to an order to refuse connections gets to leave."""


class _Task(WSGITask):
    def get_environment(self) -> dict[str, Any]:  # Any: as WSGI defines it
        environ: dict[str, Any] = super().get_environment()  # Any: as above
        environ["sandbox.close"] = self._close_connection
        return environ

    def _close_connection(self, *, reset: bool) -> NoReturn:
        if reset:
            with contextlib.suppress(OSError):
                # Lingering for no time at all: closing then sends a reset instead of an orderly
                # end.
                self.channel.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        raise ClientDisconnected


class _Channel(HTTPChannel):
    task_class = _Task


class Listener:
    """One address and the threads that serve it."""

    def __init__(
        self, application: Application, bind: Callable[[], socket.socket], *, threads: int
    ) -> None:
        self._bind = bind
        first = bind()
        self.address = first.getsockname()
        self._server = create_server(
            application,
            sockets=[first],
            threads=threads,
            max_request_body_size=LARGEST_BODY,
            connection_limit=1_000,
            channel_timeout=300,
            ident="sandbox",
            asyncore_use_poll=True,
        )
        self._server.channel_class = _Channel
        self._open, self._stopped = True, False
        self._lock = threading.Lock()
        self._thread = threading.Thread(
            target=self._server.run, name="sandbox-listener", daemon=True
        )

    def start(self) -> None:
        """Serve until stopped."""
        self._thread.start()

    def refuse(self) -> None:
        """Close the port and every connection; clients are refused from now on."""
        with self._lock:
            if self._open:
                self._open = False
                self._in_loop(self._close_all)

    def listen(self) -> None:
        """Open the port again."""
        with self._lock:
            if not self._open and not self._stopped:
                self._open = True
                self._in_loop(self._reopen)

    def stop(self) -> None:
        """Close everything and end the threads."""
        self.refuse()
        with self._lock:
            if self._stopped:
                return
            self._stopped = True
        # Wakes the loop, which sleeps in poll and would notice the end only with the next
        # connection.
        self._server.trigger.pull_trigger(self._server.trigger.close)
        self._thread.join(timeout=5)
        self._server.task_dispatcher.shutdown(timeout=2)

    def _in_loop(self, action: Callable[[], None]) -> None:
        done = threading.Event()

        def act() -> None:
            try:
                action()
            finally:
                done.set()

        # Sockets are touched by the loop's thread alone: waitress's maps are not made for two.
        self._server.trigger.pull_trigger(act)
        done.wait(5)

    def _close_all(self) -> None:
        self._server.accepting = False
        self._server.del_channel()
        self._server.socket.close()
        for channel in list(self._server.active_channels.values()):
            channel.handle_close()

    def _reopen(self) -> None:
        fresh = self._bind()
        fresh.setblocking(False)
        self._server.set_socket(fresh, self._server._map)
        self._server.accept_connections()


def tcp(host: str, port: int) -> Callable[[], socket.socket]:
    """Binds to `host` and `port`; with port 0 to a free one, and to the same one from then on."""
    chosen = port

    def bind() -> socket.socket:
        nonlocal chosen
        sock = socket.create_server((host, chosen))
        # The same one when it opens again: clients know this port.
        chosen = sock.getsockname()[1]
        return sock

    return bind


def unix(path: Path) -> Callable[[], socket.socket]:
    """Binds to a Unix socket that only its owner can use; a stale one is replaced."""

    def bind() -> socket.socket:
        with contextlib.suppress(FileNotFoundError):
            # Only a socket is removed: a file of that name is somebody's.
            if stat.S_ISSOCK(os.lstat(path).st_mode):
                path.unlink()
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        sock.bind(str(path))
        path.chmod(0o600)
        return sock

    return bind
