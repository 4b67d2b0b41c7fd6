"""Visits as calendars have them (RFC 5545 and 5546): one for its patient, many for a practice."""
