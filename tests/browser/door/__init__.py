"""Signing in and what is noted of it, in a browser."""
