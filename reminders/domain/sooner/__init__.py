"""The short-notice list: who would come earlier, to whom a free time is offered, who gets it.

When a time becomes free is `slots`'s to note; what a reply to an offer says is `replies`'s to read.
"""
