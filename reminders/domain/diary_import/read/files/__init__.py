"""What kind of file it is, and its table: encoding, sheet, separator, header row, numbered rows of
texts.

Leaves to `header` what a column means and to `cells` what a cell means. Its door is
`tables.open_table`.
"""
