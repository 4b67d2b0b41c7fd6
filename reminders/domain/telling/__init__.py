"""Where no text can tell a patient of a change: cards for staff, and how often that would be."""
