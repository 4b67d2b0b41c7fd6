"""The addresses of the staff pages. A page's name here is what navigation, templates and redirects
use.
"""

from django.urls import include, path, register_converter

from reminders import webhooks
from reminders.views.diary import (
    appointments,
    contacts,
    day_sheet,
    person_data,
    responsible,
    row_actions,
    same_person,
)
from reminders.views.patient import calendars, unsubscribe
from reminders.views.shared.asked import IdConverter
from reminders.views.site import (
    first_steps,
    handbook,
    manifest,
    promise,
    pulse,
    sandbox,
    security_txt,
    session,
)
from reminders.views.trail import printed

register_converter(IdConverter, "id")

urlpatterns = [
    path("", day_sheet.show, name="day_sheet"),
    path("day/rows/", day_sheet.rows, name="day_sheet_rows"),
    path("day/", include("reminders.urls.many")),
    path("appointments/", appointments.index, name="appointments"),
    path("appointments/new/", appointments.new, name="appointment_new"),
    path("appointments/pick/", appointments.pick, name="appointment_pick"),
    path("appointments/<id:pk>/", appointments.show, name="appointment"),
    path("appointments/<id:pk>/edit/", appointments.edit, name="appointment_edit"),
    path("appointments/<id:pk>/menu/", row_actions.menu, name="appointment_menu"),
    path("appointments/<id:pk>/status/", row_actions.set_status, name="appointment_status"),
    path("appointments/<id:pk>/cancel/", row_actions.cancel_visit, name="appointment_cancel"),
    path("appointments/<id:pk>/text/", row_actions.text, name="appointment_text"),
    path("appointments/<id:pk>/correct/", row_actions.send_correction, name="appointment_correct"),
    path("contacts/", contacts.index, name="contacts"),
    path("contacts/new/", contacts.new, name="contact_new"),
    path("contacts/<id:pk>/edit/", contacts.edit, name="contact_edit"),
    path("contacts/<id:pk>/same/", same_person.find, name="contact_same"),
    path("contacts/<id:pk>/responsible/", responsible.find, name="contact_responsible"),
    path("contacts/<id:pk>/responsible/end/", responsible.stop, name="contact_responsible_end"),
    path("contacts/<id:pk>/merge/", same_person.merge, name="contact_merge"),
    path("contacts/<id:pk>/data/", person_data.show, name="contact_data"),
    path("contacts/<id:pk>/data/export/", person_data.export, name="contact_export"),
    path("contacts/<id:pk>/data/hold/", person_data.hold, name="contact_hold"),
    path("contacts/<id:pk>/data/forget/", person_data.forget, name="contact_forget"),
    path("contacts/merges/<id:pk>/split/", same_person.split, name="contact_split"),
    path("reminders/<id:pk>/send/", row_actions.send_reminder, name="send_reminder"),
    path("reminders/<id:pk>/hold/", row_actions.hold_reminder, name="hold_reminder"),
    path("reminders/<id:pk>/release/", row_actions.release_reminder, name="release_reminder"),
    path("undo/<id:pk>/", row_actions.undo, name="undo"),
    path("text-size/", row_actions.text_size, name="text_size"),
    path("", include("reminders.urls.door")),
    path("", include("reminders.urls.worklists")),
    path("set-up/", include("reminders.urls.setup")),
    path("import/", include("reminders.urls.imports")),
    path("help/", handbook.index, name="help"),
    path("help/pictures/<str:name>", handbook.picture, name="help_picture"),
    path("help/<slug:name>/", handbook.chapter, name="help_chapter"),
    path("first-login/<str:token>/", first_steps.make_first_login, name="make_first_login"),
    path(".well-known/security.txt", security_txt.security_txt, name="security_txt"),
    path("promise/", promise.show, name="promise"),
    path("app.webmanifest", manifest.show, name="manifest"),
    path("printed/", printed.printed, name="printed"),
    path("pulse/", pulse.show, name="pulse"),
    path("sandbox-phone/", sandbox.phone, name="sandbox_phone"),
    path("remember/", session.remember, name="remember"),
    path("calendars/<str:token>.ics", calendars.show, name="calendar_feed"),
    path("v/", include("reminders.urls.patient")),
    path("u/<str:token>", unsubscribe.show, name="unsubscribe"),
    path("webhooks/email/", webhooks.email_webhook, name="email_webhook"),
    path("webhooks/whatsapp/", webhooks.whatsapp_webhook, name="whatsapp_webhook"),
    path("webhooks/messages/<str:secret>/", webhooks.messages_webhook, name="messages_webhook"),
]
