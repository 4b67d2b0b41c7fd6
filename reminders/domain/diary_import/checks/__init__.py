"""Whether a file as a whole can be true: asked with the numbers before anything is written.

A file may be read without a fault and still be last year's, in the wrong order of dates, or with
the
doctor for the patient. `counting` has the numbers, `doubts` says which of them are strange,
`asking`
makes questions of those to which nobody has agreed yet. Visits that stand in the diary at the same
time already are no news, so an ordinary nightly file is never questioned about them again.
"""

from reminders.domain.diary_import.checks.asking import questions_about_file

__all__ = ["questions_about_file"]
