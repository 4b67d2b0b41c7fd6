"""What a column may mean: what is imported, what decides about a row, and what is known but only
kept.
"""

from __future__ import annotations

KEPT: dict[str, str] = {"room": "Room"}
"""Kept under this name with what the product does not know, whatever the file calls it."""

FIELDS: dict[str, str] = {
    "external_id": "Diary id",
    "patient_id": "Patient number",
    "first_name": "First name",
    "last_name": "Last name",
    "name": "Name",
    "name_family_first": "Name, family name first",
    "name_given_first": "Name, first name first",
    "preferred_name": "Preferred first name",
    "phone": "Phone",
    "second_phone": "Second phone",
    "dial_code": "Country code of the phone",
    "phone_inside": "Phone, among other words",
    "name_and_phone": "Name and phone in one",
    "date": "Date",
    "time": "Time",
    "hour": "Hour",
    "minute": "Minute",
    "am_pm": "AM or PM",
    "starts_at": "Date and time",
    "ends_at": "End",
    "duration": "Minutes",
    "time_zone": "Time zone",
    "all_day": "All day",
    "location": "Location",
    "practitioner": "Practitioner",
    "service": "Service",
    "language": "Language",
    "status": "Status",
    "cancelled": "Cancelled (yes or no)",
    "cancelled_at": "Cancelled on",
    "cancelled_by": "Cancelled (whatever stands there)",
    "deleted": "Deleted (yes or no)",
    "active": "Still on (yes or no)",
    "left_out": "Left out of the diary (yes or no)",
    "may_text": "May be texted (yes or no)",
    "no_texts": "Must not be texted (yes or no)",
    "channel": "How to be reminded",
    "deceased": "Deceased",
    "guardian_name": "Parent or guardian",
    "guardian_phone": "Parent's or guardian's phone",
    "notes": "Notes",
    **KEPT,
}
"""What a column may mean, with the words for it."""

ASIDE: dict[str, str] = {
    "booked_on": "when it was booked",
    "changed_on": "when it was changed",
    "birth": "date of birth",
    "last_visit": "last visit",
    "next_visit": "next visit or recall",
    "moved": "to when it was moved",
    "printed_on": "when it was printed or exported",
    "paid_on": "a date of billing",
    "end_date": "the day on which it ends",
    "arrived_on": "when the patient arrived or left",
    "kin_name": "next of kin",
    "kin_phone": "next of kin's phone",
    "fax": "fax",
    "pager": "pager",
    "staff_phone": "phone of staff",
    "location_phone": "phone of the location",
    "other_phone": "phone of somebody else",
    "staff_email": "e-mail of staff",
    "booked_by": "who booked it",
    "referrer": "who referred",
    "email": "e-mail",
    "address": "address",
    "sex": "sex or gender",
    "age": "age",
    "money": "fee or amount",
    "insurer": "insurer or funder",
    "gp": "general practitioner",
    "record": "another record's number",
    "middle_name": "middle or former name",
    "title": "title",
    "staff_part": "part of a staff member's name",
    "row_number": "number of the row",
    "user": "who was signed in",
    "patient_status": "kind of patient",
    "flag": "a yes or no that changes nothing",
    "marketing": "consent to marketing",
    "no_show": "whether somebody came",
    "confirmed": "what became of a reminder",
    "reason": "why it was cancelled",
    "animal": "animal",
    "colour": "a colour or label",
    "source": "something about the booking or the person",
}
"""Known kinds of columns that are not imported: they take nobody else's place, and are not asked
about, but for colours and labels where no column tells a status.
"""

COLUMN_WORDS = FIELDS | ASIDE

PHONES: dict[str, int] = {
    "mobile": 5,
    "phone": 4,
    "more_phone": 3,
    "home_phone": 2,
    "work_phone": 1,
}
"""The patient's phones by their names, with the order in which they are preferred."""

KINDS = frozenset(COLUMN_WORDS) | frozenset(PHONES)
"""What the words of `words/` may say that a name means."""
