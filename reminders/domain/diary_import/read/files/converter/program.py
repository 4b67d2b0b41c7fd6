"""The converter's beginning and end: its limits, and what it says when a file is not read."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

from . import calendars, markup, workbooks
from .output import SECONDS, NotReadError, Output

MEMORY = 1024 * 1024 * 1024


def main(arguments: list[str]) -> int:
    """Convert: kind, file, folder for the outcome, what else the kind takes. Problems go to
    stderr.
    """
    kind, path, folder, *more = arguments
    try:
        limit_myself()
        output = Output(Path(folder))
        _KINDS[kind](Path(path), output, *more)
        described = json.dumps(output.described())
        Path(folder, "tables.json").write_text(described, encoding="utf-8")
    except NotReadError as error:
        sys.stderr.write(str(error))
        return 1
    except (MemoryError, RecursionError):
        sys.stderr.write("The file needs too much memory. Save it as CSV and import that file.")
        return 1
    return 0


_KINDS: dict[str, Callable[..., None]] = {
    "workbook": workbooks.convert,
    "html": markup.convert_html,
    "xml": markup.convert_xml,
    "ics": calendars.convert,
}


def limit_myself() -> None:
    """Bound memory and time of this process where the platform can."""
    try:
        import resource
    except ImportError:  # Windows has no such limits
        return
    for kind, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS)):
        _, hard = resource.getrlimit(kind)
        if hard == resource.RLIM_INFINITY or hard > most:
            resource.setrlimit(kind, (most, hard))
