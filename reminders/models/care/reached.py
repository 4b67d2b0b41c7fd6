"""Whose visits a number or a person is texted about: their own, and those of their wards."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import QuerySet

from reminders.models.people import Contact


def reached_on(phones: Iterable[str]) -> QuerySet[Contact, Any]:
    """Ids of everyone whose texts may go to these numbers, their own or a responsible person's.

    May: from a birthday on, somebody is texted themselves.
    """
    # Never a blank one: everybody without a number would be found.
    given = [phone for phone in phones if phone]
    own = Contact.objects.order_by().filter(phone__in=given).exclude(phone="")
    wards = Contact.objects.order_by().filter(
        responsible__phone__in=given, responsible__isnull=False
    )
    # A union and no OR: each is found through an index of its own.
    return own.values("pk").union(wards.values("pk"))


def theirs_and_wards(contact_ids: Collection[int]) -> set[int]:
    """The ids of these people and of those who are texted in their place."""
    wards = Contact.objects.filter(responsible__in=contact_ids).values_list("pk", flat=True)
    return {*contact_ids, *wards}
