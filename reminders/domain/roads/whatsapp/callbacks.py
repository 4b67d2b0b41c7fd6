"""Keep what was pushed, and have workers act on it."""

from __future__ import annotations

from datetime import datetime

from reminders.domain.common.enqueue import enqueue_debounced
from reminders.domain.roads.whatsapp.inbound import end_consent, store_inbound
from reminders.domain.roads.whatsapp.reports import store_report
from reminders.provider.conversation import InboundMessage, OptOutNotice, TextReport


def keep(item: TextReport | InboundMessage | OptOutNotice | None, *, now: datetime) -> bool:
    """Store it, once however often it comes; False for what is of no use here."""
    match item:
        case TextReport():
            store_report(item, now=now)
            enqueue_debounced("whatsapp")
        case InboundMessage():
            store_inbound(item, now=now)
            enqueue_debounced("apply")
        case OptOutNotice():
            end_consent(item, now=now)
        case None:
            return False
    return True
