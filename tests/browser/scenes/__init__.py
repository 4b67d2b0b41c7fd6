"""Sites in every state, for the browser tests and the pictures."""
