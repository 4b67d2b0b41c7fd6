"""A page was printed: its script says so, also where the browser's own menu did it."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.views.decorators.http import require_POST

from reminders.domain.trail.write import Kind, note
from reminders.models import Appointment
from reminders.views.shared.asked import read_id, read_text

OF_CONTACTS = (
    *("conversation", "contact_edit", "contact_data", "contact_same", "contact_merge"),
    "contact_responsible",
)
OF_APPOINTMENTS = ("appointment", "appointment_edit")


@require_POST
@login_required
def printed(request: HttpRequest) -> HttpResponse:
    """Note it, by the page's name and what it is about."""
    try:
        match = resolve(read_text(request.POST.get("path"), longest=300))
    except Resolver404:
        return HttpResponse(status=204)
    name, pk = match.url_name or "", read_id(match.kwargs.get("pk"))
    contact, visit = None, None
    if name in OF_CONTACTS:
        contact = pk
    elif name in OF_APPOINTMENTS:
        visit = pk
        rows = Appointment.objects.filter(pk=pk)
        contact = rows.values_list("contact_id", flat=True).first()
    details = {"page": name} | ({"id": pk} if pk and not (contact or visit) else {})
    note(Kind.PRINT, contact_id=contact, appointment_id=visit, details=details)
    return HttpResponse(status=204)
