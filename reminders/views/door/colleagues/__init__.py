"""The pages about colleagues: who they are, inviting them, and the links that they get."""
