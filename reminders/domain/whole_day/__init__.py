"""Many visits at once: a text, a cancellation, a move, or word that a practitioner runs late.

What is done is a row with a row for each visit (`BulkChange`): the queue, the proof against a
second click, and the outcome. A look says beforehand what would happen, by the same code. What a
change of a visit means is `diary`'s; when a text leaves is `sending`'s.
"""
