"""Invented clinics with a past and a future, to look around in. Never loaded by a real
installation.
"""
