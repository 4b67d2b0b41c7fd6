"""Set-up: WhatsApp. Whether it answers, and which words it has approved."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from reminders.domain.roads.whatsapp.client import conversation_api, is_on
from reminders.domain.roads.whatsapp.templates import hand_in, list_templates
from reminders.domain.setup.whatsapp_templates import Standing, TemplateRow, rows_of_templates
from reminders.models import Contact, ReminderRule, Road, WhatsAppAccess
from reminders.provider import MessagesApiError, Refused
from reminders.views.shared.pages import StaffRequest, say, staff_action, staff_page

ICONS = {
    Standing.APPROVED: "check",
    Standing.WAITS: "clock",
    Standing.REJECTED: "x-circle",
    Standing.STOPPED: "x-circle",
    Standing.IMPOSSIBLE: "x-circle",
}
NOT_THERE = "WhatsApp could not be asked just now. Try again in a moment."


@staff_page
def show(request: StaffRequest) -> HttpResponse:
    """How WhatsApp stands, and every text that rules send by it."""
    rows = rows_of_templates() if is_on() else []
    context = {
        "on": is_on(),
        "rows": [(row, ICONS.get(row.standing, "warning")) for row in rows],
        "approved": sum(row.is_good for row in rows),
        "missing": sum(row.may_be_registered for row in rows),
        "access": WhatsAppAccess.objects.filter(pk=1).first(),
        "rules": ReminderRule.objects.trying(Road.WHATSAPP).count(),
        "agreed": Contact.objects.filter(whatsapp_agreed_at__isnull=False).count(),
        "webhook": f"{_site(request)}{reverse('whatsapp_webhook')}",
        "shown_at": timezone.now(),
    }
    return render(request, "whatsapp.html", context)


@staff_action
def ask(request: StaffRequest) -> HttpResponse:
    """Ask WhatsApp now which templates are approved."""
    if not is_on():
        return redirect("whatsapp")
    try:
        found = list_templates(conversation_api(), now=timezone.now())
    except MessagesApiError:
        say(request, NOT_THERE)
    else:
        say(request, f"WhatsApp lists {found} template{'' if found == 1 else 's'}.")
    return redirect("whatsapp")


@staff_action
def register(request: StaffRequest) -> HttpResponse:
    """Hand in one template, or all that are missing."""
    if not is_on():
        return redirect("whatsapp")
    wanted = request.POST.get("name", "")
    rows = [row for row in rows_of_templates() if row.may_be_registered]
    chosen = [row for row in rows if wanted in ("", row.name)]
    done, words = _hand_in(chosen)
    if words:
        say(request, words)
    elif done:
        say(request, f"Handed in: {done}. WhatsApp mostly decides within a day.")
    else:
        say(request, "There was nothing to hand in.")
    return redirect("whatsapp")


def _hand_in(rows: list[TemplateRow]) -> tuple[int, str]:
    """How many were handed in, and what was wrong with the next one."""
    api, now, done = conversation_api(), timezone.now(), 0
    try:
        for row in rows:
            hand_in(api, row.new, now=now)
            done += 1
        if done:
            list_templates(api, now=now)
    except Refused:
        return done, f"WhatsApp did not take {rows[done].name}: look at it in its own pages."
    except MessagesApiError:
        return done, NOT_THERE
    return done, ""


def _site(request: StaffRequest) -> str:
    return settings.PUBLIC_URL or request.build_absolute_uri("/").rstrip("/")
