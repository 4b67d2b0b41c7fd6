"""Which fields of a patient's form about e-mail are shown, and what they say beside."""

from __future__ import annotations

from django import forms
from django.conf import settings

from reminders.models import Contact, EmailState


def without_email(fields: dict[str, forms.Field], contact: Contact | None) -> None:
    """Take out what does not concern this patient, or this site."""
    if settings.PATIENTS_MAIL is None:
        for name in ("email", "by_email", "email_is_right"):
            del fields[name]
        return
    state = contact.email_state if contact else EmailState.WORKS
    if state != EmailState.BOUNCED:
        del fields["email_is_right"]
    if contact and not contact.email and contact.email_as_given:
        # Nobody guesses which of two addresses it is: whoever knows them is asked.
        fields["email"].help_text = f"The diary says “{contact.email_as_given}”."
    if state == EmailState.STOPPED:
        fields["by_email"].help_text = "They unsubscribed. Tick it only where they said otherwise."
