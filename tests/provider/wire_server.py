"""A provider at the end of a real socket that answers whatever a test has laid ready, faults
included.
"""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeAlias


@dataclass(frozen=True)
class Seen:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any


@dataclass
class WireServer:
    """Takes requests down and gives the answers in turn; the last one is repeated."""

    base_url: str
    answers: deque[Answer] = field(default_factory=deque)
    seen: list[Seen] = field(default_factory=list)
    raw_bodies: list[bytes] = field(default_factory=list)
    connections: int = 0

    def next_answer(self) -> Answer:
        return self.answers.popleft() if len(self.answers) > 1 else self.answers[0]


Answer: TypeAlias = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wire: WireServer

    def setup(self) -> None:
        super().setup()
        self.wire.connections += 1

    def do_any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.wire.raw_bodies.append(body)
        self.wire.seen.append(
            Seen(self.command, self.path, dict(self.headers), json.loads(body) if body else None)
        )
        self.wire.next_answer()(self)

    do_GET = do_POST = do_PUT = do_DELETE = do_any  # noqa: N815  # http.server's names

    def log_message(self, *_args: object) -> None:
        """Tests need no access log."""


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is what some tests are about."""


def open_server() -> tuple[Server, WireServer]:
    """Start serving on a free port; the caller shuts the server down."""
    handler = type("BoundHandler", (Handler,), {})
    server = Server(("127.0.0.1", 0), handler)
    wire = WireServer(f"http://127.0.0.1:{server.server_port}")
    handler.wire = wire  # type: ignore[attr-defined]  # bound per server
    threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
    ).start()
    return server, wire


def unused_port() -> int:
    """A port where nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def answer(status: int, body: object = None, headers: dict[str, str] | None = None) -> Answer:
    """An ordinary answer; `body` is JSON, or bytes as they are."""
    content = (
        body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    )

    def give(handler: Handler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **(headers or {})}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(content)

    return give


def hang_up_without_answer(handler: Handler) -> None:
    """Close as a crashed process does."""
    handler.close_connection = True


def reset(handler: Handler) -> None:
    """Tear the connection down with RST."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.close_connection = True
    handler.connection.close()


def cut_off(status: int, body: bytes) -> Answer:
    """Promise more than is sent, then close."""

    def give(handler: Handler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(body) + 100))
        handler.end_headers()
        handler.wfile.write(body)
        handler.close_connection = True

    return give


def garbage(handler: Handler) -> None:
    """Answer something that is no HTTP."""
    handler.wfile.write(b"\x16\x03\x01 this is not what you think\r\n\r\n")
    handler.close_connection = True


def late(seconds: float, then: Answer) -> Answer:
    """Answer after a while."""

    def give(handler: Handler) -> None:
        time.sleep(seconds)
        then(handler)

    return give


def dripping(handler: Handler) -> None:
    """Answer 202, then one byte at a time, each in good time, without end."""
    handler.send_response(202)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    for _ in range(1000):
        handler.wfile.write(b" ")
        time.sleep(0.05)


def hang_up_afterwards(first: Answer) -> Answer:
    """Answer as if the connection stayed open, then close it."""

    def give(handler: Handler) -> None:
        first(handler)
        handler.wfile.flush()
        handler.close_connection = True

    return give
