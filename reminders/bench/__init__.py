"""Measurements of the product itself, each next to the limit it is held against, in one run."""
