"""The day sheet."""

from django.http import HttpResponse
from django.shortcuts import render

from reminders.views.pages import StaffRequest, staff_page


@staff_page()
def show(request: StaffRequest) -> HttpResponse:
    """Show it."""
    return render(request, "day_sheet.html", {})
