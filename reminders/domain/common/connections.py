"""Hold no database connection while the provider is being asked.

A hanging provider must not use up the pool that the staff pages draw from.
"""

from django.db import connection


def release_connection() -> None:
    """Give this thread's connection back; the next query takes another. Not within a
    transaction.
    """
    if not connection.in_atomic_block:
        connection.close()
