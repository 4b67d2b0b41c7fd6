"""E-mail by any mail server or service. What was taken can't be called back, and that it was taken
says nothing about its reader: a mail has arrived when the page behind its buttons was opened.
"""
