"""Calls to the provider: counted for monitoring, and whether they get an answer at all."""
