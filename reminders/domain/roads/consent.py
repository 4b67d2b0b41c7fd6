"""Whether somebody may be written to by a road at this moment, when its turn comes."""

from __future__ import annotations

from django.conf import settings
from django.db.models import QuerySet

from reminders.domain.roads.email import access
from reminders.domain.sending.claiming.other_roads import Leg
from reminders.models import Contact, Road


def may_go(leg: Leg, *, phone: str) -> bool:
    """Whether the road is set up, and whoever is texted still agrees to it."""
    if leg.road == Road.EMAIL:
        return access.is_on() and agreed_to_mail().filter(email=leg.columns["address"]).exists()
    return settings.WHATSAPP is not None and agreed_to_whatsapp().filter(phone=phone).exists()


def agreed_to_mail() -> QuerySet[Contact]:
    """Those who may be written to by e-mail, at an address that works."""
    return Contact.objects.filter(email_state="", email_agreed_at__isnull=False)


def agreed_to_whatsapp() -> QuerySet[Contact]:
    """Those who may be written to by WhatsApp."""
    return Contact.objects.filter(whatsapp_agreed_at__isnull=False)
