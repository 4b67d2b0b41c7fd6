"""How a page for patients is put together: a few kilobytes, no script, nothing kept anywhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.template.loader import render_to_string

from reminders.domain.visit_page.show import VisitPage
from reminders.domain.visit_page.words import is_right_to_left, preferred, words_in
from reminders.domain.wording import known_language

POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
PIXEL = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,"
    b"\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)


def bare(
    template: str, language: str, context: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    """A page in a language. It is given no request, so that no session or cookie comes into it."""
    known = known_language(language)
    # As written for browsers: "zh-Hans" and "ar" are tags that they know.
    frame = {"words": words_in(known), "language": known, "rtl": is_right_to_left(known)}
    return HttpResponse(render_to_string(template, frame | dict(context)), status=status)


def sealed(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Keep an address, and what stands behind it, out of caches, other sites and search engines.

    Outermost, so that what is answered before the view is asked is sealed as well: a method or a
    form that it does not take.
    """

    @wraps(view)
    def inner(request: HttpRequest, **given: object) -> HttpResponse:
        try:
            response = view(request, **given)
        except SuspiciousOperation:
            response = HttpResponseBadRequest()
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return inner


def gone(page: VisitPage) -> HttpResponse:
    """The visit is over: say so, and whom to call."""
    language = page.link.language or (page.place.language if page.place else "")
    return _says("gone", language, {"place": page.place}, status=410)


def nothing(request: HttpRequest) -> HttpResponse:
    """The same for every link that is none, in the browser's language."""
    return _says("nothing", _browsers(request), {}, status=404)


def busy(request: HttpRequest, *, language: str = "") -> HttpResponse:
    """Too many tries."""
    response = _says("busy", language or _browsers(request), {}, status=429)
    response.headers["Retry-After"] = "900"
    return response


def _browsers(request: HttpRequest) -> str:
    return preferred(request.headers.get("Accept-Language", ""))


def _says(what: str, language: str, context: Mapping[str, Any], *, status: int) -> HttpResponse:
    words = words_in(language)
    said = {"title": words[what], "why": words[f"{what}_why"]}
    return bare("patient/end.html", language, said | dict(context), status=status)
