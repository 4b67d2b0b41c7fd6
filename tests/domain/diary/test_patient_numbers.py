"""What is a patient number, and what only says that there is none."""

import pytest

from reminders.domain.diary.patient_numbers import read_patient_number


@pytest.mark.parametrize(
    "text",
    [
        *(
            "NEW",
            "new",
            " New ",
            "(new)",
            "New Patient",
            "N/A",
            "#N/A",
            "n.a.",
            "NA",
            "none",
            "NULL",
            "nan",
        ),
        *(
            "-",
            "--",
            "?",
            "...",
            "0",
            "000",
            "0.0",
            "００",
            "x",
            "XXX",
            "unknown",
            "TBA",
            "walk-in",
            "blank",
        ),
        *(
            "neu",
            "Neukunde",
            "k. A.",
            "unbekannt",
            "keine",
            "nouveau",
            "Néant",
            "aucun",
            "nuevo",
            "s/n",
        ),
        *(
            "nuovo",
            "nessuno",
            "nieuw",
            "n.v.t.",
            "geen",
            "novo",
            "nowy",
            "brak",
            "ny",
            "saknas",
            "ukendt",
        ),
        *(
            "uusi",
            "ei ole",
            "nový",
            "žádné",
            "yeni",
            "yok",
            "новый",
            "нет",
            "新規",
            "なし",
            "无",
            "新患者",
        ),
        *("جديد", "لا يوجد", "חדש", "없음"),
    ],
)
def test_a_word_or_sign_for_no_number_is_none(text: str) -> None:
    assert read_patient_number(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        "7",
        "007",
        "10",
        "P7",
        "NEW-12",
        "A0",
        "0815",
        "12/2026",
        "N/A 7",
        "JD-1",
        "７",
        "ab",
        "患12",
    ],
)
def test_a_number_stays_as_it_is_written(text: str) -> None:
    assert read_patient_number(text) == text
