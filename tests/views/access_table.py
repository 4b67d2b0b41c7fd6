"""Every address of the staff site with who may ask for it: the table behind `test_access`.

Its rows stand in `access_desk` and `access_setup`.
"""

from __future__ import annotations

from datetime import date

from tests.views.access_desk import DESK
from tests.views.access_rows import Row
from tests.views.access_setup import SETUP

DAY = date(2030, 5, 6)
TABLE = (*DESK, *SETUP)
OPEN = {
    "make_first_login",
    "healthz",
    "readyz",
    "metrics",
    "promise",
    "login",
    "logout",
    "manifest",
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
    "whatsapp_webhook",
    "email_webhook",
    "unsubscribe",
    "security_txt",
    "unlock",
    "desk_pin",
    "printed",
    "calendar_feed",
    "visit_page",
    "visit_seen",
    "visit_calendar",
    "visit_no_page",
    "help",
    "help_chapter",
    "help_picture",
}
"""Addresses with rules of their own: for machines, for strangers, or for oneself only."""
EVERYWHERE = {"job", "taught", "test", "role", "desk", "practitioner", "service", "line"}
"""Things in addresses that belong to the whole site."""
WHOLE_SITE = {
    "statistics_prices",
    "location_new",
    "wordings_answers",
    "rules_move",
    "inbox_teach",
    "taught_remove",
    "age_rule",
    "recall_times",
    "retention",
    "retention_tonight",
    "after_restore",
    "after_restore_state",
    "after_restore_ask",
    "after_restore_go_on",
    "people_role",
    "people_limits",
    "people_desks",
    "people_desk_end",
    "trail",
    "trail_state",
    "trail_check",
    "email",
    "email_test",
    "whatsapp",
    "whatsapp_ask",
    "whatsapp_register",
}
"""Addresses that change something for every location: only for who may see them all."""


LOOKED_FOR = {
    "appointments",
    "contacts",
    "remember",
    "short_notice",
    "retention_tonight",
}
"""What is sent and changes nothing, so that an auditor may: names stand in no address."""
ONLY_TO_CHANGE = {
    "appointment_new",
    "many_choose",
    "appointment_edit",
    "appointment_menu",
    "appointment_cancel",
    "appointment_text",
    "short_notice_edit",
    "contact_new",
    "contact_edit",
    "contact_same",
    "contact_responsible",
    "recall_batch",
    "contact_merge",
    "rules_new",
    "rules_edit",
    "wordings_edit",
    "import_columns",
    "import_questions",
    "import_undo",
    "appointments_export",
    "trials_new",
    "people_invite",
    "people_edit",
    "location_new",
    "location_edit",
    "closed_days_holidays",
    "practitioners_new",
    "practitioners_edit",
    "services_new",
    "services_edit",
    "ready_lines_new",
    "ready_lines_edit",
}
"""Pages that show nothing but a form, so that an auditor has nothing to read there, and files."""
HELPING = {
    "people",
    "people_invite",
    "people_link",
    "people_forget_factors",
    "people_switch",
}
"""All that the help desk sees."""


def may(row: Row) -> set[str]:
    """Every role that may, with those that only look and only help."""
    looks = row.method == "GET" and row.url not in ONLY_TO_CHANGE
    audited = looks or (row.method == "POST" and row.url in LOOKED_FOR)
    return {
        *row.roles,
        *(["auditor"] if audited else []),
        *(["help desk"] if row.url in HELPING else []),
    }
