"""What goes beyond one answer to one question: what a family picks from its list, an emergency, and
a reception that is closed.
"""
