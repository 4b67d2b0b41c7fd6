"""What statements in SQL need of the models: states as parameters, rows as objects, and the claims.

Statements of one room stand in that room; those of claims stand here, beside the managers that
give them out.
"""
