"""How Sphinx makes a site of docs/: `make handbook`.

The chapters and their order are the application's own table. Markdown is read by the same library
as there (markdown-it, by way of MyST).
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from config.version import product_version  # noqa: E402  # the path comes first
from reminders.branding import NAME  # noqa: E402  # as above
from reminders.handbook.chapters import INDEX, PARTS  # noqa: E402  # as above

project, release = NAME, product_version()
html_title = f"{NAME} {release}"
root_doc = Path(INDEX).stem
extensions = ["myst_parser"]
myst_heading_anchors = 4
exclude_patterns = ["screenshots"]
suppress_warnings = ["misc.highlighting_failure"]  # it has no colours for CSV
html_theme = "furo"
html_show_copyright = html_copy_source = False
OUTSIDE = re.compile(r"\[([^\]]+)\]\(((?:\.\./)+[^)#]+)[^)]*\)")
"""A link to something that may lie beside the handbook."""


def _contents() -> str:
    """Every chapter by its readers, as Sphinx wants to be told."""
    lines = []
    for part in PARTS:
        lines += ["```{toctree}", ":hidden:", f":caption: {part.title}", ""]
        lines += [chapter.path.removesuffix(".md") for chapter in part.chapters] + ["```", ""]
    return "\n".join(lines)


def _read(app: Any, name: str, source: list[str]) -> None:
    """Add the contents to the first page, and leave of links to the code only their words."""
    here = (Path(app.srcdir) / name).parent

    def kept(found: re.Match[str]) -> str:
        there = (here / found[2]).resolve()
        return found[0] if there.is_relative_to(app.srcdir) else found[1]

    source[0] = OUTSIDE.sub(kept, source[0])
    if name == root_doc:
        source[0] += f"\n{_contents()}"


def setup(app: Any) -> None:
    """Sphinx calls it."""
    app.connect("source-read", _read)
