"""What the provider pushes."""
