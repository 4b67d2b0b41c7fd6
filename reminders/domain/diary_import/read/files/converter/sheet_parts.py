"""What the reader of workbooks does not tell: rows that a filter hides or somebody struck through,
and formulas without values.

Looked up in the XML of XLSX and ODS by patterns over blocks, since building a tree of a large sheet
would take most of the time that there is.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

BLOCK, OVERLAP = 1024 * 1024, 4096
_HIDDEN_ROW = re.compile(rb'<(?:\w+:)?row\b[^>]*?\br="(\d+)"[^>]*>')
_HIDDEN = re.compile(rb'\bhidden="(?:1|true)"')
# A cell with a formula and nothing after it, or an empty value: nobody ever calculated it.
_EMPTY_FORMULA = re.compile(
    rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3}\d+)"[^>]*>\s*'
    rb"<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:</(?:\w+:)?c>|<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</)"
)
_ROW = re.compile(rb'<(?:\w+:)?row\b[^>]*?\br="(\d+)"')
_FILLED_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*)(?<!/)>\s*<(?:\w+:)?(?:v|is|f)\b")
_STYLE = re.compile(rb'\bs="(\d+)"')
_HIDDEN_ODS = re.compile(rb'table:visibility="(?:collapse|filter)"')
_LARGEST_INDEX = 8 * 1024 * 1024


@dataclass
class SheetFacts:
    """Of one sheet: the numbers of its hidden rows and of those that are struck through, and its
    cells whose formula has no value.
    """

    struck_rows: list[int] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_somewhere: bool = False
    empty_formulas: list[str] = field(default_factory=list)

    def warnings(self) -> list[str]:
        """What people should know of the sheet."""
        if self.hidden_rows:
            shown = ", ".join(map(str, self.hidden_rows[:5]))
            more = " and others" if len(self.hidden_rows) > 5 else ""
            count = len(self.hidden_rows)
            are = "1 row is" if count == 1 else f"{count:,} rows are"
            return [
                f"{are} hidden in the workbook, as a filter does (row {shown}{more}), and read, "
                "too."
            ]
        if self.hidden_somewhere:
            return ["Some rows are hidden in the workbook, as a filter does, and read, too."]
        return []

    def refusal(self) -> str:
        """Why the sheet can't be read rightly."""
        if not self.empty_formulas:
            return ""
        shown = ", ".join(self.empty_formulas[:3])
        return (
            f"The workbook has formulas without their values, such as in {shown}. Open it in the "
            "spreadsheet program, save it there, and import it again."
        )


def read_facts(path: Path) -> dict[str, SheetFacts]:
    """The facts of each sheet by its name; of other kinds of archives nothing."""
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        if "xl/workbook.xml" in names:
            parts, struck = _parts(archive), _struck_styles(archive)
            return {
                name: _facts(archive, part, struck) for name, part in parts.items() if part in names
            }
        if "content.xml" in names:
            hidden = any(_HIDDEN_ODS.search(block) for block in _blocks(archive, "content.xml"))
            # One file holds all sheets, so which one it is in is not known.
            return dict.fromkeys(_ods_names(archive), SheetFacts(hidden_somewhere=hidden))
    return {}


def _ods_names(archive: zipfile.ZipFile) -> set[str]:
    from html import unescape

    found: set[str] = set()
    for block in _blocks(archive, "content.xml"):
        for name in re.findall(rb'<table:table [^>]*?table:name="([^"]*)"', block):
            found.add(unescape(name.decode("utf-8", errors="replace")))
    return found


def _parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Which part of the archive holds which sheet."""
    relations = {
        node.get("Id", ""): node.get("Target", "").lstrip("/")
        for node in _tree(archive, "xl/_rels/workbook.xml.rels").iter()
    }
    found = {}
    for node in _tree(archive, "xl/workbook.xml").iter():
        if not node.tag.endswith("}sheet"):
            continue
        key = next((value for name, value in node.items() if name.endswith("}id")), "")
        target = relations.get(key, "")
        found[node.get("name", "")] = target if target.startswith("xl/") else f"xl/{target}"
    return found


def _tree(archive: zipfile.ZipFile, name: str) -> ElementTree.Element:
    if name not in archive.namelist() or archive.getinfo(name).file_size > _LARGEST_INDEX:
        return ElementTree.Element("none")
    return ElementTree.fromstring(archive.read(name))  # noqa: S314  # a process with limits


def _struck_styles(archive: zipfile.ZipFile) -> frozenset[bytes]:
    """The numbers of the styles of cells whose font is struck through."""
    fonts: list[bool] = []
    styles: list[int] = []
    for group in _tree(archive, "xl/styles.xml"):
        if group.tag.endswith("}fonts"):
            fonts = [any(map(_is_strike, font)) for font in group]
        elif group.tag.endswith("}cellXfs"):
            styles = [int(style.get("fontId", "0")) for style in group]
    struck = {number for number, is_struck in enumerate(fonts) if is_struck}
    return frozenset(str(n).encode() for n, font in enumerate(styles) if font in struck)


def _is_strike(node: ElementTree.Element) -> bool:
    return node.tag.endswith("}strike") and node.get("val", "1") not in ("0", "false")


def _struck_rows(archive: zipfile.ZipFile, part: str, struck: frozenset[bytes]) -> list[int]:
    """The rows most of whose filled cells are struck through."""
    found = []
    for number, cells in _cells_of_rows(archive, part):
        styles = [style[1] if (style := _STYLE.search(cell)) else b"0" for cell in cells]
        if sum(style in struck for style in styles) * 2 > len(styles):
            found.append(number)
    return found


def _facts(archive: zipfile.ZipFile, part: str, struck: frozenset[bytes]) -> SheetFacts:
    facts = SheetFacts()
    if struck:
        facts.struck_rows = _struck_rows(archive, part, struck)
    hidden: dict[int, None] = {}
    empty: dict[str, None] = {}
    for block in _blocks(archive, part):
        if b"hidden=" in block:
            for row in _HIDDEN_ROW.finditer(block):
                if _HIDDEN.search(row[0]):
                    hidden[int(row[1])] = None
        if len(empty) < 10 and (b"<f" in block or b":f" in block):
            empty |= {cell[1].decode(): None for cell in _EMPTY_FORMULA.finditer(block)}
    facts.hidden_rows, facts.empty_formulas = list(hidden), list(empty)
    return facts


def _cells_of_rows(archive: zipfile.ZipFile, part: str) -> Iterator[tuple[int, list[bytes]]]:
    """The attributes of the filled cells of each row, whole rows at a time."""
    with archive.open(part) as file:
        rest = b""
        while block := file.read(BLOCK):
            *rows, rest = re.split(rb"(?=<(?:\w+:)?row\b)", rest + block)
            for row in rows:
                if number := _ROW.match(row):
                    yield int(number[1]), _FILLED_CELL.findall(row)
        if number := _ROW.match(rest):
            yield int(number[1]), _FILLED_CELL.findall(rest)


def _blocks(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """The part in blocks that overlap, so that nothing is missed where one ends."""
    with archive.open(name) as part:
        rest = b""
        while block := part.read(BLOCK):
            yield rest + block
            rest = (rest + block)[-OVERLAP:]
