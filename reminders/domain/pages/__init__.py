"""What the staff pages show: one module a page, each a few statements for any number of rows.

Reads only, but for the calls and notes of the call list. How it looks (icons, tones, markup) is the
views'.
"""
