"""Who is at the keyboard: second factors, one-time links, devices and sessions.

Decides what a sign-in takes beside the password, and what is told to whom. How failures are counted
is `operations.sign_ins`'s; what a user may do afterwards is `common.access`'s, by what `granted`
reads of their roles. The doors are `second_factor.is_due` and `proof.is_fresh`.
"""
