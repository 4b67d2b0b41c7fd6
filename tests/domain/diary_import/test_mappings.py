"""Mappings that are remembered: what somebody limited to some locations may teach, and is given."""

import pytest
from django.contrib.auth.models import User

from reminders.domain.diary_import import work_off_imports
from reminders.domain.diary_import.uploads import choose, go, upload
from reminders.models import Import, ImportMapping, Location
from tests import factories as make
from tests.domain.diary_import.importing import NOW, csv_of, sydney

pytestmark = pytest.mark.django_db
HEADER = "nr,wer,phone,date,time"


def uploaded(content: bytes, user: User) -> Import:
    return upload([content], name="diary.csv", location=None, now=NOW, user_id=user.pk)


def worked_off(row: Import) -> Import:
    work_off_imports(now=NOW)
    row.refresh_from_db()
    return row


def taught(user: User, name: str, location: Location | None = None) -> Import:
    """A file brought in by a user who names the mapping and says where it belongs."""
    row = worked_off(
        uploaded(csv_of("1,Ann Lee,0491 570 006,2026-03-04,10:00", header=HEADER), user)
    )
    mapping = row.mapping | {"wer": "name"}  # nobody knows whose names these are
    choose(row, mapping=mapping, date_format="", location=location, name=name)
    go(worked_off(row), gone="keep", remember_as="", confirmed=False)
    return worked_off(row)


def test_what_a_limited_user_teaches_changes_no_mapping_of_other_locations() -> None:
    mine, other = sydney(), make.make_location()
    user = make.make_user(group="manager", locations=(mine,))
    ImportMapping.objects.create(name="For all")
    ImportMapping.objects.create(name="Theirs", location=other)
    before = list(ImportMapping.objects.values())

    states = [taught(user, name, mine).state for name in ("For all", "Theirs")]
    kept = list(ImportMapping.objects.values())
    taught(user, "Own")

    assert (states, kept) == (["applied", "applied"], before)
    assert ImportMapping.objects.get(name="Own").location == mine


def test_a_limited_user_is_not_given_another_locations_mapping() -> None:
    mine, other = sydney(), make.make_location(country="AU")
    taught(make.make_user(group="manager", locations=(other,)), "Theirs")
    user = make.make_user(group="manager", locations=(mine,))
    content = csv_of("2,Ben Lee,0491 570 156,2026-03-05,10:00", header=HEADER)

    row = uploaded(content, user)

    assert (row.location, row.mapping_name) == (None, "")
