"""What reaches our pages and what browsers may do with them.

Only text that the database can store comes in; nothing is loaded from elsewhere, no patient's data
is kept.
"""

import re
import uuid
from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, QueryDict

from reminders import log_ids, tracing
from reminders.hashing import TooBusyError
from reminders.views.site.metrics import metrics
from reminders.views.site.readiness import healthz, readyz
from reminders.views.site.session import busy

NUL = "\x00"
READABLE_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
UNREADABLE = "\ufffd"
"""What stands for bytes that are no text; Django reads broken UTF-8 so already."""

POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data:",  # Bootstrap draws its arrows and ticks that way
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
NOT_USED = ", ".join(
    f"{name}=()"
    for name in (
        "accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer",
        "microphone", "midi", "payment", "usb",
    )
)  # fmt: skip
"""What no page of ours asks a browser for, and so no script that got in may either."""
PROBES: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    "/healthz": healthz,
    "/readyz": readyz,
    "/metrics": metrics,
}
# The administration's theme writes its behaviour into attributes, which Alpine turns into functions
# and styles. Alpine has a build that does without; the theme ships the other one, and its templates
# hold what that build can't read (`if`, `localStorage`), so it can't be exchanged either.
ADMIN_POLICY = POLICY + "; script-src 'self' 'unsafe-eval'; style-src 'self' 'unsafe-inline'"


class ReadableText:
    """Take addresses, queries and cookies as UTF-8 without NUL, which the database cannot store.

    Another charset that a request names is not believed: some of Python's are no text encodings,
    and some yield lone surrogates. Forms are left to their fields and to `views.asked`.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Answered here: the pages behind would look the path up in the database.
        if NUL in request.path_info:
            return HttpResponseNotFound("There is nothing here.\n", content_type="text/plain")
        # Before anything reads GET or POST: Django decodes them once, by the encoding that holds
        # then.
        request.encoding = "utf-8"
        request.COOKIES = {
            name: value for name, value in request.COOKIES.items() if NUL not in name + value
        }
        # Looked for in the raw query: reading GET for each request would parse it for nothing.
        if "%00" in request.META.get("QUERY_STRING", ""):
            request.GET = _without_nul(request.GET)  # type: ignore[assignment]  # immutable, too
        return self.get_response(request)


def _without_nul(query: QueryDict) -> QueryDict:
    plain = QueryDict(mutable=True)
    for name, values in query.lists():
        plain.setlist(
            name.replace(NUL, UNREADABLE), [value.replace(NUL, UNREADABLE) for value in values]
        )
    # As Django's own is: code that relies on it would else change a request for the next one.
    plain._mutable = False
    return plain


class ContentSecurityPolicy:
    """Add the policy to every response that brings none of its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # The looser one only where the theme needs it: there, a script that got in could evaluate
        # text.
        policy = ADMIN_POLICY if request.path.startswith("/admin/") else POLICY
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers.setdefault("Permissions-Policy", NOT_USED)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


class Probes:
    """Answer load balancers and monitoring before anybody asks for the name of this site.

    They ask each machine by its address, which is none of ALLOWED_HOSTS; the answers name no
    address.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Before sessions and hosts: a probe must answer when the database does not.
        answer = PROBES.get(request.path_info)
        return answer(request) if answer else self.get_response(request)


class LogIds:
    """Give each request an id that stands in the log, in the answer, and in what a worker does for
    it; a proxy in front may have given one.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        # Strict, as anybody may write this header, and it goes to the log.
        known = given if READABLE_ID.fullmatch(given) else uuid.uuid4().hex
        with log_ids.about(request_id=known):
            response = self.get_response(request)
        response.headers["X-Request-ID"] = known
        return response


class Traced:
    """A span for each page, by the pattern of its address: what stands in an address may be a
    number, a name or a secret.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Anybody may write any word for a method, too.
        method = request.method if request.method in tracing.METHODS else "OTHER"
        with tracing.span(str(method), kind="server") as span:
            response = self.get_response(request)
            match = request.resolver_match
            route = match.route if match else "none"
            span.is_called(
                f"{method} {route}",
                {
                    "http.request.method": str(method),
                    "http.route": route,
                    "http.response.status_code": response.status_code,
                },
            )
            if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
                span.failed(str(response.status_code))
            return response


class KeepNothing:
    """Whoever is signed in leaves no page behind: neither for the Back button later, nor in a
    proxy.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # By the cookie, not by `request.user`: that would read the session where no page asks for
        # it.
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class OneMoment:
    """Where a password found no turn to be hashed, ask to try again in a moment."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The page for it; every other error goes its way."""
        return busy(request) if isinstance(error, TooBusyError) else None
