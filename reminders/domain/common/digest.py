"""A short token for what a page shows, so that it is sent again only when it has changed."""

from __future__ import annotations

from hashlib import blake2b


def digest(value: object) -> str:
    """A short token of anything whose `repr` tells it whole."""
    return blake2b(repr(value).encode(), digest_size=8).hexdigest()
