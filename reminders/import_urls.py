"""The addresses of the import: upload, columns, preview, outcome, taking back."""

from django.urls import path

from reminders.views import imports

urlpatterns = [
    path("", imports.index, name="imports"),
    path("<int:pk>/", imports.show, name="import"),
    path("<int:pk>/progress/", imports.progress, name="import_progress"),
    path("<int:pk>/columns/", imports.columns, name="import_columns"),
    path("<int:pk>/dates/", imports.dates, name="import_dates"),
    path("<int:pk>/go/", imports.start, name="import_go"),
    path("<int:pk>/discard/", imports.throw_away, name="import_discard"),
    path("<int:pk>/outcome.csv", imports.outcome_csv, name="import_csv"),
    path("<int:pk>/undo/", imports.undo, name="import_undo"),
]
