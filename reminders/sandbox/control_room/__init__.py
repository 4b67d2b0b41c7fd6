"""What tests order: the clock, faults, the account's switches, and the ledger of what really
happened.
"""
