"""A diary file's way through the pages: upload, questions, preview, go, outcome, undo."""
