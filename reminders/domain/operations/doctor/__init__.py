"""Look over everything that the product stands on, once, and say of each fault how to mend it.

`examine.examine` is the door: `manage.py doctor` and the Connection page show what it finds.
"""
