"""Pages on which many visits of a day are chosen, and changed or texted at once."""
