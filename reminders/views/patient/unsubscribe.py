"""The address by which a patient stops e-mails: a page with a button, and the one click of mail
programs (RFC 8058). Looking changes nothing: whoever scans mail follows its addresses.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from reminders.domain.common.audit import PATIENT
from reminders.domain.consent.emails import is_stopped, stop
from reminders.domain.links.addresses import digest_of, tidied
from reminders.domain.operations.guesses import may_guess, note_guess
from reminders.models import EmailText
from reminders.views.patient.bare import bare, busy, nothing, sealed

GUESSES = 30


# No token against forged forms: mail programs have none, and who has the address may do just this.
@csrf_exempt
@sealed
@sensitive_variables("token")
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether to stop e-mails, or stop them."""
    text = EmailText.objects.filter(unsubscribe=digest_of(tidied(token))).first()
    if text is None:
        return _unknown(request)
    if request.method == "POST":
        stop(text.address, by=PATIENT, now=timezone.now())
    context = {"stopped": is_stopped(text.address)}
    return bare("patient/unsubscribe.html", text.language, context)


def _unknown(request: HttpRequest) -> HttpResponse:
    address, now = str(request.META.get("REMOTE_ADDR", "")), timezone.now()
    if not may_guess("unsubscribe", address, most=GUESSES, now=now):
        return busy(request)
    note_guess("unsubscribe", address, now=now)
    return nothing(request)
