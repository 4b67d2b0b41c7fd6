"""Every address of the staff site with who may ask for it: the table behind `test_access`.

A row is the address's name, how it is asked for, who may, and where it leads; `{names}` in what is
posted and in the query are filled in with things of a location.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.contrib.auth.models import Group, User

from reminders.domain.common.audit import SYSTEM, record
from reminders.domain.diary.likely_pairs import keep_apart
from reminders.models import Import, InboxItem, Job, Location, Reply, TaughtAnswer, TaughtReply
from tests.factories import (
    NOON,
    make_appointment,
    make_confirmation_rule,
    make_contact,
    make_handed_over,
    make_merge,
    make_message,
    make_user,
)

DAY = date(2030, 5, 6)
STAFF = ("receptionist", "manager", "administrator")
MANAGERS = ("manager", "administrator")
ADMINISTRATORS = ("administrator",)


@dataclass(frozen=True)
class Row:
    """One way to ask for one address. `names` is the thing in the address; blank: it names none."""

    url: str
    method: str
    roles: tuple[str, ...]
    names: str = ""
    given: dict[str, str] = field(default_factory=dict)
    query: str = ""

    def __str__(self) -> str:
        return f"{self.method} {self.url}"

    @property
    def is_of_a_place(self) -> bool:
        """Whether it is about something that belongs to one location."""
        return bool(self.names) or "{" in "".join([*self.given.values(), self.query])


def row(
    url: str, method: str, roles: tuple[str, ...], names: str = "", *, query: str = "", **given: str
) -> Row:
    """A row, what is posted as keywords."""
    return Row(url, method, roles, names, given, query)


OPEN = {
    "make_first_login",
    "healthz",
    "readyz",
    "login",
    "logout",
    "password_change",
    "account_login",
    "account_logout",
    "account_reauthenticate",
    "choose_password",
    "forgotten_password",
    "second_factor_due",
    "sign_out_elsewhere",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_authenticate",
    "mfa_deactivate_totp",
    "mfa_download_recovery_codes",
    "mfa_edit_webauthn",
    "mfa_generate_recovery_codes",
    "mfa_index",
    "mfa_list_webauthn",
    "mfa_login_webauthn",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "mfa_remove_webauthn",
    "mfa_view_recovery_codes",
    "openid_connect_callback",
    "openid_connect_login",
    "messages_webhook",
}
"""Addresses with rules of their own: for machines, for strangers, or for oneself only."""

TABLE = (
    row("day_sheet", "GET", STAFF),
    row("day_sheet_rows", "GET", STAFF),
    row("appointments", "GET", STAFF),
    row("appointments", "POST", STAFF, q="lee"),
    row("appointment_new", "GET", STAFF),
    row("appointment_new", "POST", STAFF),
    row("appointment_new", "GET", STAFF, query="contact={contact}"),
    row("appointment_pick", "POST", STAFF, who="lee"),
    row("appointment", "GET", STAFF, "appointment"),
    row("appointment_edit", "GET", STAFF, "appointment"),
    row("appointment_edit", "POST", STAFF, "appointment"),
    row("appointment_menu", "GET", STAFF, "appointment"),
    row("appointment_status", "POST", STAFF, "appointment", to="confirmed"),
    row("appointment_text", "GET", STAFF, "appointment"),
    row("appointment_text", "POST", STAFF, "appointment", text="Hello"),
    row("appointment_correct", "POST", STAFF, "appointment"),
    row("contacts", "GET", STAFF),
    row("contacts", "POST", STAFF, q="lee"),
    row("contact_new", "GET", STAFF),
    row("contact_new", "POST", STAFF),
    row("contact_edit", "GET", STAFF, "contact"),
    row("contact_edit", "POST", STAFF, "contact"),
    row("contact_same", "GET", STAFF, "contact"),
    row("contact_same", "POST", STAFF, "contact", q="lee"),
    row("contact_merge", "GET", STAFF, "contact", query="other={relative}"),
    row("contact_merge", "POST", STAFF, "contact", other="{relative}"),
    row("contact_split", "POST", STAFF, "merge"),
    row("contact_data", "GET", MANAGERS, "contact"),
    row("contact_export", "POST", MANAGERS, "contact", **{"as": "json"}),
    row("contact_hold", "POST", MANAGERS, "contact", reason="A claim"),
    row("contact_forget", "POST", MANAGERS, "contact", sure="yes"),
    row("send_reminder", "POST", STAFF, "reminder"),
    row("hold_reminder", "POST", STAFF, "reminder"),
    row("release_reminder", "POST", STAFF, "reminder"),
    row("undo", "POST", STAFF, "event"),
    row("text_size", "POST", STAFF, text="Hello"),
    row("pulse", "GET", STAFF),
    row("remember", "POST", STAFF),
    row("call_list", "GET", STAFF),
    row("call_list_called", "POST", STAFF, appointments="{appointment}", outcome="called"),
    row("call_list_answered", "POST", STAFF, appointments="{appointment}", to="confirmed"),
    row("call_list_undo", "POST", STAFF, query="calls=1"),
    row("inbox", "GET", STAFF),
    row("inbox_card", "GET", STAFF, "card"),
    row("inbox_decide", "POST", STAFF, "card", action="neither", revision="1"),
    row("inbox_answer", "POST", STAFF, "card", text="Hello", revision="1"),
    row("inbox_take", "POST", STAFF, "card", revision="1"),
    row("inbox_done", "POST", STAFF, "card", revision="1"),
    row("inbox_teach", "POST", MANAGERS, "card", meaning="yes"),
    row("inbox_texts", "POST", STAFF, "card", to="stop", revision="1"),
    row("inbox_reopen", "POST", STAFF, "card", revision="1"),
    row("inbox_undo", "POST", STAFF, "card", query="revision=1"),
    row("conversation", "GET", STAFF, "contact"),
    row("conversation_send", "POST", STAFF, "contact", text="Hello"),
    row("conversation_ask", "POST", STAFF, "contact", text="nothing"),
    row("conversation_consent", "POST", STAFF, "contact", to="out"),
    row("unsent", "GET", STAFF),
    row("unsent", "GET", STAFF, query="as=csv"),
    row("forecast", "GET", STAFF),
    row("data_quality", "GET", STAFF),
    row("data_quality", "GET", STAFF, query="flaw=twice&view=said&who=all"),
    row("pair_apart", "POST", STAFF, one="{contact}", other="{relative}"),
    row("pair_together", "POST", STAFF, "pair"),
    row("statistics", "GET", MANAGERS),
    row("setup", "GET", MANAGERS),
    row("first_steps", "GET", STAFF),
    row("rules", "GET", MANAGERS),
    row("rules_new", "GET", MANAGERS),
    row("rules_new", "POST", MANAGERS),
    row("rules_preview", "POST", MANAGERS, rule="{rule}"),
    row("rules_edit", "GET", MANAGERS, "rule"),
    row("rules_edit", "POST", MANAGERS, "rule"),
    row("rules_switch", "POST", MANAGERS, "rule", on="yes"),
    row("rules_move", "POST", MANAGERS, "rule", up="yes"),
    row("rules_delete", "POST", MANAGERS, "rule"),
    row("rules_job", "GET", MANAGERS, "job"),
    row("wordings", "GET", MANAGERS),
    row("wordings", "GET", MANAGERS, query="rule={rule}"),
    row("wordings_edit", "GET", MANAGERS, query="purpose=confirmation&rule={rule}"),
    row(
        "wordings_edit",
        "POST",
        MANAGERS,
        query="purpose=confirmation&rule={rule}",
        text="Come soon",
    ),
    row(
        "wordings_preview", "POST", MANAGERS, query="purpose=confirmation&rule={rule}", text="Hello"
    ),
    row("wordings_reset", "POST", MANAGERS, query="purpose=confirmation&rule={rule}"),
    row("wordings_answers", "POST", MANAGERS, purpose="confirmed", on="yes"),
    row("taught_replies", "GET", MANAGERS),
    row("taught_remove", "POST", MANAGERS, "taught"),
    row("taught_answers", "GET", MANAGERS),
    row("taught_answer", "POST", MANAGERS, "answer", meaning="name"),
    row("taught_answer_remove", "POST", MANAGERS, "answer"),
    row("taught_answer_undo", "POST", MANAGERS),
    row("imports", "GET", MANAGERS),
    row("imports", "POST", MANAGERS),
    row("import_example", "GET", MANAGERS),
    row("import_example_csv", "GET", MANAGERS, query="language=de"),
    row("import", "GET", MANAGERS, "upload"),
    row("import_progress", "GET", MANAGERS, "upload"),
    row("import_columns", "GET", MANAGERS, "upload"),
    row("import_columns", "POST", MANAGERS, "upload"),
    row("import_questions", "GET", MANAGERS, "upload"),
    row("import_questions", "POST", MANAGERS, "upload"),
    row("import_ask_again", "POST", MANAGERS, "upload"),
    row("import_known_names", "POST", MANAGERS, "upload"),
    row("import_go", "POST", MANAGERS, "upload"),
    row("import_discard", "POST", MANAGERS, "upload"),
    row("import_csv", "GET", MANAGERS, "upload"),
    row("import_undo", "GET", MANAGERS, "upload"),
    row("import_undo", "POST", MANAGERS, "upload"),
    row("retention", "GET", ADMINISTRATORS),
    row("retention", "POST", ADMINISTRATORS),
    row("retention_tonight", "POST", ADMINISTRATORS),
    row("people", "GET", ADMINISTRATORS),
    row("people_invite", "GET", ADMINISTRATORS),
    row("people_invite", "POST", ADMINISTRATORS),
    row("people_link", "POST", ADMINISTRATORS, "colleague"),
    row("people_role", "POST", ADMINISTRATORS, "role", second_factor="yes"),
    row("people_forget_factors", "POST", ADMINISTRATORS, "colleague"),
    row("connection", "GET", ADMINISTRATORS),
    row("connection_check", "POST", ADMINISTRATORS),
    row("connection_test", "POST", ADMINISTRATORS, phone="07700 900123"),
    row("connection_test_state", "GET", ADMINISTRATORS, "test"),
)
EVERYWHERE = {"job", "taught", "test", "role"}
"""Things in addresses that belong to the whole site."""
WHOLE_SITE = {
    "wordings_answers",
    "rules_move",
    "inbox_teach",
    "taught_remove",
    "retention",
    "retention_tonight",
    "people_role",
}
"""Addresses that change something for every location, so only for those who may see every location.
"""


def things(place: Location, *, user: User, name: str = "Ann") -> dict[str, int | UUID]:
    """One of everything that an address can name, at a location; uploads are of this user."""
    contact = make_contact(first_name=name)
    appointment = make_appointment(day=DAY, location=place, contact=contact)
    rule = make_confirmation_rule(location=place)
    reminder = make_handed_over(appointment, rule)
    event = record("confirmed", by=SYSTEM, now=NOON, appointment_id=appointment.pk)
    reply = Reply.objects.create(
        provider_id=f"of-{name}-{appointment.pk}", contact=contact, phone=contact.phone,
        text=f"{name} wrote", received_at=NOON, stored_at=NOON, applied_at=NOON,
    )  # fmt: skip
    card = InboxItem.objects.create(
        kind="unclear", reply=reply, contact=contact, appointment=appointment, location=place,
        phone=contact.phone, opened_at=NOON,
    )  # fmt: skip
    upload = Import.objects.create(
        filename=f"{name}.csv", created_at=NOON, created_by=user, state="applied"
    )
    relative = make_contact(first_name=name)
    make_appointment(day=DAY, location=place, contact=relative)
    pair = keep_apart(contact.pk, relative.pk, by=SYSTEM, now=NOON)
    return {
        "appointment": appointment.pk,
        "contact": contact.pk,
        "relative": relative.pk,
        "pair": pair.pk,
        "merge": make_merge(contact).pk,
        "rule": rule.pk,
        "reminder": reminder.pk,
        "event": event.pk,
        "card": card.pk,
        "upload": upload.pk,
        "job": Job.objects.create(kind="replan", created_at=NOON, state="done").pk,
        "taught": TaughtReply.objects.create(
            language="en", words=f"phrase {contact.pk}", meaning="yes", taught_at=NOON
        ).pk,
        "answer": TaughtAnswer.objects.create(
            location=place, about="column", header="who", meaning="name", taught_at=NOON
        ).pk,
        "role": Group.objects.get(name="receptionist").pk,
        "colleague": make_user(first_name=name, group="receptionist", locations=(place,)).pk,
        "test": make_message(kind="test", state="delivered", location=place).pk,
    }
