"""Import: upload a diary, say what its columns mean, look at what it would do, go, and what became
of it.

Reading, checking and applying are `domain.diary_import`'s; what a file leaves open is asked by
`questions`.
"""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlencode

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from config.upload_pass import hand_out
from reminders.domain.diary_import.asking.stored import questions_of_import
from reminders.domain.diary_import.outcome import csv_lines
from reminders.domain.diary_import.problems import ImportRefused
from reminders.domain.diary_import.read.cells.dates import ORDER_WORDS
from reminders.domain.diary_import.read.header.fields import FIELDS
from reminders.domain.diary_import.undo import CHANGED_SINCE, SENT, ask_to_undo, undoable
from reminders.domain.diary_import.uploads import (
    OPEN,
    choose,
    discard,
    go,
    has_file,
    sample_of,
    upload,
)
from reminders.domain.diary_import.write.summary import second_question
from reminders.domain.trail.write import Kind, note
from reminders.models import Import
from reminders.views.diary_import.questions import reading_of, their_imports
from reminders.views.diary_import.reading import understood
from reminders.views.diary_import.tables import (
    Tab,
    button_words,
    changed_lines,
    gone_lines,
    patient_lines,
    problem_lines,
    tabs,
)
from reminders.views.door.again import prove
from reminders.views.shared.lists import counted_page
from reminders.views.shared.pages import (
    StaffRequest,
    say,
    staff_action,
    staff_form,
    staff_page,
)
from reminders.views.shared.pages import go as go_to

State = Import.State
AT_WORK = (State.CHECKING, State.QUEUED, State.APPLYING, State.UNDOING)
LISTED = 50
SAMPLE = 5


def _get(request: StaffRequest, pk: int) -> Import:
    return get_object_or_404(their_imports(request), pk=pk)


@staff_form
def index(request: StaffRequest) -> HttpResponse:
    """Upload a file; below it the imports so far."""
    problem, status = "", 200
    if request.method == "POST":
        file = request.FILES.get("file")
        if file is None:
            problem = "Choose a file first."
        else:
            try:
                row = upload(
                    file.chunks(),
                    name=file.name or "diary.csv",
                    location=request.scope.location(request.POST.get("location")),
                    now=timezone.now(),
                    user_id=request.user.pk,
                )
            except ImportRefused as refused:
                problem = refused.problems[0].in_words()
            else:
                return redirect("import", row.pk)
        status = 422
    context = {
        "imports": their_imports(request)[:LISTED],
        "locations": request.scope.locations,
        "problem": problem,
        "watched": request.scope.may("auth.change_user"),
    }
    response = render(request, "import/index.html", context, status=status)
    hand_out(response, path=reverse("imports"))
    return response


@staff_page
def show(request: StaffRequest, pk: int) -> HttpResponse:
    """Where an import stands: a question, its progress, its preview, its problems or its
    outcome.
    """
    row = _get(request, pk)
    if row.state in AT_WORK:
        return render(request, "import/at_work.html", {"row": row})
    if row.state == State.UPLOADED:
        asks = questions_of_import(row)
        return redirect("import_questions" if asks else "import_columns", row.pk)
    shown = tabs(row)
    tab = next(
        (tab for tab in shown if tab.key == request.GET.get("show")), shown[0] if shown else None
    )
    context = _context(request, row) | {"tabs": shown, "tab": tab} | _lines(request, row, tab)
    return render(request, f"import/{_template(row)}.html", context)


def _template(row: Import) -> str:
    return {State.READY: "preview", State.REFUSED: "problems"}.get(State(row.state), "outcome")


def _context(request: StaffRequest, row: Import) -> dict[str, Any]:
    cancel = request.GET.get("gone") == Import.Gone.CANCEL
    counts = row.counts
    warnings = [problem["message"] for problem in row.problems if problem.get("warning")]
    return (
        {
            "row": row,
            "counts": counts,
            "warnings": warnings,
            "file_there": row.state in OPEN and has_file(row),
            "cancel": cancel,
            "confirm": second_question(counts, cancel_gone=cancel),
            "button": button_words(counts, cancel=cancel),
            "name": row.mapping_name or _stem(row),
        }
        | reading_of(row)
        | understood(request, row)
    )


def _stem(row: Import) -> str:
    return (row.location.name if row.location else row.filename.rsplit(".", 1)[0])[:80]


def _lines(request: StaffRequest, row: Import, tab: Tab | None) -> dict[str, Any]:
    if tab is None:
        return {}
    page = counted_page(request, tab.rows)
    if tab.key == "gone":
        return {"page": page, "gone": gone_lines(page.object_list)}
    if tab.key == "patients":
        return {"page": page, "patients": patient_lines(page.object_list)}
    if tab.key == "changed":
        return {"page": page, "changed": changed_lines(page.object_list)}
    return {"page": page, "table": problem_lines(row, page.object_list)}


@staff_page
def progress(request: StaffRequest, pk: int) -> HttpResponse:
    """How far the work is; once it is done the page is loaded again."""
    row = _get(request, pk)
    if row.state in AT_WORK:
        return render(request, "import/progress.html", {"row": row})
    return go_to(request, reverse("import", args=[row.pk]))


@staff_form
def columns(request: StaffRequest, pk: int) -> HttpResponse:
    """What each column means, over the first rows; also how dates are written and the location."""
    row = _get(request, pk)
    if row.state not in OPEN or not has_file(row):
        return redirect("import", row.pk)
    mapping, sample = sample_of(row, rows=SAMPLE)
    problem = ""
    if request.method == "POST":
        mapping = {
            name: request.POST.get(f"column-{n}", "")
            for n, name in enumerate(row.header)
            if name and request.POST.get(f"column-{n}", "") in {"", *FIELDS}
        }
        try:
            choose(
                row,
                mapping=mapping,
                date_format=request.POST.get("date_format", ""),
                location=request.scope.location(request.POST.get("location")),
                name=row.mapping_name,
            )
        except ImportRefused as refused:
            problem = refused.problems[0].in_words()
        else:
            return redirect("import", row.pk)
    context = {
        "row": row,
        "problem": problem,
        "columns": _columns(row, mapping, sample),
        "fields": FIELDS,
        "orders": ORDER_WORDS,
        "locations": request.scope.locations,
    }
    return render(
        request, "import/columns.html", context, status=422 if request.method == "POST" else 200
    )


def _columns(row: Import, mapping: dict[str, str], sample: list[list[str]]) -> list[dict[str, Any]]:
    return [
        {
            "n": n,
            "name": name,
            "meaning": mapping.get(name, ""),
            "values": [cells[n][:60] if n < len(cells) else "" for cells in sample],
        }
        for n, name in enumerate(row.header)
        if name
    ]


@staff_action
def start(request: StaffRequest, pk: int) -> HttpResponse:
    """The go."""
    row = _get(request, pk)
    gone = request.POST.get("gone", "")
    try:
        done = go(
            row,
            gone=gone,
            remember_as=request.POST.get("remember_as", ""),
            confirmed=request.POST.get("confirmed") == "yes",
            teach=request.POST.get("answered") != "yes" or request.POST.get("teach") == "yes",
        )
    except ImportRefused as refused:
        say(request, refused.problems[0].message, tone="warning")
        return redirect(f"{reverse('import', args=[row.pk])}?{urlencode({'gone': gone})}")
    if not done:
        say(request, "Somebody else has gone on with this file meanwhile.", tone="warning")
    return redirect("import", row.pk)


@staff_action
def throw_away(request: StaffRequest, pk: int) -> HttpResponse:
    """Forget a file that was not imported."""
    if discard(_get(request, pk), user_id=request.user.pk, now=timezone.now()):
        say(request, "The file was thrown away. Nothing was imported.")
        return redirect("imports")
    say(request, "This file is already being imported.", tone="warning")
    return redirect("import", pk)


@staff_page
def outcome_csv(request: StaffRequest, pk: int) -> HttpResponse:
    """The original rows and what became of each."""
    row = _get(request, pk)
    # A file leaves the building with names and numbers in it.
    prove(request, back=reverse("import", args=[pk]))
    note(Kind.DOWNLOAD, details={"file": "import", "id": pk})
    response = StreamingHttpResponse(csv_lines(row), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="import-{row.pk}.csv"'
    return cast(
        HttpResponse, response
    )  # both are answers; only their common base has no name in the wrapper


@staff_form
def undo(request: StaffRequest, pk: int) -> HttpResponse:
    """Say what taking an import back would do, and do it."""
    row = _get(request, pk)
    if row.state != State.APPLIED or row.forgotten_at:
        return redirect("import", row.pk)
    if request.method == "POST":
        ask_to_undo(row, user_id=request.user.pk)
        return redirect("import", row.pk)
    found = undoable(row)
    reasons = list(found.kept.values())
    context = {
        "row": row,
        "found": found,
        "sent": reasons.count(SENT),
        "since": reasons.count(CHANGED_SINCE),
    }
    return render(request, "import/undo.html", context)
