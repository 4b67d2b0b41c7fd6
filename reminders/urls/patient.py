"""The addresses of the pages for patients: short, since each letter of a text is paid for."""

from django.urls import path

from reminders.views.patient import visits

urlpatterns = [
    path("<str:token>", visits.show, name="visit_page"),
    path("<str:token>/seen.gif", visits.seen, name="visit_seen"),
    path("<str:token>/<id:number>.ics", visits.calendar, name="visit_calendar"),
    path("<path:rest>", visits.no_page, name="visit_no_page"),
]
