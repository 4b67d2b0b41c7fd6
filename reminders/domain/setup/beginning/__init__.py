"""An installation that begins: first login, first steps, and what is left before going live."""
