"""What managers change rarely: locations, rules, wordings, names; with a preview, and texts that
follow.

Decides what a change does to what is planned and handed over; long work becomes a job. The doors
are `rules.save_rule`, `wordings.save_wording` and `locations.save_location`.
"""
