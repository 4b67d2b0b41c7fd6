"""The state file: keeps the account between runs, written in batches by a thread of its own.

SQLite with the latest form of every record, in the order they came. A crash may cost the last
batch.
"""

import json
import logging
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import asdict, fields
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from reminders.sandbox.provider_api.account import Account
from reminders.sandbox.provider_api.life import FINAL, LifeStep
from reminders.sandbox.provider_api.managed.store import ManagedWebhook, ManagedWebhooks
from reminders.sandbox.provider_api.records import Json, Report, StoredMessage, StoredReply
from reminders.sandbox.provider_api.signing import Keyring, SandboxKey

logger = logging.getLogger(__name__)

WRITE_EVERY = 0.1
_TABLE = """
CREATE TABLE IF NOT EXISTS records (
    place INTEGER PRIMARY KEY, kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, UNIQUE
    (kind, id)
)
"""
_PUT = """
INSERT INTO records (kind, id, body) VALUES (?, ?, ?)
ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body
"""


class Journal:
    """Writes an account's changes to a file and reads them back into an empty account."""

    def __init__(
        self, path: Path, account: Account, keyring: Keyring, managed: ManagedWebhooks
    ) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._account = account
        self._keyring, self._managed = keyring, managed
        self._file = sqlite3.connect(path, check_same_thread=False)
        self._file.execute("PRAGMA journal_mode=WAL")
        # A crash of the machine may cost a demo's state; waiting for the disk would cost every
        # request.
        self._file.execute("PRAGMA synchronous=OFF")
        self._file.execute(_TABLE)
        self._changed: dict[tuple[str, str], object] = {}
        self._forget = False
        self._writing = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sandbox-journal", daemon=True)

    def start(self) -> None:
        """Read the file into the account, then follow its changes."""
        with self._account.lock:
            self._load()
            self._account.on_change = self._note
        self._thread.start()

    def stop(self) -> None:
        """Write what is left and close the file."""
        self._stop.set()
        self._thread.join()
        self.flush()
        self._file.close()

    def flush(self) -> None:
        """Write every change so far."""
        with self._writing:
            # Only while the changes are taken over and written out as text: the disk is waited for
            # without.
            with self._account.lock:
                changed, self._changed = self._changed, {}
                forget, self._forget = self._forget, False
                rows = [(kind, key, _body(record)) for (kind, key), record in changed.items()]
            with self._file:
                self._write(rows, forget=forget)

    def _write(self, rows: list[tuple[str, str, str | None]], *, forget: bool) -> None:
        # Before the rest: what came after the reset belongs to the new account.
        if forget:
            self._file.execute("DELETE FROM records")
        self._file.executemany(
            "DELETE FROM records WHERE kind = ? AND id = ?",
            [row[:2] for row in rows if row[2] is None],
        )
        self._file.executemany(
            _PUT,
            [row for row in rows if row[2] is not None],
        )

    def _note(self, kind: str, record_id: str, record: object) -> None:
        with self._account.lock:
            if kind == "reset":
                self._changed.clear()
                self._forget = True
            else:
                self._changed[kind, record_id] = record

    def _run(self) -> None:
        while not self._stop.wait(WRITE_EVERY):
            try:
                if self._changed or self._forget:
                    self.flush()
            except sqlite3.Error:
                logger.exception("The sandbox could not write its state file")

    def _rows(self, kind: str) -> Iterator[Json]:
        for (body,) in self._file.execute(
            "SELECT body FROM records WHERE kind = ? ORDER BY place", (kind,)
        ):
            yield json.loads(body)

    def _load(self) -> None:
        for body in self._rows("blocked"):
            self._account.blocked[body["number"]] = None
        for body in self._rows("key"):
            self._keyring.add(_key(body))
        for body in self._rows("webhook"):
            self._managed.add(ManagedWebhook(**body))
        messages = sorted(map(_message, self._rows("message")), key=lambda message: message.seq)
        # In the order in which they were accepted: the ledger counts by it.
        for message in messages:
            self._account.add(message)
        # After the messages, which both name.
        self._load_replies()
        self._load_reports()
        for message in messages:
            self._account.resume(message)

    def _load_replies(self) -> None:
        account = self._account
        replies = sorted(
            (self._reply(body) for body in self._rows("reply")), key=lambda reply: reply.at
        )
        account.received.extend(replies)
        for reply in replies:
            if not reply.collected:
                account.replies.add(reply)
        arrived = [
            one for one in account.order if one.status in FINAL and one.status != "cancelled"
        ]
        items: list[StoredMessage | StoredReply] = [*arrived, *replies]
        for item in sorted(items, key=_appeared):
            account.conversations.show(item)
            account.conversations.of(item.number).unread = 0

    def _load_reports(self) -> None:
        reports = [self._report(body) for body in self._rows("report")]
        for report in sorted(reports, key=lambda report: report.at):
            self._account.reports.add(report)

    def _reply(self, body: Json) -> StoredReply:
        answers = self._account.messages.get(body.pop("message") or "")
        return StoredReply(message=answers, **body)

    def _report(self, body: Json) -> Report:
        return Report(message=self._account.messages[body.pop("message")], **body)


def _appeared(item: StoredMessage | StoredReply) -> float:
    return item.at if isinstance(item, StoredReply) else item.changed_at


def _body(record: object) -> str | None:
    if record is None:
        return None
    return json.dumps(_plain(record), separators=(",", ":"))


def _plain(record: object) -> Json:
    if isinstance(record, StoredMessage):
        return {
            field.name: getattr(record, field.name)
            for field in fields(record)
            if field.name != "due"
        }
    if isinstance(record, StoredReply | Report):
        linked = {field.name: getattr(record, field.name) for field in fields(record)}
        return {**linked, "message": record.message.message_id if record.message else None}
    if isinstance(record, SandboxKey):
        return {**record.shown(), "private": _pem(record.private)}
    if isinstance(record, ManagedWebhook):
        return asdict(record)
    return {"number": record}


def _message(body: Json) -> StoredMessage:
    return StoredMessage(**{**body, "plan": [LifeStep(*step) for step in body["plan"]]})


def _pem(private: rsa.RSAPrivateKey) -> str:
    return private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def _key(body: Json) -> SandboxKey:
    private = serialization.load_pem_private_key(body["private"].encode(), password=None)
    if not isinstance(private, rsa.RSAPrivateKey):
        raise TypeError("Only RSA keys are written")
    return SandboxKey(body["key_id"], body["digest"], body["created"], private, body["enabled"])
