"""Who may do what, where, as one table: each address of the site, what it needs, and who has that.

Data and pure functions only. Whether a user may is asked of `common.access.Scope`; the one door at
which it is asked is `reminders.views.door.rights`. The doors here are `table.action_at` and
`roles.PERMISSIONS`.
"""
