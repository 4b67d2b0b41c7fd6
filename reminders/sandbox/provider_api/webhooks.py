"""Pushes reports, replies and opt-out notices to the address a message names, again and again until
a 2xx.

Runs in threads of its own and by the machine's time, whatever the sandbox's clock shows.
"""

import json
import threading
import time
import uuid
from collections import deque
from dataclasses import dataclass
from email.utils import formatdate
from heapq import heappop, heappush

import httpx

from reminders.sandbox.provider_api.account import Account
from reminders.sandbox.provider_api.managed.store import (
    ManagedWebhook,
    ManagedWebhooks,
    body_of,
    event_of,
)
from reminders.sandbox.provider_api.manners import OPT_OUT_WORDS
from reminders.sandbox.provider_api.records import OUR_NUMBER, Json, Report, StoredReply
from reminders.sandbox.provider_api.signing import Keyring

THREADS = 8
TIMEOUT = 10.0
LONGEST_WAIT = 300.0
REMEMBERED = 1_000
"""Attempts kept for tests to look at."""


@dataclass(slots=True)
class Push:
    """One notification on its way."""

    url: str
    body: bytes
    entry: Report | StoredReply
    attempt: int = 0
    webhook: ManagedWebhook | None = None
    """The managed one that it goes by, with a method, headers and retries of its own."""


class Pusher:
    """A queue of pushes by the time they are due, worked off by a few threads, started when first
    needed.
    """

    def __init__(self, account: Account, keyring: Keyring, managed: ManagedWebhooks) -> None:
        self._account = account
        self._keyring, self._managed = keyring, managed
        self._due: list[tuple[float, int, Push]] = []
        self._added = 0
        self._changed = threading.Condition()
        self._threads: list[threading.Thread] = []
        self._stopped = False
        self._under_way = 0
        self.attempts: deque[Json] = deque(maxlen=REMEMBERED)
        self.counts = {"delivered": 0, "given_up": 0}
        self._client: httpx.Client | None = None

    def news(self, entry: Report | StoredReply) -> None:
        """Push `entry` to its message's address, to the account's and by its managed webhooks,
        where there are any; returns at once.
        """
        settings = self._account.settings
        url = entry.message.submitted.get("callback_url") if entry.message else None
        for address, shape in ((url, settings.webhook_shape), (settings.webhook_url, "account")):
            if address:
                body = json.dumps(pushed_body(entry, shape=shape)).encode()
                self._put(Push(address, body, entry), time.monotonic())
        notice = notice_id(entry.reply_id) if isinstance(entry, StoredReply) else ""
        for one in self._managed.of(entry.account):
            if event_of(entry) in one.events:
                body = body_of(one, entry, notice_id=notice)
                self._put(Push(one.url, body, entry, webhook=one), time.monotonic())

    def state(self) -> Json:
        """What was tried, and what is still to do."""
        with self._changed:
            pending = len(self._due) + self._under_way
            return {**self.counts, "pending": pending, "attempts": list(self.attempts)}

    def clear(self) -> None:
        """Drop what is still to be pushed."""
        with self._changed:
            self._due.clear()
            self.attempts.clear()
            self.counts = {"delivered": 0, "given_up": 0}

    def stop(self) -> None:
        """End the threads; what is not pushed by now never is."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join(timeout=2)
        if self._client:
            self._client.close()

    def _put(self, push: Push, due: float) -> None:
        with self._changed:
            if not self._threads:
                self._start()
            self._added += 1
            heappush(self._due, (due, self._added, push))
            self._changed.notify()

    def _start(self) -> None:
        # Not by a proxy of the environment: the address is mostly on this machine.
        # Nor on to where a redirect leads: the signature covers this path, and only a 2xx counts.
        self._client = httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False)
        for number in range(THREADS):
            thread = threading.Thread(target=self._run, name=f"sandbox-push-{number}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _run(self) -> None:
        while (push := self._next()) is not None:
            try:
                self._attempt(push)
            finally:
                with self._changed:
                    self._under_way -= 1

    def _next(self) -> Push | None:
        with self._changed:
            while not self._stopped:
                wait = self._due[0][0] - time.monotonic() if self._due else None
                if wait is not None and wait <= 0:
                    self._under_way += 1
                    return heappop(self._due)[2]
                self._changed.wait(wait)
        return None

    def _attempt(self, push: Push) -> None:
        push.attempt += 1
        status = self._post(push)
        note = {
            "url": push.url,
            "attempt": push.attempt,
            "status": status,
            "id": push.entry.record_id,
        }
        with self._changed:
            self.attempts.append(note)
        settings = self._account.settings
        # Not within `_changed`: the account calls us under its lock, and below we call the account.
        if status is not None and 200 <= status < 300:
            self._count("delivered")
            self._delivered(push.entry)
        elif push.attempt < (push.webhook.retries + 1 if push.webhook else settings.push_attempts):
            wait = min(settings.push_retry_after * 2 ** (push.attempt - 1), LONGEST_WAIT)
            self._put(push, time.monotonic() + wait)
        else:
            self._count("given_up")

    def _count(self, outcome: str) -> None:
        with self._changed:
            self.counts[outcome] += 1

    def _delivered(self, entry: Report | StoredReply) -> None:
        queue = self._account.replies if isinstance(entry, StoredReply) else self._account.reports
        # Unsure how the provider does it, so both can be had: the client must bear either.
        if not self._account.settings.pushed_stay_queued:
            self._account.confirm(queue, [entry.record_id], account=entry.account)
        elif isinstance(entry, StoredReply):
            self._account.collected(entry)

    def _post(self, push: Push) -> int | None:
        client = self._client
        if client is None:
            raise RuntimeError("The threads that push start after the client")
        try:
            method = push.webhook.method if push.webhook else "POST"
            request = client.build_request(method, push.url, content=push.body)
            request.headers.update(push.webhook.headers if push.webhook else {})
            request.headers.update(self._headers(request, push.body))
            return client.send(request).status_code
        except (httpx.HTTPError, httpx.InvalidURL):
            return None

    def _headers(self, request: httpx.Request, body: bytes) -> dict[str, str]:
        headers = {"Content-Type": "application/json", "Date": formatdate(usegmt=True)}
        key = self._keyring.enabled()
        if key is None:
            return headers
        request_line = f"{request.method} {request.url.raw_path.decode()} HTTP/1.1"
        dashed = self._account.settings.dashed_digest_names
        return {**headers, **key.headers(request_line, headers["Date"], body, dashed=dashed)}


def pushed_body(entry: Report | StoredReply, *, shape: str) -> Json:
    """shape `message` is that of a message's own address, `account` the account-wide sample."""
    body: Json = entry.rendered()
    if isinstance(entry, StoredReply) and entry.content.strip().upper() in OPT_OUT_WORDS:
        body["notification_id"] = notice_id(body.pop("reply_id"))
    return body if shape == "message" else _account_wide(body, entry)


def notice_id(reply_id: str) -> str:
    """The id of the opt-out notice that goes with a reply; the same every time it is asked for."""
    return str(uuid.uuid5(uuid.UUID(reply_id), "opt-out"))


def _account_wide(body: Json, entry: Report | StoredReply) -> Json:
    body.pop("callback_url", None)
    if isinstance(entry, StoredReply):
        del body["vendor_account_id"]
        return {"account_id": entry.account, "destination_number": OUR_NUMBER, **body}
    del body["billing_units"]
    return {**body, "delay": "0"}
