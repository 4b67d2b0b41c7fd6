"""One list of advisory locks, and one module that locks the rows whose order matters."""

import re
from pathlib import Path

import pytest
from django.db import connection, transaction

import reminders
from reminders.domain.common.locks import AdvisoryLock, take

DOMAIN = Path(reminders.__file__).parent / "domain"
ORDERED = ("Appointment", "Contact", "Message")


def sources() -> dict[str, str]:
    return {
        str(path.relative_to(DOMAIN)): path.read_text(encoding="utf-8")
        for path in DOMAIN.rglob("*.py")
    }


def test_no_number_stands_for_two_locks():
    assert len({lock.value for lock in AdvisoryLock.__members__.values()}) == len(
        AdvisoryLock.__members__
    )


def test_every_advisory_lock_is_taken_by_its_name():
    taken = {
        name: text
        for name, text in sources().items()
        if re.search(r"advisory_xact_lock", text) and name != "common/locks.py"
    }

    assert all("AdvisoryLock." in text for text in taken.values())
    assert not [
        name
        for name, text in sources().items()
        if re.search(r"\b7_[12]\d\d_\d{3}", text) and name != "common/locks.py"
    ]


@pytest.mark.parametrize("model", ORDERED)
def test_single_rows_whose_order_matters_are_locked_in_one_module(model):
    elsewhere = re.compile(rf"\b{model}\.objects\.select_for_update")

    assert {name for name, text in sources().items() if elsewhere.search(text)} <= {
        "common/locks.py"
    }


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("shared", "mode"), [(False, "ExclusiveLock"), (True, "ShareLock")])
def test_a_lock_ends_with_its_transaction(shared, mode):
    with transaction.atomic():
        take(AdvisoryLock.RULES, shared=shared)
        assert held() == [(AdvisoryLock.RULES.value, mode)]
    assert held() == []


def held() -> list[tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT objid::bigint, mode FROM pg_locks WHERE locktype = 'advisory'"
            " AND pid = pg_backend_pid()"
        )
        return cursor.fetchall()
