"""E-mail addresses as people and programs write them."""

from __future__ import annotations

import pytest

from reminders.domain.consent.email_addresses import LONGEST, EmailProblem, read_address

NONE, SEVERAL, NO_ADDRESS, LETTERS = (
    EmailProblem.NONE,
    EmailProblem.SEVERAL,
    EmailProblem.NO_ADDRESS,
    EmailProblem.LETTERS,
)
ANN = "ann@clinic.example"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("ann@clinic.example", ANN),
        ("  ann@clinic.example \t", ANN),
        ("Ann@Clinic.Example", ANN),
        ("mailto:ann@clinic.example", ANN),
        ("MAILTO: ann@clinic.example", ANN),
        ("Email: ann@clinic.example", ANN),
        ("<ann@clinic.example>", ANN),
        ("Ann Lee <ann@clinic.example>", ANN),
        ('"Lee, Ann" <ann@clinic.example>', ANN),
        ("ann@clinic.example.", ANN),
        ("ann@clinic.example;", ANN),
        ("'ann@clinic.example'", ANN),
        ("ann @ clinic.example", ANN),
        ("ann@ clinic.example", ANN),
        ("ann\u00a0@clinic.example", ANN),
        ("\ufeffann@clinic.example\u200b", ANN),
        ("ann＠clinic.example", ANN),
        ("ann@clinic.example; ANN@clinic.example", ANN),
        ("ann.lee+dentist@mail.clinic.co.example", "ann.lee+dentist@mail.clinic.co.example"),
        ("o'neill@clinic.example", "o'neill@clinic.example"),
        ("ann@praxis-müller.example", "ann@xn--praxis-mller-klb.example"),
        ("ann@clinic.example, bob@clinic.example", SEVERAL),
        ("ann@clinic.example bob@clinic.example", SEVERAL),
        ("ann@clinic.example\nbob@clinic.example", SEVERAL),
        ("Ann <ann@clinic.example>, Bob <bob@clinic.example>", SEVERAL),
        ("ann@clinic.example\r\nBcc: bob@clinic.example", SEVERAL),
        ("", NONE),
        ("-", NONE),
        ("n/a", NONE),
        ("No email", NONE),
        ("none@none", NONE),
        ("none@none.com", NONE),
        ("noemail@noemail.com", NONE),
        ("na@na.com", NONE),
        ("none@email.com", NONE),
        ("xxx@xxx.xx", NONE),
        ("sin correo", NONE),
        ("ann", NO_ADDRESS),
        ("ann@", NO_ADDRESS),
        ("@clinic.example", NO_ADDRESS),
        ("ann@clinic", NO_ADDRESS),
        ("ann@localhost", NO_ADDRESS),
        ("ann@clinic.invalid", NO_ADDRESS),
        ("ann@@clinic.example", NO_ADDRESS),
        ("ann..lee@clinic.example", NO_ADDRESS),
        (".ann@clinic.example", ANN),
        ("ann lee@clinic.example", NO_ADDRESS),
        ("ann@clinic..example", NO_ADDRESS),
        ("ann@-clinic.example", NO_ADDRESS),
        ("ann@[192.0.2.1]", NO_ADDRESS),
        ("ann(at)clinic.example", NO_ADDRESS),
        ("07700 900123", NO_ADDRESS),
        ("señora@clinic.example", LETTERS),
        (f"{'a' * 65}@clinic.example", NO_ADDRESS),
        (f"ann@{'a.' * 130}example", NO_ADDRESS),
    ],
)
def test_a_cell_of_a_diary(written: str, meant: str) -> None:
    assert read_address(written) == meant


def test_an_address_fits_its_column() -> None:
    local, site = "a" * 64, ".".join(["b" * 60] * 3) + ".example"

    assert len(f"{local}@{site}") <= LONGEST or read_address(f"{local}@{site}") == NO_ADDRESS
