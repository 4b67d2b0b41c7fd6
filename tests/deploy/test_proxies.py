"""The samples for nginx and Caddy: what they pass on, what they refuse, with a certificate of our
own.
"""

from __future__ import annotations

import http.client
import json
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.programs import ROOT, free_port, wait_until

pytestmark = pytest.mark.deploy
NAME = "reminders.example"
MB = 1024 * 1024
Site = tuple[int, int]
"""Ports of https and http."""


class Echo(BaseHTTPRequestHandler):
    """Says what came through."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        left = int(self.headers["Content-Length"])
        while left and (part := self.rfile.read(min(left, MB))):
            left -= len(part)
        self.do_GET(size=int(self.headers["Content-Length"]) - left)

    def do_GET(self, size: int = 0) -> None:
        body = json.dumps({"size": size, **dict(self.headers.items())}).encode()
        self.send_response(200)
        self.send_header("Strict-Transport-Security", "max-age=31536000")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def upstream() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"),
            *("-keyout", tmp_path / "key.pem", "-out", tmp_path / "cert.pem"),
        ],
        check=True,
        capture_output=True,
    )
    return tmp_path / "cert.pem"


@pytest.fixture(params=["nginx", "caddy"])
def site(
    request: pytest.FixtureRequest, upstream: int, certificate: Path, tmp_path: Path
) -> Iterator[Site]:
    """The sample as it is, but for ports and places."""
    if shutil.which(request.param) is None:
        pytest.skip(f"needs {request.param}; on Debian: apt-get install {request.param}")
    secure, plain = free_port(), free_port()
    write = {"nginx": _nginx, "caddy": _caddy}[request.param]
    command = write(tmp_path, upstream, secure, plain)
    process = subprocess.Popen(command, env={"HOME": str(tmp_path), "PATH": "/usr/sbin:/usr/bin"})
    assert wait_until(lambda: _listens(secure) and _listens(plain), seconds=15)
    yield secure, plain
    process.terminate()
    process.wait(15)


def test_a_diary_of_90_mb_passes_and_whatever_else_is_large_does_not(
    site: Site, certificate: Path, request: pytest.FixtureRequest
) -> None:
    secure, _ = site
    refuses_early = request.node.callspec.params["site"] == "nginx"

    status, passed = _ask(secure, certificate, "/import/", size=90 * MB)
    elsewhere, _ = _ask(secure, certificate, "/day/", size=7 * MB)
    small, _ = _ask(secure, certificate, "/day/", size=5 * MB)

    assert (status, passed["size"]) == (200, 90 * MB)
    # Behind Caddy, which passes a body on as it comes, the site's own limit refuses.
    assert (elsewhere, small) == (413 if refuses_early else 200, 200)


def test_we_hear_who_came_and_how_whatever_they_claim(site: Site, certificate: Path) -> None:
    claimed = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "http"}

    status, passed = _ask(site[0], certificate, "/", headers=claimed)

    assert status == 200
    assert passed["X-Forwarded-For"] == "127.0.0.1"
    assert passed["X-Forwarded-Proto"] == "https"
    assert passed["Host"].split(":")[0] == NAME
    assert passed["answer"]["Strict-Transport-Security"] == ["max-age=31536000"]


def test_plain_http_leads_to_https(site: Site) -> None:
    asked = http.client.HTTPConnection("127.0.0.1", site[1], timeout=10)
    asked.request("GET", "/day/?on=2026-03-02", headers={"Host": NAME})
    answer = asked.getresponse()

    assert answer.status in {301, 308}
    assert answer.headers["Location"].startswith(f"https://{NAME}")
    assert answer.headers["Location"].endswith("/day/?on=2026-03-02")


def _nginx(folder: Path, upstream: int, secure: int, plain: int) -> list[str]:
    text = (ROOT / "deploy/nginx.conf").read_text()
    live = f"/etc/letsencrypt/live/{NAME}"
    for there, here in {
        "    listen [::]:80;\n": "",
        "    listen [::]:443 ssl;\n": "",
        "listen 80;": f"listen 127.0.0.1:{plain};",
        "listen 443 ssl;": f"listen 127.0.0.1:{secure} ssl;",
        f"{live}/fullchain.pem": str(folder / "cert.pem"),
        f"{live}/privkey.pem": str(folder / "key.pem"),
        "/etc/nginx/reminders-proxy.conf": str(folder / "proxy.conf"),
    }.items():
        assert there in text
        text = text.replace(there, here)
    proxy = (ROOT / "deploy/nginx-proxy.conf").read_text()
    (folder / "proxy.conf").write_text(proxy.replace("127.0.0.1:8000", f"127.0.0.1:{upstream}"))
    places = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{name}_temp_path {folder}/{name};\n" for name in places)
    head = f"user root; daemon off; pid {folder}/pid; error_log {folder}/log;\nevents {{}}\n"
    (folder / "nginx.conf").write_text(f"{head}http {{\n{temporary}{text}}}\n")
    return ["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")]


def _caddy(folder: Path, upstream: int, secure: int, plain: int) -> list[str]:
    text = (ROOT / "deploy/Caddyfile").read_text()
    tls = f"tls {folder}/cert.pem {folder}/key.pem"
    text = text.replace(f"{NAME} {{", f"{NAME} {{\n\t{tls}")
    text = text.replace("127.0.0.1:8000", f"127.0.0.1:{upstream}")
    head = f"{{\n\tadmin off\n\thttps_port {secure}\n\thttp_port {plain}\n}}\n"
    (folder / "Caddyfile").write_text(head + text)
    return ["caddy", "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def _ask(
    port: int, certificate: Path, path: str, *, size: int = 0, headers: dict[str, str] | None = None
) -> tuple[int, dict]:
    """Ask by the site's name; the status, and what the program behind the proxy heard."""
    trust = ssl.create_default_context(cafile=str(certificate))
    connection = http.client.HTTPSConnection(NAME, port, context=trust, timeout=60)
    plain = socket.create_connection(("127.0.0.1", port), timeout=60)
    connection.sock = trust.wrap_socket(plain, server_hostname=NAME)
    try:
        body = b"x" * size if size else None
        connection.request("POST" if size else "GET", path, body, headers or {})
    except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
        pass  # refused before all of it was sent: the answer is there to read
    answer = connection.getresponse()
    status, told = answer.status, answer.read()
    connection.close()
    if status != 200:
        return status, {}
    hsts = answer.headers.get_all("Strict-Transport-Security")
    return status, json.loads(told) | {"answer": {"Strict-Transport-Security": hsts}}
