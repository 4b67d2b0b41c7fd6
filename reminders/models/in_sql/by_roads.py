"""The conditions on a due reminder, with its rule and whoever is texted, that it may go by another
road than SMS.
"""

from __future__ import annotations

from django.conf import settings

from reminders.models.in_sql.states import Given

_MAY_WHATSAPP = "(%(whatsapp)s AND contact.whatsapp_agreed_at IS NOT NULL)"
# Of a missed or past visit there is no page, so there is nothing to write about.
_MAY_EMAIL = """(
%(email)s AND EXISTS (SELECT 1 FROM reminders_emailroad road WHERE road."on")
AND rule.kind NOT IN ('missed', 'after')
AND contact.email_agreed_at IS NOT NULL AND contact.email <> '' AND contact.email_state = ''
)"""
BY_ANOTHER_FIRST = f"""(
{_MAY_WHATSAPP} AND rule.roads @> '[["whatsapp"]]'
OR {_MAY_EMAIL} AND rule.roads @> '[["email"]]'
)"""
ROAD_COLUMNS = f"""
rule.roads::text AS roads, rule.email_copy, {_MAY_WHATSAPP} AS may_whatsapp,
{_MAY_EMAIL} AS may_email, contact.email
"""


def roads_set_up() -> Given:
    """The parameters of these conditions: where a road is not set up, nothing waits for it."""
    return {
        "whatsapp": settings.WHATSAPP is not None,
        "email": settings.PATIENTS_MAIL is not None,
    }
