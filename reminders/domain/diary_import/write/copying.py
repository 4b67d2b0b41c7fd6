"""The staging table's columns, and lines of COPY text, by which rows reach it at speed."""

from __future__ import annotations

STAGED = (
    ("number", "int"),
    ("cells", "text"),
    ("external_id", "text"),
    ("patient_id", "text"),
    ("person", "text"),
    ("first_name", "text"),
    ("last_name", "text"),
    ("phone", "text"),
    ("phone_given", "text"),
    ("phone_kind", "text"),
    ("phone_problem", "text"),
    ("location_id", "bigint"),
    ("local_date", "date"),
    ("local_time", "time"),
    ("starts_at", "timestamptz"),
    ("wall_flag", "text"),
    ("duration", "int"),
    ("practitioner", "text"),
    ("service", "text"),
    ("language", "text"),
    ("status", "text"),
    ("notes", "text"),
    ("extra", "jsonb"),
    ("words", "text"),
    ("preferred_name", "text"),
    ("texts", "text"),
)
"""The columns of the staging table; an empty value is NULL: the file does not say. `texts` is what
the diary says of texts to the patient: yes, must_not or deceased.
"""


def copy_line(values: tuple[str, ...]) -> str:
    """One line of COPY text; an empty value is NULL there."""
    line = "\t".join(values)
    if "\\" in line or "\n" in line or "\r" in line or line.count("\t") != len(values) - 1:
        line = "\t".join(map(_escaped, values))
    return line + "\n"


def _escaped(value: str) -> str:
    return (
        value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
    )
