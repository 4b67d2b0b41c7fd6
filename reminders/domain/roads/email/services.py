"""What a service says when it does not take a mail, as anymail tells it. Without anymail nothing
here is ever asked.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings

NO_SUCH_MAILBOX = ("10", "30")
"""SparkPost's classes of bounces that are final."""
REFUSED_US = (401, 403)
SLOW_DOWN = 429


def is_used() -> bool:
    """Whether mail leaves by a service."""
    return settings.PATIENTS_MAIL is not None and settings.PATIENTS_MAIL.service != ""


def refusal(error: Exception) -> tuple[str, str] | None:
    """What became of a mail that a service did not take, and why in words; None for any other
    error.
    """
    if not is_used():
        return None
    from anymail import exceptions  # not there without a service

    if isinstance(error, exceptions.AnymailRecipientsRefused):
        return "bounced", "The service does not write to this address"
    if isinstance(error, exceptions.AnymailAPIError):
        return _by_status(getattr(error, "status_code", None))
    if isinstance(error, (exceptions.AnymailConfigurationError, exceptions.AnymailError)):
        # Before anything went over the wire.
        return "held", "The service could not be used: look at EMAIL_SERVICE"
    return None


def is_gone(event: Any) -> bool:  # Any: anymail's event
    """Whether a bounce says that the mailbox does not exist: a full one, or a server that was away,
    may take the next mail.

    Anymail calls all of them bounces, so what the service itself says is read.
    """
    told = event.esp_event
    match settings.PATIENTS_MAIL.service if settings.PATIENTS_MAIL else "":
        case "brevo":
            return told.get("event") in ("hard_bounce", "invalid_email")
        case "postmark":
            return "HardBounce" in (told.get("Type"), told.get("SuppressionReason"))
        case "resend":
            bounce = (told.get("data") or {}).get("bounce") or {}
            return str(bounce.get("type")) == "Permanent"
        case "sendgrid":
            return str(told.get("type")) != "blocked"
        case "sparkpost":
            said = [one.get("bounce_class") for one in (told.get("msys") or {}).values()]
            return any(each in NO_SUCH_MAILBOX for each in said)
        case _:
            return str(event.reject_reason) in ("bounced", "invalid")


def _by_status(status: Any) -> tuple[str, str]:  # Any: a number, or nothing
    if status in REFUSED_US:
        return "held", "The mail service refuses the key"
    if status == SLOW_DOWN:
        return "held", "The mail service asked to slow down"
    if isinstance(status, int) and 400 <= status < 500:
        return "failed", "The mail service refused it"
    return "unknown", ""
