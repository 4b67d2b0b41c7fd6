"""Appointments."""

from django.http import HttpResponse

from reminders.views.pages import StaffRequest, staff_page


@staff_page()
def show(request: StaffRequest, pk: int) -> HttpResponse:
    """One."""
    return HttpResponse("")
