"""The world of the fault scenarios: a clinic, its programs, and what must never be."""
