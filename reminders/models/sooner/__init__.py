"""The short-notice list, and the times that are offered to who is on it."""
