"""The tables of the product: constraints, QuerySet methods and one-row transitions.

What a change means for messages is decided in `reminders.domain`; here it is only stored, and the
database refuses what must never be.
"""

from reminders.models.appointments import Appointment, CallAttempt, Event
from reminders.models.consent import Suppression
from reminders.models.figures import DayFigure
from reminders.models.imports import Import, ImportMapping, ImportPart, ImportRow
from reminders.models.messages import DeliveryReport, Message
from reminders.models.operations import FirstLogin, Job, ProviderState, Ring, Trouble, WebhookSecret
from reminders.models.people import Contact, Location, Practitioner, Service, StaffProfile
from reminders.models.reminders import Reminder
from reminders.models.replies import CannedReply, Card, Reply
from reminders.models.rules import ReminderRule, Wording
from reminders.models.sign_ins import SignInCount

__all__ = [
    "Appointment",
    "CallAttempt",
    "CannedReply",
    "Card",
    "Contact",
    "DayFigure",
    "DeliveryReport",
    "Event",
    "FirstLogin",
    "Import",
    "ImportMapping",
    "ImportPart",
    "ImportRow",
    "Job",
    "Location",
    "Message",
    "Practitioner",
    "ProviderState",
    "Reminder",
    "ReminderRule",
    "Reply",
    "Ring",
    "Service",
    "SignInCount",
    "StaffProfile",
    "Suppression",
    "Trouble",
    "WebhookSecret",
    "Wording",
]
