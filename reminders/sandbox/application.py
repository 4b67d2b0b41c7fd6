"""The whole sandbox: its parts put together, the WSGI program, and how Python code starts and
drives it.

`Sandbox` is what tests use; `python -m reminders.sandbox` and `manage.py sandbox` start the same
thing.
"""

import contextlib
import logging
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from reminders.sandbox.browser_phone.pages import Phone, is_phone_path
from reminders.sandbox.control_room.endpoints import Control
from reminders.sandbox.control_room.faults import Faults, ordered
from reminders.sandbox.conversation_api.api import ConversationApi, is_conversation_path
from reminders.sandbox.conversation_api.side import WhatsAppSide
from reminders.sandbox.http import Environ, Response, SandboxRequest, answered, failed, request_from
from reminders.sandbox.mailbox.pages import MailPages, is_mail_path
from reminders.sandbox.provider_api.account import BY_ITSELF, Account
from reminders.sandbox.provider_api.api import Api
from reminders.sandbox.provider_api.auth import Credentials
from reminders.sandbox.provider_api.journal import Journal
from reminders.sandbox.provider_api.managed.store import ManagedWebhooks
from reminders.sandbox.provider_api.records import ACCOUNT, Json
from reminders.sandbox.provider_api.signing import Keyring
from reminders.sandbox.provider_api.ticker import Ticker
from reminders.sandbox.provider_api.webhooks import Pusher
from reminders.sandbox.server import CLOSE_AFTER_ANSWER, Listener, tcp, unix

logger = logging.getLogger(__name__)

KEY, SECRET = "sandbox-key", "sandbox-secret"
THREADS = 64


class Sandbox:
    """An imitation of the provider. `serve()` (or `start` and `stop`) puts it on a port of this
    machine.
    """

    def __init__(
        self,
        *,
        key: str = KEY,
        secret: str = SECRET,
        host: str = "127.0.0.1",
        port: int = 0,
        unix_socket: Path | None = None,
        state: Path | None = None,
        pace: float = 1.0,
        threads: int = THREADS,
    ) -> None:
        self.key, self.secret = key, secret
        self._host, self._port, self._unix_socket, self._threads = host, port, unix_socket, threads
        self.account = Account()
        self.account.settings.change({"pace": pace})
        self.faults = Faults()
        self.keyring = Keyring()
        self.managed = ManagedWebhooks()
        self.pusher = Pusher(self.account, self.keyring, self.managed)
        self.account.on_news = self.pusher.news
        kept = (self.account, self.keyring, self.managed)
        self._journal = Journal(state, *kept) if state else None
        known = Credentials(key, secret)
        self._api = Api(self.account, self.faults, self.keyring, self.managed, known)
        self._control = Control(
            self.account, self.faults, self.pusher, self.keyring, self.managed, self._refuse_soon
        )
        self.whatsapp = WhatsAppSide(self.account)
        self._conversation = ConversationApi(self.whatsapp, self.faults, key=key, secret=secret)
        self._phone = Phone(self.account, self.whatsapp)
        self._mail = MailPages(self.account)
        self.mailbox = self._mail.box
        self._listeners: list[Listener] = []
        self._ticker: Ticker | None = None

    # Running

    @property
    def url(self) -> str:
        """The base URL, without a slash at its end."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._listeners[0].address[1]}"

    def start(self) -> Self:
        """Listen, in threads. Raises OSError when the port is taken."""
        binds = [tcp(self._host, self._port)]
        if self._unix_socket:
            binds.append(unix(self._unix_socket))
        # Bound before anything runs: a taken port ends the start while nothing has to be undone.
        self._listeners = [Listener(self, bind, threads=self._threads) for bind in binds]
        if self._journal:
            # Read back before the port serves: a client would else find an empty account.
            self._journal.start()
        self._ticker = Ticker(self.account)
        for listener in self._listeners:
            listener.start()
        return self

    def stop(self) -> None:
        """Stop listening, pushing and ticking; write the state file."""
        # First: requests that hang by order hold threads that the listeners wait for.
        self.faults.clear()
        for listener in self._listeners:
            listener.stop()
        if self._ticker:
            self._ticker.stop()
        self.pusher.stop()
        self.whatsapp.callbacks.stop()
        if self._journal:
            self._journal.stop()

    @contextlib.contextmanager
    def serve(self) -> Iterator[Self]:
        """Run it for the length of a `with` block."""
        self.start()
        try:
            yield self
        finally:
            self.stop()

    def refuse_connections(self) -> None:
        """Close the port: clients get "connection refused" until `accept_connections`."""
        for listener in self._listeners:
            listener.refuse()

    def accept_connections(self) -> None:
        """Open the port again, the same one."""
        for listener in self._listeners:
            listener.listen()

    def _refuse_soon(self, seconds: float) -> None:
        # A moment later: the order itself came over a connection that this closes.
        _later(CLOSE_AFTER_ANSWER, self.refuse_connections)
        _later(CLOSE_AFTER_ANSWER + seconds, self.accept_connections)

    # Driving it from Python

    def reply(
        self,
        number: str,
        content: str,
        *,
        message_id: str | None = BY_ITSELF,
        destination: str | None = None,
        picture: str = "",
    ) -> Json:
        """A patient texts; the reply as the client will see it. Answers the last text delivered
        there, or the one told, or none (`message_id=None`). `picture` is a data: URL.
        """
        reply = self.account.reply(
            number, content, message_id=message_id, destination=destination, picture=picture
        )
        return reply.rendered()

    def ledger(self, **wanted: str) -> list[Json]:
        """Every acceptance in order, or those whose fields have the values wanted."""
        return self._control.ledger(wanted=wanted)

    def status_of(self, message_id: str) -> str:
        """A message's status now. Raises KeyError for an unknown one."""
        self.account.advance()
        return self.account.messages[message_id].status

    def order_fault(
        self, kind: str, endpoint: str = "*", **details: Any
    ) -> None:  # Any: see faults.Fault
        """Put a fault in force; kinds and details as in `faults.py`. Raises ValueError."""
        fault = ordered({"kind": kind, "endpoint": endpoint, **details})
        if fault.kind == "refuse_connection":
            self.refuse_connections()
            _later(1.0 if fault.seconds is None else fault.seconds, self.accept_connections)
        else:
            self.faults.order(fault)

    def clear_faults(self) -> None:
        """No more faults; requests that hang are let go, a closed port opens."""
        self.faults.clear()
        self.accept_connections()

    def put_raw(
        self, queue: str, items: list[Any], *, account: str = ACCOUNT
    ) -> None:  # Any: nonsense allowed
        """Queue `items` as they are, in `replies` or `delivery_reports`."""
        self._control.put_raw(queue, items, account=account)

    def set_clock(self, moment: datetime | None, *, running: bool = False) -> None:
        """Show `moment` (aware), stopped unless `running`; None goes back to the machine's time."""
        with self.account.lock:
            self.account.clock.set(moment, running=running)
            # Under the same lock: a request between the two would see the new time and the old
            # states.
            self.account.advance()

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass at once."""
        with self.account.lock:
            self.account.clock.advance(seconds)
            self.account.advance()

    def change_settings(self, **wanted: Any) -> None:  # Any: see settings.Settings
        """Turn switches; names as in `settings.py`. Raises ValueError."""
        self.account.settings.change(wanted)

    def webhooks(self) -> Json:
        """What was pushed, and what is still to be."""
        return self.pusher.state()

    def reset(self) -> None:
        """Back to an empty sandbox without faults."""
        self._control.reset()
        self.accept_connections()

    # Being a WSGI program

    def __call__(
        self, environ: Environ, start_response: Callable[..., Any]
    ) -> Iterable[bytes]:  # Any: WSGI
        """Answer one request."""
        response = self._answer(request_from(environ))
        headers = [
            ("Content-Type", response.content_type),
            ("Content-Length", str(len(response.body))),
        ]
        start_response(response.status_line, [*headers, *response.headers])
        return [response.body]

    def _answer(self, request: SandboxRequest) -> Response:
        if request.path == "/healthz":
            return answered(200, {"status": "ok"})
        part = self._part(request.path)
        try:
            return part(request)
        except (ValueError, KeyError, TypeError, AttributeError):
            # An imitation that dies of odd input would be taken for a fault that somebody ordered.
            error = str(uuid.uuid4())
            logger.exception("The sandbox could not handle a request (%s)", error)
            return failed(500, f"The sandbox could not handle this request ({error}).")

    def _part(self, path: str) -> Callable[[SandboxRequest], Response]:
        if path.startswith("/sandbox/"):
            return self._control.handle
        if is_conversation_path(path):
            return self._conversation.handle
        if is_mail_path(path):
            return self._mail.handle
        # The rest is the provider's, so that its words for unknown paths are the API's own.
        return self._phone.handle if is_phone_path(path) else self._api.handle


def _later(seconds: float, action: Callable[[], None]) -> None:
    timer = threading.Timer(seconds, action)
    timer.daemon = True
    timer.start()
