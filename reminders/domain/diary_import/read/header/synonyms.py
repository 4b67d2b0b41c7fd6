"""What columns are called in practice: synonyms of each field, in English and its neighbours'
languages.

Compared without case, accents, spaces and signs. The best one first: of "Mobile" and "Home phone"
the mobile is taken.
"""

from __future__ import annotations

SYNONYMS: dict[str, str] = {
    "external_id": """
        external_id appointment_id appt_id appointmentid app_id booking_id visit_id event_id diary_id
        appointment_no appointment_number appt_no booking_no booking_number booking_ref booking_reference
        appointment_ref appointment_reference appt_ref external_ref uid id ref reference terminnr termin_id
        termin_nr rdv_id id_rdv cita_id id_cita terminnummer buchungsnr buchungsnummer no_rdv numero_rdv
        num_rdv ref_rdv no_cita numero_cita num_cita afspraak_id afspraaknr afspraaknummer id_appuntamento
        apt_num appointment_num booking_num
    """,
    "patient_id": """
        patient_id patient_no patient_number patient_nr patient_ref pat_id pat_no client_id client_no
        client_number customer_id customer_no contact_id patient_code client_code chart_no chart_number
        chart_id chart mrn file_no file_number record_no account_no account_number patientennr patienten_id
        patient_num pat_num nhs_number nhs_no no_dossier numero_dossier num_dossier no_paciente id_paciente
        patient_nummer patientnummer
    """,
    "first_name": """
        first_name firstname given_name forename given patient_first_name client_first_name patient_forename
        first fname vorname prenom nombre preferred_name voornaam roepnaam nome prenom_patient
    """,
    "last_name": """
        last_name lastname surname family_name family patient_last_name client_last_name patient_surname
        last lname nachname nom apellido apellidos achternaam cognome familienname zuname nom_de_famille
        primer_apellido nom_patient
    """,
    "name": """
        name patient_name full_name client_name customer_name contact_name patient client customer
        patient_full_name contact person attendee pet_owner owner owner_name guest patientenname naam
        nom_complet nom_du_patient nom_prenom nom_et_prenom nombre_completo nombre_paciente paciente kunde
        kundenname klant nominativo paziente patientin name_vorname nachname_vorname apellidos_y_nombre
        apellidos_nombre
    """,
    "phone": """
        mobile mobile_phone mobile_number mobile_no mobile_phone_number patient_mobile client_mobile cell
        cell_phone cellphone cell_number sms sms_number mobil mobilnummer handy handynummer portable movil
        phone phone_number phone_no patient_phone client_phone contact_number contact_phone contact_no
        telephone telephone_number tel tel_no telefon telefono telephone_no primary_phone phone_1 phone1
        tel_1 phone_mobile home_phone home_phone_number home_number phone_home phone_2 wireless_phone
        mobile_telephone mobile_tel mobile_tel_no mobiltelefon mobil_nr handy_nr tel_mobil telefon_mobil
        telefon_handy tel_portable telephone_portable numero_portable tel_mobile telephone_mobile gsm mobiel
        mobiel_nummer telefono_movil tel_movil numero_movil celular telefono_celular cellulare natel
        telefoon telefoonnummer hm_phone
    """,
    "date": """
        date appointment_date appt_date date_of_appointment visit_date booking_date start_date startdate day
        app_date datum termin_datum fecha jour date_rdv date_du_rdv date_rendez_vous termindatum tag
        fecha_cita datum_afspraak afspraakdatum data giorno dag
    """,
    "time": """
        time appointment_time appt_time start_time starttime time_of_appointment visit_time booking_time
        time_start from begin_time app_time uhrzeit zeit beginn heure hora von startzeit anfang anfangszeit
        zeit_von uhrzeit_von heure_rdv heure_debut heure_de_debut hora_cita hora_inicio tijd starttijd
        begintijd aanvang ora ora_inizio
    """,
    "starts_at": """
        starts_at start_at start_datetime start_date_time datetime date_time appointment_datetime
        appointment_date_time appt_datetime appointment_start start starts begins begin appointment appt
        when date_and_time booking_datetime termin rendez_vous cita apt_date_time date_heure date_et_heure
        fecha_hora fecha_y_hora datum_zeit datum_uhrzeit datum_tijd data_ora
    """,
    "duration": """
        duration minutes length duration_minutes duration_mins duration_min mins min appt_length
        appointment_length appointment_duration length_minutes length_mins dauer duree duracion
        units_minutes duur durata minuten dauer_min duree_min duracion_min length_min
    """,
    "location": """
        location site clinic practice branch location_name site_name clinic_name practice_name surgery
        office store salon standort lieu ubicacion business_unit facility facility_name centre center
        filiale praxis etablissement sede centro vestiging locatie
    """,
    "practitioner": """
        practitioner doctor provider clinician dentist therapist physio vet stylist hygienist
        practitioner_name provider_name doctor_name clinician_name dr with staff staff_member resource
        column_name book diary behandler arzt medecin praticien medico specialist consultant employee
        session_holder optometrist dentiste osteopathe kinesitherapeute therapeut zahnarzt odontologo
        fisioterapeuta behandelaar prov_abbr prov
    """,
    "service": """
        service treatment appointment_type appt_type type procedure service_name visit_type treatment_name
        reason_for_visit reason booking_type category leistung behandlung prestation servicio visit_reason
        appt_reason appointment_reason session_type motif motif_rdv motif_de_consultation terminart
        behandlungsart tratamiento motivo tipo_cita behandeling trattamento
    """,
    "language": """
        language lang preferred_language patient_language sprache langue idioma taal lingua
    """,
    "status": """
        status appointment_status appt_status booking_status state attendance attendance_status estado
        statut confirmation_status apt_status confirmed statut_rdv terminstatus estado_cita stato
    """,
    "notes": """
        notes note comment comments remark remarks appointment_notes appt_notes description memo bemerkung
        bemerkungen notiz remarque notas kommentar observations observaciones opmerking opmerkingen
    """,
    "room": """
        room room_name consulting_room consultation_room treatment_room operatory raum zimmer
        behandlungsraum salle cabinet sala consultorio kamer behandelkamer stanza
    """,
}
