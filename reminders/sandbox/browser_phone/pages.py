"""The phone in the browser: its page, its few static files, and the JSON that fills it.

Shows what the account knows; replies go the same way as any patient's.
"""

from pathlib import Path

from reminders.sandbox.browser_phone.conversations import Conversation, opened, summary
from reminders.sandbox.browser_phone.pictures import read_picture
from reminders.sandbox.control_room.clock import written
from reminders.sandbox.conversation_api.numbers import described
from reminders.sandbox.conversation_api.side import WhatsAppSide
from reminders.sandbox.http import Response, Routes, SandboxRequest, answered, failed
from reminders.sandbox.provider_api.account import Account
from reminders.sandbox.provider_api.magic_numbers import TABLE
from reminders.sandbox.provider_api.records import Json
from reminders.sandbox.provider_api.validation import RequestRefused

LONGEST_REPLY = 1_600
_FILES = {
    "phone.html": "text/html; charset=utf-8",
    "phone.css": "text/css; charset=utf-8",
    "phone.js": "text/javascript; charset=utf-8",
    "phone.svg": "image/svg+xml",
}
_SAFE = (
    ("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'; base-uri 'none'"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cache-Control", "no-cache"),
)
_PICTURE = r"/phone/pictures/(?P<reply_id>[0-9a-f-]{36})"
_NUMBER = r"/phone/conversations/(?P<number>\+[0-9]{8,15})"


class Phone:
    """The pages for people."""

    def __init__(self, account: Account, whatsapp: WhatsAppSide) -> None:
        self._account, self._whatsapp = account, whatsapp
        folder = Path(__file__).parent / "static"
        # Read once, by a fixed list: no path of a request ever reaches the disk.
        self._files = {name: (folder / name).read_bytes() for name in _FILES}
        self._routes = Routes(
            ("GET", "/", "", lambda request: self._file("phone.html")),
            (
                "GET",
                r"/static/(?P<name>phone\.(css|js|svg))",
                "",
                lambda request, name: self._file(name),
            ),
            ("GET", "/phone/conversations", "", self._list),
            ("GET", _NUMBER, "", self._open),
            ("POST", f"{_NUMBER}/read", "", self._read),
            ("POST", f"{_NUMBER}/reply", "", self._reply),
            ("POST", f"{_NUMBER}/tap", "", self._tap),
            ("GET", _PICTURE, "", self._picture),
            ("POST", f"{_NUMBER}/deliver-next", "", self._deliver_next),
            ("GET", "/phone/help", "", self._help),
        )

    def handle(self, request: SandboxRequest) -> Response:
        """Answer one request of the page."""
        found = self._routes.find(request)
        if isinstance(found, Response):
            return found
        # A form of another site can send no JSON without asking: nobody texts in a patient's name.
        if request.method == "POST" and not request.header("Content-Type").startswith(
            "application/json"
        ):
            return failed(415, "Send JSON, with Content-Type: application/json.")
        route, parts = found
        try:
            response: Response = route.handler(request, **parts)
        except RequestRefused as refusal:
            return failed(400, "; ".join(refusal.details))
        return response

    def _file(self, name: str) -> Response:
        return Response(200, self._files[name], _FILES[name], _SAFE)

    def _list(self, request: SandboxRequest) -> Response:
        with self._account.lock:
            self._account.advance()
            # The page asks again and again; an unchanged list costs a few bytes.
            if request.query.get("version") == str(self._account.version):
                return _fresh({"version": self._account.version, "unchanged": True})
            found, total = self._account.conversations.listed(
                search=request.query.get("search", "")
            )
            items = [summary(one) for one in found]
            now = written(self._account.clock.now())
            return _fresh(
                {"version": self._account.version, "now": now, "items": items, "total": total}
            )

    def _open(self, request: SandboxRequest, number: str) -> Response:
        with self._account.lock:
            conversation = self._account.conversations.known(number) or Conversation(number)
            return _fresh(opened(conversation, blocked=number in self._account.blocked))

    def _read(self, request: SandboxRequest, number: str) -> Response:
        self._account.mark_read(number)
        self._whatsapp.read(number)
        return Response(204)

    def _reply(self, request: SandboxRequest, number: str) -> Response:
        sent = request.json_object()
        content, picture = sent.get("content"), sent.get("picture", "")
        if read_picture(picture) is None and picture != "":
            return failed(400, "Send a PNG, JPEG, GIF or WebP picture of at most 1 MB.")
        if not isinstance(content, str) or len(content) > LONGEST_REPLY:
            return failed(400, f"Write a text of 1 to {LONGEST_REPLY} characters.")
        if not content.strip() and not picture:
            return failed(400, f"Write a text of 1 to {LONGEST_REPLY} characters.")
        if sent.get("road") == "whatsapp" and not picture:
            self._whatsapp.write(number, content)
        else:
            self._account.reply(number, content, picture=picture)
        return self._open(request, number)

    def _tap(self, request: SandboxRequest, number: str) -> Response:
        sent = request.json_object()
        message, payload = str(sent.get("message", "")), str(sent.get("payload", ""))
        if not self._whatsapp.tap(number, message, payload):
            return failed(404, "There is no such button.")
        return self._open(request, number)

    def _picture(self, request: SandboxRequest, reply_id: str) -> Response:
        replies = (one for one in reversed(self._account.received) if one.reply_id == reply_id)
        reply = next(replies, None)
        found = read_picture(reply.picture) if reply else None
        if found is None:
            return failed(404, "No picture came with this reply.")
        kind, content = found
        return Response(200, content, kind, _SAFE)

    def _deliver_next(self, request: SandboxRequest, number: str) -> Response:
        if self._account.release_now(number) is None:
            return failed(404, "No text waits for this number.")
        return self._open(request, number)

    def _help(self, request: SandboxRequest) -> Response:
        return _fresh({"numbers": [*(magic.described() for magic in TABLE), *described()]})


def _fresh(body: Json) -> Response:
    return answered(200, body, ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"))


def is_phone_path(path: str) -> bool:
    """Whether the phone answers requests to this path."""
    return path == "/" or path.startswith(("/phone/", "/static/"))
