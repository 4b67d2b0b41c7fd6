"""Dates, times, lengths and time zones as one cell writes them, read by rules and data, never guessed.

Pure. The data of languages is that of the Unicode consortium (CLDR) as babel carries it, and
`data/times.toml`. The reading itself is this product's own: `dateparser` and `python-dateutil` read
nearly everything as something ("04/15/2027" day first becomes 15 April without a word, a name
becomes today), and take some 100 microseconds to a millisecond for a cell, where a diary has a
hundred thousand.
"""
