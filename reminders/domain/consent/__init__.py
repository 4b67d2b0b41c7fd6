"""Which numbers must not be texted, since when and by whose words; in step with the provider's own
list.

What a reply means is `replies`'. The doors are `suppressions.opt_out` and `suppressions.opt_in`.
"""
