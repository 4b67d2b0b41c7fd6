"""Tables in web pages and XML workbooks: what many programs write under the name .xls."""

from __future__ import annotations

import pytest

from tests.domain.diary_import.read.files.opening import opened, question_of, refusal_of, rows_of

HEAD = "<tr><th>Patient</th><th>Mobile</th><th>Date</th><th>Start</th></tr>"
ANN = "<tr><td>Ann Lee</td><td>0491 570 006</td><td>2027-03-03</td><td>10:30</td></tr>"
ANN_READ = ["Ann Lee", "0491 570 006", "2027-03-03", "10:30"]


def page(*rows: str, head: str = "") -> bytes:
    table = f"<table border=1>{''.join(rows)}</table>"
    return f"<html><head>{head}</head><body>{table}</body></html>".encode()


@pytest.mark.parametrize(
    "content",
    [
        page(HEAD, ANN),
        b"\xef\xbb\xbf\r\n" + page(HEAD, ANN),
        b"<!DOCTYPE html>\n" + page(HEAD, ANN),
        b'<?xml version="1.0"?>\n<!DOCTYPE html>\n' + page(HEAD, ANN),
        f"<table>{HEAD}{ANN}</table>".encode(),
        f"<style>td {{color: red}}</style><div><table>{HEAD}{ANN}</table></div>".encode(),
        f"<TABLE><THEAD>{HEAD.upper()}</THEAD><TBODY>{ANN}</TBODY></TABLE>".encode(),
        page(HEAD, ANN).replace(b"</td>", b"").replace(b"</tr>", b"").replace(b"</th>", b""),
    ],
)
def test_a_table_of_a_page_is_read(content: bytes) -> None:
    table, rows = opened(content)
    assert (table.kind, table.sheet, rows) == ("workbook", "Table 1", [ANN_READ])


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("Ann&nbsp;Lee", "Ann Lee"),
        ("<b>Ann</b>\n   <i>Lee</i>", "Ann Lee"),
        ("Ann<br>Lee", "Ann Lee"),
        ("O&#39;Brien &amp; Co &lt;x&gt;", "O'Brien & Co <x>"),
        ("Zo&euml;", "Zoë"),
        ("Ann<script>alert(1)</script>", "Ann"),
        ("Ann<style>b{}</style>", "Ann"),
        ("<font size=2><span>Ann", "Ann"),
    ],
)
def test_cells_are_read_as_they_are_shown(cell: str, text: str) -> None:
    assert rows_of(page(HEAD, ANN.replace("Ann Lee", cell)))[0][0] == text


def test_cells_over_several_columns_and_rows_keep_the_others_in_their_places() -> None:
    rows = rows_of(
        page(
            "<tr><td colspan=4>Diary of March</td></tr>",
            HEAD,
            "<tr><td rowspan=2>Ann Lee</td><td>1</td><td>2027-03-03</td><td>10:30</td></tr>",
            "<tr><td>2</td><td>2027-03-04</td><td>11:00</td></tr>",
        )
    )
    assert rows == [["Ann Lee", "1", "2027-03-03", "10:30"], ["", "2", "2027-03-04", "11:00"]]


def test_a_table_inside_of_a_layout_is_the_one_that_is_read() -> None:
    content = f"<table><tr><td>Menu</td><td><table>{HEAD}{ANN}{ANN}</table></td></tr></table>"
    assert rows_of(content.encode()) == [ANN_READ, ANN_READ]


def test_two_tables_that_may_be_the_diary_are_a_question() -> None:
    content = f"<table>{HEAD}{ANN}</table><table>{HEAD}{ANN}{ANN}</table>".encode()
    assert [choice.words for choice in question_of(content).choices] == [
        "“Table 2”: 3 rows",
        "“Table 1”: 2 rows",
        "All 2 with the same columns, one below the other",
    ]


@pytest.mark.parametrize(
    ("encoding", "charset"),
    [
        ("utf-8", ""),
        ("utf-8", "iso-8859-1"),
        ("cp1252", "windows-1252"),
        ("cp1252", "iso-8859-1"),
        ("cp1250", "windows-1250"),
        ("gbk", "gb2312"),
    ],
)
def test_the_page_names_its_encoding_unless_it_is_utf_8(encoding: str, charset: str) -> None:
    name = {"cp1250": "Łukasz", "gbk": "王小明"}.get(encoding, "Zoë")
    meta = f'<meta http-equiv="Content-Type" content="text/html; charset={charset}">'
    content = page(HEAD, ANN.replace("Ann Lee", name), head=meta if charset else "")
    assert rows_of(content.decode().encode(encoding))[0][0] == name


@pytest.mark.parametrize(
    "content",
    [
        b"<html><body><form>Please sign in</form></body></html>",
        b"<!doctype html><table></table>",
        b"<table><tr><td></td></tr></table>",
        b"<table" * 50,
        b"<table>" * 500,
    ],
)
def test_a_page_without_a_table_is_refused(content: bytes) -> None:
    assert refusal_of(content).startswith("There is no table in this web page.")


def test_a_cell_over_a_million_columns_is_bounded() -> None:
    content = page(HEAD, "<tr>" + "<td colspan=99999>x</td><td colspan=500>x</td>" * 9 + "</tr>")
    assert "columns" in refusal_of(content)


BOOK = """<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"
 xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"
 xmlns:x="urn:schemas-microsoft-com:office:excel">{}</Workbook>"""
SHEET = '<Worksheet ss:Name="{}"><Table>{}</Table>{}</Worksheet>'
XML_HEAD = (
    "<Row>"
    + "".join(
        f'<Cell><Data ss:Type="String">{name}</Data></Cell>'
        for name in ["Patient", "Mobile", "Date", "Start"]
    )
    + "</Row>"
)
XML_ANN = """<Row ss:Index="3"><Cell><Data ss:Type="String">Ann <B>Lee</B></Data></Cell>
 <Cell><Data ss:Type="Number">491570006</Data></Cell>
 <Cell><Data ss:Type="DateTime">2027-03-03T00:00:00.000</Data></Cell>
 <Cell><Data ss:Type="DateTime">1899-12-31T10:30:00.000</Data></Cell></Row>"""


class TestXmlWorkbook:
    """The XML of Excel 2003."""

    def book(self, *sheets: str) -> bytes:
        return BOOK.format("".join(sheets)).encode()

    def test_its_rows_are_read_with_dates_and_numbers(self) -> None:
        table, rows = opened(self.book(SHEET.format("Diary", XML_HEAD + XML_ANN, "")))
        assert (table.kind, table.sheet) == ("workbook", "Diary")
        assert rows == [["Ann Lee", "491570006", "2027-03-03", "10:30:00"]]

    def test_cells_that_are_left_out_keep_the_others_in_their_places(self) -> None:
        row = '<Row><Cell ss:Index="3"><Data ss:Type="String">2027</Data></Cell><Cell/></Row>'
        assert rows_of(self.book(SHEET.format("D", XML_HEAD + XML_ANN + row, ""))) == [
            ["Ann Lee", "491570006", "2027-03-03", "10:30:00"]
        ]

    def test_a_hidden_sheet_is_left_aside(self) -> None:
        hide = "<x:WorksheetOptions><x:Visible>SheetHidden</x:Visible></x:WorksheetOptions>"
        table, rows = opened(
            self.book(
                SHEET.format("Old", XML_HEAD + XML_ANN, hide),
                SHEET.format("D", XML_HEAD + XML_ANN, ""),
            )
        )
        assert (table.sheet, len(rows)) == ("D", 1)
        assert table.warnings[0] == "Left aside: the hidden sheet “Old”."

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"<?xml version='1.0'?><a><b/></a>", "This is XML, but no workbook."),
            (b"<?xml version='1.0'?><a><b>", "The workbook (XML) is damaged."),
            (
                b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
                "This XML declares entities, which is not read.",
            ),
            (
                BOOK.format(SHEET.format("D", '<Row ss:Index="99999999"/>', "")).encode(),
                "The file has more than 1,000,000 rows.",
            ),
            (
                BOOK.format(SHEET.format("D", '<Row ss:Index="x"/>', "")).encode(),
                "The workbook (XML) is damaged.",
            ),
        ],
    )
    def test_what_is_no_workbook_is_refused(self, content: bytes, words: str) -> None:
        assert refusal_of(content).startswith(words)
