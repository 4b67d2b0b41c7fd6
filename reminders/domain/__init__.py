"""What the product decides: fourteen rooms on nine floors; each imports only from floors below.

From the ground: `clock`, `phones` and `wording` are pure; `common` holds what all rooms share;
`planning`, `sending`, `diary` and `operations` carry an appointment to its message; `consent`,
`diary_import`, `pages` and `replies` deal with what comes in and what is shown; `demo` and `setup`
stand on all of them. import-linter holds the floors; docs/architecture.md walks through them.
"""
