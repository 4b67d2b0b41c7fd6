"""Who signed in, looked, searched, took data away, changed rights: written, sealed, checked, read.

An entry holds ids, codes and counts. `write` adds one with the statement that makes it; `seal` puts
what was added into a chain, in the background; `check` finds what was changed, taken out or put in.
What was changed of an appointment or a patient is history's (`common.audit`).
"""
