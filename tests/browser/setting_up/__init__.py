"""The set-up in a browser."""
