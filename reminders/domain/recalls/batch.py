"""A batch of invitations: looked at, sent by a person, and taken back while it has not left.

Texts go the way of every text: through the outbox, within texting hours, by consent and caps, which
are asked once more when each leaves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Max, Min

from reminders.domain.common.audit import Actor, record_contacts
from reminders.domain.common.enqueue import enqueue_after_commit
from reminders.domain.common.locks import retry_on_conflict
from reminders.domain.common.wording_catalogue import WordingCatalogue, values_for
from reminders.domain.planning.kept_opt_outs import kept_among
from reminders.domain.planning.reach import CALLS, why_not_reached
from reminders.domain.planning.withdrawal import withdraw_messages
from reminders.domain.recalls.due import Stage, at_stage, holding
from reminders.domain.sending.outbox import new_text
from reminders.domain.wording import WordingError
from reminders.models import Contact, Message, Recall, RecallBatch, RecallText, TextPrice

MOST = 200
UNDO_FOR = timedelta(minutes=10)
"""So long nothing of a batch leaves: whoever sees a mistake on the next page takes all of it
back.
"""
USEFUL_FOR = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Invitation:
    """One text as it would go, or why it can't."""

    recall: Recall
    phone: str
    text: str
    parts: int
    why_not: str = ""


@dataclass(slots=True)
class Batch:
    """What a batch would come to."""

    going: list[Invitation] = field(default_factory=list)
    unreachable: list[Invitation] = field(default_factory=list)

    @property
    def cost(self) -> str:
        """What that comes to by the prices that are known: “12.40 EUR”; blank without any."""
        prices = {one.country: one for one in TextPrice.objects.all()}
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for one in self.going:
            price = prices.get(one.recall.location.country)
            if price:
                sums[price.currency] += price.price * one.parts
        return " and ".join(f"{money:,.2f} {currency}" for currency, money in sorted(sums.items()))

    @property
    def parts(self) -> int:
        """What is charged."""
        return sum(one.parts for one in self.going)


def preview(
    stage: Stage,
    *,
    now: datetime,
    location_ids: Collection[int] | None,
    service_id: int | None = None,
    limit: int = MOST,
) -> Batch:
    """The next batch: those who are due the longest, each person once. Nothing is written."""
    found = holding(now=now, location_ids=location_ids, service_id=service_id)
    return _batch(_rows(at_stage(found, stage, now=now))[: min(limit, MOST)], stage, now=now)


@retry_on_conflict
def send(
    ids: Sequence[int],
    stage: Stage,
    *,
    by: Actor,
    now: datetime,
    location_ids: Collection[int] | None,
) -> tuple[RecallBatch | None, int]:
    """Invite those of these who still hold; return the batch, None where nobody does, and how many
    texts there are. Clicked twice, the second finds nobody.
    """
    with transaction.atomic():
        wanted = Recall.objects.filter(pk__in=list(ids)[:MOST]).order_by("pk")
        locked = list(wanted.select_for_update().values_list("pk", flat=True))
        found = holding(now=now, location_ids=location_ids).filter(pk__in=locked)
        going = _batch(_rows(at_stage(found, stage, now=now)), stage, now=now).going
        if not going:
            return None, 0
        batch = RecallBatch.objects.create(by_id=by.user_id, at=now)
        _write(going, batch, by=by, now=now)
        enqueue_after_commit("send")
    return batch, len(going)


@retry_on_conflict
def undo(batch_id: int, *, by: Actor, now: datetime) -> int:
    """Take back what has not left of a batch; return how many. Those people are due again."""
    with transaction.atomic():
        batch = RecallBatch.objects.select_for_update().get(pk=batch_id)
        texts = RecallText.objects.filter(batch=batch)
        messages = Message.objects.filter(pk__in=texts.values("message"))
        ids = list(messages.withdrawable(now=now).values_list("pk", flat=True))
        back = texts.filter(message__in=ids)
        recalls = list(back.values_list("recall_id", flat=True))
        people = list(Recall.objects.filter(pk__in=recalls).values_list("contact_id", flat=True))
        withdraw_messages(ids, now=now)
        back.delete()
        _count_anew(recalls)
        batch.undone_at = now
        batch.save(update_fields=["undone_at"])
        record_contacts("recall_undone", [(pk, {}) for pk in people], by=by, now=now)
        enqueue_after_commit("withdraw")
    return len(ids)


def may_undo(batch: RecallBatch, *, now: datetime) -> bool:
    """Whether any of it has not left yet."""
    messages = Message.objects.filter(pk__in=batch.sent.values("message"))
    return batch.undone_at is None and messages.withdrawable(now=now).exists()


def _rows(found: Any) -> Any:  # Any: a QuerySet with the annotation `phone`
    # The place's language and the reader's: three tables, once for all.
    return found.select_related("contact__responsible", "location", "service").order_by(
        "due_on", "pk"
    )


def _batch(rows: Any, stage: Stage, *, now: datetime) -> Batch:
    book, found = WordingCatalogue.load(), Batch()
    chosen: dict[int, Recall] = {}
    for row in rows:
        # Due for two services, somebody is invited once; the other one comes up again later.
        chosen.setdefault(row.contact_id, row)
    people = {pk: row.contact.texted_on(now.date()) for pk, row in chosen.items()}
    kept = kept_among({one.phone for one in people.values() if one.phone})
    for pk, row in chosen.items():
        one = _invitation(row, people[pk], stage, book, kept, now=now)
        (found.unreachable if one.why_not else found.going).append(one)
    return found


def _invitation(
    recall: Recall,
    texted: Contact,
    stage: Stage,
    book: WordingCatalogue,
    kept: Collection[str],
    *,
    now: datetime,
) -> Invitation:
    opted_out = texted.phone in kept
    reason = why_not_reached(texted, patient=recall.contact, opted_out=opted_out)
    why_not = reason.label or (CALLS if texted.is_spoken_to else "")
    try:
        text = "" if why_not else _text(recall, texted, stage, book, now=now)
    except WordingError as error:
        text, why_not = "", str(error)
    parts = new_text(kind=Message.Kind.RECALL, phone="", text=text, now=now).segments
    return Invitation(recall, texted.phone, text, parts if text else 0, why_not)


def _text(
    recall: Recall, texted: Contact, stage: Stage, book: WordingCatalogue, *, now: datetime
) -> str:
    place = recall.location
    purpose = "recall" if stage is Stage.FIRST else "recall_again"
    words = book.words(None, purpose, (texted.language, place.language))
    if words is None:
        raise WordingError("The wording of invitations is switched off.")
    values = values_for(
        first_name=recall.contact.addressed_on(now.date()),
        recipient=texted.greeting,
        name=recall.contact.name,
        # Never shown: an invitation tells no time, and its wording names no visit.
        starts_at=now,
        place=place,
        language=words.language,
        service=recall.service.name,
    )
    return words.template.render(values)


def _write(going: Sequence[Invitation], batch: RecallBatch, *, by: Actor, now: datetime) -> None:
    texts, rows = [], []
    for one in going:
        message = new_text(
            kind=Message.Kind.RECALL,
            phone=one.phone,
            text=one.text,
            now=now,
            expires_at=now + USEFUL_FOR,
        )
        place = one.recall.location
        message.send_after = message.scheduled_at = now + UNDO_FOR
        message.contact_id, message.location = one.recall.contact_id, place
        message.source_number = place.source_number or settings.MESSAGES_SOURCE_NUMBER
        message.created_by_id = by.user_id
        texts.append(message)
        rows.append(
            RecallText(recall=one.recall, batch=batch, message=message, nth=one.recall.texts + 1)
        )
    Message.objects.bulk_create(texts)
    RecallText.objects.bulk_create(rows)
    sent = Recall.objects.filter(pk__in=[one.recall.pk for one in going])
    sent.filter(texts=0).update(first_text_at=now)
    sent.update(texts=F("texts") + 1, last_text_at=now)
    lines = [(one.recall.contact_id, {"recall": one.recall.pk}) for one in going]
    record_contacts("recall_sent", lines, by=by, now=now)


def _count_anew(recall_ids: Sequence[int]) -> None:
    """By the texts that are left: none, or the first one of two."""
    left = RecallText.objects.filter(recall__in=recall_ids).values("recall_id").order_by()
    times = left.annotate(first=Min("batch__at"), last=Max("batch__at"))
    known = {row["recall_id"]: (row["first"], row["last"]) for row in times}
    none_left = [pk for pk in recall_ids if pk not in known]
    Recall.objects.filter(pk__in=none_left).update(texts=0, first_text_at=None, last_text_at=None)
    rows = [
        Recall(pk=pk, texts=1, first_text_at=first, last_text_at=last)
        for pk, (first, last) in known.items()
    ]
    Recall.objects.bulk_update(rows, ["texts", "first_text_at", "last_text_at"])
