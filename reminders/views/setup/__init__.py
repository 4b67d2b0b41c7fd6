"""Rules, wordings, the connection: what managers and administrators set up."""
