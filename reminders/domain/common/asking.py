"""What each of our texts asks, stored with it when it is written, so that its reply can be read
against it.

Texts written before this was kept, or by other means, are asked about by their kind.
"""

from __future__ import annotations

from reminders.domain.wording import PURPOSES
from reminders.domain.wording.questions import Asks
from reminders.models import Message

Kind = Message.Kind
_BY_KIND = {
    Kind.STAFF: Asks.STAFF,
    Kind.TEST: Asks.STAFF,
    # Whatever is answered to an invitation, somebody has to find a time.
    Kind.RECALL: Asks.STAFF,
    Kind.ANSWER: Asks.AUTOMATIC,
    Kind.CORRECTION: Asks.NOTICE,
    Kind.NOTICE: Asks.NOTICE,
    Kind.REMINDER: Asks.YES_NO,
    Kind.OFFER: Asks.OFFER,
    # Its answer is the answer to the text that it goes beside.
    Kind.COPY: Asks.YES_NO,
}


def asked_by_purpose(purpose: str, *, spoken: bool = False) -> Asks:
    """What a text of this purpose (a key of PURPOSES) asks; a voice call can't be answered, so it
    tells.
    """
    about = PURPOSES[purpose]
    if spoken or not (about.asks or about.automatic):
        return Asks.NOTICE
    if not about.asks:
        return Asks.AUTOMATIC
    if purpose == "offer":
        return Asks.OFFER
    if about.lists:
        return Asks.WHICH if about.automatic else Asks.NUMBERED
    return Asks.YES_NO


def asked_by_kind(kind: str) -> Asks:
    """What a text of this kind asks, as far as its kind tells: of reminders the family's are
    `NUMBERED`.
    """
    return _BY_KIND[Kind(kind)]


def asked_by(asks: str, kind: str, *, listed: int) -> Asks | None:
    """What a text asks, from what is stored of it; None without a text."""
    if asks:
        return Asks(asks)
    if not kind:
        return None
    found = asked_by_kind(kind)
    # Before this was kept, a family's text was a reminder like any other: the count tells.
    return Asks.NUMBERED if found is Asks.YES_NO and listed > 1 else found
