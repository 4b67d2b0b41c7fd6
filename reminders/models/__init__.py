"""The tables of the product: constraints, QuerySet methods and one-row transitions.

What a change means for messages is decided in `reminders.domain`; here it is only stored, and the
database refuses what must never be.
"""

from reminders.models.appointments import Appointment, AuditEntry, CallAttempt, VisitChange
from reminders.models.care.recalls import Recall, RecallBatch, RecallText, RecallTimes
from reminders.models.care.represented import AgeRule
from reminders.models.closed_days import ClosedDay
from reminders.models.consent import Suppression
from reminders.models.delivery_reports import DeliveryReport
from reminders.models.figures import DailyTexts, TextPrice, TrialText, WordingTrial
from reminders.models.imports import Import, ImportMapping, ImportPart, ImportRow, TaughtAnswer
from reminders.models.links.calendar_feeds import CalendarFeed
from reminders.models.links.visit_links import VisitLink
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
from reminders.models.roads.addresses import EmailState
from reminders.models.roads.columns import Road
from reminders.models.roads.email import EmailNews, EmailRoad, EmailText
from reminders.models.roads.whatsapp import (
    WhatsAppAccess,
    WhatsAppReport,
    WhatsAppTemplate,
    WhatsAppText,
)
from reminders.models.rules import ReminderRule, Wording
from reminders.models.running.bulk_changes import BulkChange, BulkChangeRow
from reminders.models.running.calls import CallCount, CallHealth
from reminders.models.running.portions import Portion
from reminders.models.running.promise import PromiseDay
from reminders.models.same_person import ContactMerge, LikelyPair
from reminders.models.sooner.slots import FreeSlot, SlotOffer
from reminders.models.sooner.wishes import SoonerWish
from reminders.models.trust.restoring import RestoreHold
from reminders.models.trust.retention import (
    Erasure,
    ForgettingRun,
    KeptFor,
    KeptOptOut,
    LegalHold,
)
from reminders.models.trust.safety import DeskPin, PushKey, SessionLimits, TrustedDesk
from reminders.models.trust.trail import TrailEntry, TrailState

__all__ = [
    "AgeRule",
    "Appointment",
    "AuditEntry",
    "BulkChange",
    "BulkChangeRow",
    "CalendarFeed",
    "CallAttempt",
    "CallCount",
    "CallHealth",
    "CannedReply",
    "ClosedDay",
    "Contact",
    "ContactMerge",
    "DailyStatistics",
    "DailyTexts",
    "DeliveryReport",
    "DeskPin",
    "EmailNews",
    "EmailRoad",
    "EmailState",
    "EmailText",
    "Erasure",
    "FirstLogin",
    "ForgettingRun",
    "FreeSlot",
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
    "Portion",
    "Practitioner",
    "PromiseDay",
    "ProviderState",
    "PushKey",
    "Recall",
    "RecallBatch",
    "RecallText",
    "RecallTimes",
    "Reminder",
    "ReminderRule",
    "Reply",
    "RestoreHold",
    "Road",
    "RoleSignIn",
    "Service",
    "SessionLimits",
    "SignInCount",
    "SignInLink",
    "SlotOffer",
    "SoonerWish",
    "StaffProfile",
    "StaffSession",
    "Suppression",
    "TaskRun",
    "TaughtAnswer",
    "TaughtReply",
    "TextPrice",
    "TrailEntry",
    "TrailState",
    "TrialText",
    "Trouble",
    "TrustedDesk",
    "VisitChange",
    "VisitLink",
    "WebhookSecret",
    "WhatsAppAccess",
    "WhatsAppReport",
    "WhatsAppTemplate",
    "WhatsAppText",
    "Wording",
    "WordingTrial",
]
