"""Who is asking, where a proxy stands in front: its headers are read once, and believed from nobody
else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from ipaddress import ip_address
from typing import Any

ADDRESS, SCHEME = "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO"
OTHERS = ("HTTP_FORWARDED", "HTTP_X_FORWARDED_BY", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PORT")
LONGEST = 60
"""Characters of one address with its port and quotes."""
Application = Callable[..., Iterable[bytes]]
Environ = dict[str, Any]  # Any: as WSGI defines it


class BehindProxy:
    """A WSGI application that sees the visitor's address; without a proxy, the peer is the visitor.

    `trusted` is the proxy's address, or "*" where only the proxy can connect at all.
    """

    def __init__(self, application: Application, *, trusted: str) -> None:
        self._application, self._trusted = application, trusted

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        # Taken out in any case: nothing behind may believe what a visitor wrote.
        told = environ.pop(ADDRESS, "")
        for name in OTHERS:
            environ.pop(name, None)
        if is_trusted(environ["REMOTE_ADDR"], self._trusted):
            environ["REMOTE_ADDR"] = visitor(told) or environ["REMOTE_ADDR"]
        else:
            # Else anybody could say “https” and be given a session over plain http.
            environ.pop(SCHEME, None)
        return self._application(environ, start_response)


def is_trusted(peer: str, trusted: str) -> bool:
    """Whether the peer is the proxy."""
    return trusted in ("*", peer)


def visitor(told: str) -> str:
    """The address that the proxy itself added, the last one; "" for `unknown` and whatever is none.

    Proxies write 192.0.2.1, 192.0.2.1:4711, "[2001:db8::1]:443", 2001:db8::1, unknown, or a made-up
    name.
    """
    # The last one is the proxy's own word; those before it are what the visitor claims.
    last = told.rpartition(",")[2].strip().strip('"')[:LONGEST]
    if last.startswith("["):
        last = last[1:].partition("]")[0]
    elif last.count(":") == 1:
        last = last.partition(":")[0]
    try:
        found = ip_address(last)
    except ValueError:
        return ""
    # One visitor, one address: written as IPv6 the same one would be counted apart.
    return str((found.version == 6 and found.ipv4_mapped) or found)
