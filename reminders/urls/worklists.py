"""The addresses of the work lists: whom to call, what patients wrote, what was not sent, and the
figures.
"""

from django.urls import path

from reminders.views.worklists import (
    call_list,
    conversation,
    data_quality,
    forecast,
    inbox,
    inbox_acts,
    likely_pairs,
    statistics,
    unsent,
)

urlpatterns = [
    path("calls/", call_list.show, name="call_list"),
    path("calls/called/", call_list.called, name="call_list_called"),
    path("calls/answered/", call_list.answered, name="call_list_answered"),
    path("calls/undo/", call_list.undo, name="call_list_undo"),
    path("inbox/", inbox.show, name="inbox"),
    path("inbox/<id:pk>/", inbox.card, name="inbox_card"),
    path("inbox/<id:pk>/decide/", inbox_acts.decide, name="inbox_decide"),
    path("inbox/<id:pk>/answer/", inbox_acts.answer, name="inbox_answer"),
    path("inbox/<id:pk>/take/", inbox_acts.take, name="inbox_take"),
    path("inbox/<id:pk>/teach/", inbox_acts.teach, name="inbox_teach"),
    path("inbox/<id:pk>/texts/", inbox_acts.texts, name="inbox_texts"),
    path("inbox/<id:pk>/done/", inbox_acts.close, name="inbox_done"),
    path("inbox/<id:pk>/reopen/", inbox_acts.put_back, name="inbox_reopen"),
    path("inbox/<id:pk>/undo/", inbox_acts.undo, name="inbox_undo"),
    path("contacts/<id:pk>/", conversation.show, name="conversation"),
    path("contacts/<id:pk>/send/", conversation.send, name="conversation_send"),
    path("contacts/<id:pk>/ask/", conversation.ask, name="conversation_ask"),
    path("contacts/<id:pk>/consent/", conversation.consent, name="conversation_consent"),
    path("not-sent/", unsent.show, name="unsent"),
    path("forecast/", forecast.show, name="forecast"),
    path("data-quality/", data_quality.show, name="data_quality"),
    path("data-quality/apart/", likely_pairs.apart, name="pair_apart"),
    path("data-quality/<id:pk>/together/", likely_pairs.together, name="pair_together"),
    path("statistics/", statistics.show, name="statistics"),
]
