"""Figures that argue: two periods or two wordings beside each other, and whether chance explains
the difference.
"""
