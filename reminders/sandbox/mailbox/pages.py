"""The mailbox in the browser: a list, a mail with its buttons, and what hangs on it.

A mail's HTML is shown in a frame of its own that may run nothing; its buttons open beside it.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from html import escape
from pathlib import Path

from reminders.sandbox.http import Response, Routes, SandboxRequest, answered, failed
from reminders.sandbox.mailbox.box import Caught, Mailbox
from reminders.sandbox.provider_api.account import Account

_HTML = "text/html; charset=utf-8"
_POLICY = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'"
_FRAMED = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; base-uri 'self'"
_SAFE = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cache-Control", "no-cache"),
)
_NUMBER = r"/mail/(?P<number>[0-9]{1,9})"
_SHOWN = ("From", "To", "Subject", "Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post")


class MailPages:
    """The pages for people, and the address to which mails come."""

    def __init__(self, account: Account) -> None:
        self.box, self._account = Mailbox(), account
        account.beside.append(self)
        self._style = (Path(__file__).parent / "static" / "mail.css").read_bytes()
        self._routes = Routes(
            ("POST", "/mail/caught", "", self._catch),
            ("GET", "/mail/?", "", self._list),
            ("GET", r"/mail/mail\.css", "", lambda request: self._file(self._style, "text/css")),
            ("GET", _NUMBER, "", self._show),
            ("GET", f"{_NUMBER}/body", "", self._body),
            ("GET", rf"{_NUMBER}/appointment\.ics", "", self._calendar),
        )

    def reset(self) -> None:
        """Forget all mails, with everything else of the account."""
        self.box.reset()

    def advance(self, _now: float) -> None:
        """Mail arrives at once: nothing happens later."""

    def handle(self, request: SandboxRequest) -> Response:
        """Answer one request."""
        found = self._routes.find(request)
        if isinstance(found, Response):
            return found
        route, parts = found
        response: Response = route.handler(request, **parts)
        return response

    def _catch(self, request: SandboxRequest) -> Response:
        # A form of another site can send no such type without asking.
        if request.header("Content-Type") != "message/rfc822":
            return failed(415, "Send message/rfc822.")
        code = self.box.take(request.body, at=self._account.clock.now())
        if code == 0:
            return failed(504, "Nothing is to be heard of it.")
        return answered(200, {"code": code})

    def _list(self, request: SandboxRequest) -> Response:
        rows = "".join(map(_row, self.box.mails))
        none = "<p class='quiet'>No mail yet. As soon as the application sends one, it is here.</p>"
        return self._page("Mail", f"<ul class='mails'>{rows}</ul>" if rows else none)

    def _show(self, request: SandboxRequest, number: str) -> Response:
        one = self.box.find(int(number))
        if one is None:
            return failed(404, "There is no such mail.")
        heads = "".join(
            f"<dt>{name}</dt><dd>{escape(value)}</dd>"
            for name in _SHOWN
            if (value := one.header(name))
        )
        file = f"<a href='/mail/{number}/appointment.ics'>appointment.ics</a>"
        return self._page(
            one.header("Subject"),
            f"<p><a href='/mail'>All mails</a></p><dl>{heads}</dl>"
            f"<iframe src='/mail/{number}/body' title='The mail'"
            " sandbox='allow-popups allow-popups-to-escape-sandbox'></iframe>"
            f"<p>{file if one.calendar else ''}</p>"
            f"<details><summary>As text</summary><pre>{escape(one.part('plain'))}</pre></details>",
        )

    def _body(self, request: SandboxRequest, number: str) -> Response:
        one = self.box.find(int(number))
        if one is None:
            return failed(404, "There is no such mail.")
        # Its buttons open beside it: the page behind them lets nobody frame it.
        html = one.part("html").replace("<head>", '<head><base target="_blank">', 1)
        policy = ("Content-Security-Policy", _FRAMED)
        return Response(200, html.encode(), _HTML, (policy, *_SAFE))

    def _calendar(self, request: SandboxRequest, number: str) -> Response:
        one = self.box.find(int(number))
        if one is None or not one.calendar:
            return failed(404, "There is no such file.")
        as_file = ("Content-Disposition", 'attachment; filename="appointment.ics"')
        return Response(200, one.calendar, "text/calendar; charset=utf-8", (as_file, *_SAFE))

    def _page(self, title: str, content: str) -> Response:
        page = "\n".join(_framed(title, content))
        policy = ("Content-Security-Policy", _POLICY)
        return Response(200, page.encode(), _HTML, (policy, *_SAFE))

    def _file(self, content: bytes, kind: str) -> Response:
        return Response(200, content, f"{kind}; charset=utf-8", _SAFE)


def is_mail_path(path: str) -> bool:
    """Whether it belongs to the mailbox."""
    return path == "/mail" or path.startswith("/mail/")


def _row(one: Caught) -> str:
    at = datetime.fromtimestamp(one.at, UTC)
    return (
        f"<li><a href='/mail/{one.number}'><strong>{escape(one.header('Subject'))}</strong>"
        f"<span>{escape(one.header('To'))}</span>"
        f"<span class='quiet'>{escape(one.header('From'))}, {at:%d %b %H:%M} UTC</span></a></li>"
    )


def _framed(title: str, content: str) -> Iterator[str]:
    yield "<!doctype html><html lang='en'><head><meta charset='utf-8'>"
    yield "<meta name='viewport' content='width=device-width, initial-scale=1'>"
    yield "<meta name='color-scheme' content='light dark'>"
    yield f"<title>{escape(title)} · Sandbox</title>"
    yield "<link rel='icon' href='/static/phone.svg' type='image/svg+xml'>"
    yield "<link rel='stylesheet' href='/mail/mail.css'></head><body>"
    yield "<header><h1>Patients’ mail</h1><p class='quiet'>Sandbox: no real mail is ever sent."
    yield f" <a href='/'>Phones</a></p></header><main>{content}</main></body></html>"
