"""Who may bring colleagues in, give them roles, help them in again, and switch them off."""
