"""How the next road takes over from WhatsApp. By then WhatsApp has given the text up
(`claiming.approved.lets_go`), so the phone does not get both.
"""

from __future__ import annotations

from reminders.domain.roads.next_road import Way
from reminders.models import Message, WhatsAppText

WAY = Way(
    road=Message.Road.WHATSAPP,
    texts=WhatsAppText,
    by="by_whatsapp",
    emptied={"parameters": []},
    sms_text=lambda row: str(row.message.text),
    not_taken="WhatsApp did not take it in time",
    not_known="Not known whether WhatsApp took it",
    too_late="WhatsApp did not say in time that it arrived",
    withdrawn="Withdrawn; not known whether WhatsApp had it",
    arrived="Delivered by WhatsApp",
)
