"""An export for people: one file that any browser opens, without a network.

Only what stands in `collect` is written; whatever a patient or a diary wrote is escaped.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from reminders.domain.person_data.collect import TITLES, Record

LABELS = {
    "id": "Number here",
    "uuid": "Number at the provider",
    "external_id": "Number in the diary",
    "local_date": "Date",
    "local_time": "Time",
    "starts_at": "Begins",
    "extra": "What else the diary said",
    "former": "As the entry was",
    "taken": "What was taken over from it",
    "raw": "As the provider sent it",
    "reading": "How it was read",
    "problem": "Why it could not be read",
    "words": "In words",
    "by": "By whom",
    "created_by": "Written by",
    "done_by": "Settled by",
    "merged_by": "Merged by",
    "preferred_name": "Called",
    "synced_at": "Told the provider",
    "whatsapp_agreed_at": "Agreed to WhatsApp",
    "email": "E-mail",
    "email_as_given": "E-mail, as the diary says it",
    "email_agreed_at": "Agreed to e-mail",
    "email_state": "How mail to it fared",
    "email_reached_at": "Last seen by e-mail",
    "road": "How it went",
    "button": "The button that was tapped",
    "late_at": "Arrived after the SMS",
}
"""Columns whose name says little to people."""

BLANK: tuple[Any, ...] = (None, "", {}, [])
_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h2 { margin-top: 2.5rem; border-bottom: 2px solid; }
dl { display: grid; grid-template-columns: 12rem 1fr; gap: .1rem 1rem; margin: 1rem 0;
  padding: .5rem 0;
  border-bottom: 1px solid #ccc; break-inside: avoid; }
dt { color: #555; } dd { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
:root { color-scheme: light dark; }
@media (max-width: 40rem) { dl { grid-template-columns: 1fr; } dd { margin-bottom: .5rem; } }
"""


def as_json(parts: Mapping[str, list[Record]], *, now: datetime) -> str:
    """The export as one JSON object."""
    return json.dumps({"exported_at": now.isoformat(), **parts}, ensure_ascii=False, indent=2)


def as_html(parts: Mapping[str, list[Record]], *, name: str, now: datetime) -> str:
    """The export as one page."""
    body = format_html_join(
        "\n", "{}", ((_part(TITLES[key], rows),) for key, rows in parts.items())
    )
    return format_html(
        '<!doctype html>\n<html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        "<title>What is held about {name}</title><style>{style}</style>"
        "<h1>What is held about {name}</h1>"
        "<p>As of {now} UTC. All moments are UTC.</p>{body}</html>\n",
        name=name,
        style=mark_safe(_STYLE),  # noqa: S308  # our own, above
        now=f"{now:%Y-%m-%d %H:%M}",
        body=body,
    )


def _part(title: str, rows: list[Record]) -> SafeString:
    if not rows:
        return format_html("<h2>{}</h2><p>Nothing.</p>", title)
    records = format_html_join("\n", "<dl>{}</dl>", ((_record(row),) for row in rows))
    return format_html("<h2>{} ({})</h2>{}", title, len(rows), records)


def _record(row: Record) -> SafeString:
    return format_html_join("", "<dt>{}</dt><dd>{}</dd>", _lines(row))


def _lines(row: Record) -> Iterator[tuple[str, SafeString]]:
    """What is blank is left out: a page of dashes helps nobody."""
    for key, value in row.items():
        if value not in BLANK:
            yield LABELS.get(key, key.replace("_", " ").capitalize()), _written(value)


def _written(value: Any) -> SafeString:
    if isinstance(value, dict):
        told = ((key, _written(one)) for key, one in value.items() if one not in BLANK)
        return format_html_join("", "<div>{}: {}</div>", told)
    # Old and new value of a change, or the cells of a row.
    if isinstance(value, list):
        return format_html_join(" | ", "{}", ((_written(one),) for one in value))
    if isinstance(value, bool):
        return format_html("{}", "yes" if value else "no")
    return format_html("{}", _as_people_write(str(value)))


def _as_people_write(text: str) -> str:
    """A moment without the precision of machines; anything else as it is."""
    if not _MOMENT.fullmatch(text):
        return text
    return f"{datetime.fromisoformat(text):%a %d %b %Y %H:%M}"


_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00")
