"""What staff see of a reply that was left to them, and what they make of it.

Why it was left to them, what the patient hears once they have decided, and whole texts that they
have taught the reading.
"""
