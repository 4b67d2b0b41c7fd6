"""The web server's limits, over real sockets: a crowd of slow or greedy connections stops nobody
else.
"""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from waitress import wasyncore

from config.launcher.listening import Limits, make_server

QUICK = {"headers": 0.6, "idle": 30.0, "body_grace": 0.3, "body_rate": 100_000}
GET = b"GET / HTTP/1.1\r\nHost: site.example\r\n\r\n"
SLOW = "/slow"


def application(environ, start_response):
    """Tells how long the body was; below /slow it takes its time."""
    if environ["PATH_INFO"] == SLOW:
        time.sleep(1.5)
    length = len(environ["wsgi.input"].read())
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{length} bytes".encode()]


@pytest.fixture
def serve() -> Iterator[Callable[..., int]]:
    """Starts a server with these limits; gives its port."""
    running = []

    def start(**limits) -> int:
        server = make_server(
            application, host="127.0.0.1", port=0, threads=2, limits=Limits(**(QUICK | limits))
        )
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        running.append((server, thread))
        return int(server.effective_port)

    yield start
    for server, thread in running:
        server.trigger.pull_trigger(lambda server=server: wasyncore.close_all(server._map))
        thread.join(timeout=5)
        server.task_dispatcher.shutdown(timeout=2)


@contextlib.contextmanager
def connected(port: int, *, source: str = "127.0.0.1") -> Iterator[socket.socket]:
    with socket.create_connection(
        ("127.0.0.1", port), timeout=10, source_address=(source, 0)
    ) as found:
        yield found


def answer(port: int, asked: bytes = GET, *, source: str = "127.0.0.1") -> bytes:
    """What the server says to one request."""
    with connected(port, source=source) as found:
        found.sendall(asked)
        said = found.recv(65536)
        with contextlib.suppress(TimeoutError, ConnectionError):
            found.settimeout(0.3)
            while more := found.recv(65536):
                said += more
        return said


def whole(found: socket.socket) -> bytes:
    """One answer to the end of its body, on a connection that stays; it may come in pieces."""
    said = b""
    while not said.endswith(b"0 bytes"):
        said += found.recv(65536) or pytest.fail(f"Closed after {said!r}")
    return said


def status(said: bytes) -> str:
    return said.split(b"\r\n")[0].decode()


def is_closed(found: socket.socket, *, within: float) -> bool:
    """Whether the server hangs up in that many seconds."""
    found.settimeout(within)
    try:
        return found.recv(1) == b""
    except TimeoutError:
        return False
    except ConnectionError:
        return True


def post(size: int, *, path: str = "/", more: str = "") -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: site.example\r\nContent-Length: {size}\r\n"
    return f"{head}{more}\r\n".encode()


def test_three_hundred_silent_connections_stop_nobody(serve):
    port = serve(in_all=100, headers=60)
    with contextlib.ExitStack() as crowd:
        for _ in range(300):
            crowd.enter_context(connected(port))
        began = time.monotonic()

        said = answer(port)

        assert (status(said), time.monotonic() - began < 3) == ("HTTP/1.1 200 OK", True)


def test_the_connection_that_waited_longest_makes_room_for_the_next_of_its_address(serve):
    port = serve(per_address=2, headers=60, trusted="127.0.0.1")
    with (
        connected(port, source="127.0.0.2") as first,
        connected(port, source="127.0.0.3") as other,
        connected(port, source="127.0.0.2") as second,
    ):
        said = answer(port, source="127.0.0.2")

        assert status(said) == "HTTP/1.1 200 OK"
        gone = [is_closed(one, within=1) for one in (first, second, other)]
        assert gone == [True, False, False]


def test_the_proxy_has_as_many_connections_as_there_are(serve):
    port = serve(per_address=2, headers=60, trusted="127.0.0.1")
    with connected(port) as first, connected(port), connected(port):
        assert (status(answer(port)), is_closed(first, within=0.5)) == ("HTTP/1.1 200 OK", False)


def test_who_is_being_answered_is_not_sent_away(serve):
    port = serve(in_all=3, headers=60)
    with connected(port) as asking, contextlib.ExitStack() as crowd:
        asking.sendall(GET.replace(b"GET /", b"GET " + SLOW.encode()))
        time.sleep(0.3)
        for _ in range(20):
            crowd.enter_context(connected(port))

        assert status(asking.recv(65536)) == "HTTP/1.1 200 OK"


@pytest.mark.deep
@pytest.mark.parametrize("sent", [b"", b"G", b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "])
def test_who_sends_no_whole_headers_in_time_is_hung_up_on(serve, sent):
    port = serve()
    with connected(port) as slow:
        slow.sendall(sent)

        assert is_closed(slow, within=5)


def test_headers_that_drip_win_no_time(serve):
    port = serve()
    with connected(port) as slow:
        began = time.monotonic()
        with contextlib.suppress(ConnectionError):
            for letter in b"GET / HTTP/1.1\r\n" + b"X: " + b"x" * 200:
                slow.sendall(bytes([letter]))
                time.sleep(0.05)

        assert time.monotonic() - began < 6


def test_a_body_that_drips_is_hung_up_on(serve):
    port = serve()
    with connected(port) as slow:
        slow.sendall(post(1_000_000) + b"x")

        assert is_closed(slow, within=5)


def test_a_connection_may_wait_for_its_next_request(serve):
    port = serve()
    with connected(port) as kept:
        kept.sendall(GET)
        first = whole(kept)
        time.sleep(2)
        kept.sendall(GET)

        assert [status(said) for said in (first, whole(kept))] == ["HTTP/1.1 200 OK"] * 2


@pytest.mark.parametrize("size", [1024 * 1024, 5 * 1024 * 1024 - 1])
def test_a_push_and_a_form_are_taken_from_anybody(serve, size):
    said = answer(serve(body_grace=30), post(size) + b"x" * size)

    assert (status(said), f"{size} bytes".encode() in said) == ("HTTP/1.1 200 OK", True)


@pytest.mark.parametrize("more", ["", "Expect: 100-continue\r\n", "Cookie: upload=guessed\r\n"])
def test_a_large_body_is_refused_before_it_comes(serve, more):
    said = answer(serve(), post(100 * 1024 * 1024, more=more))

    assert (status(said), b"open the page Import again" in said) == (
        "HTTP/1.1 413 Request Entity Too Large",
        True,
    )


def test_a_large_body_in_pieces_is_refused_as_soon_as_it_is_one(serve):
    port = serve(body=10_000, body_grace=30)
    head = b"POST / HTTP/1.1\r\nHost: site.example\r\nTransfer-Encoding: chunked\r\n\r\n"

    said = answer(port, head + (b"1000\r\n" + b"x" * 4096 + b"\r\n") * 3)

    assert status(said) == "HTTP/1.1 413 Request Entity Too Large"


def test_a_large_body_is_taken_where_the_pass_for_it_is_shown(serve):
    size = 3 * 1024 * 1024

    def may_upload(path: str, cookies: str) -> bool:
        return (path, cookies) == ("/import/", "upload=pass")

    port = serve(may_upload=may_upload, body=size - 1, body_grace=30)
    allowed = post(size, path="/import/", more="Cookie: upload=pass\r\n")

    said = [answer(port, head + b"x" * size) for head in (allowed, post(size, path="/import/"))]

    assert [status(one).split()[1] for one in said] == ["200", "413"]


@pytest.mark.deep
@pytest.mark.parametrize(
    "sent",
    [
        b"\r\n\r\n",
        b"\x00\xff\r\n\r\n",
        b"GET\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: " + b"9" * 30 + b"\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET / HTTP/1.1\r\nX: " + b"x" * 300_000 + b"\r\n\r\n",
        b"GET http://[ HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nCookie: upload=\x00;=;\xff\r\n\r\n",
    ],
)
def test_nonsense_leaves_the_server_standing(serve, sent):
    port = serve()
    with connected(port) as odd, contextlib.suppress(ConnectionError):
        odd.sendall(sent)
        odd.settimeout(1)
        with contextlib.suppress(TimeoutError):
            odd.recv(65536)

    assert status(answer(port)) == "HTTP/1.1 200 OK"
