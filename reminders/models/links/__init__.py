"""The page behind a link in a text, and calendars that others subscribe to."""
