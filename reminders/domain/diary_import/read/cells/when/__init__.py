"""Dates, times, lengths and time zones as one cell writes them, read by rules and data, never
guessed.

Pure. The data of languages is that of the Unicode consortium (CLDR) as babel carries it, and
`data/times.toml`. The reading itself is this product's own: `python-dateutil`, and `dateparser`
which
stands on it, read nearly everything as something ("04/15/2027" day first becomes 15 April without a
word, "May" a day of this month), and take some 80 microseconds for a cell that takes 2 to 30 here.
"""
