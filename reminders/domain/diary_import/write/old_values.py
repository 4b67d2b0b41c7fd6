"""SQL for what a row changes: old and new values, for those who look and for taking it back."""

from __future__ import annotations

# The details are the history's: what, then old and new value. For an undo stand beside them the
# whole appointment as it was (nulls are left out, which read as null again) and the patient.
_DETAILS = """
jsonb_strip_nulls(jsonb_build_object(
    'date', CASE WHEN a.local_date <> s.local_date
        THEN jsonb_build_array(a.local_date, s.local_date) END,
    'time', CASE WHEN a.local_time <> s.local_time
        THEN jsonb_build_array(a.local_time, s.local_time) END,
    'location', CASE WHEN a.location_id <> s.location_id THEN jsonb_build_array(
        (SELECT name FROM reminders_location WHERE id = a.location_id),
        (SELECT name FROM reminders_location WHERE id = s.location_id)) END,
    'name', CASE WHEN r.other_person
        THEN jsonb_build_array(c.name, trim(concat(s.first_name, ' ', s.last_name))) END,
    'contact', CASE WHEN r.other_person
        THEN jsonb_build_array(a.contact_id, coalesce(r.contact_id, {new_contact})) END,
    'practitioner', CASE WHEN r.other_practitioner THEN jsonb_build_array(coalesce(
        (SELECT name FROM reminders_practitioner WHERE id = a.practitioner_id), ''),
        s.practitioner) END,
    'service', CASE WHEN r.other_service THEN jsonb_build_array(coalesce(
        (SELECT name FROM reminders_service WHERE id = a.service_id), ''), s.service) END,
    'duration', CASE WHEN r.other_duration
        THEN jsonb_build_array(coalesce(a.duration, 0), s.duration) END,
    'notes', CASE WHEN r.other_notes THEN jsonb_build_array(a.notes, s.notes) END,
    'external_id', CASE WHEN r.takes_id THEN jsonb_build_array(a.external_id, s.external_id) END,
    'status', CASE WHEN r.status_to IS NOT NULL THEN jsonb_build_array(a.status, r.status_to) END,
    'other columns', CASE WHEN r.other_extra
        THEN jsonb_build_array(a.extra, a.extra || s.extra) END,
    'was', CASE WHEN r.touched THEN jsonb_build_object('location_id', a.location_id,
        'contact_id', a.contact_id, 'practitioner_id', a.practitioner_id,
        'service_id', a.service_id, 'starts_at', a.starts_at, 'local_date', a.local_date,
        'local_time', a.local_time,
        'wall_flag', a.wall_flag, 'duration', a.duration, 'notes', a.notes, 'extra', a.extra,
        'diary', a.diary, 'external_id', a.external_id, 'status', a.status,
        'status_since', a.status_since) END,
    'patient', CASE WHEN r.contact_changed THEN cc.old END,
    'patient_row', CASE WHEN cc.number = r.number THEN true END)) || coalesce(cc.details, '{{}}')
"""
# A new appointment has no old values; its patient may have. One row of each patient is marked.
PATIENT_ONLY = """
jsonb_strip_nulls(jsonb_build_object('patient', cc.old, 'patient_row', CASE
    WHEN cc.number = r.number THEN true END)) || cc.details
"""


def details_of(new_contact: str) -> str:
    """The SQL for a changed row's old and new values; `new_contact` is where a new contact's id
    stands.
    """
    return _DETAILS.format(new_contact=new_contact)


CHANGED_FROM = """
FROM import_result r
JOIN import_staged s ON s.number = r.number
JOIN reminders_appointment a ON a.id = r.appointment_id
JOIN reminders_contact c ON c.id = a.contact_id
LEFT JOIN import_contact_change cc ON cc.contact_id = r.contact_id
"""
