"""All that is held about one person: given out on request, forgotten on request.

Somebody found to be the same as another entry is one person here, whichever of the two is asked
for.
What is kept of everybody for how long is `retention`'s.
"""
