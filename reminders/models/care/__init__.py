"""Who is looked after by whom, and who is asked to come again."""
