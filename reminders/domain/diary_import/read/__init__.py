"""From a file's bytes to rows whose cells are understood: `files`, `header` and `cells`, a room
each.

Touches no database. What the rows mean for the diary is `write`'s. `first_pass.survey` looks over
the
whole file, `rows.RowReader` reads each row.
"""
