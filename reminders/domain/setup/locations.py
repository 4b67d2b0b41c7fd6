"""Change locations: their clock, their texting hours, their working days, and what is written in
texts.

Another time zone keeps every wall time that was given and moves the instants; other hours move
texts. Both are written first, and a job then brings the coming appointments in line, as
`rule_changes` does. Texts that the provider holds and that say another name, phone or language by
now go out again.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError

from reminders.domain.clock.wall_time import tzdata_version
from reminders.domain.common.audit import Actor, record
from reminders.domain.common.wording_catalogue import WordingCatalogue
from reminders.domain.planning import handed_over
from reminders.domain.planning.handed_over import ScheduledMessage
from reminders.domain.planning.rule_book import lock_rules
from reminders.domain.setup import jobs
from reminders.domain.wording import WordingError, check_wording
from reminders.models import Job, Location, StaffProfile

HOURS = ("opens", "closes", "open_days")
RECEPTION = ("reception_opens", "reception_closes", "reception_days", "closed_wording")
PLAIN = (
    *("name", "phone", "country", "language", "source_number"),
    *("family_messages", "late_decline_hours", "active", "missed_after_minutes"),
    *("address", "map_link", "video_link"),
    *RECEPTION,
)
NAMED = {
    "name": "location",
    "phone": "phone",
    "address": "address",
    "map_link": "map",
    "video_link": "video",
}
"""Which placeholder a column fills."""


@dataclass(frozen=True, slots=True)
class SavedLocation:
    """What saving came to: the job that brings appointments in line, if any is needed, and texts
    replaced.
    """

    job: Job | None = None
    replaced: int = 0


def save_location(location: Location, *, by: Actor, now: datetime) -> SavedLocation:
    """Write a new or changed location, and have its appointments and texts follow.

    Raises BusyError while a large import is being planned.
    """
    with transaction.atomic():
        # First the appointments of texts, then the rules in force: plannings go in this order, too.
        held = _hold_texts(location, now=now)
        lock_rules()
        before = _standing(location, lock=True)
        # A new location has no appointments: nothing to plan, and nobody to tell.
        if before is None:
            location.missed_from = now
            location.save(force_insert=True)
            return SavedLocation()
        # From now on: what happened before nobody thought of being noted.
        if before.missed_after_minutes is None:
            location.missed_from = now
        location.save(update_fields=["zone", *HOURS, *PLAIN, "missed_from"])
        changes = _changes(location, before)
        if changes:
            details = {"location": location.pk, "changes": changes}
            record("location_changed", by=by, now=now, details=details)
        replaced = handed_over.withdraw_for_replacement(held, now=now)
        kind = _work(changes)
        if not kind:
            return SavedLocation(replaced=replaced)
        job = jobs.start(kind, now=now, location_ids=[location.pk], user_id=by.user_id)
    # A small job was worked off as the transaction ended: the row says more than the object.
    job.refresh_from_db()
    return SavedLocation(job, replaced)


def closed_wording_errors(given: Mapping[str, Any]) -> list[str]:
    """Why a location's own answer can't be sent as it is written, in words; `given` is a form's."""
    text = given.get("closed_wording") or ""
    if not text.strip():
        return []
    problems = check_wording(
        text,
        language=given.get("language") or "en",
        purpose="out_of_hours",
        location_names=[given.get("name") or ""],
    )
    return [problem.words for problem in problems if problem.level == "error"]


def limits_in_words(location: Location) -> str:
    """Why a location can't be deleted now: who may see only some locations, this one among them;
    else "".
    """
    limited = StaffProfile.objects.filter(
        locations=location, all_locations=False, user__is_superuser=False
    )
    names = ", ".join(limited.order_by("user__username").values_list("user__username", flat=True))
    if not names:
        return ""
    return (
        f"“{location}” can't be deleted while users are limited to it: {names}. Change that first."
    )


def refuse_while_it_limits(instance: Location, **_signal: Any) -> None:
    """Keep a location that limits users, however it is deleted: raises ProtectedError with the
    words.
    """
    if words := limits_in_words(instance):
        profiles = StaffProfile.objects.filter(locations=instance)
        # A cascade would take it out of the users' lists, and an empty list lets nobody be seen.
        raise ProtectedError(words, set(profiles))


def follow_tzdata(*, now: datetime) -> Job | None:
    """Read all wall times again if the time zone rules are another release than last time.

    A country that abolishes summer time moves the instants of appointments that were booked before.
    """
    release = tzdata_version()
    jobs_before = Job.objects.filter(kind=jobs.CLOCKS, params__tzdata__isnull=False)
    # The last job says which release was read: no setting of its own that could be forgotten.
    known = jobs_before.order_by("-created_at").values_list("params__tzdata", flat=True).first()
    if known == release:
        return None
    return jobs.start(jobs.CLOCKS, now=now, location_ids=None, tzdata=release)


def _standing(location: Location, *, lock: bool = False) -> Location | None:
    if not location.pk:
        return None
    # NO KEY: appointments that only point to it may still be added.
    rows = Location.objects.select_for_update(no_key=True) if lock else Location.objects
    return rows.filter(pk=location.pk).first()


def _hold_texts(location: Location, *, now: datetime) -> list[uuid.UUID]:
    """The texts of this location that say by its old columns what its new ones say otherwise."""
    # Without a lock: appointments come first in the order of locks; it is read again under it.
    before = _standing(location)
    changes = _changes(location, before) if before else {}
    names = {NAMED[column] for column in changes.keys() & NAMED}
    if not names and "language" not in changes:
        return []

    def find() -> list[uuid.UUID]:
        naming = handed_over.find_mentioning(
            names, lambda text: text.location_id == location.pk, now=now
        )
        # Only for those without a language of their own; the others keep reading theirs.
        spoken = _spoken_otherwise(location, now=now) if "language" in changes else []
        return [*{*naming, *spoken}]

    return handed_over.lock_matching(find)


def _spoken_otherwise(location: Location, *, now: datetime) -> list[uuid.UUID]:
    """The texts to people without a language of their own, where the location has another one
    now.
    """
    book = WordingCatalogue.load()
    here = (text for text in handed_over.read_scheduled(now=now) if text.location_id == location.pk)
    return [text.message_id for text in here if _is_other(text, location.language, book)]


def _is_other(text: ScheduledMessage, language: str, book: WordingCatalogue) -> bool:
    try:
        return text.words(book) != replace(text, location_language=language).words(book)
    # A text that cannot be written again is left as it is: withdrawn, it could not go out again.
    except WordingError:
        return False


def _work(changes: dict[str, list[Any]]) -> str | None:
    if "zone" in changes:
        return jobs.CLOCKS_AND_PLAN
    return jobs.REPLAN if changes.keys() & set(HOURS) else None


def _changes(location: Location, before: Location) -> dict[str, list[Any]]:
    """Column to old and new value, in JSON's types."""
    return {
        column: [_plain(getattr(before, column)), _plain(getattr(location, column))]
        for column in ("zone", *HOURS, *PLAIN)
        if _plain(getattr(before, column)) != _plain(getattr(location, column))
    }


def _plain(value: Any) -> Any:
    return f"{value:%H:%M}" if isinstance(value, time) else value
