"""Closed days of a location: entered, taken from a country's public holidays, removed, put back.

Each change is shown with what it does before it is saved, and planned at once. How rules go by
closed days is `clock.sending_hours`; reading them for a run is `planning.closed_days`.
"""
