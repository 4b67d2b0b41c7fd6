"""Encodings: read rightly or asked about with the right reading among the choices, never
misread.
"""

from __future__ import annotations

import pytest

from reminders.domain.diary_import.problems import ImportRefused
from reminders.domain.diary_import.questions import About, Answers, QuestionsOpen
from tests.domain.diary_import.read.files.books import xlsx
from tests.domain.diary_import.read.files.opening import (
    HEADER,
    names_of,
    opened,
    question_of,
    refusal_of,
)

WESTERN = ["Zoë Léger", "Hélène Dupré", "Jörg Müller", "Søren Ågård", "Nuño Peña", "Françoise Noël"]
CENTRAL = ["Łukasz Żak", "Jiří Dvořák", "Małgorzata Wiśniewska", "Petra Žižková", "Győző Szabó"]
CYRILLIC = ["Иван Петров", "Ольга Смирнова", "Юлия Щербакова", "Сергей Кузнецов"]
CHINESE = ["王小明", "李娜", "张伟", "刘洋", "陈静"]
TAIWANESE = ["陳大文", "黃小美", "張志明", "林淑芬"]
JAPANESE = ["山田太郎", "佐藤花子", "鈴木さくら", "ヤマダ"]
KOREAN = ["김철수", "이영희", "박지성", "최민호", "정은지"]
GREEK = ["Γιώργος Παπαδόπουλος", "Μαρία Νικολάου"]
TURKISH = ["Ayşe Yıldız", "Gökçe Şahin", "İbrahim Öztürk"]
HEBREW = ["דוד כהן", "שרה לוי"]
ARABIC = ["محمد علي", "فاطمة حسن"]
THAI = ["สมชาย ใจดี", "สุดา แก้วใส"]
BALTIC = ["Jonas Kazlauskas", "Žydrūnė Šimkutė", "Jānis Bērziņš"]

WRITTEN = {
    "cp1252": WESTERN,
    "iso8859_15": [*WESTERN, "20 € due"],
    "mac_roman": WESTERN,
    "cp850": WESTERN,
    "cp437": ["Zoë Léger", "Jörg Müller", "Hélène Dupré"],
    "cp1250": CENTRAL,
    "iso8859_2": CENTRAL,
    "cp852": CENTRAL,
    "mac_latin2": CENTRAL,
    "cp1251": CYRILLIC,
    "koi8_r": CYRILLIC,
    "cp866": CYRILLIC,
    "mac_cyrillic": CYRILLIC,
    "iso8859_5": CYRILLIC,
    "gbk": CHINESE,
    "gb18030": CHINESE,
    "big5": TAIWANESE,
    "cp932": JAPANESE,
    "euc_jp": JAPANESE,
    "euc_kr": KOREAN,
    "cp1253": GREEK,
    "iso8859_7": GREEK,
    "cp1254": TURKISH,
    "cp1255": HEBREW,
    "cp1256": ARABIC,
    "cp874": THAI,
    "cp1257": BALTIC,
}
HOME = {
    "cp1252": "FR",
    "iso8859_15": "FR",
    "mac_roman": "FR",
    "cp850": "DE",
    "cp437": "US",
    "cp1250": "PL",
    "iso8859_2": "CZ",
    "cp852": "PL",
    "mac_latin2": "CZ",
    "cp1257": "LT",
    "cp1251": "RU",
    "koi8_r": "RU",
    "cp866": "RU",
    "mac_cyrillic": "RU",
    "iso8859_5": "BG",
    "gbk": "CN",
    "gb18030": "CN",
    "big5": "TW",
    "cp932": "JP",
    "euc_jp": "JP",
    "euc_kr": "KR",
    "cp1253": "GR",
    "iso8859_7": "GR",
    "cp1254": "TR",
    "cp1255": "IL",
    "cp1256": "EG",
    "cp874": "TH",
}


NEIGHBOURS = [
    ("cp1250", "RO", ["Ştefan Crăciun", "Mărioara Vîlcu"]),
    ("cp1250", "HR", ["Željka Šarić", "Đurđica Kovačić"]),
    ("cp1250", "RS", ["Snežana Pešić", "Miloš Živković"]),
    ("cp1251", "UA", ["Євген Ґудзь", "Лук’яненко Ірина"]),
    ("koi8_u", "UA", ["Євген Бойко", "Юрій Щербина"]),
]
"""Where few names stand in an encoding that the languages of neighbours share."""


def diary(names: list[str], encoding: str) -> bytes:
    rows = [f"{n},{name},0491 570 006,2027-03-03,10:30" for n, name in enumerate(names)]
    return "\n".join([HEADER, *rows, ""]).encode(encoding)


def outcome(names: list[str], encoding: str, country: str) -> str:
    """Whether the names come out right, are asked about with the right ones offered, or neither."""
    content = diary(names, encoding)
    try:
        return "right" if names_of(content, country=country) == names else "WRONG"
    except QuestionsOpen as asked:
        (question,) = asked.questions
        for choice in question.choices:
            answers = Answers(encoding=choice.answer.meaning)
            if names_of(content, answers=answers) == names:
                return "asked"
        return "NOT OFFERED"


@pytest.mark.parametrize(("encoding", "names"), WRITTEN.items())
@pytest.mark.parametrize("country", ["", "GB", "home"])
def test_every_encoding_is_read_or_asked_about(
    encoding: str, names: list[str], country: str
) -> None:
    country = HOME[encoding] if country == "home" else country
    assert outcome(names, encoding, country) in ("right", "asked")


@pytest.mark.parametrize(("encoding", "country", "names"), NEIGHBOURS)
def test_two_names_of_a_country_are_enough(encoding: str, country: str, names: list[str]) -> None:
    assert outcome(names, encoding, country) == "right"


@pytest.mark.parametrize(
    "encoding",
    [
        *("cp1252", "iso8859_15", "cp1250", "cp1251", "gbk", "big5", "cp932", "euc_kr"),
        *("cp1253", "cp1254", "cp1255", "cp1256", "cp874", "cp1257", "mac_roman", "cp850", "cp852"),
    ],
)
def test_what_the_programs_of_a_country_write_needs_no_question_there(encoding: str) -> None:
    assert outcome(WRITTEN[encoding], encoding, HOME[encoding]) == "right"


@pytest.mark.parametrize("country", ["", "GB", "FR", "PL", "DE", "CN"])
@pytest.mark.parametrize("encoding", WRITTEN)
def test_no_single_name_is_misread_unasked(encoding: str, country: str) -> None:
    """One name is little to go by: then the question is the rule, and silence must be right."""
    outcomes = {name: outcome([name], encoding, country) for name in WRITTEN[encoding]}
    assert [name for name, found in outcomes.items() if found == "WRONG"] == []


@pytest.mark.parametrize("country", ["", "GB", "CZ", "KR"])
def test_plain_ascii_never_asks(country: str) -> None:
    assert outcome(["Ann Lee", "Bob O'Brien ~ 50% {x} [y] #1+2-"], "ascii", country) == "right"


def test_the_question_shows_the_same_cell_in_every_reading_the_likeliest_first() -> None:
    question = question_of(diary(["王小明"], "gbk"), country="GB")

    assert (question.about, question.option) == (About.ENCODING, "--encoding gb18030")
    examples = [choice.example for choice in question.choices]
    assert examples[0] == "王小明"
    assert len(set(examples)) == len(examples) > 1


def test_an_answer_is_taken_as_it_is() -> None:
    content = diary(["Müller"], "mac_roman")
    assert names_of(content, answers=Answers(encoding="mac_roman")) == ["Müller"]
    assert names_of(content, answers=Answers(encoding="Windows-1252")) == ["MŸller"]


def test_an_encoding_that_nobody_knows_is_told_with_those_that_are() -> None:
    words = refusal_of(diary(["Zoë"], "cp1252"), answers=Answers(encoding="martian"))
    assert words.startswith("There is no encoding “martian”. Known are utf-8, cp1252,")


@pytest.mark.parametrize("name", ["rot13", "base64", "zip", "idna", "utf-7", "unicode_escape", "é"])
def test_what_python_calls_an_encoding_and_is_none_is_not_taken(name: str) -> None:
    assert "There is no encoding" in refusal_of(
        diary(["Zoë"], "cp1252"), answers=Answers(encoding=name)
    )


class TestTwice:
    """UTF-8 that was taken for Windows-1252 and written as UTF-8 again."""

    def test_a_file_that_is_wholly_so_is_put_right_and_told(self) -> None:
        names = ["Zoë Léger", "à la Crème", "Łukasz Żak", "Иван"]
        content = "".join(_as_cp1252(byte) for byte in diary(names, "utf-8"))

        table, rows = opened(content.encode())

        assert [row[1] for row in rows] == names
        assert table.warnings == [
            "The letters were encoded twice and are put right: “ZoÃ« LÃ©ger” is read as “Zoë "
            "Léger”."
        ]

    def test_a_byte_order_mark_hides_it_from_nobody(self) -> None:
        assert names_of(diary(["ZoÃ« LÃ©ger"], "utf-8-sig")) == ["Zoë Léger"]

    def test_a_workbook_keeps_what_was_misread_before(self) -> None:
        row = ["1", "ZoÃ« LÃ©ger", "0491 570 006", "2027-03-03", "10:30"]
        table, rows = opened(xlsx({"Diary": [HEADER.split(","), row]}))
        assert rows[0][1] == "Zoë Léger"
        assert table.warnings[0].startswith("The letters were encoded twice and are put right")

    def test_some_cells_are_asked_about(self) -> None:
        content = diary(["ZoÃ« LÃ©ger", "Jörg Müller"], "utf-8")

        question = question_of(content)

        assert [(choice.answer.meaning, choice.example) for choice in question.choices] == [
            ("utf-8-twice", "Zoë Léger"),
            ("utf-8", "ZoÃ« LÃ©ger"),
        ]
        assert names_of(content, answers=Answers(encoding="utf-8-twice")) == [
            "Zoë Léger",
            "Jörg Müller",
        ]
        assert names_of(content, answers=Answers(encoding="utf-8"))[0] == "ZoÃ« LÃ©ger"

    @pytest.mark.parametrize(
        "name", ["Ângela", "SÃO JOÃO", "São João", "Þór", "Āboltiņa", "Â", "Ãã"]
    )
    def test_names_that_begin_like_it_are_left_alone(self, name: str) -> None:
        assert names_of(diary([name], "utf-8")) == [name]


def _as_cp1252(byte: int) -> str:
    """As Windows reads a byte; five it takes for controls."""
    return bytes([byte]).decode("cp1252", errors="ignore") or chr(byte)


class TestMixed:
    """Rows of two programs put together: UTF-8 and Windows-1252 in one file."""

    CONTENT = (
        diary(["Zoë Léger"], "utf-8") + b"9,Bj\xf8rn M\xfcller,0491 570 006,2027-03-04,10:00\n"
    )

    def test_it_is_asked_about(self) -> None:
        question = question_of(self.CONTENT)

        assert [(choice.answer.meaning, choice.example) for choice in question.choices] == [
            ("utf-8+cp1252", "Bjørn Müller"),
            ("utf-8", "Bj\ufffdrn M\ufffdller"),
        ]

    def test_the_answer_reads_each_cell_in_its_own(self) -> None:
        answers = Answers(encoding="utf-8+cp1252")
        assert names_of(self.CONTENT, answers=answers) == ["Zoë Léger", "Bjørn Müller"]

    def test_utf_8_by_chance_is_asked_about(self) -> None:
        question = question_of(diary(["Jiří Dvořák"], "mac_latin2"), country="CZ")
        assert {choice.answer.meaning for choice in question.choices} >= {"mac_latin2", "utf-8"}

    def test_a_stray_byte_that_is_no_letter_is_damage(self) -> None:
        content = diary(["Zoë Léger"], "utf-8") + b"9,Zo\x81,0491 570 006,2027-03-04,10:00\n"
        table, _ = opened(content)
        assert table.encoding.damaged


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (diary(["Zoë"], "utf-7"), "The file is in UTF-7"),
        (diary(["山田"], "iso2022_jp"), "The file is in ISO-2022"),
        (diary(["Zoë"], "utf-32"), "The file is in UTF-32"),
    ],
)
def test_encodings_that_are_not_read_are_named(content: bytes, words: str) -> None:
    assert refusal_of(content).startswith(words)


@pytest.mark.parametrize("phone", ["+61491570006-", "+44-7700-900123-", "+AB1-", "a+bcd-e"])
def test_a_plus_and_a_dash_are_no_utf_7(phone: str) -> None:
    assert names_of(diary([phone], "ascii")) == [phone]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("names", [WESTERN, CYRILLIC, CHINESE, ARABIC])
def test_unicode_needs_no_question(encoding: str, names: list[str]) -> None:
    assert outcome(names, encoding, "GB") == "right"


def test_a_byte_order_mark_in_the_middle_is_no_part_of_an_id() -> None:
    content = diary(["Zoë"], "utf-8-sig") + "\ufeff9,Bob,,2027-03-04,10:00\n".encode()
    _, rows = opened(content)
    assert [row[0] for row in rows] == ["0", "9"]


@pytest.mark.parametrize("names", [["Zoë"], ["MÜLLER"], ["D’Évry"], ["«Zoë»"], ["O’Brien"]])
def test_one_usual_name_of_windows_needs_no_question(names: list[str]) -> None:
    assert outcome(names, "cp1252", "GB") == "right"


def test_capitals_that_know_no_accents_are_not_taken_for_another_encoding() -> None:
    assert outcome(["BéATRICE MüLLER"], "cp1252", "FR") in ("right", "asked")


def test_letters_far_down_in_a_large_file_count() -> None:
    rows = ["1,Ann Lee,0491 570 006,2027-03-03,10:30"] * 60_000
    content = "\n".join([HEADER, *rows, "2,Łukasz Żak i Małgorzata,,2027-03-03,11:00", ""])
    assert names_of(content.encode("cp1250"), country="PL")[-1] == "Łukasz Żak i Małgorzata"


def test_bytes_that_are_no_text_in_any_language_are_not_read_as_names() -> None:
    content = HEADER.encode() + b"\n1,\x81\x8d\xff\xfe\x90\x9d\x81,1,2027-03-03,10:30\n"
    with pytest.raises(ImportRefused):
        opened(content)


def test_what_a_question_shows_can_be_stored() -> None:
    question = question_of(b"\n\x00|0A\xf0\x97\x80\x80\n")
    assert r"\x00" not in repr(question.as_stored())
