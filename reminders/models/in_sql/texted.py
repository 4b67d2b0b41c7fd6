"""Whom the texts about an appointment go to, for statements: `Contact.texted_on` as a join.

`patient` is whose visit it is, `contact` who is texted: the same person, as a rule.
"""

from __future__ import annotations

TEXTED = """
JOIN reminders_contact patient ON patient.id = appointment.contact_id
JOIN reminders_contact contact ON contact.id = CASE
    WHEN patient.responsible_id IS NULL OR appointment.local_date >= patient.responsible_until
    THEN patient.id ELSE patient.responsible_id
END
"""

TEXTED_IN_PASSING = """
JOIN reminders_contact patient ON patient.id = appointment.contact_id
LEFT JOIN reminders_contact responsible ON responsible.id = patient.responsible_id
    AND (appointment.local_date >= patient.responsible_until) IS NOT TRUE
CROSS JOIN LATERAL (
    SELECT coalesce(responsible.id, patient.id) AS id,
           coalesce(responsible.phone, patient.phone) AS phone,
           coalesce(responsible.phone_kind, patient.phone_kind) AS phone_kind,
           coalesce(responsible.wrong_number, patient.wrong_number) AS wrong_number,
           coalesce(responsible.channel, patient.channel) AS channel
) contact
"""
"""The same for pages that begin at thousands of appointments: nobody is looked up twice. Nothing
can be found by these columns, and no such row be locked.
"""

CHANNEL = "CASE WHEN patient.channel = 'none' THEN 'none' ELSE contact.channel END"
"""Nobody is texted about somebody of whom it is said that there are to be no messages."""
