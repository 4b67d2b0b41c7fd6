"""Backups: the file, what is refused, and what catching up writes."""
