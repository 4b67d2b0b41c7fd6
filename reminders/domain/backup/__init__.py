"""Backups: one file with everything, put back, and what happened since caught up with.

Which work stands still after a restore is said in `sending.after_restore`; handing over and
withdrawing are `sending`'s, replies and reports `replies`'.
"""
