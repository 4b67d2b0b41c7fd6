"""The web server: waitress, with limits that hold off a crowd of slow or greedy connections.

Waitress by itself stops listening at a fixed number of connections, however idle they are, and
takes any body that the largest upload may have. Here the connection that has waited longest makes
room, headers and bodies have to arrive in time, and a large body needs a pass.
"""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import MultiSocketServer, TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher
from waitress.utilities import RequestEntityTooLarge

from config.proxy import Application, is_trusted

logger = logging.getLogger(__name__)

TOO_LARGE = Path(__file__).resolve().parents[2] / "templates" / "413.html"
ENOUGH_FOR_ALL = 1_000_000
"""Connections at which waitress itself would stop listening; it never comes to that."""


@dataclass(frozen=True)
class Limits:
    """Connections are counted, times in seconds, sizes in bytes.

    `trusted` is the proxy's address, whose connections are those of many visitors.
    """

    in_all: int = 500
    per_address: int = 60
    headers: float = 10.0
    idle: float = 60.0
    body_grace: float = 20.0
    body_rate: int = 8 * 1024
    body: int = 5 * 1024 * 1024
    upload: int = 101 * 1024 * 1024
    trusted: str = "127.0.0.1"
    may_upload: Callable[[str, str], bool] = lambda _path, _cookies: False
    """Told the path and the Cookie header, whether this request may be as large as an upload."""


class TooLarge(RequestEntityTooLarge):
    """What is refused before our pages could answer, told in their look."""

    def __init__(self) -> None:
        super().__init__(TOO_LARGE.read_text(encoding="utf-8"))

    def to_response(self, _ident: str | None = None) -> tuple[str, list[tuple[str, str]], bytes]:
        """The page, which loads nothing but our own files."""
        headers = [
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Security-Policy", "default-src 'self'"),
        ]
        return f"{self.code} {self.reason}", headers, self.body.encode()


class _Adjusted:
    """Waitress's options with another size of body, for one request."""

    def __init__(self, adj: Adjustments, size: int) -> None:
        self._adj, self.max_request_body_size = adj, size

    def __getattr__(self, name: str) -> Any:  # Any: waitress's options
        return getattr(self._adj, name)


class LimitedRequest(HTTPRequestParser):
    """A request whose body may be large only where an upload is expected."""

    adj: Any  # Any: waitress's options
    error: Any  # Any: one of waitress's errors, or None

    def parse_header(self, header_plus: bytes) -> None:
        """Once the headers are known, so is how large the body may be."""
        super().parse_header(header_plus)
        limits: Limits = self.adj.limits
        # A chunked body tells no length: the limit holds while it arrives.
        if self.content_length or self.chunked:
            large = limits.may_upload(self.path, self.headers.get("COOKIE", ""))
            self.adj = _Adjusted(self.adj, limits.upload if large else limits.body)

    def received(self, data: bytes) -> int:
        """Take some bytes in; what is refused is not asked to go on."""
        taken: int = super().received(data)
        if self.error is not None:
            # A client that asks first would be told to go on with what is refused.
            self.expect_continue = False
        if isinstance(self.error, RequestEntityTooLarge) and self.headers_finished:
            self.error = TooLarge()
        return taken


class Channel(HTTPChannel):
    """A connection that knows since when it has been waited for."""

    parser_class = LimitedRequest

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Any: waitress's own
        self.waiting_since = time.time()
        self.began: float | None = None
        self.served = False
        super().__init__(*args, **kwargs)

    def received(self, data: bytes) -> bool:
        """Bytes came: the first ones of a request begin its time."""
        if self.began is None:
            self.began = time.time()
        went_well: bool = super().received(data)
        if self.request is None:
            self.began = None
        return went_well

    def service(self) -> None:
        """Answer; then the waiting begins again."""
        super().service()
        self.served, self.waiting_since = True, time.time()

    @property
    def is_at_work(self) -> bool:
        """Whether a request is being answered."""
        return bool(self.requests)

    def is_late(self, now: float) -> bool:
        """Whether what is waited for should have come by now."""
        limits: Limits = self.adj.limits
        # What is late then is ours, not theirs: they wait for the answer or read it.
        if self.is_at_work or self.total_outbufs_len:
            return False
        if self.began is None or self.request is None:
            return now - self.waiting_since > (limits.idle if self.served else limits.headers)
        took = now - self.began
        if not self.request.headers_finished:
            return took > limits.headers
        # By an average: a phone in a lift may pause, but drops of a byte a second may not go on.
        due = (took - limits.body_grace) * limits.body_rate
        return bool(self.request.body_bytes_received < due)


class Server(TcpWSGIServer):
    """One listening socket."""

    channel_class = Channel

    def accept(self) -> tuple[socket.socket, Any] | None:  # Any: an address of any family
        """The next connection; where it is one too many, the one that waited longest goes."""
        found: tuple[socket.socket, Any] | None = super().accept()
        if found is None or self._makes_room(found[1][0]):
            return found
        found[0].close()
        return None

    def maintenance(self, now: float) -> None:
        """Close what is late."""
        super().maintenance(now)
        for channel in self._channels():
            if channel.is_late(now):
                channel.will_close = True

    def _channels(self) -> list[Channel]:
        return [one for one in self._map.values() if isinstance(one, Channel)]

    def _makes_room(self, peer: str) -> bool:
        limits: Limits = self.adj.limits
        channels = self._channels()
        theirs = [one for one in channels if one.addr[0] == peer]
        # The proxy's connections are of many visitors; limited as one it would shut everybody out.
        if len(theirs) >= limits.per_address and not is_trusted(peer, limits.trusted):
            return _close_one(theirs)
        return len(channels) < limits.in_all or _close_one(channels)


def _close_one(channels: Iterable[Channel]) -> bool:
    """Close the connection that has been waited for longest; False where all are at work."""
    waiting = [one for one in channels if not one.is_at_work]
    if not waiting:
        return False
    min(waiting, key=lambda one: one.waiting_since).handle_close()
    return True


def make_server(
    application: Application, *, host: str, port: int, threads: int, limits: Limits
) -> TcpWSGIServer | MultiSocketServer:
    """A server that listens already; `run()` serves until the process is asked to end."""
    adj = Adjustments(
        host=host,
        port=port,
        threads=threads,
        ident=None,
        connection_limit=ENOUGH_FOR_ALL,
        max_request_body_size=limits.upload,
        cleanup_interval=1,
        asyncore_use_poll=True,
        # `config.proxy` reads and removes them itself; by waitress's rules they would be gone
        # before.
        clear_untrusted_proxy_headers=False,
    )
    adj.limits = limits
    dispatcher = ThreadedTaskDispatcher()
    dispatcher.set_thread_count(threads)
    sockets: dict[int, Any] = {}  # Any: waitress's own
    servers = [
        Server(application, sockets, dispatcher=dispatcher, adj=adj, sockinfo=sockinfo)
        for sockinfo in adj.listen
    ]
    if len(servers) == 1:
        return servers[0]
    listening = [(one.effective_host, one.effective_port) for one in servers]
    return MultiSocketServer(sockets, adj, listening, dispatcher, servers[0].log_info)
