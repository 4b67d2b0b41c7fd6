"""Changes of one appointment or one contact, by whoever makes them.

The version of an appointment rises here, its history is written here, and planning follows in the
same transaction. Files are `diary_import`'s. The doors are `appointments.change_appointment`,
`appointments.set_status` and `appointments.change_contact`.
"""
