"""Visits that were missed: who did not come, what was done about it, and how often it happened.

The list is worked off by hand, by a text or a call; a location may have visits noted as missed by
itself. What a status means for texts is `diary.appointments`', what rules do is `planning`'s.
"""
