"""A site in London at noon on Monday 2 March: Ann's visit on Wednesday at ten falls away, and Ben
(who gains the most days) and Clara would come sooner.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from reminders.domain.common.audit import SYSTEM
from reminders.domain.diary.appointments import set_status
from reminders.domain.sooner.ring import work_off_slots
from reminders.models import Appointment, FreeSlot, Location, Message, SlotOffer
from tests import factories as make
from tests.domain.replies.talking import arrive, say
from tests.factories import NOON

WEDNESDAY = date(2026, 3, 4)


def at(minute: float) -> datetime:
    """So many minutes after NOON."""
    return NOON + timedelta(minutes=minute)


class Scene:
    """The site, the three visits, and what was asked and answered; minutes count from NOON."""

    def __init__(self, **place: Any) -> None:  # Any: columns of the location
        self.place: Location = make.make_location(**({"sooner_offers": "auto"} | place))
        self.ann = self.visit("Ann", WEDNESDAY)
        self.ben = self.visit("Ben", date(2026, 3, 20))
        self.clara = self.visit("Clara", date(2026, 3, 12))
        self.wishes = {one.pk: make.make_wish(one) for one in (self.ben, self.clara)}

    def visit(self, name: str, day: date, **values: Any) -> Appointment:  # Any: of the visit
        """Somebody's visit at ten."""
        person = values.pop("contact", None) or make.make_contact(first_name=name)
        at_ten = values.pop("at", time(10, 0))
        return make.make_appointment(
            day=day, at=at_ten, location=self.place, contact=person, **values
        )

    def wish(self, visit: Appointment, **values: Any) -> None:  # Any: columns of the wish
        """Change what somebody could make."""
        wish = self.wishes[visit.pk]
        for name, value in values.items():
            setattr(wish, name, value)
        wish.save()

    def person(self, visit: Appointment, **values: Any) -> None:  # Any: columns of the contact
        """Change somebody's entry."""
        type(visit.contact).objects.filter(pk=visit.contact_id).update(**values)

    def decline(self, minute: float = 0) -> FreeSlot:
        """Ann calls off, and the task looks at once."""
        set_status([self.ann.pk], Appointment.Status.DECLINED, by=SYSTEM, now=at(minute))
        self.ring(minute)
        return FreeSlot.objects.filter(appointment=self.ann).latest("pk")

    def ring(self, minute: float) -> None:
        """The task runs."""
        work_off_slots(clock=lambda: at(minute))

    def says(self, visit: Appointment, text: str, minute: float, *, to_offer: bool = True) -> None:
        """A patient answers the last text that they had, and the task runs."""
        phone = type(visit.contact).objects.get(pk=visit.contact_id).phone
        say(text, phone=phone, minute=int(minute), knows_text=to_offer)
        self.ring(minute)

    def slot(self) -> str:
        """How Ann's time stands."""
        return FreeSlot.objects.filter(appointment=self.ann).latest("pk").state

    def offers(self) -> list[str]:
        """Who was asked, in order, and what came of it."""
        rows = SlotOffer.objects.order_by("pk").select_related("appointment__contact")
        return [f"{one.appointment.contact.first_name} {one.state}" for one in rows]

    def visits(self) -> dict[str, str]:
        """Day of the month, hour and status of the two who would come sooner."""
        rows = Appointment.objects.filter(pk__in=[self.ben.pk, self.clara.pk])
        return {
            one.contact.first_name: f"{one.local_date:%-d} {one.local_time:%H} {one.status}"
            for one in rows.select_related("contact")
        }

    def last_text(self, visit: Appointment, minute: float) -> str:
        """What for the last text was that reached them."""
        phone = type(visit.contact).objects.get(pk=visit.contact_id).phone
        last = arrive(phone, at=at(minute))
        return last.purpose if last else ""

    def texts(self) -> list[str]:
        """What every text was for, in order."""
        return list(Message.objects.order_by("created_at", "pk").values_list("purpose", flat=True))
