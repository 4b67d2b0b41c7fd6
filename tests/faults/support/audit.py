"""What only the database can tell afterwards: what carried which reminder, when versions rose.

A reminder forgets a withdrawn message, and an appointment its former versions; triggers remember
both, so that the invariants are checked against what really happened. Gates hold a statement until
a test lets go.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import connection

_INSTALL = """
CREATE TABLE IF NOT EXISTS fault_carried (
    message_id uuid, reminder_id bigint, appointment_id bigint, rule_id bigint, version int,
    cutoff_at timestamptz);
CREATE TABLE IF NOT EXISTS fault_version (
    appointment_id bigint, version int, at timestamptz,
    written_at timestamptz DEFAULT clock_timestamp());
TRUNCATE fault_carried, fault_version;

CREATE OR REPLACE FUNCTION fault_note_carried() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO fault_carried
    VALUES (NEW.message_id, NEW.id, NEW.appointment_id, NEW.rule_id, NEW.version, NEW.cutoff_at);
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER fault_note_carried AFTER UPDATE OF message_id ON reminders_reminder
    FOR EACH ROW
    WHEN (NEW.message_id IS NOT NULL AND NEW.message_id IS DISTINCT FROM OLD.message_id)
    EXECUTE FUNCTION fault_note_carried();

CREATE OR REPLACE FUNCTION fault_note_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO fault_version (appointment_id, version, at)
    VALUES (NEW.id, NEW.version, NEW.changed_at);
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER fault_note_version AFTER UPDATE OF version ON reminders_appointment
    FOR EACH ROW WHEN (NEW.version > OLD.version) EXECUTE FUNCTION fault_note_version();

CREATE OR REPLACE FUNCTION fault_gate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(TG_ARGV[0]::int);
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER fault_gate_claim BEFORE INSERT ON reminders_message
    FOR EACH ROW EXECUTE FUNCTION fault_gate(7001);
CREATE OR REPLACE TRIGGER fault_gate_record BEFORE UPDATE OF state ON reminders_message
    FOR EACH ROW WHEN (OLD.state = 'submitting' AND NEW.state = 'accepted')
    EXECUTE FUNCTION fault_gate(7002);
"""

_REMOVE = """
DROP TRIGGER IF EXISTS fault_gate_claim ON reminders_message;
DROP TRIGGER IF EXISTS fault_gate_record ON reminders_message;
DROP TRIGGER IF EXISTS fault_note_version ON reminders_appointment;
DROP TRIGGER IF EXISTS fault_note_carried ON reminders_reminder;
DROP FUNCTION IF EXISTS fault_gate, fault_note_version, fault_note_carried;
DROP TABLE IF EXISTS fault_carried, fault_version;
"""

CLAIM, RECORD = 7001, 7002
"""The gates: writing the messages of a claim, and recording that the provider took them."""


@contextmanager
def installed() -> Iterator[None]:
    """Have the triggers in the test database for as long as one test."""
    with connection.cursor() as cursor:
        cursor.execute(_INSTALL)
    try:
        yield
    finally:
        connection.close()  # a test that failed may have left a transaction open
        with connection.cursor() as cursor:
            cursor.execute(_REMOVE)


class Gate:
    """A closed gate: what comes to it waits. `waiting` tells how many; leaving the block opens
    it.
    """

    def __init__(self, number: int) -> None:
        self.number = number
        found = connection.settings_dict
        self._session = psycopg.connect(
            host=str(found["HOST"]),
            port=found["PORT"] or None,
            user=found["USER"],
            password=found["PASSWORD"] or None,
            dbname=found["NAME"],
            autocommit=True,
        )

    def __enter__(self) -> "Gate":
        self.close()
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def close(self) -> None:
        """Let nothing pass from now on; what has passed is not called back."""
        self._session.execute("SELECT pg_advisory_lock(%s)", [self.number])

    def open(self) -> None:
        """Let everything pass."""
        self._session.execute("SELECT pg_advisory_unlock(%s)", [self.number])

    def waiting(self) -> int:
        """How many sessions wait at the gate."""
        row = self._session.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND NOT "
            "granted",
            [self.number],
        ).fetchone()
        return int(row[0]) if row else 0

    def drop_waiting(self) -> None:
        """End the sessions that wait, as the server does when it finds their program gone."""
        self._session.execute(
            """SELECT pg_terminate_backend(pid) FROM pg_locks
               WHERE locktype = 'advisory' AND objid = %s AND NOT granted""",
            [self.number],
        )
