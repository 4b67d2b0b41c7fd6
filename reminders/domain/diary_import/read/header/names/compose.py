"""What a header means by its parts: "Appt" + "Date", "Next of kin" + "phone", "患者" + "氏名".

A closed world: a header with a part that nobody knows is understood at most in part, and then only
asked about.
"""

from __future__ import annotations

from collections.abc import Callable

Parts = frozenset[str]

_PEOPLE = ("kin", "guardian", "gp", "referrer", "insurer", "animal", "staff", "site")
"""Who is not the patient; the first of these in a header has the word."""
_PHONE_OF = {
    "kin": "kin_phone", "guardian": "guardian_phone", "staff": "staff_phone",
    "site": "location_phone", "gp": "other_phone", "referrer": "other_phone",
    "insurer": "other_phone", "animal": "phone",
}  # fmt: skip
_NAME_OF = {
    "kin": "kin_name", "guardian": "guardian_name", "staff": "practitioner", "site": "location",
    "gp": "gp", "referrer": "referrer", "insurer": "insurer", "animal": "animal",
}  # fmt: skip
_WHEN = frozenset({"date", "time", "moment"})
_DONE = {
    "birth": "birth", "printed": "printed_on", "changed": "changed_on", "arrived": "arrived_on",
    "reminder": "confirmed", "sent": "confirmed",
}  # fmt: skip
_PHONES = frozenset({"phone", "mobile"})
_WHERE = {"home": "home_phone", "work": "work_phone", "other": "more_phone"}
_TEXTED = frozenset({"texts", "reminder", "contact", "mobile"})
_ABOUT = frozenset({"kind", "notes", "zone", "language", "status", "reason", "count"})


def _who(parts: Parts) -> str:
    return next((who for who in _PEOPLE if who in parts), "")


def _consent(parts: Parts) -> str | None:
    """Whether somebody may be texted. A mistake here texts people who said no, so all of it is
    placed or asked.
    """
    if "marketing" in parts and parts & {"consent", "texts", "email", "stop"}:
        return "marketing"
    if {"email", "consent"} <= parts and not parts & {"texts", "reminder", "phone", "mobile"}:
        return "marketing"
    if parts & {"sent", "count"} or ("status" in parts and "consent" not in parts):
        return None
    if "stop" in parts and parts & {"texts", "reminder", "contact", "phone", "consent", "mobile"}:
        return "marketing" if "email" in parts else "no_texts"
    if "method" in parts and parts & {"reminder", "contact", "confirmed", "texts"}:
        return "channel"
    if "consent" in parts and parts & _TEXTED and not parts & _WHEN:
        return "may_text"
    return None


def _phone(parts: Parts) -> str | None:
    if "fax" in parts or "pager" in parts:
        return "fax" if "fax" in parts else "pager"
    places = parts & _WHERE.keys()
    is_phone = parts & _PHONES or ("number" in parts and (places or "contact" in parts))
    if not is_phone or parts & (_WHEN | _ABOUT | {"email", "texts", "consent", "address", "name"}):
        return None
    who = _who(parts)
    if who:
        return _PHONE_OF[who]
    if "mobile" in parts:
        return "more_phone" if "other" in parts else "mobile"
    return _WHERE[min(places, key=lambda place: list(_WHERE).index(place))] if places else "phone"


def _cancelled(parts: Parts) -> str | None:
    if "cancelled" not in parts:
        return None
    if "by" in parts:
        return "cancelled_by"
    if parts & {"reason", "notes"}:
        return "reason"
    if parts & {"count", "money", "number"}:
        return "record"
    return "cancelled_at" if parts & _WHEN else "cancelled"


def _history(parts: Parts) -> str | None:
    """What happened before or around the visit: dates that must never be taken for it."""
    if "deceased" in parts:
        return "deceased"
    if "noshow" in parts:
        return "no_show"
    if "moved" in parts and not parts & {"reason", "count", "notes"}:
        return "booked_by" if "by" in parts else "moved"
    acts = parts & {"booked", "changed", "printed", "paid", "arrived", "confirmed", "reminder"}
    if "by" in parts and acts:
        return "booked_by"
    for act, kind in _DONE.items():
        if act in parts and not parts & {"consent", "method", "stop", "language", "kind"}:
            return None if act == "reminder" and not parts & (_WHEN | {"sent", "status"}) else kind
    if "booked" in parts:
        return None if parts & {"reason", "kind", "status", "notes"} else "booked_on"
    if "paid" in parts:
        return "paid_on" if "date" in parts else "money"
    return _before_or_after(parts)


def _before_or_after(parts: Parts) -> str | None:
    seen = parts & (_WHEN | {"visit", "service"})
    if "last" in parts and not parts & {"name", "given", "family"}:
        return "last_visit" if seen else None
    if "next" in parts:
        return "next_visit"
    return None


def _when(parts: Parts) -> str | None:
    if "allday" in parts:
        return "all_day"
    if "half" in parts:
        return "am_pm"
    if parts & {"hour", "minute"} and not parts & {"duration", "finish", "count"}:
        return "hour" if "hour" in parts else "minute"
    if "duration" in parts:
        return "duration"
    who = _who(parts)
    if parts & {"name", "number", "status", "kind", "notes", "room"} or who not in ("", "site"):
        return None  # the clinic's time is the clock that counts
    both = "moment" in parts or {"date", "time"} <= parts
    if {"begin", "finish"} <= parts and not parts & _WHEN:
        return "time"  # "From - to"
    if "finish" in parts and "begin" not in parts:
        return "end_date" if "date" in parts and not both else "ends_at"
    if both or ("begin" in parts and not parts & _WHEN):
        return "starts_at"
    return "date" if "date" in parts else "time" if "time" in parts else None


def _name(parts: Parts) -> str | None:
    if parts & {"kind", "service", "room", "money", "address", "email", "status", "count"}:
        return None
    who = _who(parts)
    said = parts & {"given", "family", "name", "preferred", "middle", "last", "title"}
    if who == "animal" and "patient" in parts:
        return "name?"  # "Owner (Animal)"
    if said and who == "staff" and said & {"given", "family", "title"}:
        return "staff_part"
    if who:
        bare = parts <= {who, "name", "full", "patient", "given", "family", "preferred", "contact"}
        return _NAME_OF[who] if bare else None
    if not said or "number" in parts or "visit" in parts:
        return None
    if "title" in said:
        return "title"
    for part, kind in (("preferred", "preferred_name"), ("middle", "middle_name")):
        if part in said:
            return kind
    if "given" in said:
        return "name" if said & {"family", "last"} else "first_name"
    return "last_name" if said & {"family", "last"} else "name"


def _number(parts: Parts) -> str | None:
    if "number" not in parts or parts & (_PHONES | _WHEN):
        return None
    if "status" in parts and "visit" in parts:
        return "status"
    if "texts" in parts:
        return "mobile"
    if _who(parts) or parts & {"service", "room", "kind", "status", "paid", "money", "reason"}:
        return "insurer" if "insurer" in parts else "record"
    if "patient" in parts:
        return "patient_id"
    return "external_id" if "visit" in parts else None


def _plain(parts: Parts) -> str | None:
    if "zone" in parts:
        return "time_zone~" if "patient" in parts else "time_zone"
    if "status" in parts:
        if "patient" in parts and "visit" not in parts:
            return "patient_status"
        return "record" if _who(parts) or parts & {"texts", "reminder"} else "status"
    for part in ("email", "address", "sex", "age", "language", "notes", "money", "room"):
        if part in parts:
            return "staff_email" if part == "email" and "staff" in parts else part
    if parts & {"kind", "reason", "service"}:
        if _who(parts) or ("patient" in parts and "visit" not in parts):
            return "patient_status" if "patient" in parts else "record"
        return "service"
    return "source" if "count" in parts else None


_RULES: tuple[Callable[[Parts], str | None], ...] = (
    _consent, _cancelled, _history, _phone, _number, _when, _name, _plain
)  # fmt: skip
"""In this order: what would be fatal to overlook comes first."""


def kind_of(parts: Parts) -> str | None:
    """The kind of column that a header of these parts is; None when they make no sense together.

    With "?" or "~" after it where the parts tell as little as such a name in `words/`.
    """
    for rule in _RULES:
        if found := rule(parts):
            return found
    if parts == {"patient"}:
        return "name"
    if "visit" in parts and "name" in parts:
        return "service"
    return None
