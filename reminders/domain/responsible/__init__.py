"""Who is texted in somebody's place: chosen by staff, and until which birthday.

Which number a text goes to is read with the visit (`models.care.represented`); what a change means
for texts that are planned or handed over is `planning`'s.
"""
