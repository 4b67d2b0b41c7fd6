"""A program of its own that turns workbooks, web pages and calendars into CSV.

A hostile file harms only this process: memory, processor time and output are bounded. It imports
nothing else of the product, and leaves a CSV file for each table beside a description in JSON.
"""
