"""`manage.py backup` and `manage.py restore`, as somebody at a console uses them."""

from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from reminders.domain.sending.after_restore.hold import is_held
from reminders.models import Contact
from reminders.sandbox import Sandbox
from tests.factories import make_contact

pytestmark = pytest.mark.django_db(transaction=True)
PASSPHRASE = "a passphrase of many words"


@pytest.fixture(autouse=True)
def console(sandbox: Sandbox, settings: Settings) -> None:
    """The machine's own time; a provider whose report does not lag."""
    sandbox.set_clock(None)
    settings.RECONCILE_AFTER = timedelta()
    settings.BACKUP_PASSPHRASE = PASSPHRASE


def manage(*arguments: str) -> str:
    """What the command says."""
    said = StringIO()
    call_command(*arguments, stdout=said)
    return said.getvalue()


def backup(folder: Path) -> str:
    """The path of a new backup."""
    assert "written and read back" in manage("backup", str(folder))
    (path,) = folder.glob("*.backup")
    return str(path)


def test_from_the_backup_to_texts_that_go_again(tmp_path: Path, settings: Settings) -> None:
    make_contact(last_name="Backed-up")
    path = backup(tmp_path)
    make_contact(last_name="Later")
    name = str(connection.settings_dict["NAME"])

    assert "Whole: version" in manage("restore", path, "--check")
    assert f"SECRET_KEY={settings.SECRET_KEY}" in manage("restore", path, "--secrets")
    with pytest.raises(CommandError, match="is not empty"):
        manage("restore", path)
    assert Contact.objects.count() == 2

    assert "Nothing is sent yet" in manage("restore", path, "--replace", name)
    assert list(Contact.objects.values_list("last_name", flat=True)) == ["Backed-up"]
    assert is_held()
    with pytest.raises(CommandError, match="catch up first"):
        manage("restore", "--go-on")
    manage("restore", "--catch-up")
    assert "Texts go again" in manage("restore", "--go-on")
    assert not is_held()


def test_without_a_restore_there_is_nothing_to_catch_up_with() -> None:
    with pytest.raises(CommandError, match="No restore is held"):
        manage("restore", "--catch-up")
    with pytest.raises(CommandError, match="Name a file"):
        manage("restore")


def test_a_provider_that_does_not_answer_is_said_and_texts_stay_held(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    path = backup(tmp_path)
    manage("restore", path, "--replace", str(connection.settings_dict["NAME"]))
    sandbox.order_fault("503", endpoint="detail", times=1)

    with pytest.raises(CommandError, match="could not be asked"):
        manage("restore", "--catch-up")

    assert is_held()


def test_a_backup_wants_a_folder(settings: Settings) -> None:
    settings.BACKUP_FOLDER = None
    with pytest.raises(CommandError, match="Name a folder"):
        manage("backup")


def test_no_backup_is_no_backup(tmp_path: Path) -> None:
    (tmp_path / "other.backup").write_text("something else")
    with pytest.raises(CommandError, match="damaged, or no backup"):
        manage("restore", str(tmp_path / "other.backup"), "--check")
