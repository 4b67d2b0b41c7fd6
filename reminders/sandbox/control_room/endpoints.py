"""The `/sandbox/` endpoints, by which tests and demos make things happen and look at what did.

Only JSON is taken, so that no web page of another site can order anything by a form.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from reminders.sandbox.browser_phone.pictures import read_picture
from reminders.sandbox.control_room.clock import read, written, written_or_none
from reminders.sandbox.control_room.faults import KINDS, Fault, Faults, ordered
from reminders.sandbox.http import Response, Routes, SandboxRequest, answered, failed
from reminders.sandbox.provider_api.account import BY_ITSELF, Account
from reminders.sandbox.provider_api.magic_numbers import TABLE
from reminders.sandbox.provider_api.managed.store import ManagedWebhooks
from reminders.sandbox.provider_api.queues import Queue
from reminders.sandbox.provider_api.records import ACCOUNT, Json
from reminders.sandbox.provider_api.signing import Keyring
from reminders.sandbox.provider_api.validation import RequestRefused, international, is_number
from reminders.sandbox.provider_api.webhooks import Pusher

LEDGER_PAGE = 1_000
LARGEST_LEDGER_PAGE = 10_000


class Control:
    """Orders to the sandbox, over HTTP and (`reset`, `ledger`, `order`) from Python."""

    def __init__(
        self,
        account: Account,
        faults: Faults,
        pusher: Pusher,
        keyring: Keyring,
        managed: ManagedWebhooks,
        refuse_connections: Callable[[float], None],
    ) -> None:
        self._account, self._faults, self._pusher, self._keyring = account, faults, pusher, keyring
        self._managed = managed
        self._refuse_connections = refuse_connections
        self._routes = Routes(
            ("GET", "/sandbox/ledger", "", self._ledger),
            ("POST", "/sandbox/reply", "", self._reply),
            ("POST", "/sandbox/raw", "", self._raw),
            ("POST", "/sandbox/deliver", "", self._deliver),
            ("GET", "/sandbox/faults", "", self._list_faults),
            ("POST", "/sandbox/faults", "", self._order_faults),
            ("DELETE", "/sandbox/faults", "", self._clear_faults),
            ("GET", "/sandbox/clock", "", self._show_clock),
            ("POST", "/sandbox/clock", "", self._set_clock),
            ("GET", "/sandbox/settings", "", self._show_settings),
            ("POST", "/sandbox/settings", "", self._change_settings),
            ("GET", "/sandbox/webhooks", "", self._webhooks),
            ("GET", "/sandbox/numbers", "", self._numbers),
            ("POST", "/sandbox/reset", "", self._reset),
        )

    def handle(self, request: SandboxRequest) -> Response:
        """Carry out one order."""
        found = self._routes.find(request)
        if isinstance(found, Response):
            return found
        if request.method == "POST" and not request.header("Content-Type").startswith(
            "application/json"
        ):
            return failed(415, "Send JSON, with Content-Type: application/json.")
        try:
            response: Response = found[0].handler(request)
        except RequestRefused as refusal:
            return failed(400, "; ".join(refusal.details))
        # An order that makes no sense is the test's fault: its words go back to it.
        except ValueError as error:
            return failed(400, str(error))
        return response

    def ledger(
        self, *, after: int = 0, limit: int | None = None, wanted: dict[str, str] | None = None
    ) -> list[Json]:
        """Acceptances with a `seq` over `after`, in order; `wanted` values by field name."""
        with self._account.lock:
            self._account.advance()
            found = []
            for message in self._account.order[after:]:
                line = message.as_ledger()
                if all(str(line.get(name)) == value for name, value in (wanted or {}).items()):
                    found.append(line)
                if len(found) == limit:
                    break
            return found

    def order(self, fault: Fault) -> None:
        """Put a fault in force."""
        if fault.kind == "refuse_connection":
            self._refuse_connections(1.0 if fault.seconds is None else fault.seconds)
        else:
            self._faults.order(fault)

    def reset(self) -> None:
        """Back to an empty sandbox without faults."""
        self._faults.clear()
        self._account.reset()
        self._keyring.clear()
        self._managed.clear()
        self._pusher.clear()

    def put_raw(
        self, queue: str, items: list[Any], *, account: str = ACCOUNT
    ) -> None:  # Any: nonsense allowed
        """Queue `items` as they are, in `replies` or `delivery_reports`. Raises ValueError."""
        queues: dict[str, tuple[Queue, str]] = {
            "replies": (self._account.replies, "reply_id"),
            "delivery_reports": (self._account.reports, "delivery_report_id"),
        }
        if queue not in queues or not isinstance(items, list):
            raise ValueError("Send queue (replies or delivery_reports) and items (a list).")
        place, id_field = queues[queue]
        self._account.put_raw(place, items, id_field=id_field, account=account)

    def _ledger(self, request: SandboxRequest) -> Response:
        query = dict(request.query)
        after, limit = (
            _number(query.pop("after", "0")),
            _number(query.pop("limit", str(LEDGER_PAGE))),
        )
        limit = max(1, min(limit, LARGEST_LEDGER_PAGE))
        lines = self.ledger(after=after, limit=limit, wanted=query)
        return answered(200, {"messages": lines, "total": len(self._account.order)})

    def _reply(self, request: SandboxRequest) -> Response:
        wanted = request.json_object()
        content, number = wanted.get("content"), wanted.get("number")
        picture = wanted.get("picture", "")
        least = 0 if read_picture(picture) else 1
        text = isinstance(content, str) and least <= len(content) <= 5_000
        if not is_number(number) or not text or (picture and least):
            raise ValueError(
                "Send number (international) and content (1 to 5,000 characters), or a picture."
            )
        for name in ("message_id", "destination_number"):
            if not isinstance(wanted.get(name), (str, type(None))):
                raise RequestRefused(f"{name} takes text.")
        reply = self._account.reply(
            international(str(number)),
            str(content),
            message_id=wanted.get("message_id", BY_ITSELF),
            destination=wanted.get("destination_number"),
            picture=picture,
        )
        return answered(201, reply.rendered())

    def _raw(self, request: SandboxRequest) -> Response:
        wanted = request.json_object()
        self.put_raw(
            str(wanted.get("queue")),
            wanted.get("items") or [],
            account=wanted.get("account", ACCOUNT),
        )
        return answered(201, {"queued": len(wanted.get("items") or [])})

    def _deliver(self, request: SandboxRequest) -> Response:
        number = request.json_object().get("number")
        if not is_number(number):
            raise ValueError("Send number (international).")
        message = self._account.release_now(international(str(number)))
        return (
            answered(200, message.as_ledger())
            if message
            else failed(404, "No text waits for this number.")
        )

    def _list_faults(self, request: SandboxRequest) -> Response:
        return answered(200, {"faults": self._faults.shown(), "kinds": KINDS})

    def _order_faults(self, request: SandboxRequest) -> Response:
        wanted = request.json()
        # All are read before any is in force: half of a list would be another test.
        faults = [ordered(one) for one in (wanted if isinstance(wanted, list) else [wanted])]
        for fault in faults:
            self.order(fault)
        return answered(201, {"faults": self._faults.shown()})

    def _clear_faults(self, request: SandboxRequest) -> Response:
        self._faults.clear()
        return Response(204)

    def _show_clock(self, request: SandboxRequest) -> Response:
        clock = self._account.clock
        return answered(
            200, {"now": written(clock.now()), "stopped": clock.stopped, "next": self._next()}
        )

    def _set_clock(self, request: SandboxRequest) -> Response:
        wanted = request.json_object()
        if not wanted.keys() & {"now", "advance"}:
            raise ValueError(
                "Send now (ISO 8601, or null for the machine's time) or advance (seconds)."
            )
        with self._account.lock:
            if "now" in wanted:
                moment = (
                    None
                    if wanted["now"] is None
                    else datetime.fromtimestamp(read(wanted["now"]), UTC)
                )
                self._account.clock.set(moment, running=bool(wanted.get("running", False)))
            if "advance" in wanted:
                self._account.clock.advance(float(wanted["advance"]))
            self._account.advance()
        return self._show_clock(request)

    def _next(self) -> str | None:
        return written_or_none(self._account.next_due())

    def _show_settings(self, request: SandboxRequest) -> Response:
        return answered(200, self._account.settings.shown())

    def _change_settings(self, request: SandboxRequest) -> Response:
        self._account.settings.change(request.json_object())
        return self._show_settings(request)

    def _webhooks(self, request: SandboxRequest) -> Response:
        return answered(200, self._pusher.state())

    def _numbers(self, request: SandboxRequest) -> Response:
        return answered(200, {"numbers": [magic.described() for magic in TABLE]})

    def _reset(self, request: SandboxRequest) -> Response:
        self.reset()
        return Response(204)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 12):
        raise ValueError("after and limit take whole numbers.")
    return int(text)
