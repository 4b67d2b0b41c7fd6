"""Cells that are dressed for another program: the text inside is what was meant.

Exports for spreadsheets write ="07700 900123", so that no zero is lost, and those of web pages
write O&#39;Brien. Nobody is greeted so.
"""

from __future__ import annotations

import html
import re

from reminders.domain.diary_import.read.files.sources import Source

_IN_BYTES = re.compile(rb"&(?:#\d{2,5}|#[xX][0-9a-fA-F]{2,4}|[a-zA-Z]{2,8}\d{0,2});")
_ENTITY = re.compile(r"&(?:#\d{2,5}|#[xX][0-9a-fA-F]{2,4}|[a-zA-Z]{2,8}\d{0,2});")
_FORMULA = re.compile(r'="([^"]*)"\s*')


def has_dressed(source: Source) -> bool:
    """Whether any cell may be dressed, so that the cells of all other files are left alone."""
    return any(
        b'="' in block or (b"&" in block and _IN_BYTES.search(block)) for block in source.blocks()
    )


def undressed(cell: str) -> str:
    """The text of a cell without the formula around it and with its characters as they are read."""
    if cell.startswith('="') and (found := _FORMULA.fullmatch(cell)):
        return found[1]
    if "&" in cell and _ENTITY.search(cell):
        return _ENTITY.sub(lambda entity: html.unescape(entity[0]), cell)
    return cell
