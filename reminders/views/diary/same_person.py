"""Two entries that are one person: looking up the other one, seeing both side by side, making them
one, and splitting them again.
"""

from __future__ import annotations

from typing import NamedTuple

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from reminders.domain.common.etags import ChangedMeanwhileError, etag
from reminders.domain.diary.merge import MergeError, merge_contacts, takes_over
from reminders.domain.diary.split import split_contacts
from reminders.domain.pages.conversation import opt_out_in_force, people_at
from reminders.domain.pages.search import asks_something, find_contacts
from reminders.domain.trail.write import look, search
from reminders.domain.wording.languages import LANGUAGES
from reminders.formatting import at_zone, phone
from reminders.models import Appointment, Contact, ContactMerge, Message
from reminders.views.shared.asked import read_id, read_text
from reminders.views.shared.forms import country_of
from reminders.views.shared.lists import PER_PAGE
from reminders.views.shared.pages import StaffRequest, go, say, staff_action, staff_form

COMING = 5
"""So many of the coming visits are named."""
ELSEWHERE = (
    "Somebody who looks after all their locations has to do this: one of the two is also known at "
    "a location that you don't see."
)


class Row(NamedTuple):
    """One detail of both, and as it will be."""

    title: str
    kept: str
    other: str
    after: str

    @property
    def changes(self) -> bool:
        """Whether the kept entry will have something else than now."""
        return self.after != self.kept

    @property
    def is_common(self) -> bool:
        """Whether both have it already, so that there is nothing to compare."""
        return self.kept == self.other == self.after

    @property
    def is_blank(self) -> bool:
        """Whether neither has anything."""
        return not (self.kept or self.other or self.after)


@staff_form
def find(request: StaffRequest, pk: int) -> HttpResponse:
    """Look up who is the same person: those on the same phone, or whom a posted `q` finds."""
    contact = get_object_or_404(request.scope.contacts(), pk=pk)
    query = read_text(request.POST.get("q"))
    searching, more = asks_something(query), False
    if searching:
        found = find_contacts(query, scope=request.scope, limit=PER_PAGE)
        search(query, page="contact_same", found=len(found.ids))
        rows = request.scope.contacts().filter(pk__in=found.ids)
        people, more = list(rows.order_by("last_name", "first_name", "pk")), found.more
    else:
        look(contact.pk, page="contact_same")
        people = list(people_at(contact.phone, scope=request.scope))
    context = {
        "contact": contact,
        "query": query,
        "searching": searching,
        "more": more,
        "people": [one for one in people if one.pk != contact.pk],
        "country": country_of(request.scope),
    }
    page = "contacts/same_results.html" if request.htmx else "contacts/same.html"
    return render(request, page, context)


@staff_form
def merge(request: StaffRequest, pk: int) -> HttpResponse:
    """Both side by side; when posted, make `other` part of this one."""
    other_id = read_id(request.POST.get("other") or request.GET.get("other"))
    kept = get_object_or_404(request.scope.contacts(), pk=pk)
    if ContactMerge.objects.filter(person=other_id, kept=kept, split_at=None).exists():
        say(request, "They are one person already.")  # a second click
        return go(request, kept.get_absolute_url())
    other = get_object_or_404(request.scope.contacts(), pk=other_id)
    if not request.scope.sees_whole([kept.pk, other.pk]):
        say(request, ELSEWHERE, tone="warning")
        return go(request, kept.get_absolute_url())
    if kept == other:
        say(request, "These are the same entry already.", tone="warning")
        return go(request, reverse("contact_same", args=[pk]))
    if request.method != "POST":
        return _side_by_side(request, kept, other)
    return _merge(request, kept, other)


def _merge(request: StaffRequest, kept: Contact, other: Contact) -> HttpResponse:
    seen = {
        kept.pk: request.POST.get("seen_kept", ""),
        other.pk: request.POST.get("seen_other", ""),
    }
    if not all(seen.values()):
        return _side_by_side(request, kept, other)  # nobody has seen what would be merged
    try:
        done = merge_contacts(
            kept.pk, other.pk, seen=seen, by=request.scope.actor, now=timezone.now()
        )
    except ChangedMeanwhileError:
        return _side_by_side(request, kept, other, outdated=True)
    except MergeError as error:
        say(request, str(error), tone="warning")
    else:
        back = reverse("contact_split", args=[done.pk])
        say(request, f"{done} and {kept} are one person now.", undo=back)
    return go(request, kept.get_absolute_url())


def _side_by_side(
    request: StaffRequest, kept: Contact, other: Contact, *, outdated: bool = False
) -> HttpResponse:
    look(kept.pk, other.pk, page="contact_merge")
    # So that the etags below are of the very rows that are shown.
    kept.refresh_from_db()
    other.refresh_from_db()
    rows = [*_details(request, kept, other), *_around(request, kept, other)]
    context = {
        "kept": kept,
        "other": other,
        "rows": [row for row in rows if not row.is_blank],
        "seen_kept": etag(kept),
        "seen_other": etag(other),
        "outdated": outdated,
        "two_numbers": bool(kept.external_id and other.external_id) and kept.diary == other.diary,
    }
    return render(request, "contacts/merge.html", context, status=409 if outdated else 200)


def _details(request: StaffRequest, kept: Contact, other: Contact) -> list[Row]:
    after = Contact.objects.get(pk=kept.pk)
    taken = takes_over(kept, other)
    for name, value in taken.items():
        setattr(after, name, value)
    country = country_of(request.scope)
    sides = [_written(one, country=country) for one in (kept, other, after)]
    if "first_name" in taken:
        sides[2]["Name"] = other.name
    first, second, third = sides
    return [Row(title, first[title], second[title], third[title]) for title in first]


def _written(contact: Contact, *, country: str) -> dict[str, str]:
    language = LANGUAGES.get(contact.language)
    opted_out = opt_out_in_force(contact.phone)
    number = phone(contact.phone, country) if contact.phone else contact.phone_as_given
    return {
        "Name": contact.name,
        "Called": contact.preferred_name,
        "Date of birth": f"{contact.birth_date:%-d %b %Y}" if contact.birth_date else "",
        "Number": f"{number} (a call found it wrong)" if contact.has_wrong_number else number,
        "Texts to the number": "Opted out" if opted_out else "May be texted" if number else "",
        "Messages": contact.get_channel_display(),
        "Language": language.english if language else contact.language,
        "Patient number": " · ".join(filter(None, (contact.external_id, contact.diary))),
        "Notes": contact.notes,
    }


def _around(request: StaffRequest, kept: Contact, other: Contact) -> list[Row]:
    now = timezone.now()
    coming: list[list[Appointment]] = []
    counts: list[tuple[int, int, int]] = []
    for one in (kept, other):
        visits = request.scope.appointments().filter(contact=one)
        ahead = visits.filter(starts_at__gt=now).select_related("location")
        coming.append(list(ahead.order_by("starts_at")[:COMING]))
        counts.append(
            (
                ahead.count(),
                visits.filter(starts_at__lte=now).count(),
                Message.objects.filter(contact=one).count(),
            )
        )
    both = [sum(pair) for pair in zip(*counts, strict=True)]
    titles = ("Coming visits", "Past visits", "Texts")
    numbers = [
        Row(title, str(counts[0][at]), str(counts[1][at]), str(both[at]))
        for at, title in enumerate(titles)
    ]
    together = sorted((*coming[0], *coming[1]), key=lambda visit: visit.starts_at)
    lists = (*coming, together)
    totals = (counts[0][0], counts[1][0], both[0])
    return [Row("Next", *(_next(*each) for each in zip(lists, totals, strict=True))), *numbers]


def _next(visits: list[Appointment], total: int) -> str:
    """The first of them, a line each, and how many there are beside."""
    lines = [f"{at_zone(one.starts_at, one.location)}, {one.location}" for one in visits[:COMING]]
    if total > len(lines):
        lines.append(f"and {total - len(lines):,} more")
    return "\n".join(lines)


@staff_action
def split(request: StaffRequest, pk: int) -> HttpResponse:
    """Take a merge back: two people again."""
    seen = ContactMerge.objects.filter(kept__in=request.scope.contacts())
    found = get_object_or_404(seen, pk=pk)
    back = reverse("conversation", args=[found.kept_id])
    if not request.scope.sees_whole([found.kept_id]):
        say(request, ELSEWHERE, tone="warning")
        return go(request, back)
    try:
        former = split_contacts(found.pk, by=request.scope.actor, now=timezone.now())
    except MergeError as error:
        say(request, str(error), tone="warning")
    else:
        say(request, f"{former} is a person of their own again.")
    return go(request, back)
