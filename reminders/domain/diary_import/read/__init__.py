"""From a file's bytes to rows with known columns: encodings, tables, workbooks, dates, names,
statuses.

Touches no database. What the rows mean for the diary is `write`'s. The door is `first_pass.survey`.
"""
