"""The addresses of the import: upload, questions, columns, preview, outcome, taking back."""

from django.urls import path

from reminders.views.diary_import import example, pages, questions, reading

urlpatterns = [
    path("", pages.index, name="imports"),
    path("example/", example.show, name="import_example"),
    path("example.csv", example.download, name="import_example_csv"),
    path("<id:pk>/", pages.show, name="import"),
    path("<id:pk>/progress/", pages.progress, name="import_progress"),
    path("<id:pk>/columns/", pages.columns, name="import_columns"),
    path("<id:pk>/questions/", questions.show, name="import_questions"),
    path("<id:pk>/questions/again/", questions.again, name="import_ask_again"),
    path("<id:pk>/names/", reading.known_names, name="import_known_names"),
    path("<id:pk>/go/", pages.start, name="import_go"),
    path("<id:pk>/discard/", pages.throw_away, name="import_discard"),
    path("<id:pk>/outcome.csv", pages.outcome_csv, name="import_csv"),
    path("<id:pk>/undo/", pages.undo, name="import_undo"),
]
