"""Cells of the CSV files that we write, so that no spreadsheet runs what somebody typed (CSV
injection).

Source: OWASP, "CSV Injection": what begins a formula, in its full-width forms as well.
"""

from __future__ import annotations

import re

_FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
_PLAIN = re.compile(r"[+-]?[\d.,]+")


def harmless(text: str) -> str:
    """`text` with an apostrophe before what looks like a formula; numbers stay as they are."""
    # Numbers are let through: -5 and +44 begin like a formula and are none.
    return f"'{text}" if _FORMULA.match(text) and not _PLAIN.fullmatch(text) else text
