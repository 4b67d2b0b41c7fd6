"""The addresses of the set-up pages: rules, wordings, the connection to the provider."""

from django.urls import path

from reminders.views.door import invite, people
from reminders.views.setup import (
    connection,
    overview,
    retention,
    rules,
    taught,
    taught_answers,
    wordings,
)
from reminders.views.site import first_steps

urlpatterns = [
    path("", overview.show, name="setup"),
    path("first-steps/", first_steps.show, name="first_steps"),
    path("rules/", rules.show, name="rules"),
    path("rules/new/", rules.new, name="rules_new"),
    path("rules/preview/", rules.preview, name="rules_preview"),
    path("rules/<id:pk>/", rules.edit, name="rules_edit"),
    path("rules/<id:pk>/switch/", rules.switch, name="rules_switch"),
    path("rules/<id:pk>/move/", rules.move, name="rules_move"),
    path("rules/<id:pk>/delete/", rules.delete, name="rules_delete"),
    path("rules/job/<id:pk>/", rules.job, name="rules_job"),
    path("wordings/", wordings.show, name="wordings"),
    path("wordings/edit/", wordings.edit, name="wordings_edit"),
    path("wordings/preview/", wordings.preview, name="wordings_preview"),
    path("wordings/reset/", wordings.reset, name="wordings_reset"),
    path("wordings/answers/", wordings.switch_answer, name="wordings_answers"),
    path("taught-replies/", taught.show, name="taught_replies"),
    path("taught-replies/<id:pk>/remove/", taught.remove, name="taught_remove"),
    path("taught-answers/", taught_answers.show, name="taught_answers"),
    path("taught-answers/undo/", taught_answers.undo, name="taught_answer_undo"),
    path("taught-answers/<id:pk>/", taught_answers.change, name="taught_answer"),
    path("taught-answers/<id:pk>/remove/", taught_answers.remove, name="taught_answer_remove"),
    path("retention/", retention.show, name="retention"),
    path("retention/tonight/", retention.show_tonight, name="retention_tonight"),
    path("people/", people.show, name="people"),
    path("people/invite/", invite.new, name="people_invite"),
    path("people/<id:pk>/link/", invite.link, name="people_link"),
    path("people/roles/<id:pk>/", people.choose, name="people_role"),
    path("people/<id:pk>/lost-phone/", people.forget_factors, name="people_forget_factors"),
    path("connection/", connection.show, name="connection"),
    path("connection/check/", connection.check, name="connection_check"),
    path("connection/test/", connection.test, name="connection_test"),
    path("connection/test/<uuid:pk>/", connection.test_state, name="connection_test_state"),
]
