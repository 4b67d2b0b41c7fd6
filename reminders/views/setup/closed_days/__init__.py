"""Set-up: the days on which a location is closed, and the public holidays to choose them from."""
