"""Opt-outs that outlive their number: a STOP holds although nobody here knows the number any more.

Of a forgotten number only a keyed digest stays. Whatever brings the number back (a diary, a form, a
reply, the provider's list) asks here, and the opt-out is in force again before anything is planned.
The key comes from `OPT_OUT_KEY`, else from `SECRET_KEY`: it is no part of the database, so that a
copy of the database alone does not tell which numbers these are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.utils.crypto import salted_hmac

from reminders.models import Contact, ContactMerge, KeptOptOut, Suppression

SALT = "reminders.kept_opt_outs"
AT_A_TIME = 5_000


def digest(phone: str) -> str:
    """What is kept of a number (E.164): the same for the same number and key."""
    secret = settings.OPT_OUT_KEY or settings.SECRET_KEY
    return salted_hmac(SALT, phone, secret=secret, algorithm="sha256").hexdigest()


def key_name() -> str:
    """By which a key is told from another, without saying anything about it."""
    return digest("")[:16]


def of_another_key() -> int:
    """How many kept opt-outs can't be found any more, because the key was changed."""
    return KeptOptOut.objects.exclude(key=key_name()).count()


def any_kept() -> bool:
    """Whether there is anything to ask for at all."""
    return KeptOptOut.objects.exists()


def recall(phones: Iterable[str]) -> None:
    """Put kept opt-outs of these numbers in force again. Call it before consent is read."""
    # Nearly always there is none of these, or none of any number: then this is one short statement.
    if not any_kept():
        return
    for some in _portions({phone for phone in phones if phone}):
        known = {digest(phone): phone for phone in some}
        rows = list(KeptOptOut.objects.filter(digest__in=list(known)).select_for_update())
        Suppression.objects.bulk_create(
            (
                Suppression(
                    phone=known[row.digest],
                    reason=row.reason,
                    since=row.since,
                    synced_at=row.synced_at,
                )
                for row in sorted(rows, key=lambda row: known[row.digest])
            ),
            # Opted out again meanwhile: one in force is enough.
            ignore_conflicts=True,
        )
        KeptOptOut.objects.filter(pk__in=[row.pk for row in rows]).delete()


def recall_of(appointment_ids: Collection[int]) -> None:
    """`recall` for the people of these appointments."""
    if not any_kept():
        return
    theirs = Q(appointment__in=appointment_ids) | Q(wards__appointment__in=appointment_ids)
    people = Contact.objects.filter(theirs).exclude(phone="")
    recall(people.values_list("phone", flat=True).distinct())


def kept_among(phones: Collection[str]) -> set[str]:
    """Those of these numbers that are opted out and forgotten."""
    if not any_kept():
        return set()
    found: set[str] = set()
    for some in _portions(phones):
        known = {digest(phone): phone for phone in some}
        kept = KeptOptOut.objects.filter(digest__in=list(known))
        found |= {known[one] for one in kept.values_list("digest", flat=True)}
    return found


def forget_numbers(phones: Collection[str], *, now: datetime) -> int:
    """Of these numbers, forget the opt-outs of those that nobody has any more; return how many.

    What the provider was not told yet stays until it was: afterwards nobody could tell it.
    """
    nobodys = (
        Suppression.objects.filter(phone__in=[phone for phone in phones if phone])
        .filter(
            ~Exists(Contact.objects.filter(phone=OuterRef("phone"))),
            ~Exists(ContactMerge.objects.filter(phone=OuterRef("phone"), split_at=None)),
        )
        .order_by("phone", "pk")
    )
    rows = list(nobodys.select_for_update(skip_locked=True, of=("self",)))
    waiting = {row.phone for row in rows if is_untold(row)}
    going = [row for row in rows if row.phone not in waiting]
    KeptOptOut.objects.bulk_create(
        (
            KeptOptOut(
                digest=digest(row.phone),
                key=key_name(),
                reason=row.reason,
                since=row.since,
                synced_at=row.synced_at,
                kept_at=now,
            )
            for row in going
            if row.lifted_at is None
        ),
        ignore_conflicts=True,
    )
    Suppression.objects.filter(pk__in=[row.pk for row in going]).delete()
    return len(going)


def is_untold(row: Suppression) -> bool:
    """Whether the provider has still to hear of it; a pause is none of its business."""
    return row.synced_at is None and row.reason != Suppression.Reason.PAUSED


def _portions(phones: Collection[str]) -> Iterator[list[str]]:
    ordered = sorted(phones)
    return (ordered[at : at + AT_A_TIME] for at in range(0, len(ordered), AT_A_TIME))
