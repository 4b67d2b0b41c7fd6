"""What one cell means by itself: a date, a time, a length, a name, a language, a status, yes or no.

Pure, with the words as data. Leaves to `header` which cell is asked for what, and to `rows` what
the
readings of a row mean together.
"""
