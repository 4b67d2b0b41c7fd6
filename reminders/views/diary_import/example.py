"""The example file: every column explained in a language, and the file to download."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from reminders.domain.diary_import.asking.example import ENGLISH, Example, examples
from reminders.views.shared.asked import read_choice
from reminders.views.shared.pages import StaffRequest, staff_page

RIGHT_TO_LEFT = frozenset({"ar"})


@staff_page
def show(request: StaffRequest) -> HttpResponse:
    """The columns of the example with what each is for, in the language that was chosen."""
    example = _chosen(request)
    _, *rows = _table(request, example)
    columns = [
        {"name": column.name, "what_for": column.what_for, "values": [row[n] for row in rows]}
        for n, column in enumerate(example.columns)
    ]
    context = {
        "example": example,
        "columns": columns,
        "languages": examples().values(),
        "direction": "rtl" if example.language in RIGHT_TO_LEFT else "ltr",
    }
    return render(request, "import/example.html", context)


@staff_page
def download(request: StaffRequest) -> HttpResponse:
    """The file itself."""
    example = _chosen(request)
    text = example.as_csv(location=_location(request), today=timezone.localdate())
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="example-{example.language}.csv"'
    return response


def _chosen(request: StaffRequest) -> Example:
    known = examples()
    return known[read_choice(request.GET.get("language"), known, otherwise=ENGLISH)]


def _table(request: StaffRequest, example: Example) -> list[list[str]]:
    return example.table(location=_location(request), today=timezone.localdate())


def _location(request: StaffRequest) -> str:
    """A location that the user has, so that the file can be imported as it is."""
    return request.scope.locations[0].name if request.scope.locations else ""
