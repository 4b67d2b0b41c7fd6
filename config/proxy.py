"""Who is asking, where a proxy stands in front: its headers are read once, and believed from nobody
else.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any

logger = logging.getLogger(__name__)

ADDRESS, SCHEME = "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO"
OTHERS = ("HTTP_FORWARDED", "HTTP_X_FORWARDED_BY", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PORT")
TRUSTED = r"\*|[0-9A-Fa-f:.]+(/[0-9]{1,3})?"
"""What may be given for the proxy."""
LONGEST = 60
"""Characters of one address with its port and quotes."""
MOST_TOLD = 16
_told: set[str] = set()
Application = Callable[..., Iterable[bytes]]
Environ = dict[str, Any]  # Any: as WSGI defines it


class BehindProxy:
    """A WSGI application that sees the visitor's address; without a proxy, the peer is the visitor.

    `trusted` is the proxy's address or network, or "*" on one machine where only it can connect.
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
            if SCHEME in environ:
                _tell_of(str(environ["REMOTE_ADDR"]))
            # Else anybody could say “https” and be given a session over plain http.
            environ.pop(SCHEME, None)
        return self._application(environ, start_response)


def is_trusted(peer: str, trusted: str) -> bool:
    """Whether the peer is the proxy."""
    if trusted in ("*", peer):
        return True
    network = _network(trusted)
    try:
        return network is not None and ip_address(peer) in network
    except ValueError:  # a socket of this machine has no address
        return False


def _tell_of(peer: str) -> None:
    """Once for each address: where a proxy is not believed, browsers are sent to https for ever."""
    # A stranger who says so is no news either, and must not fill the log.
    if peer in _told or len(_told) >= MOST_TOLD:
        return
    _told.add(peer)
    logger.warning(
        "%s says how visitors came, and is not believed. If that is your proxy: TRUSTED_PROXY=%s",
        peer,
        peer,
    )


@lru_cache(maxsize=4)
def _network(trusted: str) -> IPv4Network | IPv6Network | None:
    """The network of proxies; None where one address is given, or what is neither."""
    try:
        return ip_network(trusted) if "/" in trusted else None
    except ValueError:
        return None


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
