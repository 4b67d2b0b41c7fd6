"""What stands in the trail, as tests compare it, and a browser whose address is known."""

from __future__ import annotations

from typing import Any

from django.test import Client

from reminders.models import TrailEntry

HERE = "192.0.2.7"
COLUMNS = ("kind", "user_id", "address", "contact_id", "details")


def entries(*kinds: str) -> list[dict[str, Any]]:
    """What was noted, the oldest first, without moment and chain."""
    rows = TrailEntry.objects.order_by("pk")
    rows = rows.filter(kind__in=kinds) if kinds else rows
    return [dict(one) for one in rows.values(*COLUMNS)]


def only(kind: str) -> dict[str, Any]:
    (entry,) = entries(kind)
    return entry


def browser_of(user: Any) -> Client:
    client = Client(REMOTE_ADDR=HERE)
    client.force_login(user)
    return client
