"""The tables of the product: constraints, QuerySet methods and one-row transitions.

What a change means for messages is decided in `reminders.domain`; here it is only stored, and the
database refuses what must never be.
"""

from reminders.models.appointments import Appointment, AuditEntry, CallAttempt
from reminders.models.consent import Suppression
from reminders.models.delivery_reports import DeliveryReport
from reminders.models.imports import Import, ImportMapping, ImportPart, ImportRow, TaughtAnswer
from reminders.models.messages import Message
from reminders.models.operations import (
    DailyStatistics,
    FirstLogin,
    Job,
    KnownDevice,
    ProviderState,
    RoleSignIn,
    SignInCount,
    SignInLink,
    StaffSession,
    TaskRun,
    Trouble,
    WebhookSecret,
)
from reminders.models.people import (
    Contact,
    Location,
    Practitioner,
    Service,
    StaffProfile,
)
from reminders.models.reminders import Reminder
from reminders.models.replies import CannedReply, InboxItem, Reply, TaughtReply
from reminders.models.retention import (
    Erasure,
    ForgettingRun,
    KeptFor,
    KeptOptOut,
    LegalHold,
)
from reminders.models.rules import ReminderRule, Wording
from reminders.models.same_person import ContactMerge, LikelyPair

__all__ = [
    "Appointment",
    "AuditEntry",
    "CallAttempt",
    "CannedReply",
    "Contact",
    "ContactMerge",
    "DailyStatistics",
    "DeliveryReport",
    "Erasure",
    "FirstLogin",
    "ForgettingRun",
    "Import",
    "ImportMapping",
    "ImportPart",
    "ImportRow",
    "InboxItem",
    "Job",
    "KeptFor",
    "KeptOptOut",
    "KnownDevice",
    "LegalHold",
    "LikelyPair",
    "Location",
    "Message",
    "Practitioner",
    "ProviderState",
    "Reminder",
    "ReminderRule",
    "Reply",
    "RoleSignIn",
    "Service",
    "SignInCount",
    "SignInLink",
    "StaffProfile",
    "StaffSession",
    "Suppression",
    "TaskRun",
    "TaughtAnswer",
    "TaughtReply",
    "Trouble",
    "WebhookSecret",
    "Wording",
]
