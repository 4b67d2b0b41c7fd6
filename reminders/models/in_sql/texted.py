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

CHANNEL = "CASE WHEN patient.channel = 'none' THEN 'none' ELSE contact.channel END"
"""Nobody is texted about somebody of whom it is said that there are to be no messages."""
