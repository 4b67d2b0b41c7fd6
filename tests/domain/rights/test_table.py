"""The table of rights: closed where it says nothing, and the same in its document."""

from pathlib import Path

import pytest

from reminders.domain.rights.actions import GROUPS, TABLE, action_at, of_list
from reminders.domain.rights.document import written_into
from reminders.domain.rights.permissions import GRANTING
from reminders.domain.rights.roles import AUDITOR, HELP_DESK, PERMISSIONS, code, starts_with
from reminders.domain.rights.table import act, by_address

DOCUMENT = Path(__file__).parents[3] / "docs" / "trust" / "rights.md"


def test_the_document_says_what_the_table_says():
    document = DOCUMENT.read_text(encoding="utf-8")

    assert document == written_into(document)


def test_an_address_without_a_row_is_closed():
    assert action_at("nobody_entered_this") is None


def test_an_address_has_one_row():
    row = act("twice", "reminders.change_contact", "Twice")

    with pytest.raises(ValueError, match="twice"):
        by_address([row, row])
    assert len(TABLE) == sum(len(rows) for _, rows in GROUPS)


def test_a_page_that_is_only_looked_at_answers_no_post():
    assert TABLE["day_sheet"].needs("POST") == TABLE["day_sheet"].needs("DELETE") == ""
    assert TABLE["day_sheet"].methods == ["GET", "HEAD"]


@pytest.mark.parametrize(
    ("address", "needed"),
    [
        ("admin:reminders_location_changelist", "reminders.view_location"),
        ("admin:django_celery_beat_periodictask_change", "django_celery_beat.view_periodictask"),
        ("admin:auth_user_delete", "auth.delete_user"),
        ("admin:index", ""),
        ("rules_edit", ""),
    ],
)
def test_a_list_of_the_administration_takes_its_tables_permission(address, needed):
    assert of_list(address) == needed


def test_an_auditor_has_no_permission_that_changes_anything():
    assert {name.split("_")[0] for _, name in PERMISSIONS[AUDITOR]} == {"view"}
    sent = [row for row in TABLE.values() if row.send and starts_with(AUDITOR, row.send)]
    assert [row.address for row in sent if row.changes] == []


def test_the_help_desk_gives_no_rights_and_sees_no_patient():
    assert PERMISSIONS[HELP_DESK].isdisjoint(map(code, GRANTING))
    theirs = {row.address for row in TABLE.values() if starts_with(HELP_DESK, row.look or row.send)}
    assert {address.split("_")[0] for address in theirs} == {"people"}
