"""Halves of all visits, by chance and for good: the same visit is always in the same one."""

from __future__ import annotations

import uuid
from hashlib import sha256


def in_second_half(visit: uuid.UUID, *, trial: int) -> bool:
    """Whether this visit is in the second half of this trial; another trial splits anew."""
    return sha256(f"{trial}:{visit}".encode()).digest()[0] % 2 == 1
