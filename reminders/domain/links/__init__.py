"""Secret addresses: how they are made, kept as digests, and found again. What the page behind one
shows and does is `visit_page`'s.
"""
