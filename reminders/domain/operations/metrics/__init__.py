"""Figures for monitoring: taken from the database, where all processes meet, in a few
milliseconds."""
