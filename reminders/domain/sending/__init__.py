"""From a due reminder to a settled message: claim, call, record; withdraw, reconcile, expire.

Decides whether a text goes now and what an answer of the provider means. What is due is
`planning`'s; what a patient answers is `replies`'. The doors are `send.send_due`,
`withdraw_at_provider.withdraw_stale` and `reconcile.reconcile`.
"""
