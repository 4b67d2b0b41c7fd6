"""From what a patient wrote to what it does: receive, match, interpret, decide, answer, or a card
for staff.

Interpretation is pure. What a decision changes is done by `diary` and `consent`. The doors are
`receive.receive_replies`, `interpret.read_answer` and `handle.apply_waiting_replies`.
"""
