"""What somebody limited to some locations may see, as one condition on each table.

A row is theirs by its location. What names no location goes with its person, and a person goes with
their appointments; a number alone opens nothing, because anybody can type one. `access.Scope` asks
these.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from reminders.models import (
    Appointment,
    AuditEntry,
    Contact,
    InboxItem,
    Message,
    Reply,
    StaffProfile,
)


@dataclass(frozen=True, slots=True)
class Sight:
    """One limited user, and the ids of the locations they look after."""

    user_id: int
    here: Collection[int]

    def appointments(self, prefix: str = "") -> Q:
        """Those at their locations; `prefix` leads from another table, as in `appointment__`."""
        return Q(**{f"{prefix}location__in": self.here})

    def contacts(self) -> Q:
        """People with an appointment of theirs, and those of nobody yet.

        Somebody booked nowhere is of another site when that site added or texted them.
        """
        booked = Appointment.objects.filter(contact=OuterRef("pk"))
        texted = Message.objects.filter(contact=OuterRef("pk"), location__isnull=False)
        texted_here = texted.filter(location__in=self.here)
        added = AuditEntry.objects.filter(contact=OuterRef("pk"), kind="contact_created")
        # A person whom another site added or texted is that site's, though not booked anywhere yet:
        # else typing a number would open its names.
        of_nobody = (
            ~Q(Exists(booked))
            & (Q(Exists(texted_here)) | ~Q(Exists(texted)))
            & ~Q(Exists(added.filter(self._by_another_site("user"))))
        )
        return Q(Exists(booked.filter(self.appointments()))) | of_nobody

    def people(self) -> QuerySet[Contact]:
        """The contacts themselves, under the same conditions as `contacts`."""
        return Contact.objects.filter(self.contacts())

    def messages(self, prefix: str = "") -> Q:
        """Texts of their locations; of those without one, what no other site wrote and their people
        got.
        """
        # Who wrote it counts where the text names no location: staff of one site write to anybody.
        written = self._by_another_site(f"{prefix}created_by")
        without = Q(**{f"{prefix}location": None}) & ~Q(written) & self._of_people(prefix)
        return Q(**{f"{prefix}location__in": self.here}) | without

    def replies(self, prefix: str = "") -> Q:
        """What answers their texts, is about their appointments, lies in their inbox, or of their
        people.

        A reply to another site's text is that site's, whoever sent it.
        """
        reply = OuterRef(f"{prefix}pk")
        about = Appointment.replies.through.objects.filter(reply=reply)
        cards = InboxItem.objects.filter(reply=reply, location__isnull=False)
        theirs = (
            Q(**{f"{prefix}message__location__in": self.here})
            | Q(Exists(about.filter(self.appointments("appointment__"))))
            | Q(Exists(cards.filter(location__in=self.here)))
        )
        # Only what nothing leads to a site from; the number on it proves nobody's right.
        of_no_site = (
            Q(**{f"{prefix}message__location": None}) & ~Q(Exists(about)) & ~Q(Exists(cards))
        )
        return theirs | of_no_site & self._of_people(prefix)

    def cards(self) -> Q:
        """Cards of their locations; of those without one, whose reply and person they may see."""
        whole = Q(appointment=None) | self.appointments("appointment__")
        reply = Q(reply=None) | Exists(Reply.objects.filter(self.replies(), pk=OuterRef("reply")))
        return Q(location__in=self.here) | Q(location=None) & whole & reply & self._of_people()

    def opt_outs(self) -> Q:
        """Those they noted themselves, and those of a patient they see.

        The patient is who wrote the reply that began it, else whoever was on the number then, else,
        where nothing has kept that, everybody who is on it now.
        """
        wrote = Q(reply__contact__isnull=False)
        # By who was on the number then: it may be another's by now, who must not learn of it.
        on_number = Contact.objects.filter(phone=OuterRef("phone"))
        concerned = on_number.filter(events__kind="opted_out", events__at=OuterRef("since"))
        unseen = on_number.exclude(pk__in=self.people().values("pk"))
        seen = Q(Exists(concerned.filter(self.contacts()))) | (
            ~Q(Exists(concerned)) & Q(Exists(on_number)) & ~Q(Exists(unseen))
        )
        theirs = wrote & Q(reply__contact__in=self.people().values("pk")) | ~wrote & seen
        return Q(by=self.user_id) | theirs

    def events(self) -> Q:
        """What happened to appointments and patients of theirs, and what they did themselves."""
        of_nobody = Q(appointment=None, contact=None, user=self.user_id)
        of_person = Q(appointment=None, contact__in=self.people().values("pk"))
        return of_nobody | self.appointments("appointment__") | of_person

    def users(self) -> Q:
        """Themselves, and staff who may see none but their locations."""
        beyond = StaffProfile.locations.through.objects.filter(staffprofile__user=OuterRef("pk"))
        everywhere = StaffProfile.objects.filter(user=OuterRef("pk"), all_locations=True)
        within = ~Q(Exists(beyond.exclude(location__in=self.here))) & ~Q(Exists(everywhere))
        return Q(pk=self.user_id) | Q(is_superuser=False) & within

    def _of_people(self, prefix: str = "") -> Q:
        """Rows of a person they see; of an unknown one, unless the number is a person's of another
        site.
        """
        booked = Appointment.objects.filter(contact=OuterRef("pk"))
        # A sender whom nobody knows is everybody's to answer, until a site knows the number.
        elsewhere = Contact.objects.filter(
            Exists(booked),
            ~Exists(booked.filter(self.appointments())),
            phone=OuterRef(f"{prefix}phone"),
        ).exclude(phone="")
        unknown = Q(**{f"{prefix}contact": None}) & ~Q(Exists(elsewhere))
        return Q(**{f"{prefix}contact__in": self.people().values("pk")}) | unknown

    def _by_another_site(self, field: str) -> Exists:
        """Whether the user of a row is limited to locations that this one does not see."""
        limited = (
            StaffProfile.objects.filter(
                user=OuterRef(field), all_locations=False, user__is_superuser=False
            )
            .exclude(user=self.user_id)
            .exclude(locations__in=self.here)
        )
        return Exists(limited.filter(locations__isnull=False))
