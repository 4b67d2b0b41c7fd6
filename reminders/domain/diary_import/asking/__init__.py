"""What a file leaves open, and how it is answered: by options, on the page, or as taught before.

The questions themselves are `questions`'; what was taught is kept by `taught`.
"""
