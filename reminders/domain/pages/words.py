"""What is stored as codes, in the same words on every page.

Those of a text's states are the labels of `Message.State`; here is what a page adds to them.
"""

from __future__ import annotations

from reminders.models import AuditEntry, Message, ReminderRule

State = Message.State
WAITS_WITH_PROVIDER = frozenset({State.ACCEPTED, State.HELD})
EXPLAINED = frozenset(Message.UNDELIVERED) - {State.EXPIRED}
"""States of which the provider's news gives the reason; otherwise it says the same as our words."""

BOOKED = "Booked"
EVENT_WORDS = {
    "created": BOOKED,
    "moved": "Moved",
    "changed": "Details changed",
    "booked": "Set back to no answer",
    "confirmed": "Confirmed",
    "declined": "Declined",
    "cancelled": "Cancelled",
    "deleted": "Taken out of the diary",
    "arrived": "Arrived",
    "no_show": "Did not come",
    "undone": "Taken back",
    "send_now": "Asked to send a text at once",
    "held": "Stopped a text",
    "released": "Let a text go out after all",
    "corrected": "Corrected an outdated text",
    "no_more_texts": "Wants no more texts about this one",
    "slot_offered": "Asked whether they would come sooner",
    "slot_filled": "The time was given to somebody on the short-notice list",
    "slot_asked": "Had the free time offered by text",
    "slot_calls": "Keeps the free time, to call people",
    "slot_stopped": "Stopped offering the free time",
    "slot_let_go": "Let the free time go",
    "wish_added": "Put on the short-notice list",
    "wish_changed": "Wishes to come sooner changed",
    "wish_removed": "Taken off the short-notice list",
    "wish_restored": "Back on the short-notice list",
    "contact_changed": "Patient's details changed",
    "contact_created": "Patient added",
    "responsible_set": "Somebody else is texted in their place",
    "responsible_ended": "Texted themselves again",
    "recall_sent": "Invited to come again",
    "recall_undone": "Invitation taken back",
    "recall_left_out": "Not invited this time",
    "recall_put_back": "To be invited after all",
    "merged": "Found to be the same person as another entry",
    "split": "Found to be two people again",
    "whatsapp_ended": "Wants nothing more by WhatsApp",
    "email_set_up": "E-mail set up otherwise",
    "email_stopped": "Wants nothing more by e-mail",
    "email_bounced": "Mail to their address comes back",
    "opted_out": "Opted out of texts",
    "opted_in": "Gets texts again",
    "number_wrong": "The number is wrong: no texts go to it",
    "number_right": "The number is right after all",
    "hold_set": "Put on legal hold: nothing is forgotten",
    "hold_ended": "Legal hold ended",
    "person_exported": "Everything about them was exported",
    "erasure_asked": "Asked to be forgotten",
    "person_forgotten": "Forgotten",
}
FIELD_WORDS = {
    "starts_at": "",  # the local date and time say the same
    "wall_flag": "",
    "local_date": "Date",
    "local_time": "Time",
    "location_id": "Location",
    "contact_id": "Patient",
    "practitioner_id": "With",
    "service_id": "Service",
    "duration": "Minutes",
    "notes": "Notes",
    "external_id": "Diary id",
    "diary": "Diary",
    "first_name": "First name",
    "last_name": "Last name",
    "preferred_name": "Called",
    "birth_date": "Date of birth",
    "phone": "Number",
    "phone_as_given": "",
    "phone_kind": "",
    "phone_problem": "",
    "second_phone": "Second number",
    "no_recalls": "No invitations",
    "whatsapp_agreed_at": "May be written to by WhatsApp since",
    "email": "E-mail",
    "email_agreed_at": "May be written to by e-mail since",
    "email_state": "",
    "language": "Language",
    "channel": "Messages",
    # As imports write them: names as they stood then, in place of ids.
    "name": "Patient",
    "date": "Date",
    "time": "Time",
    "location": "Location",
    "practitioner": "With",
    "service": "Service",
    "patient_id": "Patient number",
}
TEXT_TITLES: dict[str, str] = {
    Message.Kind.REMINDER: "Text sent",
    Message.Kind.STAFF: "Text written by staff",
    Message.Kind.CORRECTION: "Correction sent",
    Message.Kind.NOTICE: "Notice sent",
    Message.Kind.ANSWER: "Automatic answer",
    Message.Kind.OFFER: "Offer of a sooner time",
    Message.Kind.RECALL: "Invitation to come again",
    Message.Kind.COPY: "Copy sent",
}
EVENT_TEXTS: dict[str, str] = {
    ReminderRule.Kind.BOOKED: "that it is booked",
    ReminderRule.Kind.MOVED: "that it was moved",
    ReminderRule.Kind.CANCELLED: "that it is cancelled",
    ReminderRule.Kind.MISSED: "that they were missed",
    ReminderRule.Kind.AFTER: "after the visit",
}
SOURCE_WORDS = {
    AuditEntry.Source.PATIENT: "The patient",
    AuditEntry.Source.IMPORT: "A diary import",
    AuditEntry.Source.SYSTEM: "The application",
}


def text_state(state: str, *, news: str = "", planned: bool = False) -> str:
    """A `Message.State` in words for staff; blank without one.

    `news` is the last of the provider, `planned` says that the time of the text is still to come.
    """
    if not state:
        return ""
    known = State(state)
    # Only before its time: afterwards “planned” would hide that a text has not left.
    if planned and known in WAITS_WITH_PROVIDER:
        return "Planned"
    words = str(known.label)
    return f"{words}: {news}" if news and known in EXPLAINED else words
