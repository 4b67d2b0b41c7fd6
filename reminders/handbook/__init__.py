"""The handbook as staff read it at /help/: the files of docs/, and nothing else.

It knows neither patients nor the database. A page is asked for by its name in `chapters`, so that
nothing of an address ever reaches the file system.
"""
