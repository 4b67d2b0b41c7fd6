"""Whether the broker can be reached, asked over a connection of its own."""

from __future__ import annotations

from celery import current_app

MAY_TAKE = 2
"""Seconds."""


def reach_broker() -> str:
    """The kind of error that keeps us from the broker; "" where it answers."""
    try:
        with current_app.connection_for_write(connect_timeout=MAY_TAKE) as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, timeout=MAY_TAKE)
    # Each transport has errors of its own, and who asks must hear whatever they are.
    except Exception as error:
        return type(error).__name__
    return ""
