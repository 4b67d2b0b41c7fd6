"""Set-up: the roads besides SMS, a page for each."""
