"""What became of texts: as the provider says, and as a dead worker left them."""
