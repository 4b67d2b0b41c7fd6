"""The addresses of what is done with many visits of a day at once."""

from django.urls import path

from reminders.views.many import change, choose

urlpatterns = [
    path("several/", choose.choose, name="many_choose"),
    path("several/begin/", choose.begin, name="many_begin"),
    path("several/<id:pk>/", change.show, name="many_change"),
    path("several/<id:pk>/progress/", change.progress, name="many_progress"),
    path("several/<id:pk>/undo/", change.undo, name="many_undo"),
    path("late/", change.late, name="many_late"),
]
