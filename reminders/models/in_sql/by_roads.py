"""The conditions on a due reminder, with its rule and whoever is texted, that it may go by another
road than SMS.
"""

from __future__ import annotations

from django.conf import settings

from reminders.models.in_sql.states import Given

BY_WHATSAPP = (
    "%(whatsapp)s AND rule.whatsapp_minutes IS NOT NULL AND contact.whatsapp_agreed_at IS NOT NULL"
)
# Of a missed or past visit there is no page, so there is nothing to write about.
BY_EMAIL = """
%(email)s AND EXISTS (SELECT 1 FROM reminders_emailroad road WHERE road."on")
AND rule.email_minutes IS NOT NULL AND rule.kind NOT IN ('missed', 'after')
AND contact.email_agreed_at IS NOT NULL AND contact.email <> '' AND contact.email_state = ''
"""


def roads_set_up() -> Given:
    """The parameters of these conditions: where a road is not set up, nothing waits for it."""
    return {
        "whatsapp": settings.WHATSAPP is not None,
        "email": settings.PATIENTS_MAIL is not None,
    }
