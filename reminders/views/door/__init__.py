"""Signing in with more than a password: second factors, passkeys, other sign-in services, and proof
again.

The steps are django-allauth's, behind addresses and pages of our own. Who needs what is
`domain.signing_in`'s.
"""
