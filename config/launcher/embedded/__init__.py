"""PostgreSQL and a Redis-compatible broker for one machine, from the programs that two wheels
carry.

Both keep their data under one folder, listen on a Unix socket only and end with the process that
started them.
"""
