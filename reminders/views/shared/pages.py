"""What every staff page shares: the request of somebody who was let in, and answers that htmx
understands.

Which address needs what stands in `domain.rights`; `views.door.rights` asks before the page.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event
from django_htmx.middleware import HtmxDetails

from reminders.domain.common.access import Scope

P = ParamSpec("P")


class StaffRequest(HttpRequest):
    """A request of a signed-in user whose role allows the page."""

    user: User
    htmx: HtmxDetails
    scope: Scope


View = Callable[Concatenate[StaffRequest, P], HttpResponse]


def _staff(
    methods: tuple[str, ...],
) -> Callable[[View[P]], Callable[Concatenate[HttpRequest, P], HttpResponse]]:
    def wrap(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
        @wraps(view)
        def let_in(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            # The door gives the scope to those whom it lets in; whoever has none came past it.
            if not isinstance(getattr(request, "scope", None), Scope):
                raise PermissionDenied
            return view(cast(StaffRequest, request), *args, **kwargs)

        # Outermost: a GET never changes anything.
        return require_http_methods(list(methods))(let_in)

    return wrap


def staff_page(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """A page for those whom the table of rights lets in: `views.door.rights` has asked it."""
    return _staff(("GET", "HEAD"))(view)


def staff_action(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """A `staff_page` that changes something: POST only."""
    return _staff(("POST",))(view)


def staff_form(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """A `staff_page` that shows a form and takes it."""
    return _staff(("GET", "HEAD", "POST"))(view)


def to_sign_in(request: HttpRequest, *, back: bool) -> HttpResponse:
    """Send a page to the sign-in; to htmx say 401, upon which the page asks to sign in on the spot.

    `back`: the address shows a page, so that one returns there; a form that was sent keeps a draft.
    """
    # A redirect would be followed by htmx, and the sign-in page land inside a row of a list.
    if HtmxDetails(request):
        return trigger_client_event(HttpResponse(status=401), "signed-out")
    after = f"?{urlencode({'next': request.get_full_path()})}" if back else ""
    return HttpResponseRedirect(reverse(settings.LOGIN_URL) + after)


def forbidden(request: HttpRequest, *_: object, **__: object) -> HttpResponse:
    """Say kindly that this role does not allow the page."""
    if HtmxDetails(request):
        return with_toast(HttpResponse(status=403), "Your role does not allow this.", tone="danger")
    return HttpResponseForbidden(render(request, "errors/403.html").content)


def with_toast(
    response: HttpResponse,
    text: str,
    *,
    undo: str = "",
    tone: str = "ok",
    changed: bool = False,
    row: int = 0,
) -> HttpResponse:
    """Show a short note beside the page. `undo` is an address to POST to; `tone` is ok, warning or
    danger.

    `changed` tells live lists on the page to look again at once. `row` is the appointment that has
    changed: where the day sheet shows it, the undo stands in its row, and the note is only read
    aloud.
    """
    note: dict[str, str | int] = {"text": text, "undo": undo, "tone": tone}
    trigger_client_event(response, "toast", note | ({"row": row} if row else {}))
    return trigger_client_event(response, "changed") if changed else response


def say(request: HttpRequest, text: str, *, undo: str = "", tone: str = "ok") -> None:
    """Show a short note on the next whole page, after a redirect; the arguments are those of
    `with_toast`.
    """
    messages.info(request, text, extra_tags=f"{tone} {undo}".strip())


def go(request: HttpRequest, where: str) -> HttpResponse:
    """Redirect, also when htmx asked."""
    # htmx follows a plain redirect by itself and swaps the page into a part; it needs its own
    # header.
    if HtmxDetails(request):
        return HttpResponseClientRedirect(where)
    return HttpResponseRedirect(where)


def go_back(request: HttpRequest) -> HttpResponse:
    """Redirect to where the form says one came from, if that is a page of ours; else to the start
    page.
    """
    where = request.POST.get("next", "/")
    # Else a prepared form could send staff from our address to a look-alike of the sign-in.
    safe = url_has_allowed_host_and_scheme(where, allowed_hosts={request.get_host()})
    return go(request, where if safe else "/")


def note_or_back(
    request: StaffRequest,
    text: str,
    *,
    undo: str = "",
    tone: str = "ok",
    changed: bool = True,
    back: str = "",
    row: int = 0,
) -> HttpResponse:
    """Answer an action with a note: beside the page for htmx, else on the page at `back`.

    Without `back` that is the page that the form names. The other arguments are `with_toast`'s.
    """
    if request.htmx:
        done = HttpResponse(status=204)
        return with_toast(done, text, undo=undo, tone=tone, changed=changed, row=row)
    say(request, text, undo=undo, tone=tone)
    return go(request, back) if back else go_back(request)
