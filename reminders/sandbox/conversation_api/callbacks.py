"""Pushes what happened on WhatsApp to the app's address, signed, until a 2xx.

Without an address it is kept, for whoever takes it from Python.
"""

import base64
import hashlib
import hmac
import json
import threading
import time
import uuid
from collections import deque
from typing import NamedTuple

import httpx

from reminders.sandbox.provider_api.records import Json

SECRET = "sandbox-whatsapp-secret"  # noqa: S105  # of the imitation, and told to everybody
HEADER = "x-sinch-webhook-signature"
ATTEMPTS = 8
KEPT = 1_000


class Callback(NamedTuple):
    """One push: its body, and the headers with which it is proven."""

    body: bytes
    headers: dict[str, str]


class Callbacks:
    """A queue that one thread works off, started when it is first needed."""

    def __init__(self) -> None:
        self.url = ""
        self.kept: deque[Json] = deque(maxlen=KEPT)
        self._waiting: deque[Json] = deque()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._stopped = False

    def push(self, body: Json) -> None:
        """Queue one; returns at once."""
        if not self.url:
            self.kept.append(body)
            return
        with self._changed:
            self._waiting.append(body)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, daemon=True)
                self._thread.start()
            self._changed.notify()

    def take(self, *, at: float) -> list[Callback]:
        """What was kept, taken out and signed as of `at`: each attempt has a signature of its
        own.
        """
        found = [signed(body, at=at) for body in self.kept]
        self.kept.clear()
        return found

    def clear(self) -> None:
        """Drop what is still to be pushed."""
        with self._changed:
            self._waiting.clear()
            self.kept.clear()

    def stop(self) -> None:
        """End the thread."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        if self._thread:
            self._thread.join(timeout=2)

    def _run(self) -> None:
        with httpx.Client(timeout=10.0, trust_env=False) as client:
            while True:
                with self._changed:
                    while not self._waiting and not self._stopped:
                        self._changed.wait()
                    if self._stopped:
                        return
                    body = self._waiting.popleft()
                self._try(client, body)

    def _try(self, client: httpx.Client, body: Json) -> None:
        for attempt in range(ATTEMPTS):
            one = signed(body, at=time.time())
            try:
                answer = client.post(self.url, content=one.body, headers=one.headers)
                if answer.is_success:
                    return
            except (httpx.HTTPError, httpx.InvalidURL):
                pass
            if self._stopped:
                return
            time.sleep(0.2 * 2**attempt)


def signed(body: Json, *, at: float, secret: str = SECRET) -> Callback:
    """A push as the provider signs it."""
    content = json.dumps(body).encode()
    nonce, stamp = uuid.uuid4().hex, str(int(at))
    covered = content + f".{nonce}.{stamp}".encode()
    digest = hmac.new(secret.encode(), covered, hashlib.sha256).digest()
    return Callback(
        content,
        {
            "Content-Type": "application/json",
            HEADER: base64.b64encode(digest).decode(),
            f"{HEADER}-nonce": nonce,
            f"{HEADER}-timestamp": stamp,
            f"{HEADER}-algorithm": "HmacSHA256",
        },
    )
