"""The account: accepts texts, moves them through their life, takes patients' answers, keeps blocked
numbers.

The one place where state changes, under one lock. Speaks no HTTP; what is pushed goes out through
`on_news`.
"""

import threading
import uuid
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace

from reminders.sandbox.browser_phone.conversations import Conversations
from reminders.sandbox.control_room.clock import SandboxClock, read
from reminders.sandbox.control_room.settings import Settings
from reminders.sandbox.provider_api import life
from reminders.sandbox.provider_api.magic_numbers import Behaviour, behaviour_of
from reminders.sandbox.provider_api.manners import (
    OPT_IN_WORDS,
    OPT_OUT_WORDS,
    OPTED_IN,
    OPTED_OUT,
    sociable,
)
from reminders.sandbox.provider_api.queues import Agenda, Beside, Entry, LastTexts, Queue
from reminders.sandbox.provider_api.records import (
    ACCOUNT,
    Json,
    Raw,
    Report,
    StoredMessage,
    StoredReply,
    reply_from,
)
from reminders.sandbox.provider_api.validation import international

KEPT = 45 * 86_400.0
"""Seconds the provider keeps messages, replies and reports."""
BY_ITSELF = "by itself"
"""In place of a message's id: the answer belongs to whatever was delivered last."""

News = Callable[[Report | StoredReply], None]


class Account:
    """Everything the provider would keep for one customer. Any thread may call any public
    method.
    """

    def __init__(self, clock: SandboxClock | None = None) -> None:
        # Reentrant: public methods call each other while they hold it.
        self.lock = threading.RLock()
        self.clock = clock or SandboxClock()
        self.settings = Settings()
        self.version = 0
        self.on_news: News = lambda entry: None
        self.on_change: Callable[[str, str, object], None] = lambda kind, record_id, record: None
        self.beside: list[Beside] = []
        self._empty()

    def _empty(self) -> None:
        self.messages: dict[str, StoredMessage] = {}
        self.order: list[StoredMessage] = []
        self.received: list[StoredReply] = []
        self.blocked: dict[str, None] = {}
        self.replies, self.reports = Queue(), Queue()
        self.conversations = Conversations()
        self.by_metadata: defaultdict[str, defaultdict[str, list[StoredMessage]]]
        self.by_metadata = defaultdict(lambda: defaultdict(list))
        self._agenda = Agenda()
        self._last_account = ACCOUNT
        self._last_texts = LastTexts()

    def reset(self) -> None:
        """Forget all texts, replies, blocked numbers and switches; the clock follows the machine
        again.
        """
        with self.lock:
            self._empty()
            for one in self.beside:
                one.reset()
            self.settings.change(Settings().shown())
            self.clock.set(None)
            self._changed("reset", "", None)

    # Sending

    def accept(self, submitted: list[Json], *, account: str = ACCOUNT) -> list[StoredMessage]:
        """Take checked messages in; they are on their way when this returns."""
        with self.lock:
            now = self.clock.now()
            accepted = [self._accept(one, account, now) for one in submitted]
            self._last_account = account
            self.version += 1
            self.advance()
        return accepted

    def _accept(self, submitted: Json, account: str, now: float) -> StoredMessage:
        wanted, expiry = submitted.get("scheduled"), submitted.get("message_expiry_timestamp")
        release_at = sociable(max(read(wanted), now) if wanted else now, self.settings)
        message = StoredMessage(
            seq=len(self.order) + 1,
            message_id=str(uuid.uuid4()),
            account=account,
            submitted=submitted,
            number=international(submitted["destination_number"]),
            accepted_at=now,
            release_at=release_at,
            expires_at=read(expiry) if expiry else None,
            scheduled=release_at > now,
            changed_at=now,
        )
        if message.scheduled:
            message.status = "scheduled"
        self.add(message)
        self._agenda.plan(message, release_at)
        self.on_change("message", message.message_id, message)
        return message

    def add(self, message: StoredMessage) -> None:
        """Enter a message into the books: new ones, and those read back from the state file."""
        self.messages[message.message_id] = message
        self.order.append(message)
        for key, value in message.metadata.items():
            self.by_metadata[key][value].append(message)
        if message.released_at is None and message.status not in life.FINAL:
            self.conversations.wait(message)

    def resume(self, message: StoredMessage) -> None:
        """Take up the life of a message read back from the state file."""
        if message.plan:
            self._agenda.plan(message, message.plan[0].at)
        elif message.released_at is None and message.status not in life.FINAL:
            self._agenda.plan(message, message.release_at)

    # Life

    def advance(self) -> None:
        """Let everything happen that is due by the clock, in the order of its time."""
        with self.lock:
            now = self.clock.now()
            while (due := self._agenda.take(now)) is not None:
                self._happen(*due, now)
            for one in self.beside:
                one.advance(now)

    def next_due(self) -> float | None:
        """When something happens next, in seconds since 1970."""
        with self.lock:
            return self._agenda.next_due()

    def _happen(self, message: StoredMessage, at: float, now: float) -> None:
        if message.released_at is None:
            self._release(message, at)
        while message.plan and message.plan[0].at <= min(at, now):
            self._step(message, message.plan.pop(0))
        message.due = None
        if message.plan:
            self._agenda.plan(message, message.plan[0].at)
        self._changed("message", message.message_id, message)

    def _release(self, message: StoredMessage, at: float) -> None:
        message.released_at = at
        self.conversations.leave(message)
        message.plan = life.steps(
            life.Circumstances(
                at=at,
                expires_at=message.expires_at,
                behaviour=behaviour_of(message.number),
                blocked=message.number in self.blocked,
                duplicate=self.settings.deduplication and self._last_texts.repeats(message, at),
                pace=self.settings.pace,
            )
        )

    def _step(self, message: StoredMessage, step: life.LifeStep) -> None:
        if step.answer:
            self._take_reply(
                reply_from(message.number, step.answer, step.at, message, self._last_account)
            )
            return
        message.status, message.code, message.changed_at = step.status, step.code, step.at
        if step.status == "delivered":
            message.delivered_at = step.at
        if step.status in life.FINAL:
            self.conversations.show(message)
        if (
            message.submitted["delivery_report"]
            and behaviour_of(message.number) is not Behaviour.SILENT
        ):
            self._report(Report(str(uuid.uuid4()), message, step.status, step.code, step.at))

    def _report(self, report: Report) -> None:
        self.reports.add(report)
        self.on_change("report", report.report_id, report)
        self.on_news(report)

    def release_now(self, number: str) -> StoredMessage | None:
        """Send the next waiting text to `number` at once; None when none waits."""
        with self.lock:
            conversation = self.conversations.known(number)
            message = conversation.next_waiting() if conversation else None
            if message:
                message.release_at = self.clock.now()
                self._agenda.plan(message, message.release_at)
                self.advance()
            return message

    # Asking and cancelling

    def find(self, message_id: str) -> StoredMessage | None:
        """A message by its id, unless it is older than the provider keeps it."""
        with self.lock:
            self.advance()
            message = self.messages.get(message_id)
            # From its time on: one scheduled far ahead must not be gone before it went out.
            if message and max(message.accepted_at, message.release_at) < self.clock.now() - KEPT:
                return None
            return message

    def cancel(self, message: StoredMessage) -> bool:
        """Cancel it; False when it is not scheduled any more."""
        with self.lock:
            self.advance()
            if message.status != "scheduled":
                return False
            # Without `due` its entry in the agenda is void, and nothing sends it after all.
            message.status, message.code, message.due = "cancelled", "405", None
            message.changed_at = message.cancelled_at = self.clock.now()
            self.conversations.leave(message)
            self._changed("message", message.message_id, message)
            return True

    # Replies and blocked numbers

    def reply(
        self,
        number: str,
        content: str,
        *,
        message_id: str | None = BY_ITSELF,
        destination: str | None = None,
        picture: str = "",
    ) -> StoredReply:
        """A patient texts. It answers the last text delivered there, or the one told, or none
        (None). `picture` is a data: URL.
        """
        with self.lock:
            self.advance()
            answers = self._answered_by(number, message_id)
            now, account = self.clock.now(), self._last_account
            reply = reply_from(number, content, now, answers, account)
            if message_id != BY_ITSELF:
                reply = replace(reply, message_id=message_id)
            destination = destination or reply.destination
            self._take_reply(replace(reply, destination=destination, picture=picture))
            return self.received[-1]

    def _answered_by(self, number: str, message_id: str | None) -> StoredMessage | None:
        if message_id is None:
            return None
        if message_id != BY_ITSELF:
            return self.messages.get(message_id)
        conversation = self.conversations.known(number)
        return conversation.last_delivered if conversation else None

    def _take_reply(self, reply: StoredReply) -> None:
        word = reply.content.strip().upper()
        if word in OPT_OUT_WORDS:
            self.block(reply.number)
            reply.answered = OPTED_OUT
        elif word in OPT_IN_WORDS and reply.number in self.blocked:
            self.unblock(reply.number)
            reply.answered = OPTED_IN
        self.received.append(reply)
        self.conversations.show(reply)
        self.replies.add(reply)
        self._changed("reply", reply.reply_id, reply)
        self.on_news(reply)

    def block(self, number: str) -> bool:
        """Block a number; False when it was blocked already."""
        with self.lock:
            new = number not in self.blocked
            self.blocked[number] = None
            self._changed("blocked", number, number)
            return new

    def unblock(self, number: str) -> bool:
        """Unblock a number; False when it was not blocked."""
        with self.lock:
            was = number in self.blocked
            self.blocked.pop(number, None)
            self._changed("blocked", number, None)
            return was

    # The polling queues

    def pending(self, queue: Queue, *, account: str = ACCOUNT) -> list[Entry]:
        """The oldest 100 unconfirmed entries."""
        with self.lock:
            self.advance()
            return queue.oldest(account, not_before=self.clock.now() - KEPT)

    def confirm(self, queue: Queue, ids: list[str], *, account: str = ACCOUNT) -> None:
        """Take entries out of the queue; ids it does not hold are ignored."""
        with self.lock:
            for entry in queue.confirm(account, ids):
                if isinstance(entry, StoredReply):
                    self.collected(entry)
                elif isinstance(entry, Report):
                    self.on_change("report", entry.report_id, None)

    def collected(self, reply: StoredReply) -> None:
        """The clinic has this reply: the phone shows its second tick."""
        with self.lock:
            reply.collected = True
            self._changed("reply", reply.reply_id, reply)

    def put_raw(
        self, queue: Queue, items: list[object], *, id_field: str, account: str = ACCOUNT
    ) -> None:
        """Queue whatever a test wants the client to receive, as it is."""
        with self.lock:
            for item in items:
                record_id = item.get(id_field) if isinstance(item, dict) else None
                queue.add(Raw(account, str(record_id), item))

    def mark_read(self, number: str) -> None:
        """The phone's owner has looked at it."""
        with self.lock:
            conversation = self.conversations.known(number)
            if conversation and conversation.unread:
                conversation.unread = 0
                self.version += 1

    def _changed(self, kind: str, record_id: str, record: object) -> None:
        self.version += 1
        self.on_change(kind, record_id, record)
