"""What is kept for how long, and the forgetting of the rest: in small steps, resumable, unnoticed.

Periods stand in `periods`, what goes in which order in `steps`, who is spared in `holds`.
Forgetting
one person at their wish is `person_data`'s, which forgets by the same functions.
"""
