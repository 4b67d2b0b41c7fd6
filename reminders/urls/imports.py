"""The addresses of the import: upload, columns, preview, outcome, taking back."""

from django.urls import path

from reminders.views.diary_import import pages

urlpatterns = [
    path("", pages.index, name="imports"),
    path("<int:pk>/", pages.show, name="import"),
    path("<int:pk>/progress/", pages.progress, name="import_progress"),
    path("<int:pk>/columns/", pages.columns, name="import_columns"),
    path("<int:pk>/dates/", pages.dates, name="import_dates"),
    path("<int:pk>/go/", pages.start, name="import_go"),
    path("<int:pk>/discard/", pages.throw_away, name="import_discard"),
    path("<int:pk>/outcome.csv", pages.outcome_csv, name="import_csv"),
    path("<int:pk>/undo/", pages.undo, name="import_undo"),
]
