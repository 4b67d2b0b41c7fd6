"""Lay out style sheets and scripts; with `--check` only name those that are not laid out so.

Templates are djade's; it leaves markup as it is, so their lines are only measured here.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import cssbeautifier
import jsbeautifier

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = (
    "reminders/static",
    "reminders/sandbox/browser_phone/static",
    "reminders/sandbox/mailbox/static",
)
LONGEST = {".css": 100, ".js": 100, ".html": 200}
"""Characters of a line; a template tag cannot be broken, and adding a space can move a page."""


def laid_out(path: Path) -> str:
    """The file's text as it should be."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".css":
        options = cssbeautifier.default_options()
        options.indent_size, options.end_with_newline = 2, True
        return str(cssbeautifier.beautify(text, options))
    options = jsbeautifier.default_options()
    options.indent_size, options.end_with_newline = 2, True
    options.brace_style = "collapse,preserve-inline"
    return str(jsbeautifier.beautify(text, options))


def assets() -> list[Path]:
    """Every style sheet and script of ours."""
    found = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*"))
    return sorted(path for path in found if path.suffix in (".css", ".js"))


def too_long(paths: list[Path]) -> Iterator[str]:
    """Where a line is longer than its kind may be."""
    for path in paths:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if len(line) > LONGEST[path.suffix]:
                yield f"{path.relative_to(ROOT)}:{number}: {len(line)} characters"


def main(*, check: bool) -> int:
    """Lay out or check; the exit code says whether something is to be done."""
    problems = []
    for path in assets():
        wanted = laid_out(path)
        if wanted == path.read_text(encoding="utf-8"):
            continue
        if check:
            problems.append(f"{path.relative_to(ROOT)}: not laid out; `make format` does it")
        else:
            path.write_text(wanted, encoding="utf-8")
    problems += too_long([*assets(), *sorted((ROOT / "templates").rglob("*.html"))])
    sys.stdout.writelines(f"{problem}\n" for problem in problems)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv))
