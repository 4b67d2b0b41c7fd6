"""The programs of one machine: what `manage.py up` starts, watches and stops, and the web server
itself.

Nothing here is needed where the services come by address.
"""
