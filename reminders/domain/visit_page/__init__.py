"""The page behind a link in a text: what it shows, what a second proof adds, what its buttons do.

Secrets of addresses are `links`'; what an answer does to a visit is `replies`'.
"""
