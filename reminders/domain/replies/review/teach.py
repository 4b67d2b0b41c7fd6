"""Teach whole texts what they mean here, take that back, and find what waits with the same words.

A taught text changes no card that waits: staff are shown those of the same words and decide. Which
texts may be taught at all is `phrases`'.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import IntegrityError, transaction

from reminders.domain.common.audit import Actor, record
from reminders.domain.replies.reading.vocabulary import codes_of
from reminders.domain.replies.review.phrases import (
    LONGEST,
    Taught,
    TaughtPhrases,
    phrase_of,
    teachable,
)
from reminders.models import InboxItem, TaughtReply

Meaning = TaughtReply.Meaning
MOST_LOOKED_AT = 1_000
"""Waiting cards, the oldest first, among which those of the same words are looked for."""
READ_BY_STAFF = frozenset({InboxItem.Kind.UNCLEAR})
"""Kinds of cards whose whole text a person has to read."""


def load_taught() -> TaughtPhrases:
    """All that is taught now; one statement."""
    rows = TaughtReply.objects.filter(removed_at=None).order_by()
    found = rows.values_list("language", "words", "pk", "meaning")
    return TaughtPhrases({(tag, words): Taught(pk, to) for tag, words, pk, to in found})


def may_teach(card: InboxItem) -> str:
    """The words that this card's whole text may teach; empty where it may not.

    Never a text that reads as an opt-out, has a number, a day or a time in it, or the patient's
    name.
    """
    if card.kind not in READ_BY_STAFF or card.reply is None:
        return ""
    person = card.contact or card.reply.contact
    names = (person.first_name, person.last_name) if person else ()
    return teachable(card.reply.text, language_of_card(card), names=names)


def language_of_card(card: InboxItem) -> str:
    """The language in which the card's reply was read first."""
    read_in = card.reply.reading.get("language") if card.reply else ""
    return codes_of([read_in] if read_in else [])[0]


def teach(card: InboxItem, meaning: Meaning, *, by: Actor, now: datetime) -> TaughtReply:
    """From now on the whole text of this card's reply means this, in its language.

    Raises ValueError with words for staff where this text can't be taught, or was taught already.
    """
    words = may_teach(card)
    if not words:
        raise ValueError("This text can't be taught. Settle the card by itself.")
    try:
        with transaction.atomic():
            taught = TaughtReply.objects.create(
                language=language_of_card(card),
                words=words,
                meaning=meaning,
                taught_at=now,
                taught_by_id=by.user_id,
            )
            # The history names the row, not the patient's words: those stay in one place.
            details = {"taught": taught.pk, "meaning": str(meaning)}
            record("reply_taught", by=by, now=now, details=details)
    except IntegrityError:
        raise ValueError("These words were taught already. See “Taught replies”.") from None
    return taught


def remove(taught_id: int, *, by: Actor, now: datetime) -> bool:
    """The text is read as before again; False where somebody else removed it meanwhile."""
    with transaction.atomic():
        rows = TaughtReply.objects.filter(pk=taught_id, removed_at=None)
        if not rows.update(removed_at=now, removed_by_id=by.user_id):
            return False
        record("reply_untaught", by=by, now=now, details={"taught": taught_id})
    return True


def waiting_alike(
    taught: Collection[TaughtReply], waiting: Iterable[InboxItem]
) -> dict[int, list[InboxItem]]:
    """Of the cards that wait, those whose whole text was taught, by the id of what was taught."""
    ids = {(one.language, one.words): one.pk for one in taught}
    found: dict[int, list[InboxItem]] = defaultdict(list)
    for card in waiting:
        if card.kind not in READ_BY_STAFF or card.reply is None or len(card.reply.text) > LONGEST:
            continue
        language = language_of_card(card)
        taught_id = ids.get((language, phrase_of(card.reply.text, language)))
        if taught_id:
            found[taught_id].append(card)
    return found
