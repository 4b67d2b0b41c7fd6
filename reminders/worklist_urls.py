"""The addresses of the work lists: whom to call, what patients wrote, what was not sent, and the figures."""

from django.urls import path

from reminders.views import call_list

urlpatterns = [
    path("calls/", call_list.show, name="call_list"),
    path("calls/called/", call_list.called, name="call_list_called"),
    path("calls/answered/", call_list.answered, name="call_list_answered"),
    path("calls/undo/", call_list.undo, name="call_list_undo"),
]
