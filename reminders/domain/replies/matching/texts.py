"""The text of ours that a reply answers: by metadata, by the provider's id, else the last one."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q, QuerySet

from reminders.domain.replies.matching.open_questions import last_texts
from reminders.models import Message, Reply

MatchedBy = Reply.MatchedBy
NUMBERS = ("phone", "second_phone", "wrong_number")


class Incoming(NamedTuple):
    """A reply that waits to be acted on, as far as matching and reading need it. Times are UTC."""

    id: int
    source: str
    message_uuid: uuid.UUID | None
    message_provider_id: str
    phone: str
    text: str
    received_at: datetime
    pictures: int = 0
    button: str = ""


class AnsweredText(NamedTuple):
    """A text of ours that a reply answers. `contact_id` is None when its person has another number
    now. `same_number`: the reply came from where the text went.
    """

    id: uuid.UUID
    kind: str
    state: str
    contact_id: int | None
    location_id: int | None
    asks: str
    text: str
    answered_id: int | None
    same_number: bool
    by: Reply.MatchedBy


def find_texts(replies: Sequence[Incoming]) -> dict[int, AnsweredText]:
    """By reply, the text that it says it answers, else the last one that had reached its number."""
    named = _named(replies)
    last = last_texts([reply.id for reply in replies if reply.id not in named])
    messages = _texts().in_bulk(set(last.values()))
    by_number = {
        reply_id: (messages[message_id], MatchedBy.NUMBER) for reply_id, message_id in last.items()
    }
    found = named | by_number
    return {reply.id: _text(reply, *found[reply.id]) for reply in replies if reply.id in found}


def _texts() -> QuerySet[Message]:
    """Texts with what is asked of them here, and no more: a batch reads a hundred."""
    own = ("kind", "state", "phone", "provider_id", "location", "asks", "text", "answers")
    texts = Message.objects.select_related("contact", "contact__responsible")
    people = ("contact", "contact__responsible")
    return texts.only(*own, *(f"{whose}__{name}" for whose in people for name in NUMBERS))


def _named(replies: Sequence[Incoming]) -> dict[int, tuple[Message, Reply.MatchedBy]]:
    """The texts that replies name themselves, our own id before the provider's."""
    ids = {reply.message_uuid for reply in replies if reply.message_uuid}
    theirs = {reply.message_provider_id for reply in replies if reply.message_provider_id}
    if not ids and not theirs:
        return {}
    named = Q(pk__in=ids) | Q(provider_id__in=theirs)
    messages = list(_texts().filter(named))
    ours = {message.pk: message for message in messages}
    known_as = {message.provider_id: message for message in messages if message.provider_id}
    found: dict[int, tuple[Message, Reply.MatchedBy]] = {}
    for reply in replies:
        if reply.message_uuid in ours:
            found[reply.id] = ours[reply.message_uuid], MatchedBy.METADATA
        elif reply.message_provider_id in known_as:
            found[reply.id] = known_as[reply.message_provider_id], MatchedBy.PROVIDER_ID
    return found


def _text(reply: Incoming, message: Message, by: Reply.MatchedBy) -> AnsweredText:
    person = message.contact
    # A child's text went to whoever is responsible: theirs to answer, and about the child.
    reached = [one for one in (person, person and person.responsible) if one is not None]
    still = any(message.phone in one.numbers and not one.is_wrong(message.phone) for one in reached)
    return AnsweredText(
        id=message.pk,
        kind=message.kind,
        state=message.state,
        contact_id=message.contact_id if still else None,
        location_id=message.location_id,
        asks=message.asks,
        text=message.text,
        answered_id=message.answers_id,
        same_number=message.phone == reply.phone,
        by=by,
    )
