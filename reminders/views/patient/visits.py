"""The page behind a link in a text. Looking changes nothing: phones and carriers follow links.

Django's token against forged forms is left out, since it needs a cookie that old phones refuse and
here it protects nothing: who has the address may do all that the page can, and nobody else can make
the forms' signed field (`visit_page.shown`).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from reminders.domain.calendars.events import MEDIA_TYPE
from reminders.domain.links.addresses import tidied
from reminders.domain.links.keep import find_link, note_opened
from reminders.domain.operations.guesses import may_guess, note_guess
from reminders.domain.replies.acting.press import Pressed
from reminders.domain.roads.email.news import note_page_seen
from reminders.domain.visit_page import answer, proof, shown
from reminders.domain.visit_page.calendar import calendar_of
from reminders.domain.visit_page.show import VisitPage, page_of, visits_of
from reminders.models import VisitLink
from reminders.models.links.visit_links import TRIES
from reminders.views.patient.bare import PIXEL, bare, busy, gone, nothing, sealed
from reminders.views.shared.asked import read_number, read_text

GUESSES, PRESSES = 30, 30
"""Within a quarter of an hour: wrong addresses from one network, and presses on one page."""


@csrf_exempt
@sealed
@sensitive_variables("token")
@sensitive_post_parameters("proof", "wish")
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, token: str) -> HttpResponse:
    """The page, and its buttons."""
    link = find_link(token)
    if link is None:
        return _unknown(request, token)
    page = page_of(link, now=timezone.now())
    if page is None:
        return nothing(request)
    if page.is_over:
        return gone(page)
    return _sent(request, page) if request.method == "POST" else _render(request, page)


@csrf_exempt
@sealed
@sensitive_variables("token")
@require_safe
def seen(request: HttpRequest, token: str) -> HttpResponse:
    """The page's picture: who loads it looks at the page. Scanners fetch the address alone."""
    link = find_link(token)
    if link is None or not visits_of(link):
        return HttpResponse(status=404)
    ahead = "prefetch" in (
        request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    )
    if request.method == "GET" and not ahead:
        note_opened(link, now=timezone.now())
        note_page_seen(link, now=timezone.now())
    return HttpResponse(PIXEL, content_type="image/gif")


@csrf_exempt
@sealed
@sensitive_variables("token")
@require_safe
def calendar(request: HttpRequest, token: str, number: int) -> HttpResponse:
    """A visit for the patient's calendar."""
    link = find_link(token)
    if link is None:
        return _unknown(request)
    held = calendar_of(link, number, now=timezone.now())
    if held is None:
        return nothing(request)
    response = HttpResponse(held, content_type=MEDIA_TYPE)
    response.headers["Content-Disposition"] = 'attachment; filename="appointment.ics"'
    return response


@csrf_exempt
@sealed
@sensitive_variables("rest")
@require_http_methods(["GET", "HEAD", "POST"])
def no_page(request: HttpRequest, rest: str) -> HttpResponse:
    """Whatever else begins as links do."""
    return _unknown(request, rest)


@sensitive_variables("written", "meant")
def _unknown(request: HttpRequest, written: str = "") -> HttpResponse:
    """The same for every address that is none. A right one is served, also from a network that
    tried many: with so many letters nobody finds one by trying.
    """
    meant = tidied(written)
    if meant not in ("", written) and request.method != "POST" and find_link(meant):
        return HttpResponseRedirect(reverse("visit_page", args=[meant]))
    address, now = str(request.META.get("REMOTE_ADDR", "")), timezone.now()
    if not may_guess("links", address, most=GUESSES, now=now):
        return busy(request)
    note_guess("links", address, now=now)
    return nothing(request)


def _sent(request: HttpRequest, page: VisitPage) -> HttpResponse:
    """A form of the page was sent."""
    link, now = page.link, timezone.now()
    before = shown.read(request.POST.get("shown", ""), link)
    if before:
        # What a program sends without having seen the page is nobody's look.
        note_opened(link, now=now)
        note_page_seen(link, now=now)
    if request.POST.get("do") == "prove":
        return _prove(request, page, read_text(request.POST.get("proof"), longest=proof.LONGEST))
    if not may_guess("presses", link.digest, most=PRESSES, now=now):
        return busy(request, language=link.language)
    note_guess("presses", link.digest, now=now)
    given = answer.Answer(
        button=request.POST.get("do", ""),
        number=read_number(request.POST.get("visit"), digits=3),
        wish=read_text(request.POST.get("wish"), longest=answer.LONGEST_WISH).strip(),
        free_time=read_number(request.POST.get("free")),
    )
    if answer.press(link, given, before, now=now) is Pressed.DONE:
        # So that loading the page again presses nothing again.
        # Of a family to the visit that it was about, which may be far down.
        place = f"#day-{given.number}" if given.number and len(page.visits) > 1 else ""
        return HttpResponseRedirect(request.path + place, status=303)
    fresh = page_of(link, now=now, proved=_people(link, before.proved if before else ()))
    if fresh is None or fresh.is_over:
        return gone(fresh or page)
    proved = before.proved if before else ()
    return _render(request, fresh, proved=proved, changed=True, status=409)


def _prove(request: HttpRequest, page: VisitPage, written: str) -> HttpResponse:
    """Show more to whoever knows the birth date or the end of the number."""
    link = page.link
    try:
        proved = proof.prove(link, visits_of(link), written)
    except proof.NoTriesLeftError:
        link.wrong_tries = TRIES
        return _render(request, page, status=422)
    link.refresh_from_db(fields=["wrong_tries"])
    if not proved:
        return _render(request, page, wrong=True, status=422)
    fresh = page_of(link, now=timezone.now(), proved=_people(link, proved))
    return _render(request, fresh or page, proved=proved)


def _people(link: VisitLink, numbers: Collection[int]) -> set[int]:
    return {row.contact_id for number, row in visits_of(link) if number in numbers}


def _render(
    request: HttpRequest,
    page: VisitPage,
    *,
    proved: Collection[int] = (),
    changed: bool = False,
    wrong: bool = False,
    status: int = 200,
) -> HttpResponse:
    left = TRIES - page.link.wrong_tries
    context: dict[str, Any] = {  # Any: what a template is given
        "page": page,
        "path": request.path,
        "shown": shown.sign(page.link, page.visits, proved=proved),
        "many": len(page.visits) > 1,
        "may_prove": any(one.number not in proved for one in page.visits),
        "changed": changed,
        "wrong": wrong and left > 0,
        # Far down on a phone: without a script the browser goes there by the focus alone.
        "refused": status == 422,
        "left": left,
        "longest": answer.LONGEST_WISH,
    }
    place = page.place.language if page.place else ""
    return bare("patient/visits.html", page.link.language or place, context, status=status)
