"""Legal hold: set with a reason, once, and on the person whichever entries they are."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from reminders.domain.common.audit import SYSTEM
from reminders.domain.common.etags import etag
from reminders.domain.diary.merge import merge_contacts
from reminders.domain.diary.split import split_contacts
from reminders.domain.retention.holds import HoldError, end_hold, held, set_hold
from reminders.models import AuditEntry, Contact, ContactMerge, LegalHold
from tests import factories as make

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def hold(contact: Contact, reason: str = "A claim") -> LegalHold:
    return set_hold(contact.pk, reason=reason, by=SYSTEM, now=NOW)


def merge(kept: Contact, other: Contact) -> ContactMerge:
    kept.refresh_from_db()
    other.refresh_from_db()
    seen = {one.pk: etag(one) for one in (kept, other)}
    return merge_contacts(kept.pk, other.pk, seen=seen, by=SYSTEM, now=NOW)


def test_it_wants_a_reason_and_is_set_once() -> None:
    contact = make.make_contact()
    with pytest.raises(HoldError):
        hold(contact, " ")

    assert hold(contact) == hold(contact, "Another claim")
    assert list(LegalHold.objects.values_list("reason", flat=True)) == ["A claim"]
    assert AuditEntry.objects.filter(kind="hold_set", contact=contact).count() == 1


def test_nobody_who_is_forgotten_is_held() -> None:
    with pytest.raises(HoldError, match="forgotten"):
        hold(make.make_contact(forgotten_at=NOW))


def test_ended_it_spares_nobody() -> None:
    contact = make.make_contact()
    hold(contact)
    assert held().ids == (contact.pk,)

    assert end_hold(contact.pk, by=SYSTEM, now=NOW)

    assert (held().ids, end_hold(contact.pk, by=SYSTEM, now=NOW)) == ((), False)


def test_a_hold_of_either_entry_is_one_on_the_merged_person_with_both_numbers() -> None:
    kept, other = make.make_contact(), make.make_contact()
    hold(other)

    merge(kept, other)

    assert held().ids == (kept.pk,)
    assert set(held().phones) == {kept.phone, other.phone}


def test_of_two_holds_the_kept_entrys_goes_on() -> None:
    kept, other = make.make_contact(), make.make_contact()
    hold(kept, "Theirs")
    hold(other, "The other's")

    merge(kept, other)

    holds = LegalHold.objects.filter(contact=kept).order_by("reason")
    assert [(one.reason, one.ended_at) for one in holds] == [("The other's", NOW), ("Theirs", None)]


def test_split_again_both_are_on_hold() -> None:
    kept, other = make.make_contact(), make.make_contact()
    hold(other)
    done = merge(kept, other)

    former = split_contacts(done.pk, by=SYSTEM, now=NOW)

    assert set(held().ids) == {kept.pk, former.pk}
