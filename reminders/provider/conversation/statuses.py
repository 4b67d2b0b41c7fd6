"""What the provider calls the statuses and reasons of a text by WhatsApp, and what they mean here:
one table.

An SMS can help after every failure, whatever its reason: it travels by another account.
"""

from __future__ import annotations

from reminders.provider.statuses import State, Verdict

FAILED = "FAILED"
STATUSES: dict[str, Verdict] = {
    "QUEUED_ON_CHANNEL": Verdict(State.SUBMITTED, "With WhatsApp"),
    "DELIVERED": Verdict(State.DELIVERED, "Delivered by WhatsApp"),
    # May come without DELIVERED, and never where the patient turned receipts off.
    "READ": Verdict(State.DELIVERED, "Read on WhatsApp"),
    # Another channel is tried there: this one's end is still to come.
    "SWITCHING_CHANNEL": Verdict(State.ENROUTE, "WhatsApp failed, another way is tried"),
}
_SET_UP = "WhatsApp is not set up for it"
REASONS: dict[str, Verdict] = {
    "RECIPIENT_NOT_REACHABLE": Verdict(State.FAILED, "This number has no WhatsApp"),
    "RECIPIENT_INVALID_CHANNEL_IDENTITY": Verdict(State.FAILED, "This number has no WhatsApp"),
    "NO_CHANNEL_IDENTITY_FOR_CONTACT": Verdict(State.FAILED, "This number has no WhatsApp"),
    "CONTACT_NOT_FOUND": Verdict(State.FAILED, "This number has no WhatsApp"),
    "DELIVERY_TIMED_OUT": Verdict(State.EXPIRED, "WhatsApp could not deliver it in time"),
    "MESSAGE_EXPIRED": Verdict(State.EXPIRED, "WhatsApp could not deliver it in time"),
    "DELIVERY_REPORT_TIME_OUT": Verdict(State.EXPIRED, "WhatsApp could not deliver it in time"),
    "RECIPIENT_NOT_OPTED_IN": Verdict(State.REJECTED, "They have not agreed to WhatsApp"),
    "DELIVERY_REJECTED_DUE_TO_POLICY": Verdict(State.REJECTED, "WhatsApp refused it"),
    "CHANNEL_REJECT": Verdict(State.REJECTED, "WhatsApp refused it"),
    "RATE_LIMITED": Verdict(State.FAILED, "WhatsApp took no more texts"),
    "CHANNEL_FAILURE": Verdict(State.FAILED, "WhatsApp failed"),
    "INTERNAL_ERROR": Verdict(State.FAILED, "WhatsApp failed"),
    "UNKNOWN": Verdict(State.FAILED, "WhatsApp failed"),
    "OUTSIDE_ALLOWED_SENDING_WINDOW": Verdict(
        State.FAILED, "More than a day since their last message on WhatsApp"
    ),
    "NO_CHANNELS_LEFT": Verdict(State.FAILED, "WhatsApp failed"),
    "TEMPLATE_NOT_FOUND": Verdict(State.FAILED, f"{_SET_UP}: no such template"),
    "TEMPLATE_INSUFFICIENT_PARAMETERS": Verdict(State.FAILED, f"{_SET_UP}: the template differs"),
    "TEMPLATE_NON_EXISTING_LANGUAGE_OR_VERSION": Verdict(
        State.FAILED, f"{_SET_UP}: no such template in this language"
    ),
    "BAD_REQUEST": Verdict(State.FAILED, _SET_UP),
    "CHANNEL_BAD_CONFIGURATION": Verdict(State.FAILED, _SET_UP),
    "CHANNEL_CONFIGURATION_MISSING": Verdict(State.FAILED, _SET_UP),
    "UNKNOWN_APP": Verdict(State.FAILED, _SET_UP),
    "NO_PERMISSION": Verdict(State.FAILED, _SET_UP),
}


def read_whatsapp_status(status: str, reason: str = "") -> Verdict:
    """Our state and words for staff; what is not in the table becomes a failure that names it."""
    named = STATUSES.get(status.strip().upper())
    if named:
        return named
    if status.strip().upper() == FAILED:
        known = REASONS.get(reason.strip().upper())
        return known or Verdict(State.FAILED, f"WhatsApp failed ({reason.strip()[:60]})")
    # Not final by guess: a new word may mean progress, and the wait ends it in any case.
    return Verdict(State.ENROUTE, f"WhatsApp reported {status.strip()[:30]!r}, not known here")
