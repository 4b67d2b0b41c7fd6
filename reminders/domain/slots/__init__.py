"""When a time becomes free, and when it is taken again: written in the transaction of the change.

To whom it is offered, and what follows, is `sooner`'s.
"""
