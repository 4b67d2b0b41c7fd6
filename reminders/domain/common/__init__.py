"""What every room shares: rights, the audit trail, the order of locks, connections, waking workers,
wordings.

Decides nothing about appointments or texts. There is no single door: each module is one tool.
"""
