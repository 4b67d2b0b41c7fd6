"""Links of texts: written with them, found by their secret, and noted as opened."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import F, Value
from django.db.models.functions import Coalesce, Greatest, Least

from reminders.domain.links.addresses import (
    address_of,
    digest_of,
    new_token,
    secret_in,
    site,
)
from reminders.domain.wording import Template
from reminders.models import VisitLink
from reminders.models.links.visit_links import TRIES

SEEN_AGAIN = timedelta(minutes=1)
"""Within so long of the last look the time of it is not written once more."""


class NewLink(NamedTuple):
    """A link that is about to go out: the secret, and the language of its text."""

    token: str
    language: str

    @property
    def address(self) -> str:
        """As it stands in the text."""
        return address_of(self.token)


def link_for(template: Template, language: str) -> NewLink | None:
    """A link for a text whose wording has one; None where it has none, or no phone gets there."""
    # Without a site the text goes all the same: that it goes is worth more than the page.
    if "link" not in template.placeholders or not site():
        return None
    return NewLink(new_token(), language)


def keep_links(made: Iterable[tuple[uuid.UUID, NewLink | None]], *, now: datetime) -> None:
    """Keep the digests of links beside their texts, in the transaction that writes the texts."""
    rows = [
        VisitLink(
            message_id=message_id,
            digest=digest_of(link.token),
            language=link.language,
            made_at=now,
        )
        for message_id, link in made
        if link
    ]
    if rows:
        VisitLink.objects.bulk_create(rows)


def adopt_link(message_id: uuid.UUID, text: str, language: str, *, now: datetime) -> None:
    """Keep the link of a text that was found again after a restore, so that it opens as before."""
    if token := secret_in(text):
        row = VisitLink(message_id=message_id, digest=digest_of(token), language=language)
        row.made_at = now
        VisitLink.objects.bulk_create([row], ignore_conflicts=True)


def find_link(token: str) -> VisitLink | None:
    """The link with this secret, with its text; writes nothing."""
    links = VisitLink.objects.select_related("message__location", "message__contact")
    return links.filter(digest=digest_of(token)).first()


def note_opened(link: VisitLink, *, now: datetime) -> None:
    """Note that the page was seen, at most once a minute."""
    seen = VisitLink.objects.filter(pk=link.pk)
    lately = seen.filter(last_opened_at__gt=now - SEEN_AGAIN)
    if not lately.exists():
        # Of two who look at once the later one may be written first.
        first = Coalesce(Least(F("opened_at"), Value(now)), Value(now))
        last = Coalesce(Greatest(F("last_opened_at"), Value(now)), Value(now))
        seen.update(opened_at=first, last_opened_at=last)


def take_try(link: VisitLink) -> bool:
    """Use one of the tries of the second proof up; False where none is left."""
    # One statement and no reading before it: many at once must not get more than there are.
    left = VisitLink.objects.filter(pk=link.pk, wrong_tries__lt=TRIES)
    return left.update(wrong_tries=F("wrong_tries") + 1) == 1


def give_tries_back(link: VisitLink, *, every: bool) -> None:
    """After a right answer: it was no wrong one, and with `every` the ones before count no more."""
    left = 0 if every else Greatest(F("wrong_tries") - 1, 0)
    VisitLink.objects.filter(pk=link.pk).update(wrong_tries=left)
